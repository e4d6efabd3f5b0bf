//! A text that is longer than a message, in pieces: people on the plain protocol may write a
//! paragraph, and a text may have several lines (draft/multiline).

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it says.
    pub text: &'a str,
    /// It goes on with the line of the piece before it.
    pub concat: bool,
}

/// The text in pieces of at most `room` bytes: each line apart, cut at its seams, and a longer one
/// cut behind a blank, or if there is none between two characters.
pub fn pieces<'a>(text: &'a str, seams: &[u32], room: usize) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let end = at + line.len();
        let inside = seams.iter().map(|seam| *seam as usize);
        let inside = inside.filter(|seam| (at + 1..end).contains(seam));
        let mut start = at;
        for seam in inside.chain([end]) {
            cut_up(&text[start..seam], start > at, room, &mut pieces);
            start = seam;
        }
        at = end + 1;
    }
    pieces
}

fn cut_up<'a>(text: &'a str, mut concat: bool, room: usize, pieces: &mut Vec<Piece<'a>>) {
    let mut rest = text;
    while rest.len() > room {
        let (piece, behind) = rest.split_at(cut(rest, room));
        pieces.push(Piece {
            text: piece,
            concat,
        });
        (rest, concat) = (behind, true);
    }
    if !rest.is_empty() || !concat {
        pieces.push(Piece { text: rest, concat });
    }
}

fn cut(text: &str, room: usize) -> usize {
    let most = text.floor_char_boundary(room);
    let first = text.chars().next().map_or(0, char::len_utf8);
    match text[..most].rfind(' ') {
        Some(blank) => blank + 1,
        None => most.max(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(pieces: &[Piece<'_>]) -> String {
        let mut out = String::new();
        for (place, piece) in pieces.iter().enumerate() {
            if place > 0 && !piece.concat {
                out.push('\n');
            }
            out.push_str(piece.text);
        }
        out
    }

    #[test]
    fn lines_are_cut_behind_a_blank() {
        let texts =
            |text, room| -> Vec<&str> { pieces(text, &[], room).iter().map(|p| p.text).collect() };
        assert_eq!(texts("one two three", 9), ["one two ", "three"]);
        assert_eq!(texts("one\n\ntwo", 9), ["one", "", "two"]);
        assert_eq!(texts("onetwothree", 4), ["onet", "woth", "ree"]);
        assert_eq!(texts("ääää", 3), ["ä", "ä", "ä", "ä"]);
        assert_eq!(texts("ab ", 3), ["ab "]);
    }

    #[test]
    fn seams_stay_where_they_are() {
        let found = pieces("one two\nthree", &[4, 7, 10], 99);
        let expected = [
            ("one ", false),
            ("two", false),
            ("th", false),
            ("ree", true),
        ];
        let expected = expected.map(|(text, concat)| Piece {
            text,
            concat: concat || text == "two",
        });
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[a ä\n]*", room in 1..20_usize) {
            let pieces = pieces(&text, &[], room);
            prop_assert!(pieces.iter().all(|piece| piece.text.len() <= room.max(2)));
            prop_assert_eq!(joined(&pieces), text.clone());
        }
    }
}
