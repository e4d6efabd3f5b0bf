//! Which words find which lines.

use hallway::chat::account::AccountId;
use hallway::chat::vocabulary::{ConversationId, Told};
use hallway::store::vocabulary::{Asker, End, Query, Scope, Wanted};

use crate::lines::*;
use crate::shelf::Shelf;

#[test]
fn words_find_lines() {
    let shelf = Shelf::new();
    #[rustfmt::skip]
    let lines = [
        (1,  "The printer on floor 3 is jammed"),
        (2,  "le café près de l'Élysée"),
        (3,  "nai\u{308}ve Straße"),
        (4,  "printer-3 and plan_b OR c*"),
        (5,  "今日は東京都で会議"),
        (6,  "カタカナとﾊﾝｶｸ"),
        (7,  "ประชุมที่ห้องใหญ่"),
        (8,  "ປະຊຸມ ភ្នំពេញ မြန်မာ"),
        (9,  "PC東京, dann 京都"),
        (10, "한국어 문장"),
        (11, "a o1 n677573 c1"),
    ];
    shelf.give([begun(1, "#desk")]);
    shelf.give(lines.map(|(ms, text)| record(line(ms, text))));
    shelf.settle();
    #[rustfmt::skip]
    let cases: &[(&str, &[u64])] = &[
        ("printer", &[1, 4]), ("PRINT", &[1, 4]), ("jam printer", &[1]), ("rinter", &[]),
        ("cafe", &[2]), ("ca", &[]), ("pri", &[1, 4]), ("pr", &[]), ("is", &[1]), ("CAFÉ", &[2]), ("cafe\u{301}", &[2]), ("elysee", &[2]), ("pres", &[2]),
        ("naive", &[3]), ("strasse", &[]), ("straße", &[3]),
        ("printer-3", &[4]), ("3", &[1, 4]), ("plan_b", &[4]), ("OR", &[4]), ("c*", &[4]), ("c", &[4]),
        ("printer OR café", &[]), ("NOT", &[]), ("\"printer", &[1, 4]), ("words:printer", &[]),
        ("(printer", &[1, 4]), ("jammed NEAR(printer)", &[]), ("^the", &[1]), ("'; DROP", &[]),
        ("東京", &[5, 9]), ("東京都", &[5]), ("京都", &[5, 9]), ("会議", &[5]), ("京", &[5, 9]),
        ("議", &[5]), ("今日は東京", &[5]), ("都東", &[]), ("東京 会議", &[5]), ("東都", &[]),
        ("カナと", &[6]), ("ﾊﾝ", &[6]), ("ประชุม", &[7]), ("ห้อง", &[7]), ("ที่", &[7]), ("มห", &[]),
        ("ຊຸມ", &[8]), ("ភ្នំ", &[8]), ("မာ", &[8]), ("pc東京", &[9]), ("pc", &[9]), ("문장", &[10]),
        ("한국", &[10]), ("국어", &[10]), ("장", &[10]), ("", &[]), ("  ", &[]), ("☕ -", &[]), ("o1", &[11]), ("n677573", &[11]),
    ];
    for (words, expected) in cases {
        let found = shelf.found(guest(), search(of_channel("#desk", Some(1)), words));
        assert_eq!(found, *expected, "{words:?}");
    }
}

/// See `store/search.rs`: what is that common is looked for as it stands.
const COMMON_LINES: u64 = 10_000;

#[test]
fn whole_words_are_preferred_and_common_ones_begin_no_others() {
    let shelf = Shelf::new();
    let say = |ms: u64, text: &str| record(line(ms, text));
    let found = |words: &str, limit: usize| {
        let mut wanted = search(of_channel("#desk", Some(1)), words);
        if let Query::Lines(wanted) = &mut wanted {
            wanted.limit = limit;
        }
        shelf.found(guest(), wanted)
    };
    shelf.give([begun(1, "#desk")]);
    shelf.give([
        say(1, "the alarm is loud"),
        say(2, "two alarms tonight"),
        say(3, "an alarm tonight"),
    ]);
    shelf.settle();
    assert_eq!(found("alarm", 2), [1, 3], "there are enough");
    assert_eq!(found("alarm", 3), [1, 2, 3], "there are not");
    for ms in 4..COMMON_LINES + 2 {
        shelf.give([say(ms, "alarm")]);
        if ms % 1_000 == 0 {
            shelf.settle();
        }
    }
    shelf.settle();
    assert_eq!(found("alarm tonig", 2), [2, 3], "10,000 lines have it");
    shelf.give([say(COMMON_LINES + 2, "alarm")]);
    shelf.settle();
    assert_eq!(found("alarm tonig", 2), [3], "one more has it");
}

#[test]
fn words_from_somebody_between_and_of_what_happened() {
    let shelf = Shelf::new();
    let mut topic = line(4, "");
    topic.told = Told::Topic("about printers".into());
    shelf.give([begun(1, "#desk")]);
    shelf.give(
        [
            by("[a]", None, line(1, "printer")),
            by("{a}", Some(5), line(2, "printer")),
            by("[A]", None, line(3, "else")),
            topic,
        ]
        .map(record),
    );
    shelf.settle();
    let asked = |words: Option<&str>, by: Option<&str>, events| {
        let wanted = Wanted {
            words: words.map(str::to_owned),
            by: by.map(nick),
            events,
            ..wanted(of_channel("#desk", Some(1)))
        };
        shelf.asked(guest(), wanted)
    };
    assert_eq!(asked(Some("printer"), None, false), [1, 2]);
    assert_eq!(asked(Some("printer"), None, true), [1, 2, 4]);
    assert_eq!(asked(Some("printer"), Some("[a]"), true), [1]);
    assert_eq!(asked(None, Some("[a]"), true), [1, 3]);
    assert_eq!(asked(None, Some("gus"), true), [4]);
    assert_eq!(asked(None, Some("gus"), false), []);
}

#[test]
fn a_common_word_elsewhere_uses_up_nothing() {
    let shelf = Shelf::new();
    shelf.give([begun(1, "#mine"), begun(2, "#theirs")]);
    shelf.give((1..=3).map(|ms| record(line(ms, "printer jam"))));
    shelf.give((4..=900).map(|ms| record(in_conversation(2, line(ms, "printer jam")))));
    shelf.settle();
    let scope = || Scope::Everywhere(vec![ConversationId(1)]);
    assert_eq!(
        shelf.found(guest(), search(scope(), "printer jam")),
        [1, 2, 3]
    );
}

#[test]
fn more_places_than_one_look_names() {
    let shelf = Shelf::new();
    let places = 1..=1_000;
    shelf.give(places.clone().map(|n| begun(n, &format!("#c{n}"))));
    shelf.give(
        places
            .clone()
            .map(|n| record(in_conversation(n, line(n, "printer")))),
    );
    shelf.settle();
    let scope = Scope::Everywhere(places.map(ConversationId).collect());
    let asker = || Asker {
        not_before_ms: 100,
        ..guest()
    };
    let newest: Vec<u64> = (951..=1_000).collect();
    assert_eq!(
        shelf.found(asker(), search(scope.clone(), "printer")),
        newest
    );
    let oldest = Wanted {
        words: Some("prin".to_owned()),
        end: End::Oldest,
        ..wanted(scope.clone())
    };
    let expected: Vec<u64> = (100..150).collect();
    assert_eq!(shelf.found(asker(), Query::Lines(oldest)), expected);
    assert_eq!(shelf.newest(asker(), scope), newest);
}

#[test]
fn private_words_are_found_by_those_two_alone() {
    let shelf = Shelf::new();
    shelf.give([
        record(private(1, 5, 6, "secret")),
        record(private(2, 6, 7, "secret")),
    ]);
    shelf.settle();
    let everywhere = || search(Scope::Everywhere(Vec::new()), "secret");
    let cases: [(Asker, &[u64]); 5] = [
        (account(5), &[1]),
        (account(6), &[1, 2]),
        (account(7), &[2]),
        (account(8), &[]),
        (guest(), &[]),
    ];
    for (asker, expected) in cases {
        assert_eq!(
            shelf.found(asker.clone(), everywhere()),
            expected,
            "{asker:?}"
        );
    }
    let with = |other| search(Scope::With(AccountId(other)), "secret");
    assert_eq!(shelf.found(account(6), with(7)), [2]);
    assert_eq!(shelf.found(account(5), with(7)), []);
}
