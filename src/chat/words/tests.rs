use super::*;
use Until::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn words_are_sorted_into_kinds() {
    #[rustfmt::skip]
    let cases: &[(Kind, &[&str])] = &[
        (Kind::Lunch, &[
            "at Lunch", "at Lunch til 1", "Out to lunch", "LUNCH!!!", "I'm at lunch",
            "i’m having lunch", "gone to lunch", "afk - lunch",
            "Sorry, just grabbing a quick bite", "late lunch", "team lunch", "lunch/dentist",
            "breakfast", "(lunch)", "lunch break",
        ]),
        (Kind::Busy, &[
            "busy", "I am busy", "very busy", "Busy, in a meeting", "do not disturb",
            "Do-not-disturb", "Please do not disturb", "DND", "don't disturb", "Don’t disturb",
            "leave me alone", "with a customer", "working on the quarter",
        ]),
        (Kind::Meeting, &[
            "Meeting", "in a meeting", "In the weekly staff meeting", "meetings all day",
            "lunch meeting", "back-to-back", "off to a meeting", "stand-up",
            "in a video conference", "mtg w/ Bob",
        ]),
        (Kind::Training, &[
            "Training", "in training", "at a training course", "on a course", "e-learning",
            "lunch and learn", "at the workshop on Excel", "teaching",
        ]),
        (Kind::Phone, &[
            "phone", "on the phone", "I'm on the phone", "on a call", "conference call",
            "calling Bob", "on the line", "quick phone call",
        ]),
        (Kind::Break, &[
            "break", "on a break", "brb", "BRB!", "coffee", "getting some coffee",
            "out for a smoke", "I'll be right back", "be back soon", "call of nature",
            "going for a walk", "some air",
        ]),
        (Kind::Gone, &[
            "gone", "Away", "afk", "home", "at home", "gone home", "sick", "off sick",
            "home sick", "ill", "out of office", "OOO", "out", "on holiday", "on leave",
            "annual leave", "on a business trip", "business trip", "at the dentist's",
            "I'm off", "day off", "auto-away after 10 minutes", "not at my desk",
            "on the train", "school run",
        ]),
        (Kind::Other, &[
            "", "...", "business as usual", "businesslike", "phoney", "breakdown on floor 3",
            "outside", "meet me in the lobby", "teammates", "trainee day", "callous",
            "homework", "offline", "awaydays", "lunchbox", "not busy", "no meetings", "on call",
            "call me on 123", "working from home", "home office", "off the phone",
            "leave a message", "I'll be late", "the", "i'm", "gestern", "李",
        ]),
    ];
    for (kind, texts) in cases {
        for text in *texts {
            assert_eq!(kind_of(text), *kind, "{text:?}");
        }
    }
}

#[test]
fn the_tables_of_kinds_are_sound() {
    let mut seen = BTreeSet::new();
    for &(kind, prefixes) in KINDS {
        for &prefix in prefixes {
            assert_eq!(kind_of(prefix), kind, "{prefix}");
            assert_eq!(spoken(prefix).join(" "), prefix);
            assert!(seen.insert(prefix), "{prefix} stands twice");
        }
    }
    assert_eq!(
        KINDS
            .iter()
            .map(|(kind, _)| kind)
            .collect::<BTreeSet<_>>()
            .len(),
        KINDS.len()
    );
    assert_eq!(FILLERS.iter().collect::<BTreeSet<_>>().len(), FILLERS.len());
    assert!(FILLERS.iter().all(|filler| spoken(filler) == [*filler]));
}

#[test]
fn only_the_first_words_tell_the_kind() {
    let late = |fillers| "so ".repeat(fillers) + "busy";
    assert_eq!(kind_of(&late(KIND_WORDS_MAX - 1)), Kind::Busy);
    assert_eq!(kind_of(&late(KIND_WORDS_MAX)), Kind::Other);
}

#[test]
fn kinds_are_stored_and_shown_by_their_word() {
    assert_eq!(Kind::Lunch.as_str(), "lunch");
    for &(kind, _) in KINDS {
        let stored = postcard::to_stdvec(&kind).unwrap();
        assert_eq!(postcard::from_bytes::<Kind>(&stored).unwrap(), kind);
        assert_eq!(format!("{kind:?}").to_lowercase(), kind.as_str());
    }
}

fn at(hour: u8, minute: u8) -> Option<Until> {
    Some(Clock { hour, minute })
}

fn next(hour: u8, minute: u8) -> Option<Until> {
    Some(OClock { hour, minute })
}

fn in_minutes(minutes: u32) -> Option<Until> {
    Some(For { minutes })
}

#[test]
fn phrases_say_until_when() {
    #[rustfmt::skip]
    let cases = [
        ("until 13:00",   at(13, 0)),  ("until 09:15",    at(9, 15)),  ("UNTIL 01:30",   at(1, 30)),
        ("till 1",        next(1, 0)), ("til 1",          next(1, 0)), ("'til 9:15",     next(9, 15)),
        ("’til 12",       next(12, 0)), ("until 09",      next(9, 0)), ("until 1 o'clock", next(1, 0)),
        ("until 13",      at(13, 0)),  ("until 0",        at(0, 0)),   ("until 0:30",    at(0, 30)),
        ("until 23",      at(23, 0)),  ("until 23:59",    at(23, 59)), ("until 24:00",   at(0, 0)),
        ("til 1pm",       at(13, 0)),  ("until 1:30pm",   at(13, 30)), ("until 1.30 PM", at(13, 30)),
        ("until 01:30pm", at(13, 30)), ("until 12am",     at(0, 0)),   ("until 12 p.m.", at(12, 0)),
        ("until noon",    at(12, 0)),  ("until midnight", at(0, 0)),   ("until midday.", at(12, 0)),
        ("back at 14:00", at(14, 0)),  ("be back by 2",   next(2, 0)), ("I’ll be back at 2pm", at(14, 0)),
        ("(until 13:00)", at(13, 0)),  ("until   1  pm!", at(13, 0)),  ("until\t13:00",  at(13, 0)),
        ("for 45m",       in_minutes(45)),  ("for 45 min",     in_minutes(45)),  ("for 45 minutes", in_minutes(45)),
        ("for 2h",        in_minutes(120)), ("for 1h30",       in_minutes(90)),  ("for 1h30m",      in_minutes(90)),
        ("for 1h 30 min", in_minutes(90)),  ("for 1.5 hours",  in_minutes(90)),  ("for 1,25 h",     in_minutes(75)),
        ("for an hour",   in_minutes(60)),  ("For Half An Hour", in_minutes(30)), ("for an hour and a half", in_minutes(90)),
        ("for two hours", in_minutes(120)), ("for 2 hours and 15 minutes", in_minutes(135)), ("back in 10 mins", in_minutes(10)),
        ("for 3 days",    in_minutes(4320)), ("for 1d 2h 3m",  in_minutes(1563)), ("for 2 weeks",   in_minutes(20_160)),
    ];
    for (phrase, until) in cases {
        assert_eq!(split_until(phrase), ("", until), "{phrase}");
        assert_eq!(
            split_until(&format!("At lunch {phrase} ")),
            ("At lunch", until),
            "{phrase}"
        );
    }
}

#[test]
fn what_cannot_be_read_as_a_phrase_is_words() {
    #[rustfmt::skip]
    let cases = [
        "", " ", "At lunch", "until", "until ", "until the cows come home", "until 25:00",
        "until 24", "until 24:01", "until 13:60", "until 1:5", "until 1:300", "until :30",
        "until 1:", "until 013:00", "until +1", "until 13pm", "until 0am", "until pm",
        "until 10.12", "until 10.12.", "until 2030", "until 13:00 or so", "until noonish",
        "until 13:00:00", "until １３:00", "unlit 13:00", "fountil 13:00", "13:00", "for",
        "for ever", "for lunch", "for 5", "for 0m", "for 0.001h", "for 1.555h", "for 1. h",
        "for -5m", "for 5 people", "for 30 seconds", "for a minute", "for the day", "for 1h60",
        "for 5m30", "for 1h and", "for 99999999999999999999h", "for 18446744073709551615m",
        "back", "back at", "back at my desk", "back in 5", "gone back in time",
        "lunch (until 13:00", "until 13:00 (maybe)",
    ];
    for text in cases {
        assert_eq!(split_until(text), (text, None));
    }
}

#[test]
fn the_words_before_a_phrase_are_left_as_they_are() {
    #[rustfmt::skip]
    let cases = [
        ("At lunch, until 13:00", "At lunch"),
        ("At lunch - until 13:00", "At lunch"),
        ("At lunch – back at 13:00", "At lunch"),
        ("Busy;until 13:00", "Busy"),
        ("  two  spaces  till 13:00", "  two  spaces"),
        ("lunch! (til 13:00)", "lunch!"),
        ("until 9 until 13:00", "until 9"),
        ("from 12 until 13:00", "from 12"),
        ("for 2h until 13:00", "for 2h"),
        ("Déjeuner 🥗 until 13:00", "Déjeuner 🥗"),
    ];
    for (text, words) in cases {
        assert_eq!(split_until(text), (words, at(13, 0)), "{text}");
    }
    assert_eq!(split_until("at Lunch til 1"), ("at Lunch", next(1, 0)));
}

#[test]
fn a_phrase_has_its_length() {
    let padded = |bytes: usize| format!("until{:>width$}", "13:00", width = bytes - "until".len());
    assert_eq!(split_until(&padded(PHRASE_BYTES_MAX)), ("", at(13, 0)));
    let text = padded(PHRASE_BYTES_MAX + 1);
    assert_eq!(split_until(&text), (text.as_str(), None));
}

#[test]
fn an_absence_has_its_limit() {
    assert_eq!(split_until("for 366 days").1, in_minutes(UNTIL_MINUTES_MAX));
    assert_eq!(
        split_until("for 527040 min").1,
        in_minutes(UNTIL_MINUTES_MAX)
    );
    assert_eq!(split_until("for 527041 min").1, None);
    assert_eq!(split_until("for 366 days 1 min").1, None);
}

#[test]
fn phrases_mean_moments() {
    let berlin = Zone::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap());
    let ms =
        |text: &str| u64::try_from(text.parse::<Timestamp>().unwrap().as_millisecond()).unwrap();
    #[rustfmt::skip]
    let cases = [
        // said at (local time is an hour ahead), said, meant
        ("2026-11-23T11:20:30Z", "until 13:00",   "2026-11-23T12:00:00Z"),
        ("2026-11-23T12:00:00Z", "until 13:00",   "2026-11-24T12:00:00Z"),
        ("2026-11-23T11:20:30Z", "until 01:00",   "2026-11-24T00:00:00Z"),
        ("2026-11-23T11:20:30Z", "til 1",         "2026-11-23T12:00:00Z"),
        ("2026-11-23T12:20:30Z", "til 1",         "2026-11-24T00:00:00Z"),
        ("2026-11-23T10:20:30Z", "til 12",        "2026-11-23T11:00:00Z"),
        ("2026-11-23T11:20:30Z", "til 12",        "2026-11-23T23:00:00Z"),
        ("2026-11-23T11:20:30Z", "until noon",    "2026-11-24T11:00:00Z"),
        ("2026-11-23T11:20:30Z", "for 45 min",    "2026-11-23T12:05:30Z"),
        ("2026-11-23T11:20:30Z", "for 3 days",    "2026-11-26T11:20:30Z"),
    ];
    for (said_at, said, meant) in cases {
        let now = Now {
            mono_ms: 0,
            wall_ms: ms(said_at),
        };
        let until = split_until(said).1.unwrap();
        assert_eq!(until.moment(now, &berlin), ms(meant), "{said} at {said_at}");
    }
}

proptest! {
    #[test]
    fn any_text_is_words_and_perhaps_a_phrase(
        text in "(\\PC|[ ,-]| until | for | back in |'til |[0-9:.]|and|pm|h|min|half an hour|[()]){0,20}|.{0,200}"
    ) {
        let (words, until) = split_until(&text);
        prop_assert!(text.starts_with(words));
        prop_assert!(until.is_some() || words == text);
        prop_assert!(until.is_none() || !words.ends_with(joins));
        kind_of(&text);
    }

    #[test]
    fn every_time_of_day_can_be_said(words in "[a-z]{1,8}( [a-z]{1,8}){0,3}", hour in 0..24_u8, minute in 0..60_u8) {
        let text = format!("{words} until {hour:02}:{minute:02}");
        prop_assert_eq!(split_until(&text), (words.as_str(), at(hour, minute)));
    }

    #[test]
    fn a_moment_is_always_to_come(wall_ms in 0..4_102_444_800_000_u64, hour in 1..13_u8, minute in 0..60_u8, minutes in 1..=UNTIL_MINUTES_MAX) {
        let now = Now { mono_ms: 0, wall_ms };
        for until in [Clock { hour, minute }, OClock { hour, minute }, For { minutes }] {
            prop_assert!(until.moment(now, &Zone::utc()) > wall_ms);
        }
        let moment = OClock { hour, minute }.moment(now, &Zone::utc());
        prop_assert!(moment <= wall_ms + 12 * HOUR_MINUTES * MINUTE_MS);
    }
}
