//! The gate that everything sent to a person on the plain protocol passes: printable characters and
//! TAB only.
//!
//! Nobody can clear, colour or reprogram another person's terminal, turn the direction of their
//! text or hide words in it. Escape sequences go as a whole (ECMA-48, ISO 2022), IRC's formatting
//! codes with their parameters. What can be seen stays exactly as it was written.

use std::borrow::Cow;
use std::ops::RangeInclusive;

const ESCAPE: char = '\u{1b}';
const IRC_COLOUR: char = '\u{3}';
const IRC_HEX_COLOUR: char = '\u{4}';
const DEVICE_CONTROL_STRING: char = '\u{90}';
const START_OF_STRING: char = '\u{98}';
const CONTROL_SEQUENCE: char = '\u{9b}';
const OPERATING_SYSTEM_COMMAND: char = '\u{9d}';
const PRIVACY_MESSAGE: char = '\u{9e}';
const APPLICATION_COMMAND: char = '\u{9f}';

/// BEL, and String Terminator in its two forms.
const STRING_ENDS: [&str; 3] = ["\u{7}", "\u{1b}\\", "\u{9c}"];

const BLACK_FLAG: char = '\u{1f3f4}';
const CANCEL_TAG: char = '\u{e007f}';

/// How many tags name a flag's region and part, such as `gbsct` (UTS #51, annex C): no room for
/// hidden words.
const FLAG_TAGS: RangeInclusive<usize> = 3..=6;

/// Characters beyond the controls that show nothing but change or hide what others show, and
/// noncharacters. The joiners are not among them: Persian and emoji need them.
const UNPRINTABLE: [(char, char); 16] = [
    ('\u{ad}', '\u{ad}'),       // soft hyphen
    ('\u{61c}', '\u{61c}'),     // Arabic letter mark
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180e}', '\u{180e}'),   // Mongolian vowel separator
    ('\u{200b}', '\u{200b}'),   // zero width space
    ('\u{200e}', '\u{200f}'),   // left-to-right and right-to-left mark
    ('\u{2028}', '\u{202e}'),   // line and paragraph separator, bidi embeddings and overrides
    ('\u{2060}', '\u{206f}'),   // invisible operators, bidi isolates, deprecated format characters
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{fdd0}', '\u{fdef}'),   // noncharacters
    ('\u{feff}', '\u{feff}'),   // byte order mark
    ('\u{ffa0}', '\u{ffa0}'),   // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffb}'),   // interlinear annotations
    ('\u{e0000}', '\u{e00ff}'), // tags
    ('\u{e01f0}', '\u{e0fff}'), // reserved for invisible characters
];

/// `text` without all that is not printable; borrowed if nothing had to go. Takes time linear in
/// its length, and what comes out passes unchanged.
pub fn printable(text: &str) -> Cow<'_, str> {
    // Nearly every text is: the loop looks at sixteen bytes at once, as it need not stop early.
    if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        match judge(&text[at..]) {
            Verdict::Keep(length) => at += length,
            Verdict::Drop(length) => {
                clean.push_str(&text[from..at]);
                at += length;
                from = at;
            }
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[from..]);
    Cow::Owned(clean)
}

/// What becomes of the front of a text, by its length in bytes, at least 1.
enum Verdict {
    Keep(usize),
    Drop(usize),
}

fn judge(text: &str) -> Verdict {
    let plain = count(text, is_plain);
    let Some(first) = text.chars().next().filter(|_| plain == 0) else {
        return Verdict::Keep(plain);
    };
    let length = first.len_utf8();
    let behind = &text[length..];
    match first {
        _ if first.is_control() => Verdict::Drop(length + parameters(first, behind)),
        _ if is_unprintable(first) => Verdict::Drop(length),
        BLACK_FLAG => Verdict::Keep(length + flag(behind)),
        _ => Verdict::Keep(length),
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t')
}

fn is_unprintable(character: char) -> bool {
    let is_last_of_plane = u32::from(character) & 0xfffe == 0xfffe;
    let is_listed = |&(first, last)| (first..=last).contains(&character);
    is_last_of_plane || UNPRINTABLE.iter().any(is_listed)
}

/// How many bytes behind a control character belong to it.
fn parameters(control: char, behind: &str) -> usize {
    match control {
        ESCAPE => escape_sequence(behind),
        CONTROL_SEQUENCE => control_sequence(behind),
        DEVICE_CONTROL_STRING
        | START_OF_STRING
        | OPERATING_SYSTEM_COMMAND
        | PRIVACY_MESSAGE
        | APPLICATION_COMMAND => control_string(behind),
        IRC_COLOUR => colours(behind, 1..=2, |byte| byte.is_ascii_digit()),
        IRC_HEX_COLOUR => colours(behind, 6..=6, |byte| byte.is_ascii_hexdigit()),
        _ => 0,
    }
}

/// ECMA-35, section 13: intermediate bytes and a final one, unless the first byte begins something
/// longer.
fn escape_sequence(behind: &str) -> usize {
    let longer = |length: fn(&str) -> usize| 1 + length(&behind[1..]);
    match behind.as_bytes().first() {
        Some(b'[') => longer(control_sequence),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => longer(control_string),
        Some(b'N' | b'O') => longer(|shifted| one(shifted, |byte| byte.is_ascii_graphic())),
        _ => ended(behind, count(behind, is_intermediate), b'0'..=b'~'),
    }
}

/// ECMA-48, section 5.4: parameter bytes, intermediate bytes, and a final one.
fn control_sequence(behind: &str) -> usize {
    let numbers = count(behind, |byte| matches!(byte, b'0'..=b'?'));
    let intermediates = count(&behind[numbers..], is_intermediate);
    ended(behind, numbers + intermediates, b'@'..=b'~')
}

/// ECMA-48, section 5.6, or ended by BEL as xterm has it. Without its end it is not one, and its
/// words are kept: Windows letters such as `ž`, read as Latin-1, begin with the same code.
fn control_string(behind: &str) -> usize {
    let is_end = |character: char| character.is_control() && character != '\t';
    let Some(length) = behind.find(is_end) else {
        return 0;
    };
    let end = |end: &&&str| behind[length..].starts_with(**end);
    STRING_ENDS
        .iter()
        .find(end)
        .map_or(0, |end| length + end.len())
}

fn is_intermediate(byte: u8) -> bool {
    matches!(byte, b' '..=b'/')
}

fn ended(behind: &str, length: usize, last: RangeInclusive<u8>) -> usize {
    length + one(&behind[length..], |byte| last.contains(&byte))
}

/// `foreground[,background]`, each of so many digits; a comma without a background is text.
fn colours(behind: &str, digits: RangeInclusive<usize>, is_digit: fn(u8) -> bool) -> usize {
    let colour = |text: &str| {
        let found = count(text, is_digit).min(*digits.end());
        if digits.contains(&found) { found } else { 0 }
    };
    let foreground = colour(behind);
    match behind[foreground..].strip_prefix(',').map(colour) {
        Some(background) if foreground > 0 && background > 0 => foreground + 1 + background,
        _ => foreground,
    }
}

/// How many bytes of tags behind a black flag make it the flag of a part of a country.
fn flag(behind: &str) -> usize {
    let tags = behind
        .chars()
        .take(*FLAG_TAGS.end())
        .take_while(|tag| matches!(tag, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}'))
        .count();
    let length = tags * CANCEL_TAG.len_utf8();
    match FLAG_TAGS.contains(&tags) && behind[length..].starts_with(CANCEL_TAG) {
        true => length + CANCEL_TAG.len_utf8(),
        false => 0,
    }
}

/// How many bytes at the front are all of one kind. The kinds are ASCII, so it never ends inside a
/// character.
fn count(text: &str, is_kind: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&byte| is_kind(byte)).count()
}

fn one(text: &str, is_kind: impl Fn(u8) -> bool) -> usize {
    usize::from(text.bytes().next().is_some_and(is_kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCOTLAND: &str = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";

    #[test]
    fn clean_text_is_borrowed() {
        let clean = [
            "",
            "morning all",
            "a\tb ~",
            "Grüße, José 李 \u{a0}½",
            "می\u{200c}خواهم",
            "👩\u{200d}💻 👍🏽 ❤\u{fe0f}",
            "e\u{301}",
            "שלום مرحبا",
            "\u{fffd}",
            "[31m 03,4 ]0;x \\",
            SCOTLAND,
            "\u{1f3f4} \u{1f3f4}\u{200d}☠\u{fe0f}",
        ];
        for text in clean {
            assert!(
                matches!(printable(text), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_not_printable_goes() {
        let cases = [
            // Controls, one by one.
            ("a\0b\u{8}c\r\nd\u{7f}e\u{85}f\u{80}", "abcdef"),
            // Escape sequences of every kind, and the 8-bit forms.
            ("a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("\u{1b}[2J\u{1b}[1;1Hx", "x"),
            ("\u{1b}[?25l\u{1b}[0 qx", "x"),
            ("\u{9b}31mx", "x"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://a/é\u{1b}\\x", "x"),
            ("\u{9d}0;title\u{9c}x", "x"),
            (
                "\u{1b}P1$r\u{1b}\\x\u{1b}_a\u{9c}\u{1b}^b\u{7}\u{1b}Xc\u{9c}",
                "x",
            ),
            (
                "\u{90}q\u{9c}\u{98}a\u{9c}\u{9e}b\u{9c}\u{9f}c\u{1b}\\x",
                "x",
            ),
            ("\u{1b}(B\u{1b}#8\u{1b}c\u{1b}7x", "x"),
            ("\u{1b}OP\u{1b}NAx", "x"),
            ("\u{1b}\u{1b}[A\u{1b}", ""),
            // Broken ones lose what was theirs so far; strings without an end keep their words.
            ("\u{1b}[31é", "é"),
            ("\u{1b}[3\u{1b}[1mx", "x"),
            ("\u{1b}é", "é"),
            ("\u{1b}]0;hello", "0;hello"),
            ("\u{1b}]0;a\u{1b}[1mb", "0;ab"),
            ("\u{9e}luť, \u{9e}ena", "luť, ena"),
            // Direction, separators, marks, tags, noncharacters.
            (
                "a\u{202e}b\u{202c}\u{2066}c\u{2069}\u{200e}\u{200f}\u{61c}",
                "abc",
            ),
            ("a\u{2028}b\u{2029}c\u{feff}\u{206a}\u{2065}d", "abcd"),
            ("\u{fdd0}\u{fffe}\u{ffff}\u{1ffff}\u{10fffe}x\u{fff9}", "x"),
            ("a\u{e0001}\u{e0061}\u{e0062}\u{e007f}", "a"),
            ("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", "\u{1f3f4}"),
            ("\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}", "\u{1f3f4}"),
            (
                "\u{1f3f4}\u{2}\u{e0067}\u{e0062}\u{e0073}\u{e007f}",
                "\u{1f3f4}",
            ),
            // IRC's formatting.
            ("\u{2}bold\u{f} \u{11}\u{16}\u{1d}\u{1e}\u{1f}x", "bold x"),
            ("\u{3}4red\u{3}", "red"),
            ("\u{3}04,12x\u{3}123\u{3},5", "x3,5"),
            ("\u{3}1,x\u{3}1,2,3", ",x,3"),
            (
                "\u{4}ff00FFx\u{4}ff00ff,00ff00y\u{4}ff00ff,00ffz",
                "xy,00ffz",
            ),
            ("\u{4}ff00fx\u{4}12345678", "ff00fx78"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_flag_has_room_for_a_place_and_no_more() {
        let flagged = |tags: usize| format!("\u{1f3f4}{}\u{e007f}", "\u{e0067}".repeat(tags));
        for tags in FLAG_TAGS {
            assert_eq!(printable(&flagged(tags)), flagged(tags));
        }
        for tags in [0, FLAG_TAGS.start() - 1, FLAG_TAGS.end() + 1, 1_000] {
            assert_eq!(printable(&flagged(tags)), "\u{1f3f4}");
        }
    }

    /// Said once more, by another rule than the code's.
    fn is_safe(text: &str) -> bool {
        let mut parts = text.split('\u{1f3f4}').map(|part| {
            let rest = part.trim_start_matches(is_tag);
            let tags = part[..part.len() - rest.len()].chars().count();
            (tags, rest.chars().all(is_visible))
        });
        let starts_well = parts
            .next()
            .is_none_or(|(tags, visible)| tags == 0 && visible);
        starts_well
            && parts.all(|(tags, visible)| visible && (tags == 0 || (4..=7).contains(&tags)))
    }

    fn is_tag(character: char) -> bool {
        ('\u{e0000}'..'\u{e0100}').contains(&character)
    }

    fn is_visible(character: char) -> bool {
        match u32::from(character) {
            0x09 => true,
            ..0x20 | 0x7f..0xa0 | 0x61c | 0x200e..=0x200f | 0x2028..=0x202e => false,
            0x2065..=0x206f | 0xfdd0..=0xfdef | 0xfeff | 0xe_0000..0xe_0100 => false,
            code => code % 0x1_0000 < 0xfffe,
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        let telling = "\u{1b}\u{1b}\u{1b}[]P^_XNO(\\m;07,afF 01238\u{7}\u{2}\u{3}\u{3}\u{4}\u{4}\
            \t\r\n\u{90}\u{98}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{202e}\u{200d}\u{1f3f4}\u{1f3f4}\
            \u{e0067}\u{e0067}\u{e0062}\u{e007f}\u{e007f}é👍\u{fffe}";
        let telling: Vec<char> = telling.chars().collect();
        let character = prop_oneof![8 => prop::sample::select(telling), 1 => any::<char>()];
        prop::collection::vec(character, 0..60).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn only_printable_text_and_tab_comes_out(text in any_text()) {
            let once = printable(&text);
            prop_assert!(is_safe(&once), "{once:?}");
            prop_assert!(matches!(printable(&once), Cow::Borrowed(same) if same == once));
            prop_assert_eq!(matches!(once, Cow::Borrowed(_)), once == text);
        }
    }
}
