//! Registering an account by `REGISTER` and `VERIFY` (IRCv3 draft/account-registration): what they
//! ask for, when they may, and every answer that the specification has.

use serde::{Deserialize, Serialize};

use super::refusals::Complaint;
use super::writer::Reader;
use crate::chat::name::Nick;
use crate::email::{Email, Emails};
use crate::verifier::Password;

/// In place of an account: that of one's nickname; in place of an address: none.
const NONE_GIVEN: &str = "*";

/// What a message asks for, word for word: [`Rules::admit`] judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// To have an account.
    Register(Registration),
    /// To show that a mail has come.
    Verify {
        /// Of this account.
        account: String,
        /// By what stood in it.
        code: String,
    },
}

/// The wish for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its name; `None`: the nickname.
    pub account: Option<String>,
    /// An address; `None`: none is given.
    pub email: Option<String>,
    /// Its password.
    pub password: Password,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// What they are called, if they have said it.
    pub nick: Option<&'a Nick>,
    /// Whether the connection is registered.
    pub is_registered: bool,
    /// Whether they are logged in.
    pub is_logged_in: bool,
}

/// What the capability promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// A client can ask before its connection is registered.
    pub before_connect: bool,
    /// An account can have another name than whoever asks for it.
    pub custom_account_name: bool,
    /// What becomes of an address.
    pub email: Emails,
}

/// What is wrong with a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is the code of its name, which the specification explains, or a cause of one"
)]
pub enum Fault {
    AccountExists,
    AccountNameMustBeNick,
    AlreadyAuthenticated,
    BadAccountName,
    CompleteConnectionRequired,
    InvalidCode,
    InvalidEmail,
    NeedNick,
    PerhapsKept,
    TemporarilyUnavailable,
    UnacceptablePassword,
}

/// Every fault with its code, and with the sentence of which it is an answer.
#[rustfmt::skip]
pub static FAULTS: &[(Fault, &str, &str)] = &[
    (Fault::AccountExists, "ACCOUNT_EXISTS", "There is an account of that name"),
    (Fault::AccountNameMustBeNick, "ACCOUNT_NAME_MUST_BE_NICK", "An account is named like whoever asks for it: NICK first"),
    (Fault::AlreadyAuthenticated, "ALREADY_AUTHENTICATED", "You are logged in already"),
    (Fault::BadAccountName, "BAD_ACCOUNT_NAME", "That cannot be a name: use letters and digits of any language, a letter first"),
    (Fault::CompleteConnectionRequired, "COMPLETE_CONNECTION_REQUIRED", "Complete the connection first"),
    (Fault::InvalidCode, "INVALID_CODE", "No mail is sent from here, so there is no code to give"),
    (Fault::InvalidEmail, "INVALID_EMAIL", "An address for mail is needed"),
    (Fault::NeedNick, "NEED_NICK", "Say who you are first: NICK"),
    (Fault::PerhapsKept, "TEMPORARILY_UNAVAILABLE", "The disk is slow just now: whether that is kept is not known. Try the password later to be sure"),
    (Fault::TemporarilyUnavailable, "TEMPORARILY_UNAVAILABLE", "That cannot be done now: try again later"),
    (Fault::UnacceptablePassword, "UNACCEPTABLE_PASSWORD", "That cannot be a password"),
];

impl Wish {
    /// What `REGISTER <account|*> <email|*> <password>` asks for.
    pub fn register([account, email, password]: [&str; 3]) -> Self {
        Self::Register(Registration {
            account: given(account),
            email: given(email),
            password: Password(password.to_owned()),
        })
    }

    /// What `VERIFY <account> <code>` asks for.
    pub fn verify([account, code]: [&str; 2]) -> Self {
        Self::Verify {
            account: account.to_owned(),
            code: code.to_owned(),
        }
    }
}

impl Rules {
    /// The value of the capability; empty: it has none.
    pub fn value(self) -> String {
        let keys = [
            ("before-connect", self.before_connect),
            ("custom-account-name", self.custom_account_name),
            ("email-required", self.email == Emails::Required),
        ];
        let kept = keys.iter().filter(|(_, holds)| *holds);
        let kept: Vec<&str> = kept.map(|(key, _)| *key).collect();
        kept.join(",")
    }

    /// What the account is to be called, and where its owner is reached. Whether there is one of
    /// that name already is not known here, nor whether the password will do.
    ///
    /// # Errors
    /// The first fault found.
    pub fn admit(
        self,
        wish: &Registration,
        client: &Client<'_>,
    ) -> Result<(Nick, Option<Email>), Fault> {
        self.admit_client(client)?;
        let name = self.name(wish.account.as_deref(), client.nick)?;
        Ok((name, self.email(wish.email.as_deref())?))
    }

    /// Whether they may ask at all, be it for an account or by a code.
    ///
    /// # Errors
    /// The first fault found.
    pub fn admit_client(self, client: &Client<'_>) -> Result<(), Fault> {
        if !client.is_registered && !self.before_connect {
            return Err(Fault::CompleteConnectionRequired);
        }
        let fault = Fault::AlreadyAuthenticated;
        (!client.is_logged_in).then_some(()).ok_or(fault)
    }

    fn name(self, account: Option<&str>, nick: Option<&Nick>) -> Result<Nick, Fault> {
        let nick = nick.ok_or(Fault::NeedNick)?;
        let Some(account) = account else {
            return Ok(nick.clone());
        };
        let account = Nick::parse(account).map_err(|_| Fault::BadAccountName)?;
        let fits = self.custom_account_name || account == *nick;
        fits.then_some(account).ok_or(Fault::AccountNameMustBeNick)
    }

    fn email(self, email: Option<&str>) -> Result<Option<Email>, Fault> {
        let email = email.map(|email| Email::parse(email).ok_or(Fault::InvalidEmail));
        match email.transpose()? {
            None if self.email == Emails::Required => Err(Fault::InvalidEmail),
            email => Ok(email),
        }
    }
}

impl Fault {
    /// The answer to the command. `account`: what it named.
    pub fn complaint(self, command: &str, account: Option<&str>) -> Complaint {
        let row = FAULTS.iter().find(|(fault, ..)| *fault == self);
        let (_, code, text) = row.expect("every fault is in the table");
        let about: &[&str] = match self {
            Self::CompleteConnectionRequired => &[],
            Self::NeedNick => &[NONE_GIVEN],
            _ => &[account.unwrap_or(NONE_GIVEN)],
        };
        Complaint::fail(command, code, about, text)
    }
}

/// Tells the client that the account is theirs, and that they are logged in to it. Follows
/// [`write_logged_in`](super::replies::write_logged_in).
pub fn write_success(command: &str, account: &Nick, reader: &Reader<'_>, out: &mut String) {
    let text = format!("{account} is yours now, and you are logged in");
    reader.standard(out, command, &["SUCCESS", account.as_str()], text);
}

fn given(param: &str) -> Option<String> {
    (param != NONE_GIVEN).then(|| param.to_owned())
}

#[cfg(test)]
mod tests;
