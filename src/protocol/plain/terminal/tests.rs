use super::*;
use proptest::prelude::*;

type Items = Vec<Heard<'static>>;

fn owned(heard: Heard<'_>) -> Heard<'static> {
    match heard {
        Heard::Line(Typed { text }) => line(&text),
        Heard::TooLong => Heard::TooLong,
        Heard::NotUtf8(text) => Heard::NotUtf8(text),
        Heard::Answer(answer) => Heard::Answer(answer),
        Heard::TlsHello => Heard::TlsHello,
        Heard::HttpRequest => Heard::HttpRequest,
    }
}

fn line(text: &str) -> Heard<'static> {
    let text = Cow::Owned(text.to_owned());
    Heard::Line(Typed { text })
}

fn lines<const N: usize>(texts: [&str; N]) -> Items {
    texts.map(line).into()
}

fn answer(verb: u8, option: u8) -> Heard<'static> {
    Heard::Answer(Answer::Negotiation([IAC, verb, option]))
}

fn hear_all<'i>(terminal: &mut Terminal, pieces: impl IntoIterator<Item = &'i [u8]>) -> Items {
    let mut items = Vec::new();
    for mut bytes in pieces {
        while let Some(heard) = terminal.hear(&mut bytes) {
            items.push(owned(heard));
            assert_small(terminal);
        }
        assert!(bytes.is_empty());
        assert_small(terminal);
    }
    items
}

fn assert_small(terminal: &Terminal) {
    assert!(terminal.line.capacity() <= LINE_BYTES_MAX);
    assert!(terminal.line.capacity() == 0 || !terminal.line.is_empty());
}

/// All items of an input, the one at its end included.
fn heard<'i>(pieces: impl IntoIterator<Item = &'i [u8]>) -> Items {
    let mut terminal = Terminal::new();
    let mut items = hear_all(&mut terminal, pieces);
    items.extend(terminal.finish());
    assert_eq!(terminal.finish(), None);
    assert_eq!(terminal.line.capacity(), 0);
    items
}

/// Whole, byte by byte, split in every two places, and with junk behind.
fn check(input: &[u8], expected: &[Heard<'_>]) {
    let name = input.escape_ascii();
    assert_eq!(heard([input]), expected, "whole: {name}");
    assert_eq!(heard(input.chunks(1)), expected, "byte by byte: {name}");
    for first in 0..=input.len() {
        for second in first..=input.len() {
            let pieces = [&input[..first], &input[first..second], &input[second..]];
            assert_eq!(
                heard(pieces),
                expected,
                "split at {first} and {second}: {name}"
            );
        }
    }
    let before_end = hear_all(&mut Terminal::new(), [input]);
    let with_junk = [input, b"\0junk\xff\xfd\x01\x15\xe9\r\n\xff"].concat();
    assert!(
        heard([&with_junk[..]]).starts_with(&before_end),
        "junk behind: {name}"
    );
}

fn check_table(table: &[(&[u8], Items)]) {
    for (input, expected) in table {
        check(input, expected);
    }
}

#[test]
fn a_terminal_is_small() {
    assert!(size_of::<Terminal>() <= 40, "{}", size_of::<Terminal>());
}

#[test]
fn every_end_ends_one_line() {
    check_table(&[
        (b"", lines([])),
        (b"a", lines(["a"])),
        (b"a\nb\r\nc\r\0d\re", lines(["a", "b", "c", "d", "e"])),
        (b"\n\r\n\r\0\r", lines(["", "", "", ""])),
        (b"\r\r\n\n\r", lines(["", "", "", ""])),
        (b"a\n\rb\n", lines(["a", "", "b"])),
        (b"a\r\n\0b\n", lines(["a", "\0b"])),
        (b"a\r\xff\xf1\nb\n", lines(["a", "b"])),
        (b"a\r\x08\nb\n", lines(["a", "", "b"])),
        (b"a\0b\x1b[A\n", lines(["a\0b\u{1b}[A"])),
    ]);
}

#[test]
fn a_line_is_utf_8_or_else_latin_1() {
    check_table(&[
        ("é 李 😀\n".as_bytes(), lines(["é 李 😀"])),
        (b"caf\xe9\nna\xefve", lines(["café", "naïve"])),
        (b"x\n\xe9\xa9 \xc3\xa9\r\ny", lines(["x", "é© Ã©", "y"])),
        (b"\xed\xa0\x80\n", lines(["í\u{a0}\u{80}"])),
        (b"\xc3", lines(["Ã"])),
        (
            b"\xef\xbb\xbfann\n\xef\xbb\xbfx\n",
            lines(["ann", "\u{feff}x"]),
        ),
        (b"\xef\xbb\xbf", lines([])),
        (b"\xef\xbb", lines(["ï»"])),
    ]);
}

#[test]
fn lines_can_be_edited() {
    check_table(&[
        (b"ab\x08c\x7fd\n", lines(["ad"])),
        (b"x\n\x08\x7f\x15\x17a\n", lines(["x", "a"])),
        ("aé\u{8}b李\u{7f}😀\u{8}\n".as_bytes(), lines(["ab"])),
        ("ae\u{301}\u{8}b👍🏽\u{8}\n".as_bytes(), lines(["ab"])),
        ("\u{301}\u{8}x".as_bytes(), lines(["x"])),
        (b"caf\xe9\x08e\n", lines(["cafe"])),
        (b"\xe9\xcc\x81\x08\n", lines(["é"])),
        (b"one two\x15three\n", lines(["three"])),
        (b"one two  \x17six\n", lines(["one six"])),
        (b"one\ttwo\x17\x17\x17x", lines(["x"])),
        (b"one\x15", lines([])),
        (b"ab\xff\xf7c\xff\xf8d\n", lines(["d"])),
    ]);
}

#[test]
fn telnet_is_answered_and_left_out() {
    let present = || Heard::Answer(Answer::Present);
    check_table(&[
        (
            b"a\xff\xfb\x1fb\xff\xfa\x1f\0\x50\xff\xff\n\x18\xff\xf0c\n",
            vec![answer(254, 31), line("abc")],
        ),
        (
            b"\xff\xfd\x01\xff\xfd\x03\xff\xfd\x06\xff\xfe\x01\xff\xfc\x03\n",
            vec![answer(252, 1), answer(252, 3), answer(251, 6), line("")],
        ),
        (b"a\xff\xf6b\n", vec![present(), line("ab")]),
        (b"a\xff\xf4b\n", lines(["b"])),
        (b"a\xff\xf3b\xff\xeec\n", lines(["c"])),
        (b"a\xff\xf4\xff\xfd\x06b\n", vec![answer(251, 6), line("b")]),
        (
            b"a\xff\xf1\xff\xf2\xff\xf5\xff\xf9\xff\xec\xff\xed\xff\xef\xff\xf0b\n",
            lines(["ab"]),
        ),
        (b"a\xff\xffb\xff \xff\nc", lines(["aÿbÿ ÿ", "c"])),
        (b"a\r\xff\nb\xff\x08\n\xff", lines(["a", "ÿ", "b", "ÿ"])),
        (b"a\xff\xfa\x18b\nc\n", lines(["a"])),
        (b"a\xff\xfd", lines(["a"])),
    ]);
}

#[test]
fn a_command_inside_a_character_does_not_cost_the_line() {
    check_table(&[
        // Debian's telnet, sent "a😃b": its last byte looks like ^C.
        (
            b"a\xf0\x9f\x98\xff\xf4\xff\xfd\x06b\r\n",
            vec![answer(251, 6), line("a\u{fffd}b")],
        ),
        (
            b"a\xc3\xff\xf5\xff\xfd\x06b\xc3\xa9\n",
            vec![answer(251, 6), line("a\u{fffd}bé")],
        ),
        (b"\xc3\xff\xf8\xff\xf7\xff\xf3b\n", lines(["\u{fffd}b"])),
        (b"\xc3\xff\xf1\xa9\n", lines(["é"])),
        (b"\xc3\xff\xf1x\x15\xe9\n\xe9\n", lines(["é", "é"])),
        (b"\xc3\xff\xf1x\n\xe9\n", lines(["\u{fffd}x", "é"])),
        // Between characters a command is a command, and Latin-1 stays Latin-1.
        (b"\xc3\xa9\xff\xf1\xe9\n", lines(["Ã©é"])),
        (b"\xc3\xa9\xff\xf4x\n", lines(["x"])),
    ]);
}

#[test]
fn other_protocols_are_recognised_and_then_not_heard() {
    check_table(&[
        (b"\x16\x03\x01\x02\0\n\n", vec![Heard::TlsHello]),
        (b"\x16\x03", vec![Heard::TlsHello]),
        (b"\x16", lines(["\u{16}"])),
        (b"\x16a\x16\x03\n", lines(["\u{16}a\u{16}\u{3}"])),
        (
            b"a\x16\x03\n\x16\x03\n",
            lines(["a\u{16}\u{3}", "\u{16}\u{3}"]),
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", vec![Heard::HttpRequest]),
        (b"OPTIONS * HTTP/1.0", vec![Heard::HttpRequest]),
        (b"hi\nGET / HTTP/1.1\n", lines(["hi", "GET / HTTP/1.1"])),
    ]);
}

#[test]
fn an_http_request_line_has_three_words() {
    for method in [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PRI",
    ] {
        let request = format!("{method} /a%20b HTTP/2.0\r\n");
        assert_eq!(heard([request.as_bytes()]), [Heard::HttpRequest]);
    }
    let names = [
        "GET",
        "GET /",
        "GET / HTTP",
        "GET  HTTP/1.1",
        "get / HTTP/1.1",
        "GET / HTTP/1.1 x",
        "GET / HTTP/11",
    ];
    for name in names {
        assert_eq!(heard([name.as_bytes()]), [line(name)]);
    }
}

/// `before`, so many bytes more than the limit, `behind`; whole, byte by byte and in uneven
/// pieces.
fn hear_long(before: &[u8], beyond: usize, behind: &[u8]) -> Items {
    let input = [before, &vec![b'x'; LINE_BYTES_MAX + beyond], behind].concat();
    let whole = heard([&input[..]]);
    for piece in [1, 7, 1_000, LINE_BYTES_MAX, LINE_BYTES_MAX + 1] {
        assert_eq!(heard(input.chunks(piece)), whole);
    }
    whole
}

#[test]
fn one_byte_too_many_refuses_the_whole_line() {
    let longest = "x".repeat(LINE_BYTES_MAX);
    for before in [&b""[..], b"\n", b"\xef\xbb\xbf"] {
        let earlier = lines([""]).into_iter().take(usize::from(before == b"\n"));
        let with = |items: [Heard<'static>; 2]| Items::from_iter(earlier.clone().chain(items));
        assert_eq!(
            hear_long(before, 0, b"\r\nb"),
            with([line(&longest), line("b")])
        );
        assert_eq!(
            hear_long(before, 0, b"\nb"),
            with([line(&longest), line("b")])
        );
        assert_eq!(
            hear_long(before, 1, b"\r\nb"),
            with([Heard::TooLong, line("b")])
        );
        assert_eq!(
            hear_long(before, 9_999, b"\nb"),
            with([Heard::TooLong, line("b")])
        );
        assert_eq!(hear_long(before, 1, b"")[earlier.len()..], [Heard::TooLong]);
    }
}

#[test]
fn editing_makes_room_but_revives_nothing() {
    let longest = "x".repeat(LINE_BYTES_MAX);
    assert_eq!(hear_long(b"y\n", 0, b"\x08x\n")[1..], [line(&longest)]);
    assert_eq!(hear_long(b"y\n", 0, b"\xff\x08\n")[1..], [Heard::TooLong]);
    for edit in [
        &b"\x08"[..],
        b"\x7f\x7f",
        b"\x15",
        b"\x17",
        b"\xff\xf7",
        b"\xff\xf8",
        b"\xff\xf4",
    ] {
        let behind = [edit, b"z\nb"].concat();
        assert_eq!(hear_long(b"", 1, &behind), [Heard::TooLong, line("b")]);
    }
}

#[test]
fn a_whole_line_is_not_copied() {
    let mut terminal = Terminal::new();
    let mut bytes = &b"ann\nmorning\r\nb"[..];
    terminal.hear(&mut bytes);
    let second = terminal.hear(&mut bytes);
    assert!(matches!(
        second,
        Some(Heard::Line(Typed {
            text: Cow::Borrowed("morning")
        }))
    ));
    assert_eq!(bytes, b"\nb");
    assert_eq!(terminal.line.capacity(), 0);
    assert_eq!(terminal.hear(&mut bytes), None);
    assert_eq!(terminal.line, b"b");
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let telling = [
        &b"\r\n\r\n\0\x08\x7f\x15\x17 ab\x16\x03\xff\xff\xff\xff"[..],
        b"\xfa\xf0\xfb\xfd\xfe\xfc\xf4\xf6\xf7\xf8\x06\x01",
        "é😃\u{301}".as_bytes(),
    ];
    let byte = prop_oneof![6 => prop::sample::select(telling.concat()), 1 => any::<u8>()];
    let lengths = prop::sample::select(vec![LINE_BYTES_MAX - 1, LINE_BYTES_MAX, 50]);
    let piece = prop_oneof![
        8 => prop::collection::vec(byte, 1..8),
        1 => lengths.prop_map(|length| vec![b'x'; length]),
        1 => Just("😃".as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn pieces_make_no_difference(
        bytes in any_bytes(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let whole = heard([&bytes[..]]);
        prop_assert_eq!(&heard(bytes.chunks(1)), &whole);
        prop_assert_eq!(&heard(cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]])), &whole);
    }

    #[test]
    fn no_more_answers_than_commands(bytes in any_bytes()) {
        let items = heard([&bytes[..]]);
        let answers = items.iter().filter(|item| matches!(item, Heard::Answer(_))).count();
        prop_assert!(answers <= bytes.iter().filter(|&&byte| byte == IAC).count());
    }

    #[test]
    fn clean_lines_are_heard_as_typed(
        texts in prop::collection::vec("[a-zé李😃 ]{0,9}", 0..9),
    ) {
        let input: String = texts.iter().map(|text| format!("{text}\r\n")).collect();
        let expected: Items = texts.iter().map(|text| line(text)).collect();
        prop_assert_eq!(heard([input.as_bytes()]), expected);
    }
}
