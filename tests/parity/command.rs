//! All that can be asked of the chat, by name.

use hallway::chat::vocabulary::Command;

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
    SetOwnModes, Kill, Wallops, Away, Back, Watch, Unwatch, Watching, Block, Unblock, Blocked,
    Announce, Announcements, Acknowledge, RollCall, Withdraw, Who, Names, Find, Whois, Whowas, List,
    Board,
}

#[test]
fn a_command_is_known_by_its_name() {
    assert_eq!(name(&Command::Back), "Back");
    assert!(ALL.contains(&name(&Command::Watching)));
}
