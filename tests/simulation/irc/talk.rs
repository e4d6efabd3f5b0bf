//! Labels, batches and fences of one connection: who is answered with what.

use std::collections::BTreeMap;

use hallway::protocol::irc::capabilities::{Cap, Caps};

use super::wire::Line;

/// A batch that has begun and not ended.
#[derive(Debug, Clone, Default)]
struct Batch {
    kind: String,
    target: String,
    /// In which it is.
    parent: Option<String>,
    /// It is, or is in, the answer to what has the label.
    labelled: bool,
    first: Option<Line>,
    /// What is said in it: the text, and whether it goes on with the line before.
    said: Vec<(Line, bool)>,
}

/// Something said, as a whole or a piece of it.
#[derive(Debug, Clone)]
pub struct Uttered {
    /// The message with the tags, which is the first of a batch.
    pub line: Line,
    pub verb: String,
    pub target: String,
    pub text: String,
    pub whole: bool,
}

/// Labels, batches and fences of one connection.
#[derive(Debug, Default)]
pub struct Talk {
    batches: BTreeMap<String, Batch>,
    /// The label of what it has typed, which is not answered yet.
    awaited: Option<String>,
    /// The label of the message of several lines that it is typing.
    held: Option<String>,
    /// What it has typed has a label, and all that comes of it must be in the answer.
    gathers: bool,
    ping: Option<String>,
    /// Where the closed batch that is the answer has ended.
    pub answered: u64,
}

/// The tags and the rest of a line that a client types.
pub fn split(line: &str) -> (&str, &str) {
    match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').unwrap_or((tagged, "")),
        None => ("", line),
    }
}

impl Talk {
    /// A line of it is heard.
    ///
    /// # Errors
    /// What it typed before has not been answered.
    pub fn types(&mut self, line: &str, caps: Caps) -> Result<(), String> {
        self.check_done(false)?;
        let (tags, rest) = split(line);
        let label = tags.split(';').find_map(|tag| tag.strip_prefix("label="));
        self.awaited = label.filter(|_| caps.labels()).map(str::to_owned);
        let (verb, argument) = rest.split_once(' ').unwrap_or((rest, ""));
        match verb {
            "BATCH" if argument.starts_with('+') => self.held = self.awaited.take(),
            "BATCH" => self.awaited = self.held.take(),
            "PING" => self.ping = Some(argument.trim_start_matches(':').to_owned()),
            _ => {}
        }
        self.gathers = self.awaited.is_some();
        Ok(())
    }

    /// All that it typed is done, but for a long answer.
    ///
    /// # Errors
    /// It is not.
    pub fn check_done(&self, waits: bool) -> Result<(), String> {
        if let Some(token) = &self.ping {
            return Err(format!("PING {token} is not answered"));
        }
        if waits {
            return Ok(());
        }
        match (&self.awaited, self.batches.keys().next()) {
            (None, None) => Ok(()),
            (Some(label), _) => Err(format!("{label} is not answered")),
            (_, Some(batch)) => Err(format!("the batch {batch} is not ended")),
        }
    }

    /// The step in which a line of it was heard is over.
    pub fn rest(&mut self) {
        self.gathers = false;
    }

    /// It is sent a line. Gives what was said by it, if that is complete.
    ///
    /// # Errors
    /// The line is no answer, or in no batch that is open.
    pub fn hear(&mut self, line: &Line, caps: Caps, own: bool) -> Result<Option<Uttered>, String> {
        let parent = line.tag("batch").map(str::to_owned);
        let inside = match &parent {
            Some(reference) => {
                let batch = self.batches.get(reference);
                batch
                    .ok_or_else(|| format!("no batch {reference} is open"))?
                    .labelled
            }
            None => false,
        };
        let ends_label = line.verb == "BATCH" && line.param(0).starts_with('-');
        let labelled = self.take_label(line)?;
        if self.gathers && !inside && !labelled && !ends_label && !own {
            return Err("is no part of the answer to what has a label".to_owned());
        }
        if line.verb == "PONG" {
            let token = self.ping.take();
            if token.as_deref() != Some(line.param(1)) {
                return Err(format!("{token:?} was to be answered"));
            }
        }
        if line.verb == "BATCH" {
            return self.hear_batch(line, caps, parent, labelled || inside);
        }
        if labelled {
            self.be_answered();
        }
        let says = matches!(line.verb.as_str(), "PRIVMSG" | "NOTICE" | "TAGMSG");
        if let Some(batch) = parent
            .as_ref()
            .and_then(|parent| self.batches.get_mut(parent))
            && batch.kind == "draft/multiline"
        {
            if !says || line.param(0) != batch.target {
                return Err("does not belong into that batch".to_owned());
            }
            let concat = line.tag("draft/multiline-concat").is_some();
            batch.said.push((line.clone(), concat));
            return Ok(None);
        }
        Ok(says.then(|| Uttered {
            line: line.clone(),
            verb: line.verb.clone(),
            target: line.param(0).to_owned(),
            text: line.param(1).to_owned(),
            whole: false,
        }))
    }

    fn be_answered(&mut self) {
        (self.awaited, self.answered) = (None, self.answered + 1);
    }

    fn take_label(&mut self, line: &Line) -> Result<bool, String> {
        let Some(label) = line.tag("label") else {
            return Ok(false);
        };
        if self.held.as_deref() == Some(label) {
            // Something was wrong with a message of several lines before it was complete.
            self.awaited = self.held.take();
        }
        match self.awaited.as_deref() == Some(label) {
            true => Ok(true),
            false => Err(format!(
                "{label} was not to be answered, but {:?}",
                self.awaited
            )),
        }
    }

    fn hear_batch(
        &mut self,
        line: &Line,
        caps: Caps,
        parent: Option<String>,
        labelled: bool,
    ) -> Result<Option<Uttered>, String> {
        if !caps.has(Cap::Batch) {
            return Err("batches were not asked for".to_owned());
        }
        let reference = line.param(0);
        if let Some(reference) = reference.strip_prefix('+') {
            let batch = Batch {
                kind: line.param(1).to_owned(),
                target: line.param(2).to_owned(),
                parent,
                labelled,
                first: Some(line.clone()),
                said: Vec::new(),
            };
            let known = match batch.kind.as_str() {
                "labeled-response" => line.tag("label").is_some(),
                "draft/multiline" => caps.multiline() && !batch.target.is_empty(),
                "draft/isupport" => caps.has(Cap::ExtendedIsupport),
                "metadata" => caps.metadata() && !batch.target.is_empty(),
                _ => false,
            };
            if !known || self.batches.insert(reference.to_owned(), batch).is_some() {
                return Err(format!("{reference} is open, or of no known kind"));
            }
            return Ok(None);
        }
        let reference = reference.strip_prefix('-').ok_or("neither + nor -")?;
        let batch = self.batches.remove(reference);
        let batch = batch.ok_or_else(|| format!("no batch {reference} is open"))?;
        let within = |other: &Batch| other.parent.as_deref() == Some(reference);
        if batch.parent != parent || self.batches.values().any(within) {
            return Err(format!("{reference} ends elsewhere than it began"));
        }
        let first = batch.first.ok_or("a batch begins")?;
        if first.tag("label").is_some() {
            self.be_answered();
        }
        if batch.kind != "draft/multiline" {
            return Ok(None);
        }
        joined(first, &batch.said).map(Some)
    }
}

/// A message of several lines as it was meant.
fn joined(first: Line, said: &[(Line, bool)]) -> Result<Uttered, String> {
    let (one, _) = said.first().ok_or("a message of no lines")?;
    let mut text = String::new();
    for (place, (line, concat)) in said.iter().enumerate() {
        if line.verb != one.verb || line.source != first.source || *concat && place == 0 {
            return Err("the lines of a message differ".to_owned());
        }
        if place > 0 && !concat {
            text.push('\n');
        }
        text.push_str(line.param(1));
    }
    Ok(Uttered {
        verb: one.verb.clone(),
        target: one.param(0).to_owned(),
        line: first,
        text,
        whole: true,
    })
}
