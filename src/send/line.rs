//! Lines of bytes: read in bounded memory, made fit to travel, and made fit to show.

use std::io::{self, BufRead, ErrorKind};

/// Telnet's escape (RFC 854), which the server reads as itself when it comes twice. It occurs in no UTF-8.
const IAC: u8 = 0xFF;
/// How much of a line is quoted in a complaint, in characters.
const QUOTE_CHARS_MAX: usize = 40;

/// One line without its end, or the beginning of one that was too long to keep.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    /// It was longer than the reader was ready to keep.
    pub(super) cut: bool,
}

/// Reads up to LF or the end of input, keeping at most `bytes_max` bytes of it; `None` at the end.
pub(super) fn read(input: &mut impl BufRead, bytes_max: usize) -> io::Result<Option<Line>> {
    let mut line = Line {
        bytes: Vec::new(),
        cut: false,
    };
    let mut begun = false;
    loop {
        let ready = match input.fill_buf() {
            Ok(ready) => ready,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if ready.is_empty() {
            return Ok(begun.then_some(line));
        }
        begun = true;
        let end = ready.iter().position(|byte| *byte == b'\n');
        let part = &ready[..end.unwrap_or(ready.len())];
        let kept = part.len().min(bytes_max - line.bytes.len());
        line.cut |= kept < part.len();
        line.bytes.extend_from_slice(&part[..kept]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

/// Without CR at the end, and with a space for each control character but TAB: to the server they would be keys (erase, end of line).
pub(super) fn cleaned(text: &[u8]) -> Vec<u8> {
    let end = text
        .iter()
        .rposition(|byte| *byte != b'\r')
        .map_or(0, |last| last + 1);
    text[..end]
        .iter()
        .map(|byte| {
            if byte.is_ascii_control() && *byte != b'\t' {
                b' '
            } else {
                *byte
            }
        })
        .collect()
}

/// The same bytes as telnet carries them.
pub(super) fn escaped(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| std::iter::repeat_n(*byte, if *byte == IAC { 2 } else { 1 }))
        .collect()
}

/// What a terminal may be shown of it.
pub(super) fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

/// Its beginning, in quotation marks.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let text = readable(bytes);
    match text.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
        None => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(input: &[u8], buffer: usize) -> Vec<(Vec<u8>, bool)> {
        let mut input = BufReader::with_capacity(buffer, input);
        std::iter::from_fn(|| read(&mut input, 4).unwrap())
            .map(|line| (line.bytes, line.cut))
            .collect()
    }

    #[test]
    fn lines_are_read_whole_or_cut_whatever_the_buffer() {
        for buffer in 1..20 {
            let expected = [
                ("one", false),
                ("", false),
                ("four", false),
                ("fiver"[..4].into(), true),
                ("end", false),
            ];
            let heard = lines(b"one\n\nfour\nfiver and much more\nend", buffer);
            assert_eq!(
                heard,
                expected.map(|(text, cut): (&str, bool)| (text.as_bytes().to_vec(), cut))
            );
            assert_eq!(lines(b"", buffer), []);
            assert_eq!(lines(b"a\n", buffer), [(b"a".to_vec(), false)]);
        }
    }

    #[test]
    fn nothing_that_edits_a_line_travels() {
        for (text, sent) in [
            (&b"a\tb\r\r"[..], &b"a\tb"[..]),
            (b"\x15/quit", b" /quit"),
            (b"10%\r20%\x08\x7f\x17\0\x1b[0m", b"10% 20%     [0m"),
            (b"caf\xe9 \xff\xfa", b"caf\xe9 \xff\xfa"),
            (b"\r", b""),
        ] {
            assert_eq!(cleaned(text), sent);
        }
        assert_eq!(escaped(b"\xff\xfa\xff"), b"\xff\xff\xfa\xff\xff");
    }

    #[test]
    fn a_quotation_is_short_and_safe_to_show() {
        assert_eq!(quoted(b" caf\xe9 \x1b[2J\xc2\x9b "), "\"caf\u{fffd} [2J\"");
        assert_eq!(
            quoted("ü".repeat(QUOTE_CHARS_MAX).as_bytes())
                .chars()
                .count(),
            QUOTE_CHARS_MAX + 2
        );
        assert_eq!(
            quoted("ü".repeat(QUOTE_CHARS_MAX + 1).as_bytes())
                .chars()
                .count(),
            QUOTE_CHARS_MAX + 3
        );
    }
}
