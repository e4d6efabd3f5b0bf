//! `AUTHENTICATE`: logging in by SASL, before registration and after it.

use super::super::accounts::Way;
use super::super::{Server, SessionId};
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::protocol::entry::NoEntry;
use crate::protocol::irc::refusals::sasl_failure;
use crate::protocol::irc::sasl::{Failure, Step, write};
use crate::sasl::SaslError;
use crate::sasl::plain::Credentials;
use crate::sasl::scram::{ClientFirst, NONCE_BYTES};
use crate::verifier::derived;

impl Server {
    pub(super) fn authenticate(&mut self, now: Now, id: SessionId, param: &str) {
        if self.check_remembering().is_err() {
            return self.fail_sasl(id, Failure::NoAccounts);
        }
        let Some(client) = self.client_mut(id) else {
            return;
        };
        match client.aside().exchange.hear(param) {
            Step::Wait => {}
            Step::Send(pieces) => self.send_pieces(id, &pieces),
            Step::Check(credentials) => self.check_credentials(now, id, credentials),
            Step::Challenge(first) => self.challenge(now, id, first),
            Step::Done(name) => self.proved(now, id, &name),
            Step::Failed(failure) => self.fail_sasl(id, failure),
        }
        if let Some(client) = self.client_mut(id) {
            client.tidy();
        }
    }

    /// A client that registers does not wait for the end of its exchange.
    pub(super) fn abort_sasl(&mut self, id: SessionId) {
        let Some(client) = self.client_mut(id) else {
            return;
        };
        if client.aside().exchange.is_going_on() {
            client.aside().exchange.end();
            self.fail_sasl(id, Failure::Aborted);
        }
        if let Some(client) = self.client_mut(id) {
            client.tidy();
        }
    }

    fn send_pieces(&mut self, id: SessionId, pieces: &[String]) {
        self.write_to(id, |_, reader, out| write(pieces, reader, out));
    }

    pub(super) fn fail_sasl(&mut self, id: SessionId, failure: Failure) {
        self.complain(id, &sasl_failure(failure));
    }

    fn check_credentials(&mut self, now: Now, id: SessionId, credentials: Credentials) {
        match Nick::parse(&credentials.name) {
            Ok(name) => self.log_in(now, id, name, credentials.password, Way::Sasl),
            Err(_) => self.fail_sasl(id, SaslError::Proof.into()),
        }
    }

    fn challenge(&mut self, now: Now, id: SessionId, first: ClientFirst) {
        let Ok(name) = Nick::parse(first.name()) else {
            return self.fail_sasl(id, SaslError::Proof.into());
        };
        if let Err(why) = self.may_try(now, id, &name) {
            return self.refuse_client_entry(id, Way::Sasl, &why);
        }
        let verifier = self.verifier_of(&name);
        let (challenge, server_first) = first.challenge(&self.next_nonce(), verifier);
        if let Some(client) = self.client_mut(id) {
            let pieces = client.aside().exchange.ask(challenge, &server_first);
            self.send_pieces(id, &pieces);
        }
    }

    /// None comes twice, and nobody can tell the next: each is made of a number that is never used
    /// again and of a secret that is another whenever the numbers begin anew.
    fn next_nonce(&mut self) -> [u8; NONCE_BYTES] {
        self.last_nonce += 1;
        let made = derived(&self.settings.nonces, &format!("nonce {}", self.last_nonce));
        let (nonce, _) = made
            .split_first_chunk()
            .expect("a nonce is shorter than a key");
        *nonce
    }

    /// Somebody has proved to know the password of this account, which may be gone by now.
    fn proved(&mut self, now: Now, id: SessionId, name: &str) {
        let entered = match Nick::parse(name) {
            Ok(name) => self.enter_account(now, id, &name, Way::Sasl),
            Err(_) => Err(NoEntry::WrongPassword {
                name: name.to_owned(),
            }),
        };
        if let Err(why) = entered {
            self.refuse_client_entry(id, Way::Sasl, &why);
        }
    }
}
