//! What a client's requests come to.

use super::super::{Cause, Output, Server, SessionId};
use super::accounts::is_nickserv;
use super::multiline::Part;
use super::queries::write_links;
use crate::chat::limits::REASON_BYTES_MAX;
use crate::chat::mask::Pattern;
use crate::chat::mode::UserFlag;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::Now;
use crate::chat::vocabulary::{Command, Criterion, Extras, Manner, Target};
use crate::protocol::irc::args::cut;
use crate::protocol::irc::commands::Request;
use crate::protocol::irc::events;
use crate::protocol::irc::message_id;
use crate::protocol::irc::numerics::*;
use crate::protocol::irc::refusals::{Complaint, context};
use crate::protocol::irc::replies::write_end_of_whois;
use crate::protocol::irc::rows::write_end_of_names;
use crate::protocol::irc::writer::safe;

/// Something to be said.
struct Words {
    to: Target,
    manner: Manner,
    text: String,
    extras: Extras,
}

/// The words of an absence for no reason that is told.
const JUST_AWAY: &str = "";

impl Server {
    pub(super) fn carry_out_irc(
        &mut self,
        now: Now,
        id: SessionId,
        verb: &'static str,
        request: Request,
    ) {
        match request {
            Request::Chat(command) => self.ask_chat(now, id, verb, command),
            Request::Who(command, form) => {
                self.asked.form = Some(form);
                self.ask_chat(now, id, verb, command);
            }
            Request::Cap(subcommand, rest) => self.negotiate(now, id, &subcommand, &rest),
            Request::Nick(nick) => self.take_nick(now, id, &nick),
            Request::User(username, realname) => self.take_user(now, id, &username, realname),
            Request::Pass(typed) => self.take_password(now, id, &typed),
            Request::Authenticate(param) => self.authenticate(now, id, &param),
            Request::Account(wish) => self.hear_wish(now, id, wish),
            Request::NickServ(text) => self.hear_nickserv(now, id, &text),
            Request::Ping(token) => self.write_to(id, |_, reader, out| {
                let line = reader.line(out, "PONG").param(reader.server);
                line.text(token);
            }),
            Request::Nothing => {}
            Request::Quit(why) => self.quit_irc(now, id, why),
            Request::LeaveAll => self.leave_all(now, id),
            Request::AwayHere => self.away_here(now, id),
            Request::OwnModes(nick, changes, asks) => self.own_modes(now, id, &nick, changes, asks),
            Request::At(server, request) => match self.is_here(&server) {
                true => self.carry_out_irc(now, id, verb, *request),
                false => self.refuse_server(id, &server),
            },
            Request::Query(query) => self.answer_query(now, id, query),
            Request::Links(mask) => {
                self.write_to(id, |_, reader, out| write_links(&mask, reader, out));
            }
            Request::Origins(origin, nicks) => self.tell_origins(id, origin, &nicks),
            Request::IsOn(nicks) => self.tell_who_is_on(id, &nicks),
            Request::Monitor(monitoring) => self.monitor(id, monitoring),
            Request::Isupport => self.send_isupport(id),
            Request::Protoctl(words) => self.switch_on(id, &words),
            Request::Help(about) => self.help_irc(id, about),
            Request::Oper(name, password) => self.ask_to_operate(now, id, name, password),
            Request::Sessions => self.tell_sessions(now, id),
            Request::SignOut(number) => self.sign_out_by_client(now, id, number),
            Request::Rehash => self.rehash(id),
            Request::Open(reference, to, attached) => {
                self.open_multiline(id, reference, to, attached);
            }
            Request::Close(reference) => self.close_multiline(now, id, &reference),
            Request::Part(reference, target, manner, text, concat) => self.add_part(
                id,
                Part {
                    reference,
                    target,
                    manner,
                    text,
                    concat,
                },
            ),
            Request::Broadcast(mask, text) => self.broadcast(now, id, verb, &mask, text),
            Request::NamesOfNobody(name) => {
                self.write_to(id, |_, reader, out| write_end_of_names(&name, reader, out));
            }
            Request::EndOfWhois(named) => {
                self.write_to(id, |_, reader, out| write_end_of_whois(&named, reader, out));
            }
            Request::History(wish) => self.chathistory(now, id, wish),
            Request::Search(search) => self.search_irc(now, id, search),
            Request::MarkRead(target, at_ms) => self.mark_read(now, id, &target, at_ms),
            Request::Metadata(wish) => self.hear_metadata(now, id, wish),
            Request::SyncMetadata(whom) => self.sync_planned(id, whom),
            // Whoever has left meanwhile is told nothing more of it.
            Request::NamesHere(channel) | Request::Earlier(channel, _)
                if !self.is_in(id, &channel) => {}
            Request::NamesHere(channel) => self.ask_chat(now, id, verb, Command::Names { channel }),
            Request::Earlier(channel, since) => self.replay_earlier(now, id, channel, since),
            Request::Redact(to, message, why) => self.redact(now, id, to, &message, why),
        }
    }

    fn is_in(&self, id: SessionId, channel: &ChannelName) -> bool {
        let user = self.user_of(id);
        let channels = user.map(|user| self.channels_of(user));
        channels.is_some_and(|channels| channels.contains(channel))
    }

    /// Nothing more is done of a message that is for another server.
    fn refuse_server(&mut self, id: SessionId, server: &str) {
        if let Some(client) = self.client_mut(id) {
            client.aside().todo.clear();
        }
        let complaint = Complaint::about(ERR_NOSUCHSERVER, &[server], "No such server");
        self.complain(id, &complaint);
    }

    /// Away before registration is noted; all else is for the chat.
    fn ask_chat(&mut self, now: Now, id: SessionId, verb: &'static str, command: Command) {
        let registered = self.user_of(id).is_some();
        match command {
            Command::Away { words } if !registered => self.note_away(id, Some(words)),
            Command::Back if !registered => self.note_away(id, None),
            Command::List { criteria } => {
                let criteria = criteria.into_iter().map(|c| moment(now, c)).collect();
                self.irc_command(now, id, verb, Command::List { criteria });
            }
            Command::Whowas { nick, most } if self.settings.chat.remembers => {
                self.ask_whowas(now, id, nick, most);
            }
            Command::Say {
                to: Target::Person(nick),
                manner,
                text,
                ..
            } if is_nickserv(&nick) => {
                // A notice is never answered (RFC 2812, section 3.3.2).
                if manner == Manner::Speech {
                    self.hear_nickserv(now, id, &text);
                }
            }
            Command::Say {
                to,
                manner,
                text,
                extras,
            } => self.say(
                now,
                id,
                verb,
                Words {
                    to,
                    manner,
                    text,
                    extras,
                },
            ),
            command => {
                self.asked.context = context(&command);
                self.irc_command(now, id, verb, command);
            }
        }
    }

    /// Says something. Its readers see the speaker in front of it: what is then too long is cut, as
    /// IRC has it, and whoever has no echo to see that by is told.
    fn say(&mut self, now: Now, id: SessionId, verb: &'static str, mut words: Words) {
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let Some(user) = user else { return };
        let room = events::room(user.identity(), &words.to, words.manner);
        let cut = words.text.floor_char_boundary(room);
        let lost = words.text.split_off(cut);
        let command = Command::Say {
            to: words.to,
            manner: words.manner,
            text: words.text,
            extras: words.extras,
        };
        self.irc_command(now, id, verb, command);
        if !lost.is_empty() && !self.caps(id).echoes() {
            self.write_to(id, |_, reader, out| {
                let text = "Your line was too long with your name in front of it: nobody was shown";
                reader.notice(out, format_args!("{text} {lost}"));
            });
        }
    }

    pub(super) fn irc_command(
        &mut self,
        now: Now,
        id: SessionId,
        verb: &'static str,
        command: Command,
    ) {
        let Some(user) = self.user_of(id) else { return };
        self.chat.handle(now, user, command);
        let cause = Cause {
            session: id,
            quiet: false,
            verb,
        };
        self.deliver(now, Some(cause));
    }

    fn quit_irc(&mut self, now: Now, id: SessionId, why: Option<String>) {
        let why = why.filter(|why| !why.is_empty());
        let why = why.map_or_else(|| "bye".to_owned(), |why| cut(&why, REASON_BYTES_MAX));
        self.close_saying(now, id, &why);
    }

    fn leave_all(&mut self, now: Now, id: SessionId) {
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let channels = user
            .map(|user| user.channels().to_vec())
            .unwrap_or_default();
        for channel in channels {
            if let Some(channel) = self.chat.channel_name(channel).cloned() {
                let command = Command::Leave { channel, why: None };
                self.irc_command(now, id, "PART", command);
            }
        }
    }

    /// A client says that nobody is there (draft/pre-away): whoever has another session is still at
    /// that one.
    fn away_here(&mut self, now: Now, id: SessionId) {
        let words = JUST_AWAY.to_owned();
        let Some(user) = self.user_of(id) else {
            return self.note_away(id, Some(words));
        };
        let alone = self.seats.get(user).is_some_and(|seats| seats.len() <= 1);
        match alone {
            true => self.irc_command(now, id, "AWAY", Command::Away { words }),
            false => self.send_numeric(id, RPL_NOWAWAY, "You have been marked as being away"),
        }
    }

    fn own_modes(
        &mut self,
        now: Now,
        id: SessionId,
        nick: &str,
        changes: Vec<(UserFlag, bool)>,
        asks: bool,
    ) {
        let named = Nick::parse(nick)
            .ok()
            .and_then(|nick| self.chat.find_nick(&nick));
        if named.is_none() {
            let complaint = Complaint::about(ERR_NOSUCHNICK, &[safe(nick)], "No such nick");
            return self.complain(id, &complaint);
        }
        if named != self.user_of(id) {
            let text = "Cant change mode for other users";
            return self.complain(id, &Complaint::new(ERR_USERSDONTMATCH, text));
        }
        let command = match asks {
            true => Command::OwnModes,
            false => Command::SetOwnModes { changes },
        };
        self.irc_command(now, id, "MODE", command);
    }

    /// Ids that were never given are of no message.
    fn redact(&mut self, now: Now, id: SessionId, to: Target, message: &str, why: Option<String>) {
        let command = Command::RedactMessage {
            to,
            id: message_id::read(message).unwrap_or_default(),
            why,
        };
        self.asked.context = context(&command);
        if let Some(spelled) = self.asked.context.last_mut() {
            *spelled = message.to_owned();
        }
        self.irc_command(now, id, "REDACT", command);
    }

    fn rehash(&mut self, id: SessionId) {
        if !self.is_operator(id) {
            return self.complain(id, &no_privileges());
        }
        self.outputs.push(Output::Reload);
        self.write_to(id, |_, reader, out| {
            let line = reader.numeric(out, RPL_REHASHING).param("configuration");
            line.text("Rehashing: the log says what comes of it");
        });
    }

    /// Everyone is told by an announcement, which the setting lets some; masks are for operators.
    fn broadcast(&mut self, now: Now, id: SessionId, verb: &'static str, mask: &str, text: String) {
        if mask != "*" {
            if !self.is_operator(id) {
                return self.complain_about(id, verb, &no_privileges());
            }
            if !Pattern::new(mask).fits(&self.settings.name) {
                let about = format!("${mask}");
                let text = "No server is called so";
                let complaint = Complaint::about(ERR_WILDTOPLEVEL, &[&about], text);
                return self.complain_about(id, verb, &complaint);
            }
        }
        let command = Command::Announce {
            channel: None,
            text,
        };
        // Somebody who announces must know whether it went out.
        self.irc_command(now, id, "ANNOUNCE", command);
    }
}

fn no_privileges() -> Complaint {
    let text = "Permission Denied- You're not an IRC operator";
    Complaint::new(ERR_NOPRIVILEGES, text)
}

/// Clients say how long ago; the chat knows moments.
fn moment(now: Now, criterion: Criterion) -> Criterion {
    let ago = |ms: u64| now.wall_ms.saturating_sub(ms);
    match criterion {
        Criterion::MadeBefore(ms) => Criterion::MadeBefore(ago(ms)),
        Criterion::MadeAfter(ms) => Criterion::MadeAfter(ago(ms)),
        Criterion::TopicBefore(ms) => Criterion::TopicBefore(ago(ms)),
        Criterion::TopicAfter(ms) => Criterion::TopicAfter(ago(ms)),
        other => other,
    }
}
