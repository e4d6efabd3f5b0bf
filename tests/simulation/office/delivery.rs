//! What the server puts out, to those for whom it is.

use hallway::chat::name::{ChannelName, Nick};
use hallway::server::tickets::TICKET_MS;
use hallway::server::{Output, SessionId};

use crate::irc::reading;
use crate::irc::wire::Line;
use crate::lines;
use crate::lines::Told;

use super::{Office, PASSWORD, Step};

impl Office {
    pub(super) fn carry_out(&mut self, step: &mut Step) {
        let outputs: Vec<Output> = self.server.drain_outputs().collect();
        for output in outputs {
            match output {
                Output::Send(id, bytes) => self.deliver(step, id, &bytes),
                Output::Resume(id) if self.connections.get(id).is_some() => {
                    self.be_hungry(id);
                }
                Output::Resume(_) => {}
                Output::Hide(..) => {}
                Output::AwaitDrain(id) => self.connection(id).await_drain = true,
                Output::Verify(check) => {
                    let id = step.cause.expect("somebody has given a password");
                    self.connection(id).verifying_until_ms = self.now.mono_ms + TICKET_MS;
                    self.checks
                        .push((id, check.ticket, check.password == PASSWORD));
                }
                Output::Keep(_) | Output::Ask(_) => unreachable!("there is no store"),
                Output::Granted(..) => unreachable!("nobody wishes for anything"),
                Output::Reload => self.note("is asked to reload".to_owned()),
                Output::Close(id, reason) => {
                    self.note(format!("{id} closed: {reason}"));
                    let connection = self.connection(id);
                    let ended = connection.client.as_ref().is_none_or(|c| c.ended);
                    if !ended && !connection.browser {
                        self.fail(Some(id), "is closed without an ERROR");
                    }
                    if let Some(user) = self.connection(id).user {
                        let heard = self.referee.check_heard(user, false);
                        heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                    }
                    let closed = std::mem::replace(&mut self.connection(id).closed, true);
                    assert!(!closed, "{id} is closed twice");
                }
            }
        }
    }

    pub(super) fn deliver(&mut self, step: &mut Step, id: SessionId, bytes: &[u8]) {
        let Some(connection) = self.connections.get(id) else {
            panic!("{id} is sent something and is not there");
        };
        assert!(
            !connection.closed,
            "{id} is sent something after it was closed"
        );
        let text = std::str::from_utf8(bytes).expect("all that is sent is UTF-8");
        if connection.browser {
            return self.note(format!("  {id}< {text:?}"));
        }
        if text.is_empty() {
            return;
        }
        step.touched.insert(id);
        let whole = text
            .strip_suffix("\r\n")
            .unwrap_or_else(|| panic!("no end in {text:?}"));
        for line in whole.split("\r\n") {
            self.note(format!("  {id}< {line}"));
            if self.connection(id).client.is_some() {
                self.hear_irc_line(step, id, line);
                continue;
            }
            assert!(lines::is_printable(line), "{line:?} is not printable");
            self.hear_line(step, id, line);
        }
    }

    pub(super) fn hear_irc_line(&mut self, step: &mut Step, id: SessionId, raw: &str) {
        let line = Line::read(raw).unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let connection = self.connections.get_mut(id).expect("it was just there");
        let caused = step.cause == Some(id);
        let client = connection.client.as_mut().expect("only clients hear this");
        let uttered = match client.hear(&line, caused) {
            Ok(uttered) => uttered,
            Err(fault) => self.fail(Some(id), &fault),
        };
        let connection = self.connections.get_mut(id).expect("it was just there");
        let client = connection.client.as_ref().expect("only clients hear this");
        connection.person.nick.clone_from(&client.nick);
        if let (Some(uttered), Some(user), Some(nick)) = (&uttered, connection.user, &client.nick)
            && uttered.line.source.contains('!')
            && !uttered.text.starts_with("Announcement ")
        {
            let number = uttered
                .text
                .strip_prefix("!!!")
                .and_then(|t| t.split(' ').next());
            let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
            self.announcements = self.announcements.max(number);
            let heard = self
                .referee
                .hear_uttered(user, nick.as_str(), uttered, client.caps);
            if !step.wild {
                heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
        }
        let connection = self.connection(id);
        let operates = connection.client.as_mut().and_then(|c| c.operates.take());
        match (operates, connection.user) {
            (Some(true), Some(user)) => drop(self.operators.insert(user)),
            (Some(false), Some(user)) => drop(self.operators.remove(&user)),
            _ => {}
        }
        if line.source.contains('!') {
            step.sources.push((id, line.source.clone()));
        }
        self.check_block(id, &line);
        let own = self.connection(id).person.nick.as_ref();
        if line.verb == "JOIN" && own.is_some_and(|nick| nick.as_str() == line.nick()) {
            let name = ChannelName::parse(line.param(0));
            step.entered.extend(name.ok().map(|name| (id, name)));
        }
        for told in reading::told(&line) {
            if caused {
                step.outcome.refusals += usize::from(matches!(told, Told::Refused(_)));
                step.outcome.told_away += usize::from(matches!(told, Told::TheyAreAway(_)));
            }
            step.heard.push((id, told, raw.to_owned()));
        }
    }

    /// Nobody is asked anything by those whom they block.
    pub(super) fn check_block(&self, id: SessionId, line: &Line) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let asks = match line.verb.as_str() {
            "INVITE" => Some(line.nick()),
            "710" => line.param(2).split('!').next(),
            _ => None,
        };
        let me = connection.person.nick.as_ref();
        let to_me = me.is_some_and(|nick| nick.as_str() == line.param(0));
        let asks = asks
            .filter(|_| to_me)
            .and_then(|nick| Nick::parse(nick).ok());
        let asks = asks.and_then(|nick| self.truth.named(&nick));
        if let (Some(user), Some(asks)) = (connection.user, asks)
            && self.referee.blocks.hides(self.server.chat(), user, asks)
        {
            self.fail(Some(id), "is asked by somebody whom it blocks");
        }
    }

    pub(super) fn hear_line(&mut self, step: &mut Step, id: SessionId, line: &str) {
        let told = lines::meaning(line).unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let connection = self.connections.get_mut(id).expect("it was just there");
        let live = !connection.person.earlier.open;
        let fuzzy = connection.person.is_fuzzy() || connection.person.holding;
        let outcome = connection.person.hear(&told, line);
        if let Err(fault) = outcome {
            self.fail(Some(id), &fault);
        }
        let cause = step.cause == Some(id);
        match &told {
            Told::Refused(_) => step.outcome.refusals += usize::from(cause),
            Told::OwnMode('o', on) => {
                let user = connection.user;
                match on {
                    true => self.operators.extend(user),
                    false => self.operators.retain(|other| Some(*other) != user),
                }
            }
            Told::TheyAreAway(_) => step.outcome.told_away += usize::from(cause),
            Told::Said(said) if live => self.hear_said(step, id, said, false, fuzzy),
            Told::Announced { said, number } if live => {
                self.announcements = self.announcements.max(*number);
                self.hear_said(step, id, said, true, fuzzy);
            }
            _ => {}
        }
        step.heard.push((id, told, line.to_owned()));
    }

    pub(super) fn hear_said(
        &mut self,
        step: &Step,
        id: SessionId,
        said: &lines::Said,
        announced: bool,
        fuzzy: bool,
    ) {
        let connection = self.connections.get(id).expect("it was just there");
        let Some(user) = connection.user else {
            self.fail(Some(id), "hears what is said without a name");
        };
        let lenient = step.wild || connection.lenient;
        let heard = self
            .referee
            .hear_said(user, said, announced, lenient, &self.truth);
        let at_ms = heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let Some(at_ms) = at_ms.filter(|_| !fuzzy) else {
            return;
        };
        let person = &connection.person;
        let civil = self.settings.chat.zone.civil(at_ms);
        let (mut short, mut iso) = (String::new(), String::new());
        civil.write_hh_mm(&mut short);
        civil.write_iso(&mut iso);
        if said.stamp != short && said.stamp != iso {
            self.fail(Some(id), &format!("{} is the time of {iso}", said.stamp));
        }
        if said.stamp == short && person.day.is_some_and(|day| day != civil.day_number) {
            self.fail(Some(id), "was not told that the day has changed");
        }
    }
}
