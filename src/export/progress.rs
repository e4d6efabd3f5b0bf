//! How far it is, as one line of a terminal that is written again and again.

use std::io::Write;

/// How many characters the bar has.
const WIDTH: u64 = 30;

/// A bar that goes away with this value.
pub(super) struct Progress<W: Write> {
    out: W,
    all: u64,
    done: u64,
    shown: Option<u64>,
}

impl<W: Write> Progress<W> {
    /// Shows nothing yet of so many.
    pub(super) fn new(out: W, all: u64) -> Self {
        let mut this = Self {
            out,
            all,
            done: 0,
            shown: None,
        };
        this.show();
        this
    }

    /// So many more are done.
    pub(super) fn advance(&mut self, more: u64) {
        self.done = self.all.min(self.done + more);
        self.show();
    }

    /// Writes only what has changed: a terminal may be slow. Nobody reads it is no reason to stop.
    fn show(&mut self) {
        let percent = (self.done * 100).checked_div(self.all).unwrap_or(100);
        if self.shown != Some(percent) {
            self.shown = Some(percent);
            let line = line(percent, self.done, self.all);
            let _ = write!(self.out, "\r{line}").and_then(|()| self.out.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        let blank = " ".repeat(line(100, self.all, self.all).len());
        let _ = write!(self.out, "\r{blank}\r").and_then(|()| self.out.flush());
    }
}

fn line(percent: u64, done: u64, all: u64) -> String {
    let filled = usize::try_from(WIDTH * percent / 100).unwrap_or(0);
    let bar = "#".repeat(filled);
    let width = usize::try_from(WIDTH).unwrap_or(0);
    format!("[{bar:.<width$}] {percent:>3} %  {done} of {all} lines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_when_it_has_changed_and_goes_away() {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, 1_000);
        progress.advance(4);
        progress.advance(500);
        progress.advance(1_000);
        drop(progress);
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = text.split('\r').collect();
        assert_eq!(
            lines[..4],
            [
                "",
                "[..............................]   0 %  0 of 1000 lines",
                "[###############...............]  50 %  504 of 1000 lines",
                "[##############################] 100 %  1000 of 1000 lines",
            ]
        );
        assert!(lines[4].trim().is_empty() && lines[4].len() >= lines[3].len());
        assert_eq!(lines[5..], [""]);
    }

    #[test]
    fn nothing_at_all_is_all_of_it() {
        let mut out = Vec::new();
        drop(Progress::new(&mut out, 0));
        assert!(String::from_utf8(out).expect("text").contains("100 %"));
    }
}
