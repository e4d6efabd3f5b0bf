//! Message ids as clients see them (IRCv3 message ids): opaque to them, read back here.

use crate::chat::vocabulary::MessageId;

/// The id in letters and digits: milliseconds, counter and site, in hexadecimal.
pub fn spelled(id: MessageId) -> String {
    format!("{:x}-{:x}-{:x}", id.ms, id.counter, id.site)
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
