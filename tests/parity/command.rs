//! All that can be asked of the chat, by name.

use hallway::chat::name::ChannelName;
use hallway::chat::vocabulary::Command;
use hallway::protocol::irc::capabilities::{Cap, Caps};
use hallway::protocol::irc::message::Message;
use hallway::protocol::plain::screen::Screen;
use hallway::protocol::{Protocol, irc, plain};

/// Names the variants; one that is left out does not compile.
macro_rules! commands {
    ($($variant:ident),* $(,)?) => {
        /// The names.
        pub(crate) const ALL: &[&str] = &[$(stringify!($variant)),*];

        /// The name of one.
        pub(crate) fn name(command: &Command) -> &'static str {
            match command {
                $(Command::$variant { .. } => stringify!($variant),)*
            }
        }
    };
}

commands! {
    Join, Leave, Say, Signal, Rename, Introduce, Topic, Invite, Invitations, Knock, Kick, Ban,
    Promote, Modes, Masks, SetModes, RenameChannel, Redact, Retract, RedactMessage, OwnModes,
    SetOwnModes, Kill, Wallops, Away, Back, Stay, Watch, Unwatch, Watching, Block, Unblock, Blocked,
    Announce, Announcements, Acknowledge, RollCall, Withdraw, Who, Names, Find, Whois, Whowas, List,
    Board, Describe, Undescribe, Description,
}

/// The commands that a line asks for on the plain protocol, by a person who is in the lobby.
fn of_plain(line: &str) -> Vec<&'static str> {
    let mut screen = Screen::default();
    screen.turn_to(&ChannelName::parse("#lobby").expect("a name"));
    match plain::commands::read(line, &screen, &plain::commands::Statuses::new()).request {
        Ok(plain::commands::Request::Chat(command)) => vec![name(&command)],
        _ => Vec::new(),
    }
}

/// The commands that a message asks for on IRC.
fn of_irc(line: &str) -> Vec<&'static str> {
    use irc::commands::Request;
    let Some(message) = Message::parse(line) else {
        return Vec::new();
    };
    let Some(spec) = irc::commands::lookup(message.verb) else {
        return Vec::new();
    };
    let caps = Caps::of(&[Cap::MessageTags]);
    let requests = spec.read(&message, caps).into_iter().flatten();
    let names = requests.filter_map(|request| match request {
        Request::Chat(command) | Request::Who(command, _) => Some(name(&command)),
        Request::Redact(..) => Some("RedactMessage"),
        _ => None,
    });
    names.collect()
}

/// The commands that a line asks for.
pub(crate) fn asked(line: &str, protocol: Protocol) -> Vec<&'static str> {
    match protocol {
        Protocol::Plain => of_plain(line),
        Protocol::Irc => of_irc(line),
    }
}

#[test]
fn a_command_is_known_by_its_name() {
    assert_eq!(name(&Command::Back), "Back");
    assert!(ALL.contains(&name(&Command::Watching)));
}
