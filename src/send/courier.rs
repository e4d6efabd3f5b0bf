//! What to do next: a state machine that is told events and asks for actions, without sockets, threads or clocks.

use std::collections::VecDeque;

use super::{
    ANSWER_SECONDS, BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_MIN, ENDING_SECONDS, LEAVING_SECONDS,
    WINDOW_LINES,
};

/// The fence after the name. Those after lines are numbers.
const GREETING_TOKEN: &str = "hello";
/// How many lines a report of lines not delivered quotes.
const QUOTES_MAX: usize = 3;

/// One line to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Post {
    /// Its fence.
    pub(super) token: u64,
    /// What complaints call it.
    pub(super) label: String,
    /// The beginning of its text, for complaints.
    pub(super) quote: String,
    /// The line without its end, or why it cannot be sent.
    pub(super) line: Result<Vec<u8>, String>,
}

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// There is something to deliver.
    Post(Post),
    /// There will be nothing more to deliver, perhaps because of a failure.
    Ended(Option<String>),
    /// The connection asked for was made.
    Up,
    /// The server answered the fence with this token.
    Pong(String),
    /// The server refused something, in these words.
    Refusal(String),
    /// The connection asked for was not made, or is lost.
    Down(String),
    /// A second went by. Needed only while [`Courier::is_waiting`].
    Second,
    /// The process is to end, with this exit status.
    Interrupted(u8),
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Connect, and report [`Event::Up`] or [`Event::Down`].
    Connect,
    /// Send these bytes.
    Write(Vec<u8>),
    /// Say that nothing more will be sent.
    HalfClose,
    /// Drop the connection, and report nothing more of it.
    HangUp,
    /// One more line may be read.
    Permit,
    /// Tell the person.
    Say(String),
    /// It is over, with this exit status.
    Exit(u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Not yet set out.
    #[default]
    Home,
    /// Without a connection, for so many more seconds.
    Apart(u32),
    Connecting,
    /// Connected; the name is not yet taken.
    Greeting,
    Talking,
    /// Everything is delivered; the server may close.
    Leaving,
    Over,
}

/// The worst that was said about the present outage: each is said once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Outage {
    #[default]
    None,
    Lost,
    Refused,
}

/// Carries posts to the server, in order, each until the server has answered for it.
#[derive(Debug, Default)]
pub(super) struct Courier {
    /// The server, as complaints call it.
    server: String,
    name: String,
    /// The first failure of the connection is the last.
    one_try: bool,
    state: State,
    /// Not yet answered for, oldest first; the first `sent` of them have been sent on this connection.
    posts: VecDeque<Post>,
    sent: usize,
    /// What the server said against the oldest post.
    refusal: Option<String>,
    /// Seconds in which nothing was answered; counted while an answer is owed.
    unanswered: u32,
    /// Seconds in which nothing was answered, whatever the connection did; counted once the input has ended.
    ending: u32,
    /// The wait before the next connection, in seconds.
    backoff: u32,
    input_ended: bool,
    /// The name was taken at least once.
    known: bool,
    outage: Outage,
    /// At least one line was not taken.
    failed: bool,
    actions: VecDeque<Action>,
}

impl Courier {
    pub(super) fn new(server: String, name: String, one_try: bool) -> Courier {
        Courier {
            server,
            name,
            one_try,
            backoff: BACKOFF_SECONDS_MIN,
            ..Courier::default()
        }
    }

    /// Sets out, unless what was heard before has shown that there is nothing to do.
    pub(super) fn start(&mut self) {
        if self.state == State::Home {
            self.connect();
        }
    }

    /// The next thing to do, in order.
    pub(super) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Whether the seconds matter.
    pub(super) fn is_waiting(&self) -> bool {
        self.state != State::Over && !(self.state == State::Talking && self.posts.is_empty())
    }

    /// Takes note of one event.
    pub(super) fn hear(&mut self, event: Event) {
        if self.state == State::Over {
            return;
        }
        match event {
            Event::Post(post) => self.take(post),
            Event::Ended(failure) => self.end_of_input(failure),
            Event::Up => self.greet(),
            Event::Pong(token) => self.answered(&token),
            Event::Refusal(words) => self.refused(words),
            Event::Down(reason) => self.down(&reason),
            Event::Second => self.second(),
            Event::Interrupted(status) => self.interrupted(status),
        }
    }

    fn take(&mut self, post: Post) {
        if let Err(why) = &post.line {
            let sentence = format!("Cannot send {}: {why}: {}.", post.label, post.quote);
            self.fail(sentence);
            self.act(Action::Permit);
            return;
        }
        self.posts.push_back(post);
        self.send();
    }

    fn end_of_input(&mut self, failure: Option<String>) {
        self.input_ended = true;
        self.hurry();
        if let Some(reason) = failure {
            self.fail(format!("The input could not be read to its end: {reason}."));
        }
        self.leave_if_done();
    }

    /// Waits begin anew, so that the limited time that is left sees several tries.
    fn hurry(&mut self) {
        self.backoff = BACKOFF_SECONDS_MIN;
        if let State::Apart(seconds) = &mut self.state {
            *seconds = BACKOFF_SECONDS_MIN.min(*seconds);
        }
    }

    fn connect(&mut self) {
        self.state = State::Connecting;
        self.act(Action::Connect);
    }

    fn greet(&mut self) {
        self.state = State::Greeting;
        self.unanswered = 0;
        self.act(Action::Write(fenced(self.name.as_bytes(), GREETING_TOKEN)));
    }

    fn answered(&mut self, token: &str) {
        match self.state {
            State::Greeting if token == GREETING_TOKEN => self.welcome(),
            State::Talking if self.is_fence_of_oldest(token) => self.settle(),
            _ => {}
        }
    }

    fn is_fence_of_oldest(&self, token: &str) -> bool {
        self.sent > 0
            && self
                .posts
                .front()
                .is_some_and(|post| post.token.to_string() == token)
    }

    fn welcome(&mut self) {
        self.state = State::Talking;
        self.known = true;
        self.backoff = BACKOFF_SECONDS_MIN;
        self.unanswered = 0;
        if self.outage != Outage::None {
            self.outage = Outage::None;
            self.say(format!("Connected to {}.", self.server));
        }
        self.send();
        self.leave_if_done();
    }

    /// The server has answered for the oldest post.
    fn settle(&mut self) {
        let post = self
            .posts
            .pop_front()
            .expect("the fence was that of the oldest post");
        self.sent -= 1;
        self.unanswered = 0;
        self.ending = 0;
        if let Some(words) = self.refusal.take() {
            self.fail(format!("The server refused {}: {words}", post.label));
        }
        self.act(Action::Permit);
        self.send();
        self.leave_if_done();
    }

    fn send(&mut self) {
        while self.state == State::Talking && self.sent < WINDOW_LINES.min(self.posts.len()) {
            let post = &self.posts[self.sent];
            let line = post
                .line
                .as_deref()
                .expect("a post that cannot be sent is never kept");
            let bytes = fenced(line, &post.token.to_string());
            self.sent += 1;
            self.act(Action::Write(bytes));
        }
    }

    fn refused(&mut self, words: String) {
        match self.state {
            State::Greeting if self.known => {
                self.lose(Outage::Refused, &format!("it said: {words}"))
            }
            State::Greeting => {
                self.give_up(format!("{} refused {:?}: {words}", self.server, self.name))
            }
            // Of several refusals of one line, the first says why.
            State::Talking if self.sent > 0 => drop(self.refusal.get_or_insert(words)),
            _ => {}
        }
    }

    fn down(&mut self, reason: &str) {
        match self.state {
            State::Leaving => self.exit(),
            _ => self.lose(Outage::Lost, reason),
        }
    }

    /// Without a connection, nothing that was not answered for counts as sent.
    fn lose(&mut self, outage: Outage, reason: &str) {
        let verb = if self.state == State::Connecting {
            "Cannot reach"
        } else {
            "Lost"
        };
        let sentence = format!("{verb} {}: {}", self.server, reason.trim_end_matches('.'));
        self.sent = 0;
        self.refusal = None;
        self.act(Action::HangUp);
        if self.one_try {
            return self.give_up(format!("{sentence}."));
        }
        if self.outage < outage {
            self.outage = outage;
            self.say(format!("{sentence}; trying again until it is back."));
        }
        self.state = State::Apart(self.backoff);
        self.backoff = BACKOFF_SECONDS_MAX.min(self.backoff * 2);
    }

    fn second(&mut self) {
        match self.state {
            State::Apart(seconds) if seconds > 1 => self.state = State::Apart(seconds - 1),
            State::Apart(_) => self.connect(),
            State::Greeting | State::Talking => self.wait_for_answer(),
            State::Leaving => self.wait_for_close(),
            State::Home | State::Connecting | State::Over => {}
        }
        self.wait_for_ending();
    }

    fn wait_for_answer(&mut self) {
        self.unanswered += 1;
        if self.unanswered >= ANSWER_SECONDS {
            self.lose(
                Outage::Lost,
                &format!("it has not answered for {ANSWER_SECONDS} seconds"),
            );
        }
    }

    fn wait_for_close(&mut self) {
        self.unanswered += 1;
        if self.unanswered >= LEAVING_SECONDS {
            self.exit();
        }
    }

    fn wait_for_ending(&mut self) {
        if !self.input_ended || matches!(self.state, State::Leaving | State::Over) {
            return;
        }
        self.ending += 1;
        if self.ending >= ENDING_SECONDS {
            self.give_up(format!(
                "Gave up: {} has not answered for {ENDING_SECONDS} seconds.",
                self.server
            ));
        }
    }

    fn leave_if_done(&mut self) {
        if !self.input_ended || !self.posts.is_empty() {
            return;
        }
        if self.state != State::Talking {
            return self.exit();
        }
        self.state = State::Leaving;
        self.unanswered = 0;
        self.act(Action::Write(b"/quit\r\n".to_vec()));
        self.act(Action::HalfClose);
    }

    fn interrupted(&mut self, status: u8) {
        self.report();
        self.over(status);
    }

    fn give_up(&mut self, sentence: String) {
        self.fail(sentence);
        if !(self.one_try && self.posts.len() == 1) {
            self.report();
        }
        self.exit();
    }

    /// Names what the server has not answered for. Some of it may have arrived: nobody here can know.
    fn report(&mut self) {
        let count = self.posts.len();
        if count == 0 {
            return;
        }
        let quotes: Vec<String> = self
            .posts
            .iter()
            .take(QUOTES_MAX)
            .map(|post| format!("{} {}", post.label, post.quote))
            .collect();
        let more = if count > QUOTES_MAX {
            format!(", and {} more", count - QUOTES_MAX)
        } else {
            String::new()
        };
        let lines = if count == 1 {
            "1 line was"
        } else {
            &format!("{count} lines were")
        };
        self.say(format!(
            "{lines} not delivered, or not acknowledged: {}{more}.",
            quotes.join(", ")
        ));
    }

    fn fail(&mut self, sentence: String) {
        self.failed = true;
        self.say(sentence);
    }

    fn say(&mut self, sentence: String) {
        self.act(Action::Say(sentence));
    }

    fn exit(&mut self) {
        self.over(u8::from(self.failed));
    }

    fn over(&mut self, status: u8) {
        self.state = State::Over;
        self.act(Action::HangUp);
        self.act(Action::Exit(status));
    }

    fn act(&mut self, action: Action) {
        self.actions.push_back(action);
    }
}

/// A line and its fence.
fn fenced(line: &[u8], token: &str) -> Vec<u8> {
    [line, format!("\r\n/ping {token}\r\n").as_bytes()].concat()
}

#[cfg(test)]
mod tests;
