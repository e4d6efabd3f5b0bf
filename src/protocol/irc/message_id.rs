//! Message ids as clients see them (IRCv3 message ids): opaque to them, read back here.

use crate::chat::vocabulary::MessageId;

/// The longest id, in bytes: 64, 16 and 16 bits, four to a digit, and two hyphens.
const SPELLED_BYTES_MAX: usize = 16 + 4 + 4 + 2;

/// The id in letters and digits: milliseconds, counter and site, in hexadecimal.
pub fn spelled(id: MessageId) -> String {
    let mut out = String::with_capacity(SPELLED_BYTES_MAX);
    write(id, &mut out);
    out
}

/// Appends the id, spelled.
pub fn write(id: MessageId, out: &mut String) {
    write_hex(id.ms, out);
    out.push('-');
    write_hex(id.counter.into(), out);
    out.push('-');
    write_hex(id.site.into(), out);
}

/// Appends a number, which every line has several of: `write!` takes five times as long.
fn write_hex(number: u64, out: &mut String) {
    let digits = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
    let nibbles = (0..digits).rev().map(|place| number >> (4 * place) & 0xf);
    out.extend(nibbles.map(|nibble| char::from(b"0123456789abcdef"[nibble as usize])));
}

/// The id that is spelled like this.
pub fn read(text: &str) -> Option<MessageId> {
    let mut parts = text.split('-');
    let id = MessageId {
        ms: u64::from_str_radix(parts.next()?, 16).ok()?,
        counter: u16::from_str_radix(parts.next()?, 16).ok()?,
        site: u16::from_str_radix(parts.next()?, 16).ok()?,
    };
    (parts.next().is_none() && spelled(id) == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_was_spelled_here_is_read() {
        for text in [
            "",
            "1-2",
            "1-2-3-4",
            "01-2-3",
            "x-2-3",
            "1-2-fffff",
            "+1-2-3",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ids_are_read_back(ms: u64, counter: u16, site: u16) {
            let id = MessageId { ms, counter, site };
            prop_assert_eq!(read(&spelled(id)), Some(id));
        }
    }
}
