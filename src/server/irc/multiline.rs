//! A message of several lines (draft/multiline): gathered until it is complete, then said as one.

use super::super::{Server, SessionId};
use super::client::{Client, Labelled, Multiline};
use crate::chat::time::Now;
use crate::chat::vocabulary::{Command, Extras, Manner, Target};
use crate::protocol::irc::args;
use crate::protocol::irc::capabilities::{MULTILINE_BYTES_MAX, MULTILINE_LINES_MAX};
use crate::protocol::irc::events::target_word;
use crate::protocol::irc::refusals::{Complaint, context};

/// A line of a message of several lines.
pub(super) struct Part {
    pub(super) reference: String,
    pub(super) target: String,
    pub(super) manner: Manner,
    pub(super) text: String,
    pub(super) concat: bool,
}

impl Server {
    fn multiline(&mut self, id: SessionId) -> Option<&mut Multiline> {
        let client = self.client_mut(id)?;
        client.has_aside()?;
        client.aside().multiline.as_mut()
    }

    /// The label is that of the whole message: it is answered once that is complete.
    pub(super) fn open_multiline(
        &mut self,
        id: SessionId,
        reference: String,
        to: Target,
        attached: Option<std::sync::Arc<str>>,
    ) {
        if self.multiline(id).is_some() {
            let text = "One batch at a time: end the one before first";
            return self.spoil(id, Complaint::fail("BATCH", "MULTILINE_INVALID", &[], text));
        }
        let Some(client) = self.client_mut(id) else {
            return;
        };
        let labelled = client.aside().labelled.take();
        client.aside().multiline = Some(Multiline {
            reference,
            to,
            attached,
            label: labelled.map(|labelled| labelled.label),
            manner: None,
            text: String::new(),
            seams: Vec::new(),
            lines: 0,
            spoilt: false,
        });
    }

    pub(super) fn add_part(&mut self, id: SessionId, part: Part) {
        let Some(multiline) = self.multiline(id) else {
            let text = "No batch of that reference is open";
            let complaint = Complaint::fail("BATCH", "MULTILINE_INVALID", &[], text);
            return self.complain(id, &complaint);
        };
        if multiline.spoilt {
            return;
        }
        if let Err(complaint) = multiline.take(part) {
            self.spoil(id, complaint);
        }
    }

    /// Says what is wrong with a message, whose other lines are then passed over.
    fn spoil(&mut self, id: SessionId, complaint: Complaint) {
        let Some(multiline) = self.multiline(id) else {
            return;
        };
        multiline.spoilt = true;
        multiline.text = String::new();
        // What spoilt it may have a label of its own; the message's is then answered at its end.
        let labelled = self.client_mut(id).and_then(Client::labelled).is_some();
        if let (false, Some(multiline)) = (labelled, self.multiline(id)) {
            let label = multiline.label.take();
            self.answer_under(id, label);
        }
        self.complain(id, &complaint);
    }

    fn answer_under(&mut self, id: SessionId, label: Option<String>) {
        if let (Some(client), Some(label)) = (self.client_mut(id), label) {
            client.aside().labelled = Some(Labelled {
                label,
                ..Labelled::default()
            });
        }
    }

    pub(super) fn close_multiline(&mut self, now: Now, id: SessionId, reference: &str) {
        let open = self
            .multiline(id)
            .map(|multiline| multiline.reference == reference);
        if open != Some(true) {
            let text = "No batch of that reference is open";
            let complaint = Complaint::fail("BATCH", "MULTILINE_INVALID", &[], text);
            return self.complain(id, &complaint);
        }
        let client = self.client_mut(id).map(Client::aside);
        let Some(multiline) = client.and_then(|aside| aside.multiline.take()) else {
            return;
        };
        self.answer_under(id, multiline.label);
        if multiline.spoilt {
            return;
        }
        if multiline.text.trim().is_empty() {
            let text = "A message needs a line that is not empty";
            let complaint = Complaint::fail("BATCH", "MULTILINE_INVALID", &[], text);
            return self.complain(id, &complaint);
        }
        let notice = multiline.manner == Some(Manner::Notice);
        let command = Command::Say {
            to: multiline.to,
            manner: multiline.manner.unwrap_or(Manner::Speech),
            text: multiline.text,
            extras: Extras {
                attached: multiline.attached,
                seams: multiline.seams,
            },
        };
        self.asked.context = context(&command);
        let verb = if notice { "NOTICE" } else { "PRIVMSG" };
        self.irc_command(now, id, verb, command);
    }
}

impl Multiline {
    /// Adds a line.
    ///
    /// # Errors
    /// It does not belong to the message, or that gets too long.
    fn take(&mut self, part: Part) -> Result<(), Complaint> {
        let invalid = |text| Complaint::fail("BATCH", "MULTILINE_INVALID", &[], text);
        if part.reference != self.reference {
            return Err(invalid("That is another batch"));
        }
        if !args::target(&part.target).is_ok_and(|to| to == self.to) {
            let text = "All lines of a batch go where it goes";
            let batch = target_word(&self.to);
            let about = [&*batch, part.target.as_str()];
            return Err(Complaint::fail(
                "BATCH",
                "MULTILINE_INVALID_TARGET",
                &about,
                text,
            ));
        }
        if part.concat && (part.text.is_empty() || self.lines == 0) {
            return Err(invalid("An empty line, or the first, goes on with nothing"));
        }
        let speech = matches!(part.manner, Manner::Speech | Manner::Notice);
        if !speech || self.manner.is_some_and(|manner| manner != part.manner) {
            return Err(invalid(
                "All lines of a batch are PRIVMSG, or all are NOTICE",
            ));
        }
        if part.concat {
            self.seams.extend(u32::try_from(self.text.len()));
        } else if self.lines > 0 {
            self.text.push('\n');
        }
        self.text.push_str(&part.text);
        self.manner = Some(part.manner);
        self.lines += 1;
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), Complaint> {
        let over = |code, limit: usize| {
            let text = format!("That message is too long: the limit is {limit}");
            Err(Complaint::fail("BATCH", code, &[&limit.to_string()], &text))
        };
        if self.lines > MULTILINE_LINES_MAX {
            return over("MULTILINE_MAX_LINES", MULTILINE_LINES_MAX);
        }
        if self.text.len() > MULTILINE_BYTES_MAX {
            return over("MULTILINE_MAX_BYTES", MULTILINE_BYTES_MAX);
        }
        Ok(())
    }
}
