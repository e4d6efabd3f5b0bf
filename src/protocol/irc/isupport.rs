//! What this server is like, as clients are told (`005`, ISUPPORT): only what is true.

use super::framing::MESSAGE_BYTES_MAX;
use super::numerics::RPL_ISUPPORT;
use super::writer::Reader;
use crate::chat::mode::KEY_BYTES_MAX;
use crate::chat::name::{CHANNEL_BYTES_MAX, NICK_BYTES_MAX};
use crate::protocol::modes::{FLAGS, LISTS, RANKS};

/// How many people a client can monitor (IRCv3 MONITOR).
pub const MONITORED_MAX: usize = 100;

/// The longest user name, in bytes; what is longer is cut.
pub const USERNAME_BYTES_MAX: usize = 10;

/// The longest host, in bytes: what others see in place of an address.
pub const HOST_BYTES_MAX: usize = 63;

/// The most targets of one `PRIVMSG`, `NOTICE` or `TAGMSG`.
pub const TARGETS_MAX: usize = 4;

/// How many tokens stand in one line (RFC draft: at most 13).
const TOKENS_PER_LINE: usize = 13;

/// Limits that the chat and the settings decide.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    /// What the network is called.
    pub network: &'a str,
    /// The longest words of an availability, in bytes.
    pub away_bytes: usize,
    /// The longest reason, in bytes.
    pub reason_bytes: usize,
    /// The longest topic, in bytes.
    pub topic_bytes: usize,
    /// The longest full name, in bytes.
    pub realname_bytes: usize,
    /// How many channels one person can be in.
    pub channels: usize,
    /// How many masks a channel's lists can have.
    pub masks: usize,
    /// How many people and masks one person can block.
    pub blocks: usize,
    /// How many lines of the history are told at once; nothing if nothing is kept.
    pub history: Option<usize>,
}

/// All tokens, in order.
pub fn tokens(limits: &Limits<'_>) -> Vec<String> {
    let letters = |rows: &[(char, char)]| -> (String, String) { rows.iter().copied().unzip() };
    let ranks: Vec<(char, char)> = RANKS.iter().map(|row| (row.0, row.1)).collect();
    let (rank_letters, rank_signs) = letters(&ranks);
    let lists: String = LISTS.iter().map(|row| row.0).collect();
    let flags: String = FLAGS.iter().map(|row| row.0).collect();
    let targets = TARGETS_MAX;
    let history = limits.history.into_iter().flat_map(|lines| {
        [
            format!("CHATHISTORY={lines}"),
            "MSGREFTYPES=msgid,timestamp".to_owned(),
        ]
    });
    let mut tokens = vec![
        "ACCOUNTEXTBAN=a,account".to_owned(),
        format!("AWAYLEN={}", limits.away_bytes),
        "BOT=B".to_owned(),
        "CASEMAPPING=ascii".to_owned(),
        format!("CHANLIMIT=#:{}", limits.channels),
        format!("CHANMODES={lists},k,l,{flags}"),
        format!("CHANNELLEN={CHANNEL_BYTES_MAX}"),
        "CHANTYPES=#".to_owned(),
        "CLIENTTAGDENY=".to_owned(),
        "ELIST=CMNTU".to_owned(),
        "EXCEPTS=e".to_owned(),
        "EXTBAN=,am".to_owned(),
        format!("HOSTLEN={HOST_BYTES_MAX}"),
        "INVEX=I".to_owned(),
        format!("KEYLEN={KEY_BYTES_MAX}"),
        format!("KICKLEN={}", limits.reason_bytes),
        "KNOCK".to_owned(),
        format!("LINELEN={}", MESSAGE_BYTES_MAX + "\r\n".len()),
        format!("MAXLIST={lists}:{}", limits.masks),
        format!("MAXTARGETS={targets}"),
        "MODES".to_owned(),
        format!("MONITOR={MONITORED_MAX}"),
        format!("NAMELEN={}", limits.realname_bytes),
        "NAMESX".to_owned(),
        format!("NETWORK={}", limits.network),
        format!("NICKLEN={NICK_BYTES_MAX}"),
        format!("PREFIX=({rank_letters}){rank_signs}"),
        "SAFELIST".to_owned(),
        format!("SILENCE={}", limits.blocks),
        format!("STATUSMSG={rank_signs}"),
        format!(
            "TARGMAX=JOIN:,KICK:,LIST:,MONITOR:,NAMES:,NOTICE:{targets},PART:,PRIVMSG:{targets},TAGMSG:{targets},WHOIS:,WHOWAS:1"
        ),
        format!("TOPICLEN={}", limits.topic_bytes),
        "UHNAMES".to_owned(),
        format!("USERLEN={USERNAME_BYTES_MAX}"),
        "UTF8MAPPING=rfc8265".to_owned(),
        "UTF8ONLY".to_owned(),
        "WHOX".to_owned(),
    ];
    tokens.extend(history);
    tokens.sort_unstable();
    tokens
}

/// The lines in which a client is told these tokens.
pub fn write(reader: &Reader<'_>, tokens: &[String], out: &mut String) {
    const TEXT: &str = "are supported by this server";
    let mut rest = tokens.iter().peekable();
    while rest.peek().is_some() {
        let mut line = reader.numeric(out, RPL_ISUPPORT);
        for _ in 0..TOKENS_PER_LINE {
            let needed = |token: &&String| " ".len() + token.len() + " :".len() + TEXT.len();
            let Some(token) = rest.next_if(|token| needed(token) <= line.room()) else {
                break;
            };
            line = line.param(token);
        }
        line.text(TEXT);
    }
}
