//! The words of NickServ, for clients that log in by private message. All come from one table.

use serde::{Deserialize, Serialize};

use super::framing::MESSAGE_BYTES_MAX;
use super::pieces::pieces;
use super::writer::{Line, Reader};
use crate::chat::name::Nick;
use crate::email::Email;
use crate::protocol::entry::NoEntry;
use crate::suggest::nearest;
use crate::verifier::Password;

/// The nickname to which these words are said.
pub const NICKSERV: &str = "NickServ";

/// One word.
pub struct Word {
    /// It.
    pub name: &'static str,
    /// What stands behind it: `<password>` needed, `[<email>]` not.
    pub arguments: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// `None` if the words behind it are not what it takes.
    read: fn(&[&str]) -> Option<Wish>,
}

/// What somebody asks of NickServ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// To own the name that they have.
    Register {
        /// With this password.
        password: Password,
        /// Reachable there.
        email: Option<Email>,
    },
    /// To be logged in.
    LogIn {
        /// To this account; `None`: to that of the name that they have.
        account: Option<String>,
        /// With this password.
        password: Password,
    },
    /// To be a guest again.
    LogOut,
    /// To have another password.
    Password {
        /// The one there is.
        password: Password,
        /// The other.
        other: Password,
    },
    /// To stay in one's channels when one is not connected, or not; or to be told whether one does.
    Stay(Option<bool>),
    /// To be told about the words, or about this one.
    Help(Option<String>),
}

/// Why it is not clear what somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misheard<'t> {
    /// There is no such word. `meant` is one that is likely meant.
    Unknown {
        /// What was said.
        word: &'t str,
        /// The one that is likely meant.
        meant: Option<&'static str>,
    },
    /// The words behind this one are not what it takes.
    Usage(&'static Word),
}

/// All words, in the order in which `HELP` tells them.
pub static WORDS: &[Word] = &[
    Word {
        name: "REGISTER",
        arguments: "<password> [<email>]",
        help: "own the name that you have",
        read: register,
    },
    Word {
        name: "IDENTIFY",
        arguments: "[<account>] <password>",
        help: "log in, to the account of your name or to another",
        read: log_in,
    },
    Word {
        name: "LOGIN",
        arguments: "[<account>] <password>",
        help: "the same as IDENTIFY",
        read: log_in,
    },
    Word {
        name: "PASSWORD",
        arguments: "<password> <new-password>",
        help: "have another password",
        read: password,
    },
    Word {
        name: "LOGOUT",
        arguments: "",
        help: "be a guest again",
        read: |words| words.is_empty().then_some(Wish::LogOut),
    },
    Word {
        name: "SET",
        arguments: "STAY [ON|OFF]",
        help: "stay in your channels when you are not connected, or not",
        read: set,
    },
    Word {
        name: "HELP",
        arguments: "[<word>]",
        help: "all words, or how to use one",
        read: help_wanted,
    },
];

/// The word of that name, in any case of letters.
pub fn lookup(name: &str) -> Option<&'static Word> {
    WORDS
        .iter()
        .find(|word| word.name.eq_ignore_ascii_case(name))
}

/// What a message to NickServ asks for. Who says nothing needs help.
///
/// # Errors
/// It is not clear.
pub fn read(text: &str) -> Result<Wish, Misheard<'_>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((name, rest)) = words.split_first() else {
        return Ok(Wish::Help(None));
    };
    let word = lookup(name).ok_or_else(|| unknown(name))?;
    (word.read)(rest).ok_or(Misheard::Usage(word))
}

/// What somebody is told who is a guest again.
pub const LOGGED_OUT: &str = "You are logged out.";

/// What somebody is told who has another password.
pub const PASSWORD_CHANGED: &str = "Your new password counts from now on.";

/// What somebody is told who is logged in, to an account that is new or not.
pub fn entered(account: &Nick, registered: bool) -> String {
    match registered {
        true => format!("{account} is yours from now on: IDENTIFY logs you in when you come back."),
        false => format!("You are logged in as {account}."),
    }
}

/// Why somebody is not logged in.
pub fn no_entry(why: &NoEntry) -> String {
    match why {
        NoEntry::NothingIsKept => {
            "This server remembers nothing, so no name can be registered.".to_owned()
        }
        NoEntry::Closed => "Whoever runs this server registers names: ask them.".to_owned(),
        NoEntry::AddressNeeded => {
            "An address for mail is needed here: REGISTER <password> <email>".to_owned()
        }
        NoEntry::LoggedInAlready { account } => format!("You are logged in as {account} already."),
        NoEntry::WrongPassword { name } => format!("That is not the password of {name}."),
        NoEntry::BadPassword { why } => format!("That cannot be: {why}. Choose another password."),
        NoEntry::RegisteredAlready { name } => format!(
            "{name} is registered already: IDENTIFY {name} <password> logs you in if it is yours."
        ),
        NoEntry::NotKept => {
            "That could not be kept just now, so nothing has changed: try again later.".to_owned()
        }
        NoEntry::PerhapsKept => {
            "The disk is slow just now: whether that is kept is not known. Try the password later to be sure.".to_owned()
        }
        NoEntry::TooManyWait => {
            "Too many passwords are being checked just now: try again in a moment.".to_owned()
        }
        NoEntry::TooManyTried { seconds } => {
            format!("Too many wrong passwords were tried lately: try again in {seconds} seconds.")
        }
        NoEntry::TooManySessions { max } => format!(
            "You are here with {max} sessions already, and cannot have more: end one first (SESSIONS lists them)."
        ),
        NoEntry::SharedAlready { nick } => {
            format!("You are {nick} in other sessions too: QUIT this one and connect anew.")
        }
        NoEntry::NobodysAccount { name } => format!(
            "{name} is nobody's account: IDENTIFY <account> <password> with the one that is yours."
        ),
        NoEntry::NotLoggedIn => "You are not logged in: IDENTIFY does that.".to_owned(),
    }
}

/// Writes what NickServ says to the reader, in as many notices as it takes.
pub fn write_notice(text: &str, reader: &Reader<'_>, out: &mut String) {
    let source = format!("{NICKSERV}!{NICKSERV}@{}", reader.server);
    let head = format!(":{source} NOTICE {} :", reader.nick).len();
    let room = MESSAGE_BYTES_MAX.saturating_sub(head);
    for piece in pieces(text, &[], room) {
        let line = Line::new(out, "", &source, "NOTICE").param(reader.nick);
        line.text(piece.text);
    }
}

/// What `HELP` answers: each in a notice of its own.
///
/// # Errors
/// There is no such word.
pub fn help(wanted: Option<&str>) -> Result<Vec<String>, Misheard<'_>> {
    let told = |word: &Word| format!("{}: {}", word.usage(), word.help);
    match wanted {
        Some(name) => lookup(name)
            .map(|word| vec![told(word)])
            .ok_or_else(|| unknown(name)),
        None => Ok(WORDS.iter().map(told).collect()),
    }
}

impl Word {
    /// How to say it.
    pub fn usage(&self) -> String {
        format!("{} {}", self.name, self.arguments)
            .trim_end()
            .to_owned()
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Word {}

impl std::fmt::Display for Misheard<'_> {
    /// The sentence that says so.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { word, meant } => {
                write!(f, "{word} is no word of mine. ")?;
                match meant {
                    Some(meant) => write!(f, "Did you mean {meant}? HELP lists all."),
                    None => f.write_str("HELP lists all."),
                }
            }
            Self::Usage(word) => write!(f, "Say it like this: {}", word.usage()),
        }
    }
}

fn unknown(word: &str) -> Misheard<'_> {
    let meant = nearest(word, WORDS.iter().map(|word| word.name));
    Misheard::Unknown { word, meant }
}

fn register(words: &[&str]) -> Option<Wish> {
    let (password, email) = match words {
        [password] => (password, None),
        [password, email] => (password, Some(Email::parse(email)?)),
        _ => return None,
    };
    let password = Password((*password).to_owned());
    Some(Wish::Register { password, email })
}

fn log_in(words: &[&str]) -> Option<Wish> {
    let (account, password) = match words {
        [password] => (None, password),
        [account, password] => (Some((*account).to_owned()), password),
        _ => return None,
    };
    let password = Password((*password).to_owned());
    Some(Wish::LogIn { account, password })
}

fn password(words: &[&str]) -> Option<Wish> {
    let [password, other] = words else {
        return None;
    };
    let [password, other] = [password, other].map(|word| Password((*word).to_owned()));
    Some(Wish::Password { password, other })
}

fn set(words: &[&str]) -> Option<Wish> {
    let (setting, rest) = words.split_first()?;
    let values: Vec<String> = rest.iter().map(|word| word.to_ascii_uppercase()).collect();
    let on = match values.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["ON"] => Some(true),
        ["OFF"] => Some(false),
        _ => return None,
    };
    let known = setting.eq_ignore_ascii_case("STAY");
    known.then_some(Wish::Stay(on))
}

fn help_wanted(words: &[&str]) -> Option<Wish> {
    Some(Wish::Help(words.first().map(|word| (*word).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn register_with(password: &str, email: Option<&str>) -> Wish {
        Wish::Register {
            password: Password(password.to_owned()),
            email: email.map(|email| Email::parse(email).expect("an address")),
        }
    }

    fn log_in_with(account: Option<&str>, password: &str) -> Wish {
        Wish::LogIn {
            account: account.map(str::to_owned),
            password: Password(password.to_owned()),
        }
    }

    #[test]
    fn wishes_are_understood() {
        for (text, wish) in [
            ("REGISTER pencil", register_with("pencil", None)),
            ("register pencil a@b", register_with("pencil", Some("a@b"))),
            ("IDENTIFY pencil", log_in_with(None, "pencil")),
            ("identify ann pencil", log_in_with(Some("ann"), "pencil")),
            ("  Login\t ann  pencil ", log_in_with(Some("ann"), "pencil")),
            ("LOGIN pencil", log_in_with(None, "pencil")),
            ("LOGOUT", Wish::LogOut),
            (
                "password old new",
                Wish::Password {
                    password: Password("old".to_owned()),
                    other: Password("new".to_owned()),
                },
            ),
            ("SET STAY", Wish::Stay(None)),
            ("SET STAY ON", Wish::Stay(Some(true))),
            ("set stay off", Wish::Stay(Some(false))),
            ("HELP", Wish::Help(None)),
            ("help identify", Wish::Help(Some("identify".to_owned()))),
            ("", Wish::Help(None)),
            (" ", Wish::Help(None)),
        ] {
            assert_eq!(read(text), Ok(wish), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_hears_why() {
        for (text, sentence) in [
            (
                "REGISTER",
                "Say it like this: REGISTER <password> [<email>]",
            ),
            (
                "register pen cil",
                "Say it like this: REGISTER <password> [<email>]",
            ),
            (
                "register pencil a@b c",
                "Say it like this: REGISTER <password> [<email>]",
            ),
            (
                "Identify",
                "Say it like this: IDENTIFY [<account>] <password>",
            ),
            (
                "LOGIN ann pen cil",
                "Say it like this: LOGIN [<account>] <password>",
            ),
            ("LOGOUT now", "Say it like this: LOGOUT"),
            ("SET", "Say it like this: SET STAY [ON|OFF]"),
            ("SET STAY maybe", "Say it like this: SET STAY [ON|OFF]"),
            ("SET EMAIL ON", "Say it like this: SET STAY [ON|OFF]"),
            (
                "PASSWORD new",
                "Say it like this: PASSWORD <password> <new-password>",
            ),
            (
                "identfy pencil",
                "identfy is no word of mine. Did you mean IDENTIFY? HELP lists all.",
            ),
            ("GHOST ann", "GHOST is no word of mine. HELP lists all."),
        ] {
            let misheard = read(text).expect_err(text);
            assert_eq!(misheard.to_string(), sentence, "{text}");
        }
    }

    #[test]
    fn help_tells_every_word() {
        let all = help(None).expect("all words are known");
        assert_eq!(all.len(), WORDS.len());
        for (word, told) in WORDS.iter().zip(all) {
            assert!(told.starts_with(&word.usage()), "{told}");
            assert_eq!(help(Some(&word.name.to_lowercase())), Ok(vec![told]));
        }
        let misheard = help(Some("HLEP")).expect_err("no word");
        assert_eq!(
            misheard,
            Misheard::Unknown {
                word: "HLEP",
                meant: Some("HELP")
            }
        );
    }

    #[test]
    fn no_password_is_in_what_a_log_may_show() {
        let shown = format!("{:?}", read("IDENTIFY ann pencil"));
        assert!(!shown.contains("pencil"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "([a-zA-Z]{4,8} )?\\PC*") {
            if let Err(misheard) = read(&text) {
                prop_assert!(!misheard.to_string().is_empty());
            }
        }
    }
}
