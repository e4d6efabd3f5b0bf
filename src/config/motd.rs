//! The message of the day: a text file, read whenever the configuration is.

use super::fault::{Verdict, unreadable};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// The most lines of a message of the day.
pub const MOTD_LINES_MAX: usize = 200;

/// The longest line of a message of the day, in bytes, without its end.
pub const MOTD_LINE_BYTES_MAX: usize = 400;

/// What some editors put in front of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The longest file that keeps the limits: each line ends in CRLF.
const FILE_BYTES: u64 = (MARK.len() + MOTD_LINES_MAX * (MOTD_LINE_BYTES_MAX + 2)) as u64;

/// Reads the lines of a message of the day. They hold no control characters but TAB.
pub(super) fn read(path: &Path) -> Verdict<Arc<[String]>> {
    match bytes(path) {
        Ok(bytes) => lines(path, &bytes),
        Err(error) => {
            let why = unreadable(&error);
            Err(format!(
                "must name a text file: {path:?} cannot be read, for {why}"
            ))
        }
    }
}

/// One byte more than fits shows that a limit is not kept. What is no file may never end, or never
/// begin.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let what = fs::metadata(path)?;
    if !what.is_file() && !what.is_dir() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(FILE_BYTES + 1);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn lines(path: &Path, bytes: &[u8]) -> Verdict<Arc<[String]>> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if bytes.is_empty() {
        return Ok(Arc::default());
    }
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.len() > MOTD_LINES_MAX {
        return Err(format!(
            "must name a file of at most {MOTD_LINES_MAX} lines: {path:?} has more"
        ));
    }
    let texts = lines.into_iter().zip(1..).map(|(bytes, number)| {
        let text = line(bytes.strip_suffix(b"\r").unwrap_or(bytes));
        text.map_err(|(wanted, found)| {
            format!("must name {wanted}: line {number} of {path:?} {found}")
        })
    });
    texts.collect()
}

/// On failure, what the file has to be and what the line is instead. The length comes first: where
/// a file that is too long was cut, half a character may stand.
fn line(bytes: &[u8]) -> Result<String, (String, &'static str)> {
    if bytes.len() > MOTD_LINE_BYTES_MAX {
        let wanted = format!("a file of lines of at most {MOTD_LINE_BYTES_MAX} bytes");
        return Err((wanted, "is longer"));
    }
    let not_text = |_| ("a file of UTF-8 text".to_owned(), "is not UTF-8");
    let text = str::from_utf8(bytes).map_err(not_text)?;
    if text.contains(|c: char| c.is_control() && c != '\t') {
        let wanted = "a file without control characters".to_owned();
        return Err((wanted, "has one"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: impl AsRef<[u8]>) -> Verdict<Vec<String>> {
        lines(Path::new("m"), bytes.as_ref()).map(|lines| lines.to_vec())
    }

    #[test]
    fn lines_end_as_they_like() {
        for (text, expected) in [
            ("", &[][..]),
            ("\u{feff}", &[]),
            ("\n", &[""]),
            ("a", &["a"]),
            ("\u{feff}a\nb\n", &["a", "b"]),
            ("a\r\n\r\n\tb \r\n", &["a", "", "\tb "]),
            ("größe\n\n", &["größe", ""]),
        ] {
            assert_eq!(lines_of(text).expect(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_message_hears_why() {
        let longest = "é".repeat(MOTD_LINE_BYTES_MAX / 2);
        let most = format!("{longest}\r\n").repeat(MOTD_LINES_MAX);
        assert_eq!(lines_of(&most).map(|lines| lines.len()), Ok(MOTD_LINES_MAX));
        let (mut cut, too_long) = (most.clone().into_bytes(), format!("a\n{longest}x\n"));
        cut.push(0xc3);
        for (bytes, expected) in [
            (most.as_bytes(), None),
            (
                &cut,
                Some("must name a file of at most 200 lines: \"m\" has more"),
            ),
            (
                too_long.as_bytes(),
                Some("must name a file of lines of at most 400 bytes: line 2 of \"m\" is longer"),
            ),
            (
                b"a\nb\ncaf\xe9\n",
                Some("must name a file of UTF-8 text: line 3 of \"m\" is not UTF-8"),
            ),
            (
                b"\x1b[1mhello",
                Some("must name a file without control characters: line 1 of \"m\" has one"),
            ),
            (
                b"a\rb\n",
                Some("must name a file without control characters: line 1 of \"m\" has one"),
            ),
        ] {
            assert_eq!(lines_of(bytes).err().as_deref(), expected);
        }
    }

    #[test]
    fn what_is_no_file_hears_why() {
        for (path, why) in [
            ("/nonexistent/motd", "for there is no such file"),
            ("/", "for it is a directory"),
            ("/dev/zero", "for it is not a file"),
        ] {
            let expected = format!("must name a text file: {path:?} cannot be read, {why}");
            assert_eq!(read(Path::new(path)), Err(expected));
        }
    }
}
