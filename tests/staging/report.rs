//! What to tell of a script that was not played as written; and the script as it was played.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::Fault;
use super::hearing::{Item, Times};
use super::script::{Script, Step};

/// Where, what the script says, and what was heard instead.
pub(crate) fn report(
    script: &Script,
    step: &Step,
    fault: &Fault,
    stage: &str,
    times: Times,
) -> String {
    let place = format!("{}:{}, {stage}", script.file(), step.line);
    match fault {
        Fault::Staging(why) => format!("{place}: {why}\n    {}\n", step.text),
        Fault::Heard(heard) => {
            let mut out = format!("{place}:\n    {}\n", step.text);
            for who in everybody(step, heard) {
                compare(step, heard, &who, times, &mut out);
            }
            out
        }
    }
}

/// Who hears something of a step, in the script or really.
fn everybody(step: &Step, heard: &[(String, Vec<Item>)]) -> Vec<String> {
    let mut people: Vec<String> = heard.iter().map(|(who, _)| who.clone()).collect();
    for heard in &step.heard {
        if !people.contains(&heard.who) {
            people.push(heard.who.clone());
        }
    }
    people
}

fn compare(step: &Step, heard: &[(String, Vec<Item>)], who: &str, times: Times, out: &mut String) {
    let script = step.heard.iter().filter(|heard| heard.who == who);
    let script: Vec<(usize, &Item)> = script.map(|heard| (heard.line, &heard.item)).collect();
    let heard = heard.iter().find(|(name, _)| name == who);
    let heard = heard.map_or(&[][..], |(_, items)| items);
    let alike = |(script, heard): &((usize, &Item), &Item)| script.1.fits(heard, times);
    let same = script.iter().copied().zip(heard).take_while(alike).count();
    if same == script.len() && same == heard.len() {
        return;
    }
    let _ = writeln!(out, "  {who} should hear (-) and did hear (+):");
    for (line, item) in &script[..same] {
        let _ = writeln!(out, "    {line:>4}   {item}");
    }
    for (line, item) in &script[same..] {
        let _ = writeln!(out, "    {line:>4} - {item}");
    }
    for item in &heard[same..] {
        let _ = writeln!(out, "         + {item}");
    }
}

/// Lines of a file that are to say what was really heard.
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    /// Lines that go.
    wrong: Vec<usize>,
    /// What comes after which line.
    right: BTreeMap<usize, Vec<String>>,
}

impl Corrections {
    /// Notes what was heard of a step. Says whether it could: a line that stands for several steps
    /// has to be corrected by hand.
    pub(crate) fn note(&mut self, step: &Step, fault: &Fault) -> bool {
        let Fault::Heard(heard) = fault else {
            return false;
        };
        if step.repeated {
            return false;
        }
        self.wrong.extend(step.heard.iter().map(|heard| heard.line));
        let lines = heard.iter().flat_map(|(who, items)| {
            let line = |item: &Item| item.script_line(who);
            items.iter().map(line)
        });
        self.right.insert(step.line, lines.collect());
        true
    }

    /// Writes the file anew.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub(crate) fn apply(&self, path: &Path) -> std::io::Result<()> {
        let text = std::fs::read_to_string(path)?;
        let mut out = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            if !self.wrong.contains(&number) {
                out += &format!("{line}\n");
            }
            for right in self.right.get(&number).into_iter().flatten() {
                out += &format!("{right}\n");
            }
        }
        if self.right.is_empty() {
            return Ok(());
        }
        std::fs::write(path, out)
    }
}
