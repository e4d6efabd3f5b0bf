//! Long answers, row by row: names, who, channels, the board, a roll-call.

use serde::{Deserialize, Serialize};

use super::capabilities::Cap;
use super::framing::MESSAGE_BYTES_MAX;
use super::numerics::*;
use super::spell::Spell;
use super::writer::{Line, Reader, safe};
use crate::chat::mode::{Ranks, UserFlag};
use crate::chat::user::Identity;
use crate::chat::vocabulary::{ChannelInfo, PersonRow, Row};
use crate::protocol::modes::RANKS;
use crate::protocol::plain::replies::row_sentence;
use crate::protocol::stamp::Clock;

/// The most letters and digits of a token that a client gives to know its answer (WHOX).
const TOKEN_DIGITS: usize = 3;

/// The address of somebody whose address is nobody's business (WHOX).
const HIDDEN_ADDRESS: &str = "255.255.255.255";

/// In which form people are told of, and what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoForm {
    /// The mask as it was typed.
    mask: String,
    /// The fields that are asked for (WHOX), and the token; `None`: the usual ones.
    fields: Option<(String, String)>,
    /// Only operators of the server are asked for.
    operators: bool,
}

impl WhoForm {
    /// What stands behind `WHO`: the mask, whether only operators of the server are asked for, and
    /// the fields with the token behind a comma.
    pub fn new(mask: &str, operators: bool, fields: Option<&str>) -> Self {
        let fields = fields.map(|fields| {
            let (fields, token) = fields.split_once(',').unwrap_or((fields, "0"));
            let digits = token.chars().take(TOKEN_DIGITS);
            let token: String = digits.filter(char::is_ascii_digit).collect();
            let token = if token.is_empty() {
                "0".to_owned()
            } else {
                token
            };
            (fields.to_ascii_lowercase(), token)
        });
        Self {
            mask: mask.to_owned(),
            fields,
            operators,
        }
    }
}

/// What a long answer is, and how its rows are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Names: in which channel, with which sign in front (`=`, `@` secret, `*` private).
    Names {
        /// The channel.
        channel: String,
        /// The sign.
        sign: char,
    },
    /// People: of which channel, if of one.
    Who {
        /// The channel.
        channel: Option<String>,
        /// The form.
        form: WhoForm,
    },
    /// Channels.
    Channels,
    /// Sentences, as on the plain protocol.
    Sentences,
}

/// Writes the rows of a long answer.
pub struct Rows<'a> {
    reader: Reader<'a>,
    form: &'a Form,
    clock: Clock<'a>,
    /// What all rows begin with.
    head: String,
    /// The names that fit into the line which is being filled.
    names: String,
}

impl<'a> Rows<'a> {
    /// For this reader, in this form.
    pub fn new(reader: Reader<'a>, form: &'a Form, clock: Clock<'a>) -> Self {
        Self {
            head: head(&reader, form),
            reader,
            form,
            clock,
            names: String::new(),
        }
    }

    /// What stands above the rows.
    pub fn begin(&self, out: &mut String) {
        if matches!(self.form, Form::Channels) {
            let line = self.reader.numeric(out, RPL_LISTSTART).param("Channel");
            line.text("Users  Name");
        }
    }

    /// Writes a row; names wait until their line is full.
    pub fn row(&mut self, row: &Row, out: &mut String) {
        match (self.form, row) {
            (Form::Names { .. }, Row::Name { identity, ranks }) => self.name(identity, *ranks, out),
            (Form::Who { channel, form }, Row::Person(person)) => {
                if !form.operators || person.flags.has(UserFlag::Operator) {
                    self.person(channel.as_deref(), form, person, out);
                }
            }
            (Form::Channels, Row::Channel(info)) => self.channel(info, out),
            (_, row) => self.reader.notice(out, row_sentence(row, &self.clock)),
        }
    }

    /// Writes what waits.
    pub fn pause(&mut self, out: &mut String) {
        if !self.names.is_empty() {
            Line::begun(out, &self.head).text(&self.names);
            self.names.clear();
        }
    }

    /// Writes the end.
    pub fn end(&mut self, out: &mut String) {
        self.pause(out);
        let reader = &self.reader;
        match self.form {
            Form::Names { channel, .. } => write_end_of_names(channel, reader, out),
            Form::Who { form, .. } => reader
                .numeric(out, RPL_ENDOFWHO)
                .param(safe(&form.mask))
                .text("End of WHO list"),
            Form::Channels => reader.numeric(out, RPL_LISTEND).text("End of /LIST"),
            Form::Sentences => {}
        }
    }

    fn name(&mut self, identity: &Identity, ranks: Ranks, out: &mut String) {
        let end = self.names.len();
        if end > 0 {
            self.names.push(' ');
        }
        if ranks != Ranks::default() {
            self.names.extend(self.signs(ranks));
        }
        if self.reader.caps.has(Cap::UserhostInNames) {
            identity.spell(&mut self.names);
        } else {
            identity.nick.spell(&mut self.names);
        }
        if end > 0 && self.names.len() > self.room() {
            Line::begun(out, &self.head).text(&self.names[..end]);
            self.names.drain(..end + " ".len());
        }
    }

    /// How many bytes of names fit into a line.
    fn room(&self) -> usize {
        MESSAGE_BYTES_MAX.saturating_sub(self.head.len() + " :".len())
    }

    /// The signs of what somebody is: the highest, or all of them (multi-prefix).
    fn signs(&self, ranks: Ranks) -> impl Iterator<Item = char> + use<> {
        signs(ranks, self.reader.caps.has(Cap::MultiPrefix))
    }

    fn person(&self, channel: Option<&str>, form: &WhoForm, person: &PersonRow, out: &mut String) {
        let identity = &person.identity;
        let line = Line::begun(out, &self.head);
        let Some((fields, token)) = &form.fields else {
            let line = line.param(identity.username()).param(identity.host());
            let line = line.param(self.reader.server).param(&identity.nick);
            let line = line.letters(self.flags(person));
            // How many servers away they are stands in front of the full name.
            return drop(line.param(":0").param(identity.realname()));
        };
        let flags: String = self.flags(person).collect();
        let address = person.address.map(|address| address.to_string());
        let idle = (person.idle_ms / 1_000).to_string();
        let has = |field: char| fields.contains(field);
        let account = identity.account.as_deref();
        let account = account.map_or("0", |account| account.name.as_str());
        let columns: [(char, &str); 11] = [
            ('t', token),
            ('c', channel.unwrap_or("*")),
            ('u', identity.username()),
            ('i', address.as_deref().unwrap_or(HIDDEN_ADDRESS)),
            ('h', identity.host()),
            ('s', self.reader.server),
            ('n', identity.nick.as_str()),
            ('f', &flags),
            ('d', "0"),
            ('l', &idle),
            ('a', account),
        ];
        let asked = columns.iter().filter(|(field, _)| has(*field));
        let line = asked.fold(line, |line, (_, value)| line.param(value));
        let line = if has('o') { line.param("n/a") } else { line };
        if has('r') {
            line.text(identity.realname());
        }
    }

    /// Here or gone, an operator of the server, what they are in the channel, a program.
    fn flags(&self, person: &PersonRow) -> impl Iterator<Item = char> + use<> {
        let here = if person.away.is_some() { 'G' } else { 'H' };
        let operator = person.flags.has(UserFlag::Operator).then_some('*');
        let bot = person.flags.has(UserFlag::Bot).then_some('B');
        let first = [here].into_iter().chain(operator);
        first.chain(self.signs(person.ranks)).chain(bot)
    }

    fn channel(&self, info: &ChannelInfo, out: &mut String) {
        let topic = info.topic.as_ref().map_or("", |topic| &topic.text);
        let line = Line::begun(out, &self.head);
        line.param(&info.name).param(info.members).text(topic);
    }
}

/// What all rows begin with.
fn head(reader: &Reader<'_>, form: &Form) -> String {
    let begun = |numeric| format!(":{} {numeric} {}", reader.server, reader.nick);
    match form {
        Form::Names { channel, sign } => format!("{} {sign} {channel}", begun(RPL_NAMREPLY)),
        Form::Who { channel, form } if form.fields.is_none() => {
            let channel = channel.as_deref().unwrap_or("*");
            format!("{} {channel}", begun(RPL_WHOREPLY))
        }
        Form::Who { .. } => begun(RPL_WHOSPCRPL),
        Form::Channels => begun(RPL_LIST),
        Form::Sentences => String::new(),
    }
}

/// The end of the names in a channel, or of those that there are none of.
pub fn write_end_of_names(channel: &str, reader: &Reader<'_>, out: &mut String) {
    let line = reader.numeric(out, RPL_ENDOFNAMES).param(safe(channel));
    line.text("End of /NAMES list");
}

/// The signs of what somebody is in a channel: the highest, or all of them.
pub fn signs(ranks: Ranks, all: bool) -> impl Iterator<Item = char> {
    let held = RANKS.iter().filter(move |(_, _, rank, _)| ranks.has(*rank));
    let most = if all { RANKS.len() } else { 1 };
    held.take(most).map(|(_, sign, ..)| *sign)
}
