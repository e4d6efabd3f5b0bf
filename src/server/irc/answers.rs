//! Answers to messages with a label (IRCv3 labeled-response): one line has the label itself, several
//! are a batch that has it, and where there is nothing to be said, `ACK` has it.

use bytes::Bytes;

use super::super::{Output, Server, SessionId};
use super::client::Client;
use crate::protocol::irc::message::escaped;
use crate::protocol::irc::tags::{batched, tagged};
use crate::protocol::irc::writer::Line;

impl Server {
    /// Adds lines to the answer that is being gathered. Says whether there is one.
    pub(in crate::server) fn add_to_answer(&mut self, id: SessionId, lines: &Bytes) -> bool {
        let labelled = self.client_mut(id).and_then(Client::labelled);
        let Some(labelled) = labelled else {
            return false;
        };
        labelled.lines += str::from_utf8(lines).expect("only text is sent");
        true
    }

    /// The answer is a long one: what there is of it is sent, in a batch.
    pub(super) fn pause_answer(&mut self, id: SessionId) {
        let reference = format!("r{}", self.last_batch + 1);
        let labelled = self.client_mut(id).and_then(Client::labelled);
        let labelled = labelled.filter(|labelled| !labelled.lines.is_empty());
        let Some(labelled) = labelled else { return };
        let mut out = String::new();
        let lines = std::mem::take(&mut labelled.lines);
        let label = labelled.label.clone();
        let begun = labelled.batch.is_some();
        let batch = labelled.batch.get_or_insert(reference).clone();
        if !begun {
            self.last_batch += 1;
            self.write_batch_start(&label, &batch, &mut out);
        }
        out += &batched(&lines, &batch);
        self.outputs.push(Output::Send(id, Bytes::from(out)));
    }

    /// The answer is complete.
    pub(in crate::server) fn finish_answer(&mut self, id: SessionId) {
        let Some(client) = self.client_mut(id) else {
            return;
        };
        if client.has_aside().is_none() {
            return;
        }
        let labelled = client.aside().labelled.take();
        client.tidy();
        let Some(labelled) = labelled else { return };
        let label = labelled.label;
        let mut out = String::new();
        match (labelled.batch, labelled.lines.matches("\r\n").count()) {
            (Some(batch), _) => {
                out += &batched(&labelled.lines, &batch);
                self.write_batch_end(&batch, &mut out);
            }
            (None, 0) => {
                let tags = label_tag(&label);
                drop(Line::new(&mut out, &tags, &self.settings.name, "ACK"));
            }
            (None, 1) => out += &tagged(&labelled.lines, &label_tag(&label)),
            (None, _) if is_one_batch(&labelled.lines) => {
                out += &label_first(&labelled.lines, &label);
            }
            (None, _) => {
                self.last_batch += 1;
                let batch = format!("r{}", self.last_batch);
                self.write_batch_start(&label, &batch, &mut out);
                out += &batched(&labelled.lines, &batch);
                self.write_batch_end(&batch, &mut out);
            }
        }
        self.outputs.push(Output::Send(id, Bytes::from(out)));
    }

    fn write_batch_start(&self, label: &str, batch: &str, out: &mut String) {
        let line = Line::new(out, &label_tag(label), &self.settings.name, "BATCH");
        drop(
            line.param(format_args!("+{batch}"))
                .param("labeled-response"),
        );
    }

    fn write_batch_end(&self, batch: &str, out: &mut String) {
        let line = Line::new(out, "", &self.settings.name, "BATCH");
        drop(line.param(format_args!("-{batch}")));
    }
}

fn label_tag(label: &str) -> String {
    format!("label={}", escaped(label))
}

/// Whether the lines are a batch already, which can have the label itself.
fn is_one_batch(lines: &str) -> bool {
    let verb_and_reference = |line: &str| -> Option<(String, String)> {
        let body = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ')?.1,
            None => line,
        };
        let mut words = body.split(' ').skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    };
    let all: Vec<&str> = lines.split_terminator("\r\n").collect();
    let first = all.first().copied().and_then(verb_and_reference);
    let last = all.last().copied().and_then(verb_and_reference);
    let (Some((first, opened)), Some((last, closed))) = (first, last) else {
        return false;
    };
    let same = opened.strip_prefix('+') == closed.strip_prefix('-') && opened.starts_with('+');
    first == "BATCH" && last == "BATCH" && same
}

fn label_first(lines: &str, label: &str) -> String {
    let end = lines.find("\r\n").map_or(lines.len(), |end| end + 2);
    let (first, rest) = lines.split_at(end);
    tagged(first, &label_tag(label)) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_takes_the_label_itself() {
        let batch = "@time=1 :a BATCH +m draft/multiline #c\r\n@batch=m :a PRIVMSG #c :x\r\n:a BATCH -m\r\n";
        assert!(is_one_batch(batch));
        assert!(label_first(batch, "7").starts_with("@label=7;time=1 :a BATCH +m"));
        assert!(!is_one_batch(":a BATCH +m x\r\n:a BATCH -n\r\n"));
        assert!(!is_one_batch(":a JOIN #c\r\n:b 366 a #c :x\r\n"));
    }
}
