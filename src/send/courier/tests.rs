use super::*;

const NOTHING: &[&str] = &[];
const GREETING: &str = "> cron*|/ping hello|";

fn post(token: u64) -> Event {
    let line = Ok(format!("/msg #ops text {token}").into_bytes());
    Event::Post(Post {
        token,
        label: format!("line {token}"),
        quote: format!("\"text {token}\""),
        line,
    })
}

fn unsendable(token: u64) -> Event {
    let line = Err("it is too long".to_owned());
    Event::Post(Post {
        token,
        label: format!("line {token}"),
        quote: "\"text\"".into(),
        line,
    })
}

fn pong(token: impl ToString) -> Event {
    Event::Pong(token.to_string())
}

fn refusal(words: &str) -> Event {
    Event::Refusal(words.to_owned())
}

fn down() -> Event {
    Event::Down("the server closed it".to_owned())
}

fn sent(token: u64) -> String {
    format!("> /msg #ops text {token}|/ping {token}|")
}

/// What there was to do, a short line each.
fn done(courier: &mut Courier) -> Vec<String> {
    let told = |action| match action {
        Action::Connect => "connect".to_owned(),
        Action::Write(bytes) => {
            format!("> {}", String::from_utf8_lossy(&bytes).replace("\r\n", "|"))
        }
        Action::HalfClose => "half-close".to_owned(),
        Action::HangUp => "hang up".to_owned(),
        Action::Permit => "permit".to_owned(),
        Action::Say(sentence) => sentence,
        Action::Exit(status) => format!("exit {status}"),
    };
    std::iter::from_fn(|| courier.next_action())
        .map(told)
        .collect()
}

#[track_caller]
fn expect(
    courier: &mut Courier,
    events: impl IntoIterator<Item = Event>,
    actions: &[impl AsRef<str>],
) {
    events.into_iter().for_each(|event| courier.hear(event));
    let actions: Vec<&str> = actions.iter().map(AsRef::as_ref).collect();
    assert_eq!(done(courier), actions);
}

/// Nothing happens for one second less than this; then the actions do.
#[track_caller]
fn expect_after(courier: &mut Courier, seconds: u32, actions: &[&str]) {
    expect(courier, (1..seconds).map(|_| Event::Second), NOTHING);
    expect(courier, [Event::Second], actions);
}

fn setting_out(one_try: bool) -> Courier {
    let mut courier = Courier::new("chat:2323".into(), "cron*".into(), one_try);
    courier.start();
    expect(&mut courier, [], &["connect"]);
    courier
}

fn talking() -> Courier {
    let mut courier = setting_out(false);
    expect(&mut courier, [Event::Up, pong("hello")], &[GREETING]);
    courier
}

#[test]
fn a_line_is_sent_answered_and_followed_by_a_polite_end() {
    let mut courier = talking();
    assert!(!courier.is_waiting());
    expect(&mut courier, [post(1)], &[&sent(1)]);
    assert!(courier.is_waiting());
    expect(
        &mut courier,
        [pong("x"), pong(2), Event::Ended(None)],
        NOTHING,
    );
    expect(
        &mut courier,
        [pong(1)],
        &["permit", "> /quit|", "half-close"],
    );
    assert!(courier.is_waiting());
    expect(
        &mut courier,
        [refusal("Too late."), down()],
        &["hang up", "exit 0"],
    );
    expect(&mut courier, [Event::Second, post(2)], NOTHING);
}

#[test]
fn a_server_that_does_not_close_is_left() {
    let mut courier = talking();
    expect(
        &mut courier,
        [Event::Ended(None)],
        &["> /quit|", "half-close"],
    );
    expect_after(&mut courier, LEAVING_SECONDS, &["hang up", "exit 0"]);
}

#[test]
fn nothing_is_sent_before_the_name_is_taken_and_then_one_window() {
    let mut courier = setting_out(false);
    expect(&mut courier, (1..=40).map(post), NOTHING);
    expect(&mut courier, [Event::Up, pong(1)], &[GREETING]);
    let window: Vec<String> = (1..=WINDOW_LINES as u64).map(sent).collect();
    expect(&mut courier, [pong("hello")], &window);
    expect(&mut courier, [pong(1)], &["permit", &sent(33)]);
}

#[test]
fn a_refusal_belongs_to_the_oldest_line_and_is_remembered() {
    let mut courier = talking();
    expect(&mut courier, [refusal("Nothing was asked.")], NOTHING);
    expect(
        &mut courier,
        [post(1), post(2), pong(1)],
        &[&sent(1), &sent(2), "permit"],
    );
    let refused = "The server refused line 2: Nobody is called bob.";
    expect(
        &mut courier,
        [
            refusal("Nobody is called bob."),
            refusal("And so on."),
            pong(2),
        ],
        &[refused, "permit"],
    );
    expect(&mut courier, [post(3), pong(3)], &[&sent(3), "permit"]);
    expect(
        &mut courier,
        [Event::Ended(None), down()],
        &["> /quit|", "half-close", "hang up", "exit 1"],
    );
}

#[test]
fn what_cannot_be_sent_is_told_and_remembered() {
    let mut courier = talking();
    let told = "Cannot send line 1: it is too long: \"text\".";
    expect(
        &mut courier,
        [unsendable(1), post(2), pong(2)],
        &[told, "permit", &sent(2), "permit"],
    );
    let failure = Event::Ended(Some("is a directory".into()));
    let told = "The input could not be read to its end: is a directory.";
    expect(
        &mut courier,
        [failure, down()],
        &[told, "> /quit|", "half-close", "hang up", "exit 1"],
    );
}

#[test]
fn whatever_has_no_answer_is_sent_again_after_a_loss() {
    let mut courier = talking();
    expect(
        &mut courier,
        (1..=3).map(post),
        &[&sent(1), &sent(2), &sent(3)],
    );
    let lost = "Lost chat:2323: the server closed it; trying again until it is back.";
    expect(
        &mut courier,
        [pong(1), refusal("Forgotten."), down()],
        &["permit", "hang up", lost],
    );
    expect(&mut courier, [post(4)], NOTHING);
    expect_after(&mut courier, BACKOFF_SECONDS_MIN, &["connect"]);
    let again = ["Connected to chat:2323.", &sent(2), &sent(3), &sent(4)];
    expect(&mut courier, [Event::Up], &[GREETING]);
    expect(&mut courier, [pong("hello")], &again);
    expect(&mut courier, (2..=4).map(pong), &["permit"; 3]);
    expect(
        &mut courier,
        [Event::Ended(None), down()],
        &["> /quit|", "half-close", "hang up", "exit 0"],
    );
}

#[test]
fn the_wait_doubles_to_its_limit_and_is_told_once() {
    let mut courier = setting_out(false);
    let lost = "Cannot reach chat:2323: connection refused; trying again until it is back.";
    let refused = || Event::Down("connection refused".into());
    expect(&mut courier, [refused()], &["hang up", lost]);
    for seconds in [1, 2, 4, 8, 16, 30, 30] {
        expect_after(&mut courier, seconds, &["connect"]);
        expect(&mut courier, [refused()], &["hang up"]);
    }
    expect_after(&mut courier, BACKOFF_SECONDS_MAX, &["connect"]);
    expect(
        &mut courier,
        [Event::Up, pong("hello")],
        &[GREETING, "Connected to chat:2323."],
    );
    let lost = "Lost chat:2323: the server closed it; trying again until it is back.";
    expect(&mut courier, [down()], &["hang up", lost]);
    expect_after(&mut courier, BACKOFF_SECONDS_MIN, &["connect"]);
}

#[test]
fn silence_is_a_loss_only_where_an_answer_is_owed() {
    let lost = "Lost chat:2323: it has not answered for 15 seconds; trying again until it is back.";
    let mut courier = setting_out(false);
    expect(&mut courier, [Event::Up], &[GREETING]);
    expect_after(&mut courier, ANSWER_SECONDS, &["hang up", lost]);

    let mut courier = talking();
    expect(&mut courier, [post(1), post(2)], &[&sent(1), &sent(2)]);
    expect(
        &mut courier,
        (1..ANSWER_SECONDS).map(|_| Event::Second),
        NOTHING,
    );
    expect(&mut courier, [pong(1)], &["permit"]);
    expect_after(&mut courier, ANSWER_SECONDS, &["hang up", lost]);
}

#[test]
fn a_refused_name_is_final_only_at_first() {
    let mut courier = setting_out(false);
    let refused = "chat:2323 refused \"cron*\": That name is taken.";
    let left = "1 line was not delivered, or not acknowledged: line 1 \"text 1\".";
    let taken = || refusal("That name is taken.");
    expect(
        &mut courier,
        [post(1), Event::Up, taken()],
        &[GREETING, refused, left, "hang up", "exit 1"],
    );

    let mut courier = talking();
    let lost = "Lost chat:2323: the server closed it; trying again until it is back.";
    expect(&mut courier, [down()], &["hang up", lost]);
    expect_after(&mut courier, 1, &["connect"]);
    let lost = "Lost chat:2323: it said: That name is taken; trying again until it is back.";
    expect(
        &mut courier,
        [Event::Up, taken()],
        &[GREETING, "hang up", lost],
    );
    expect_after(&mut courier, 2, &["connect"]);
    expect(&mut courier, [Event::Up, taken()], &[GREETING, "hang up"]);
}

#[test]
fn after_the_end_of_input_patience_is_limited() {
    let mut courier = setting_out(false);
    let lost = "Cannot reach chat:2323: the server closed it; trying again until it is back.";
    expect(
        &mut courier,
        (1..=5).map(post).chain([Event::Ended(None), down()]),
        &["hang up", lost],
    );
    let mut tries = Vec::new();
    for second in 1..ENDING_SECONDS {
        courier.hear(Event::Second);
        if done(&mut courier) == ["connect"] {
            tries.push(second);
            expect(&mut courier, [down()], &["hang up"]);
        }
    }
    assert_eq!(tries, [1, 3, 7, 15]);
    let gave_up = "Gave up: chat:2323 has not answered for 30 seconds.";
    let left = "5 lines were not delivered, or not acknowledged: \
                line 1 \"text 1\", line 2 \"text 2\", line 3 \"text 3\", and 2 more.";
    expect(
        &mut courier,
        [Event::Second],
        &[gave_up, left, "hang up", "exit 1"],
    );
}

#[test]
fn the_end_of_input_cuts_a_long_wait_short() {
    let mut courier = setting_out(false);
    courier.backoff = BACKOFF_SECONDS_MAX;
    courier.hear(down());
    assert_eq!(done(&mut courier).len(), 2);
    expect(&mut courier, [post(1), Event::Ended(None)], NOTHING);
    expect_after(&mut courier, BACKOFF_SECONDS_MIN, &["connect"]);
}

#[test]
fn an_answer_renews_the_patience_after_the_end() {
    let mut courier = talking();
    expect(
        &mut courier,
        (1..=9).map(post),
        &(1..=9).map(sent).collect::<Vec<_>>(),
    );
    expect(&mut courier, [Event::Ended(None)], NOTHING);
    for token in 1..=8 {
        expect(
            &mut courier,
            (1..ANSWER_SECONDS).map(|_| Event::Second),
            NOTHING,
        );
        expect(&mut courier, [pong(token)], &["permit"]);
    }
    expect(
        &mut courier,
        [pong(9)],
        &["permit", "> /quit|", "half-close"],
    );
}

#[test]
fn one_try_ends_with_the_first_failure() {
    let mut courier = Courier::new("chat:2323".into(), "cron*".into(), true);
    expect(&mut courier, [post(1), Event::Ended(None)], NOTHING);
    courier.start();
    let told = "Cannot reach chat:2323: the server closed it.";
    expect(
        &mut courier,
        [down()],
        &["connect", "hang up", told, "hang up", "exit 1"],
    );

    let mut courier = setting_out(true);
    expect(
        &mut courier,
        [post(1), post(2), Event::Ended(None)],
        NOTHING,
    );
    expect(
        &mut courier,
        [Event::Up, pong("hello"), pong(1)],
        &[GREETING, &sent(1), &sent(2), "permit"],
    );
    let told = "Lost chat:2323: it has not answered for 15 seconds.";
    expect_after(
        &mut courier,
        ANSWER_SECONDS,
        &["hang up", told, "hang up", "exit 1"],
    );
}

#[test]
fn with_nothing_to_say_there_is_no_journey() {
    for (event, status) in [
        (Event::Ended(None), "exit 0"),
        (Event::Ended(Some("gone".into())), "exit 1"),
    ] {
        let mut courier = Courier::new("chat:2323".into(), "cron*".into(), true);
        courier.hear(event);
        courier.start();
        let told = done(&mut courier);
        assert!(!told.contains(&"connect".to_owned()));
        assert_eq!(told.last().map(String::as_str), Some(status));
    }
}

#[test]
fn an_interruption_names_what_is_left() {
    let mut courier = talking();
    expect(
        &mut courier,
        [Event::Interrupted(130)],
        &["hang up", "exit 130"],
    );
    let mut courier = talking();
    let left = "1 line was not delivered, or not acknowledged: line 1 \"text 1\".";
    expect(
        &mut courier,
        [post(1), Event::Interrupted(143)],
        &[&sent(1), left, "hang up", "exit 143"],
    );
}
