//! Everything that says no: numerics with their parameters, and standard replies where a
//! specification has them.

use serde::{Deserialize, Serialize};

use super::capabilities::Cap;
use super::message_id;
use super::numerics::*;
use super::sasl::Failure;
use super::writer::{Reader, safe};
use crate::chat::vocabulary::{Command, Limited, Refusal, Target, Whom};
use crate::protocol::modes;
use crate::sasl;

/// What is wrong, as one line or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint(Vec<Entry>);

/// A numeric, or a standard reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    verb: String,
    params: Vec<String>,
    text: String,
    /// No specification has this standard reply: it is for clients that take any.
    own: bool,
}

/// The verb of a standard reply that says no (IRCv3 standard replies).
const FAIL: &str = "FAIL";

impl Complaint {
    /// A numeric that is about nothing but the command.
    pub fn new(numeric: &str, text: &str) -> Self {
        Self::about(numeric, &[], text)
    }

    /// A numeric that is about these.
    pub fn about(numeric: &str, about: &[&str], text: &str) -> Self {
        Self(vec![Entry {
            verb: numeric.to_owned(),
            params: about.iter().map(|word| safe(word).to_owned()).collect(),
            text: text.to_owned(),
            own: false,
        }])
    }

    /// A standard reply: the command, the code, and what it is about.
    pub fn fail(command: &str, code: &str, about: &[&str], text: &str) -> Self {
        let words = [command, code].into_iter().chain(about.iter().copied());
        Self(vec![Entry {
            verb: FAIL.to_owned(),
            params: words.map(|word| safe(word).to_owned()).collect(),
            text: text.to_owned(),
            own: false,
        }])
    }

    /// A standard reply that no specification has; a notice for clients that do not take any
    /// (IRCv3 standard replies: these need the capability).
    fn own(command: &str, code: &str, text: &str) -> Self {
        let mut complaint = Self::fail(command, code, &[], text);
        complaint.0.iter_mut().for_each(|entry| entry.own = true);
        complaint
    }

    /// Nothing that is said.
    pub fn silent() -> Self {
        Self(Vec::new())
    }

    fn then(mut self, numeric: &str, about: &[&str], text: &str) -> Self {
        self.0.extend(Self::about(numeric, about, text).0);
        self
    }

    /// That nothing can be taken back there.
    pub fn no_such_redaction_target(target: &str) -> Self {
        let text = "You cannot take anything back there";
        Self::fail("REDACT", "INVALID_TARGET", &[target], text)
    }

    /// Writes it for the reader.
    pub fn write(&self, reader: &Reader<'_>, out: &mut String) {
        for entry in &self.0 {
            if entry.own && !reader.caps.has(Cap::StandardReplies) {
                reader.notice(out, &entry.text);
                continue;
            }
            let params = entry.params.iter().map(|param| in_short(param));
            let params: Vec<&str> = params.collect();
            if entry.verb == FAIL {
                reader.standard(out, FAIL, &params, &entry.text);
                continue;
            }
            let line = reader.numeric(out, &entry.verb);
            let line = params.iter().fold(line, |line, param| line.param(param));
            line.text(&entry.text);
        }
    }
}

/// What a client sent, as long as there is room for it and for what is wrong with it.
fn in_short(param: &str) -> &str {
    const BYTES_MAX: usize = 200;
    &param[..param.floor_char_boundary(BYTES_MAX)]
}

/// What a command is about, as the refusals of some name it.
pub fn context(command: &Command) -> Vec<String> {
    let spelled = |to: &Target| match to {
        Target::Channel(channel) | Target::Ranked(channel, _) => channel.to_string(),
        Target::Person(nick) => nick.to_string(),
    };
    match command {
        Command::Join { channel, .. } | Command::SetModes { channel, .. } => {
            vec![channel.to_string()]
        }
        Command::RenameChannel { channel, name, .. } => {
            vec![channel.to_string(), name.to_string()]
        }
        Command::Rename { nick } => vec![nick.to_string()],
        Command::RedactMessage { to, id, .. } => vec![spelled(to), message_id::spelled(*id)],
        Command::Block {
            whom: Whom::Mask(mask),
        } => vec![mask.pattern().to_owned()],
        _ => Vec::new(),
    }
}

/// Why something cannot be, to the client that asked by `verb` about `context`. `meant` is a name
/// that is likely meant instead.
pub fn refusal(
    refusal: &Refusal,
    verb: &str,
    context: &[String],
    meant: Option<&str>,
) -> Complaint {
    let words: Vec<&str> = context.iter().map(String::as_str).collect();
    use Refusal as R;
    let did_you_mean = meant.map_or_else(String::new, |meant| format!(". Did you mean {meant}?"));
    let about = |numeric, words: &[&str], text: &str| Complaint::about(numeric, words, text);
    match refusal {
        R::NobodyNamed { nick } => {
            let text = format!("No such nick{did_you_mean}");
            nobody_named(nick.as_str(), verb, &text)
        }
        R::GuestsLeaveNothing { nick } => {
            let text = "Not here, and only people with an account can leave messages";
            nobody_named(nick.as_str(), verb, text)
        }
        R::TooManyWait { nick, yours, max } => {
            let whose = if *yours { " of yours" } else { "" };
            let text = format!("{max} messages{whose} wait for {nick} already");
            Complaint::own(verb, "TOO_MANY_KEPT", &text)
        }
        R::NotKept => Complaint::own(verb, "NOT_KEPT", "That could not be kept just now"),
        R::PerhapsKept { nick } => {
            let text = format!("The disk is slow: whether that is kept for {nick} is not known");
            Complaint::own(verb, "PERHAPS_KEPT", &text)
        }
        R::NobodyWas { nick } => nobody_was(nick.as_str()),
        R::NoSuchChannel { channel } => {
            let text = format!("No such channel{did_you_mean}");
            no_such_channel(channel.as_str(), verb, &text)
        }
        R::NotThere { channel } if verb == "REDACT" => {
            Complaint::no_such_redaction_target(channel.as_str())
        }
        R::NotThere { channel } => about(
            ERR_NOTONCHANNEL,
            &[channel.as_str()],
            "You're not on that channel",
        ),
        R::TheyAreNotThere { nick, channel } => about(
            ERR_USERNOTINCHANNEL,
            &[nick.as_str(), channel.as_str()],
            "They aren't on that channel",
        ),
        R::InsideAlready { channel } => about(
            ERR_KNOCKONCHAN,
            &[channel.as_str()],
            "You are already on that channel",
        ),
        R::TheyAreThere { nick, channel } => about(
            ERR_USERONCHANNEL,
            &[nick.as_str(), channel.as_str()],
            "is already on channel",
        ),
        R::NameOwned { nick } => about(
            ERR_NICKNAMEINUSE,
            &[nick.as_str()],
            "Nickname is registered: log in to its account, or choose another",
        ),
        R::NameTaken { nick } => about(
            ERR_NICKNAMEINUSE,
            &[nick.as_str()],
            "Nickname is already in use",
        ),
        R::LooksLike { other, .. } if verb == "RENAME" => {
            let text = looks_like_text(other.as_deref());
            Complaint::fail("RENAME", "CANNOT_RENAME", &words, &text)
        }
        R::LooksLike { claimed, other } => looks_like(claimed, other.as_deref()),
        R::KeyNeeded { channel, .. } => about(
            ERR_BADCHANNELKEY,
            &[channel.as_str()],
            "Cannot join channel (+k): the key is missing or wrong",
        ),
        R::InvitedOnly { channel } => about(
            ERR_INVITEONLYCHAN,
            &[channel.as_str()],
            "Cannot join channel (+i): only those who are invited may. KNOCK asks to be",
        ),
        R::KeptOut { channel } | R::Muted { channel } if verb == "NICK" => about(
            ERR_BANNICKCHANGE,
            &[words.first().unwrap_or(&"*"), channel.as_str()],
            "Cannot change nickname while banned or muted on channel",
        ),
        R::KeptOut { channel } | R::Muted { channel } => banned(channel.as_str(), verb),
        R::ChannelFull { channel, .. } => about(
            ERR_CHANNELISFULL,
            &[channel.as_str()],
            "Cannot join channel (+l): it is full",
        ),
        R::NotClosed { channel } => about(ERR_CHANOPEN, &[channel.as_str()], "Channel is open"),
        R::NobodyToAsk { channel } => cannot_send(
            channel.as_str(),
            "Nobody who could let you in is on that channel",
        ),
        R::AccountNeeded { channel } if verb == "JOIN" => about(
            ERR_NEEDREGGEDNICK,
            &[channel.as_str()],
            "Cannot join channel (+R): only people with an account may",
        ),
        R::AccountNeeded { channel } => cannot_send(
            channel.as_str(),
            "Cannot send to channel (+M): only people with an account or a voice may speak",
        ),
        R::WrittenByAccounts { nick } => about(
            ERR_CANTSENDTOUSER,
            &[nick.as_str()],
            "They are written to by people with an account only (+R)",
        ),
        R::NoVoice { channel } => cannot_send(
            channel.as_str(),
            "Cannot send to channel (+m): only people with a voice may speak",
        ),
        R::OutsidersUnheard { channel } => cannot_send(
            channel.as_str(),
            "Cannot send to channel (+n): only people inside may speak",
        ),
        R::RequestsUnheard { channel } => cannot_send(
            channel.as_str(),
            "Cannot send to channel (+C): CTCP is refused there",
        ),
        R::NotChannelOperator { channel } => about(
            ERR_CHANOPRIVSNEEDED,
            &[channel.as_str()],
            "You're not channel operator",
        ),
        R::TheyOutrank { nick, channel } => about(
            ERR_CHANOPRIVSNEEDED,
            &[channel.as_str()],
            &format!("Only operators of the channel can put {nick} out"),
        ),
        R::NotServerOperator => Complaint::new(
            ERR_NOPRIVILEGES,
            "Permission Denied- You're not an IRC operator",
        ),
        R::MayNotAnnounce { .. } => Complaint::new(
            ERR_NOPRIVILEGES,
            "Permission Denied- The settings of this server let only others announce",
        ),
        // That a mask is not on a list, or somebody not away, is as it was asked for.
        R::NotOnList { .. } | R::NotAway => Complaint::silent(),
        R::TooMany { what, max } => too_many(*what, *max, verb, words.first().unwrap_or(&"*")),
        R::TooLong { what, max_bytes } => too_long(what, *max_bytes, verb),
        R::NothingToSay if verb == "SETNAME" => {
            Complaint::fail(verb, "INVALID_REALNAME", &[], "A full name cannot be empty")
        }
        R::NothingToSay => Complaint::new(ERR_NOTEXTTOSEND, "No text to send"),
        R::NothingToRedact { .. } | R::NoSuchMessage => Complaint::fail(
            "REDACT",
            "UNKNOWN_MSGID",
            &words,
            "No such message is known",
        ),
        R::NotYoursToRedact { .. } => Complaint::fail(
            "REDACT",
            "REDACT_FORBIDDEN",
            &words,
            "Only operators of the channel can take back what others said",
        ),
        R::ChannelExists { .. } => Complaint::fail(
            "RENAME",
            "CHANNEL_NAME_IN_USE",
            &words,
            "There is a channel of that name",
        ),
        R::ChannelIsPermanent { .. } => Complaint::fail(
            "RENAME",
            "CANNOT_RENAME",
            &words,
            "That channel is part of the server's configuration",
        ),
        R::Oneself { verb: "kill" } => Complaint::new(
            ERR_CANTKILLSERVER,
            "You cannot put yourself off the server: QUIT does that",
        ),
        R::BlockedAlready { .. } | R::NotBlocked { .. } => Complaint::silent(),
        refusal => Complaint::own(verb, code(refusal), &sentence(refusal)),
    }
}

/// Nobody signs themselves out.
pub fn own_session() -> Complaint {
    let text = "That is this session: QUIT ends it";
    Complaint::own("SIGNOUT", "OWN_SESSION", text)
}

/// The person has no session of this number.
pub fn no_session(number: u32) -> Complaint {
    let text = format!("You have no session {number}: SESSIONS lists them");
    Complaint::own("SIGNOUT", "NO_SUCH_SESSION", &text)
}

/// That servers are not put off.
pub fn is_server() -> Complaint {
    Complaint::new(ERR_CANTKILLSERVER, "You cant kill a server!")
}

/// Why `AUTHENTICATE` does not log in.
pub fn sasl_failure(failure: Failure) -> Complaint {
    let failed = |why: &str| {
        let text = format!("SASL authentication failed: {why}");
        Complaint::new(ERR_SASLFAIL, &text)
    };
    match failure {
        Failure::NoSuchMechanism => {
            let known = sasl::listed();
            let known = Complaint::about(RPL_SASLMECHS, &[&known], "are available SASL mechanisms");
            known.then(ERR_SASLFAIL, &[], "SASL authentication failed")
        }
        Failure::TooLong => Complaint::new(ERR_SASLTOOLONG, "SASL message too long"),
        Failure::NotBase64 => failed("the message is not base64"),
        Failure::Mechanism(error) => failed(&error.to_string()),
        Failure::Aborted => Complaint::new(ERR_SASLABORTED, "SASL authentication aborted"),
        Failure::NoAccounts => failed("this server has no accounts"),
        Failure::TooManyTried { seconds } => failed(&format!(
            "too many wrong passwords, try again in {seconds} seconds"
        )),
        Failure::Unavailable => failed("wait a while and try again"),
    }
}

/// That nobody had this name lately, and the end of what is told of those who had it.
pub fn nobody_was(nick: &str) -> Complaint {
    let complaint = Complaint::about(ERR_WASNOSUCHNICK, &[nick], "There was no such nickname");
    complaint.then(RPL_ENDOFWHOWAS, &[nick], "End of WHOWAS")
}

fn nobody_named(nick: &str, verb: &str, text: &str) -> Complaint {
    let complaint = Complaint::about(ERR_NOSUCHNICK, &[nick], text);
    match verb {
        "REDACT" => Complaint::no_such_redaction_target(nick),
        "SILENCE" => Complaint::silent(),
        _ => complaint,
    }
}

/// What is not there has no names, nobody in it, and is on no list.
fn no_such_channel(channel: &str, verb: &str, text: &str) -> Complaint {
    match verb {
        "NAMES" => Complaint::about(RPL_ENDOFNAMES, &[channel], "End of /NAMES list"),
        "WHO" => Complaint::about(RPL_ENDOFWHO, &[channel], "End of WHO list"),
        "REDACT" => Complaint::no_such_redaction_target(channel),
        _ => Complaint::about(ERR_NOSUCHCHANNEL, &[channel], text),
    }
}

fn cannot_send(channel: &str, text: &str) -> Complaint {
    Complaint::about(ERR_CANNOTSENDTOCHAN, &[channel], text)
}

fn banned(channel: &str, verb: &str) -> Complaint {
    match verb {
        "JOIN" | "KNOCK" => Complaint::about(
            ERR_BANNEDFROMCHAN,
            &[channel],
            "Cannot join channel (+b): you are banned",
        ),
        _ => cannot_send(
            channel,
            "Cannot send to channel (+b): you are banned or muted",
        ),
    }
}

fn looks_like_text(other: Option<&str>) -> String {
    match other {
        Some(other) => format!("It looks like {other}, which is in use"),
        None => "It looks like a name that is in use".to_owned(),
    }
}

fn looks_like(claimed: &str, other: Option<&str>) -> Complaint {
    let text = looks_like_text(other);
    let numeric = if claimed.starts_with('#') {
        ERR_BADCHANNAME
    } else {
        ERR_NICKNAMEINUSE
    };
    Complaint::about(numeric, &[claimed], &text)
}

fn too_many(what: Limited, max: usize, verb: &str, about: &str) -> Complaint {
    let text = |what: &str| format!("That would be too many: the limit is {max} {what}");
    match what {
        Limited::Channels => Complaint::about(
            ERR_TOOMANYCHANNELS,
            &[about],
            &text("channels for one person"),
        ),
        Limited::Masks(list) => Complaint::about(
            ERR_BANLISTFULL,
            &[about, &modes::list_letter(list).to_string()],
            &text("masks on a channel's lists"),
        ),
        Limited::Blocks => {
            Complaint::about(ERR_SILELISTFULL, &[about], &text("masks that one blocks"))
        }
        Limited::KeptChannels => Complaint::own(verb, "TOO_MANY", &text("channels that are kept")),
        Limited::FoundedChannels => Complaint::own(
            verb,
            "TOO_MANY",
            &text("channels that are kept for one person"),
        ),
        Limited::OperatorAccounts => Complaint::own(
            verb,
            "TOO_MANY",
            &text("people who are operators of a kept channel whenever they come"),
        ),
        Limited::Watches => Complaint::own(verb, "TOO_MANY", &text("watched")),
        Limited::Keys => Complaint::own(verb, "TOO_MANY", &text("keys")),
    }
}

fn too_long(what: &str, max_bytes: usize, verb: &str) -> Complaint {
    let text = format!("That is too long: {what} has at most {max_bytes} bytes");
    match verb {
        "SETNAME" => Complaint::fail(verb, "INVALID_REALNAME", &[], &text),
        _ => Complaint::own(verb, "TOO_LONG", &text),
    }
}

/// The code of a standard reply for what no numeric is for.
fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NoSuchAnnouncement { .. } => "NO_SUCH_ANNOUNCEMENT",
        Refusal::OwnAnnouncement { .. } => "OWN_ANNOUNCEMENT",
        Refusal::NotYourAnnouncement { .. } => "NOT_YOUR_ANNOUNCEMENT",
        Refusal::AnnouncedRecently { .. } => "RATE_LIMITED",
        Refusal::InviteOnlyIsNotKept { .. } => "INVITE_ONLY",
        Refusal::KeptByAccounts { .. } | Refusal::NotLoggedIn => "ACCOUNT_REQUIRED",
        Refusal::NotFounder { .. } => "NOT_FOUNDER",
        _ => "REFUSED",
    }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoSuchAnnouncement { number } => {
            format!("No announcement {number} is in force: ANNOUNCE LIST lists those that are")
        }
        Refusal::OwnAnnouncement { number } => {
            format!("Announcement {number} is yours: the others acknowledge it")
        }
        Refusal::NotYourAnnouncement { number } => {
            format!("Announcement {number} is not yours: only its author and operators can do that")
        }
        Refusal::AnnouncedRecently { .. } => {
            "You have announced often enough for now: try again later".to_owned()
        }
        Refusal::InviteOnlyIsNotKept { channel } => format!(
            "{channel} is invite-only and ends when nobody is in it: MODE {channel} -i first"
        ),
        Refusal::KeptByAccounts { channel } => {
            format!(
                "Only people with an account can keep a channel: log in, then MODE {channel} +P"
            )
        }
        Refusal::NotLoggedIn => "You are not logged in".to_owned(),
        Refusal::NotFounder { channel, founder } => format!(
            "{channel} is kept for {founder}: only they, and operators of the server, can end that"
        ),
        Refusal::Oneself { verb } => format!("You cannot {verb} yourself"),
        _ => "That cannot be".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::irc::capabilities::Caps;
    use crate::sasl::SaslError;

    #[test]
    fn every_failure_of_sasl_has_its_numeric() {
        let reader = Reader {
            server: "s",
            nick: "*",
            caps: Caps::default(),
        };
        let proof = Failure::Mechanism(SaslError::Proof);
        for (failure, expected) in [
            (
                Failure::NoSuchMechanism,
                ":s 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms\r\n\
                 :s 904 * :SASL authentication failed\r\n",
            ),
            (Failure::TooLong, ":s 905 * :SASL message too long\r\n"),
            (
                Failure::Aborted,
                ":s 906 * :SASL authentication aborted\r\n",
            ),
            (
                proof,
                ":s 904 * :SASL authentication failed: the name or the password is wrong\r\n",
            ),
            (
                Failure::NotBase64,
                ":s 904 * :SASL authentication failed: the message is not base64\r\n",
            ),
            (
                Failure::NoAccounts,
                ":s 904 * :SASL authentication failed: this server has no accounts\r\n",
            ),
            (
                Failure::TooManyTried { seconds: 7 },
                ":s 904 * :SASL authentication failed: too many wrong passwords, try again in 7 seconds\r\n",
            ),
            (
                Failure::Unavailable,
                ":s 904 * :SASL authentication failed: wait a while and try again\r\n",
            ),
        ] {
            let mut out = String::new();
            sasl_failure(failure).write(&reader, &mut out);
            assert_eq!(out, expected);
        }
    }
}
