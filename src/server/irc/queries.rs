//! Questions to the server that a person has no use for.

use super::super::{Server, SessionId};
use crate::chat::mask::Pattern;
use crate::chat::mode::UserFlag;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::user::User;
use crate::protocol::irc::capabilities::Cap;
use crate::protocol::irc::commands::{Origin, Query, commands, lookup};
use crate::protocol::irc::isupport;
use crate::protocol::irc::numerics::*;
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::irc::replies::SERVER_INFO;
use crate::protocol::irc::tags;
use crate::protocol::irc::writer::{Reader, safe};
use crate::protocol::stamp::{Clock, Times};
use crate::server::plain::VERSION;

/// The program and its version.
pub(super) fn version() -> String {
    format!("hallway-{VERSION}")
}

impl Server {
    pub(super) fn answer_query(&mut self, now: Now, id: SessionId, query: Query) {
        self.write_to(id, |server, reader, out| match query {
            Query::Admin => server.write_admin(reader, out),
            Query::Info => server.write_info(reader, out),
            Query::Lusers => server.write_lusers(reader, out),
            Query::Motd => server.write_motd(reader, out),
            Query::Stats(letter) => server.write_stats(now, id, letter, reader, out),
            Query::Time => server.write_time(now, reader, out),
            Query::Trace => server.write_trace(id, reader, out),
            Query::Version => {
                let line = reader.numeric(out, RPL_VERSION).param(version());
                line.param(reader.server).text(SERVER_INFO);
            }
        });
        if query == Query::Version {
            self.send_isupport(id);
        }
    }

    /// Whether a server that is named is this one: by its name or a mask, or by somebody who is here.
    pub(super) fn is_here(&self, named: &str) -> bool {
        let here = Pattern::new(named).fits(&self.settings.name);
        here || Nick::parse(named).is_ok_and(|nick| self.chat.is_taken(&nick))
    }

    pub(in crate::server) fn clock_of_server(&self) -> Clock<'_> {
        Clock::new(&self.settings.chat.zone, 0, Times::Short)
    }

    pub(super) fn send_isupport(&mut self, id: SessionId) {
        let batch = self.isupport_batch(id);
        self.write_to(id, |server, reader, out| {
            server.write_isupport(batch.as_deref(), reader, out);
        });
    }

    /// The batch in which what the server supports is told, for those who ask for one of its own
    /// (draft/extended-isupport).
    pub(super) fn isupport_batch(&mut self, id: SessionId) -> Option<String> {
        let batched = self.has(id, Cap::ExtendedIsupport) && self.has(id, Cap::Batch);
        self.last_batch += u64::from(batched);
        batched.then(|| format!("i{}", self.last_batch))
    }

    pub(super) fn write_isupport(
        &self,
        batch: Option<&str>,
        reader: &Reader<'_>,
        out: &mut String,
    ) {
        let Some(batch) = batch else {
            return isupport::write(reader, &self.about.supports, out);
        };
        let mut lines = String::new();
        isupport::write(reader, &self.about.supports, &mut lines);
        let line = reader.line(out, "BATCH").param(format_args!("+{batch}"));
        drop(line.param("draft/isupport"));
        out.push_str(&tags::batched(&lines, batch));
        drop(reader.line(out, "BATCH").param(format_args!("-{batch}")));
    }

    pub(super) fn write_lusers(&self, reader: &Reader<'_>, out: &mut String) {
        let users = self.chat.population();
        let (invisible, most) = (self.chat.invisible(), self.most_users);
        let visible = users - invisible;
        let unknown = self.unknown;
        reader.numeric(out, RPL_LUSERCLIENT).text(format_args!(
            "There are {visible} users and {invisible} invisible on 1 servers"
        ));
        for (numeric, count, text) in [
            (RPL_LUSEROP, self.chat.operators(), "operator(s) online"),
            (RPL_LUSERUNKNOWN, unknown, "unknown connection(s)"),
            (
                RPL_LUSERCHANNELS,
                self.chat.channel_count(),
                "channels formed",
            ),
        ] {
            reader.numeric(out, numeric).param(count).text(text);
        }
        reader
            .numeric(out, RPL_LUSERME)
            .text(format_args!("I have {users} clients and 0 servers"));
        for (numeric, which) in [(RPL_LOCALUSERS, "local"), (RPL_GLOBALUSERS, "global")] {
            let line = reader.numeric(out, numeric).param(users).param(most);
            line.text(format_args!("Current {which} users {users}, max {most}"));
        }
    }

    pub(super) fn write_motd(&self, reader: &Reader<'_>, out: &mut String) {
        let Some(lines) = &self.settings.motd else {
            let none = Complaint::new(ERR_NOMOTD, "There is no message of the day");
            return none.write(reader, out);
        };
        let title = format!("- {} Message of the day - ", reader.server);
        reader.numeric(out, RPL_MOTDSTART).text(title);
        for line in lines.iter() {
            reader.numeric(out, RPL_MOTD).text(format_args!("- {line}"));
        }
        reader
            .numeric(out, RPL_ENDOFMOTD)
            .text("End of /MOTD command.");
    }

    fn write_admin(&self, reader: &Reader<'_>, out: &mut String) {
        if self.settings.admin.is_empty() {
            let text = "Nobody has been named who runs this server";
            let none = Complaint::about(ERR_NOADMININFO, &[reader.server], text);
            return none.write(reader, out);
        }
        let line = reader.numeric(out, RPL_ADMINME).param(reader.server);
        line.text("Administrative info");
        let numerics = [RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINEMAIL];
        for (numeric, text) in numerics.iter().zip(&self.settings.admin) {
            reader.numeric(out, numeric).text(text);
        }
    }

    fn write_info(&self, reader: &Reader<'_>, out: &mut String) {
        let started = self.clock_of_server().moment(self.started.wall_ms);
        for text in [
            format!("{}: {SERVER_INFO}", version()),
            "People reach it with telnet, netcat, or any IRC client: all are in the same channels."
                .to_owned(),
            format!("It was started at {started}."),
        ] {
            reader.numeric(out, RPL_INFO).text(text);
        }
        reader.numeric(out, RPL_ENDOFINFO).text("End of INFO list");
    }

    fn write_time(&self, now: Now, reader: &Reader<'_>, out: &mut String) {
        let mut text = String::new();
        let civil = self.settings.chat.zone.civil(now.wall_ms);
        civil.write_date(&mut text);
        text.push(' ');
        civil.write_hh_mm(&mut text);
        let line = reader.numeric(out, RPL_TIME).param(reader.server);
        line.param(now.wall_ms / 1_000).param(0).text(text);
    }

    fn write_stats(
        &self,
        now: Now,
        id: SessionId,
        letter: char,
        reader: &Reader<'_>,
        out: &mut String,
    ) {
        match letter {
            'u' => {
                let up = now.mono_ms.saturating_sub(self.started.mono_ms) / 1_000;
                let (days, hours) = (up / 86_400, up / 3_600 % 24);
                reader.numeric(out, RPL_STATSUPTIME).text(format_args!(
                    "Server Up {days} days {hours}:{:02}:{:02}",
                    up / 60 % 60,
                    up % 60
                ));
            }
            'o' if self.is_operator(id) => {
                for operator in &self.settings.operators {
                    let line = reader.numeric(out, RPL_STATSOLINE).param("O").param("*");
                    drop(line.param("*").param(&operator.name));
                }
            }
            'd' if self.is_operator(id) => {
                if let Some(report) = self.store_report() {
                    reader.numeric(out, RPL_STATSDEBUG).text(report);
                }
            }
            _ => {}
        }
        let line = reader.numeric(out, RPL_ENDOFSTATS).param(letter);
        line.text("End of /STATS report");
    }

    /// Of connections, a person is told of their own only.
    fn write_trace(&self, id: SessionId, reader: &Reader<'_>, out: &mut String) {
        let numeric = if self.is_operator(id) {
            (RPL_TRACEOPERATOR, "Oper")
        } else {
            (RPL_TRACEUSER, "User")
        };
        let line = reader.numeric(out, numeric.0).param(numeric.1);
        drop(line.param("users").param(reader.nick));
        let line = reader.numeric(out, RPL_TRACEEND).param(reader.server);
        line.param(version()).text("End of TRACE");
    }

    pub(super) fn tell_origins(&mut self, id: SessionId, origin: Origin, nicks: &[String]) {
        let asker = self.user_of(id);
        let may_know = self.is_operator(id);
        let known: Vec<String> = nicks
            .iter()
            .filter_map(|nick| self.chat.find_nick(&Nick::parse(nick).ok()?))
            .filter_map(|user| {
                let shown = may_know || Some(user) == asker;
                let user = self.chat.find_user(user)?;
                Some(origin_of(user, origin, shown))
            })
            .collect();
        let numeric = match origin {
            Origin::Host => RPL_USERHOST,
            Origin::Address => RPL_USERIP,
        };
        self.send_numeric(id, numeric, &known.join(" "));
    }

    pub(super) fn tell_who_is_on(&mut self, id: SessionId, nicks: &[String]) {
        let known = nicks.iter().filter_map(|nick| {
            let user = self.chat.find_nick(&Nick::parse(nick).ok()?)?;
            self.chat
                .find_user(user)
                .map(|user| user.nick().to_string())
        });
        let known: Vec<String> = known.collect();
        self.send_numeric(id, RPL_ISON, &known.join(" "));
    }

    pub(super) fn help_irc(&mut self, id: SessionId, about: Option<String>) {
        let text = |out: &mut String, reader: &Reader<'_>, about: &str, lines: &[String]| {
            let last = lines.len() - 1;
            for (place, line) in lines.iter().enumerate() {
                let numeric = match place {
                    0 => RPL_HELPSTART,
                    place if place == last => RPL_ENDOFHELP,
                    _ => RPL_HELPTXT,
                };
                reader.numeric(out, numeric).param(about).text(line);
            }
        };
        let Some(about) = about else {
            let lines = help_index();
            return self.write_to(id, |_, reader, out| text(out, reader, "*", &lines));
        };
        let Some(spec) = lookup(&about) else {
            let unknown = "No help available on this topic: HELP alone lists all";
            let complaint = Complaint::about(ERR_HELPNOTFOUND, &[&about], unknown);
            return self.complain(id, &complaint);
        };
        let lines = [
            spec.usage(),
            String::new(),
            spec.help.to_owned(),
            "End of help.".to_owned(),
        ];
        self.write_to(id, |_, reader, out| text(out, reader, spec.name, &lines));
    }
}

/// All commands, a few in a line.
fn help_index() -> Vec<String> {
    const NAMES_PER_LINE: usize = 10;
    let mut names: Vec<&str> = commands().map(|spec| spec.name).collect();
    names.sort_unstable();
    let mut lines = vec![
        "These are the commands of this server:".to_owned(),
        String::new(),
    ];
    lines.extend(names.chunks(NAMES_PER_LINE).map(|names| names.join(" ")));
    lines.push("HELP <command> tells how to use one.".to_owned());
    lines
}

/// The servers that fit a mask: this one or none.
pub(super) fn write_links(mask: &str, reader: &Reader<'_>, out: &mut String) {
    if Pattern::new(mask).fits(reader.server) {
        let line = reader.numeric(out, RPL_LINKS).param(reader.server);
        let line = line.param(reader.server);
        line.text(format_args!("0 {SERVER_INFO}"));
    }
    let line = reader.numeric(out, RPL_ENDOFLINKS).param(safe(mask));
    line.text("End of /LINKS list");
}

/// `nick=+user@host`, with `*` behind the name of an operator of the server and `-` for who is away.
fn origin_of(user: &User, origin: Origin, shown: bool) -> String {
    let identity = user.identity();
    let star = if user.flags().has(UserFlag::Operator) {
        "*"
    } else {
        ""
    };
    let sign = if user.away().is_some() { '-' } else { '+' };
    let from = match origin {
        Origin::Address if shown => identity.address.to_string(),
        Origin::Address => "0.0.0.0".to_owned(),
        Origin::Host => identity.host().to_owned(),
    };
    format!(
        "{}{star}={sign}{}@{from}",
        identity.nick,
        identity.username()
    )
}
