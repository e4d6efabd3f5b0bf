//! `hallway account`: whoever runs the server manages accounts. A running server is told what to do;
//! where none runs, it is done to the files.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::chat::account::AccountId;
use crate::chat::name::Nick;
use crate::chat::time::Zone;
use crate::config::{AccountCommand, PasswordArgs};
use crate::control;
use crate::control::vocabulary::{Denied, Wish};
use crate::email::Email;
use crate::passwd;
use crate::store::vocabulary::{Answer, Deed, Order, Restored, Trouble};
use crate::store::{Clock, Listed, OpenError, Options, Retention, Store, list_accounts};
use crate::verifier::Verifier;

/// Does what was asked for, and gives the lines to be printed.
///
/// # Errors
/// A sentence without its full stop: what cannot be done, and what to do.
pub fn run(command: &AccountCommand, zone: &TimeZone, clock: Clock) -> Result<String, String> {
    let (place, wish) = match command {
        AccountCommand::List { place } => {
            let listed = list_accounts(&place.dir()?).map_err(|error| error.to_string())?;
            return Ok(spelled(&listed, &Zone::new(zone.clone())));
        }
        AccountCommand::Add {
            name,
            email,
            password,
            place,
        } => {
            let name = nick(name)?;
            let email = email.as_deref().map(address).transpose()?;
            let verifier = verifier(password)?;
            let wish = Wish::Add {
                name,
                verifier,
                email,
            };
            (place, wish)
        }
        AccountCommand::Passwd {
            name,
            password,
            place,
        } => {
            let name = nick(name)?;
            let verifier = verifier(password)?;
            (place, Wish::SetVerifier { name, verifier })
        }
        AccountCommand::Remove {
            name,
            with_messages,
            place,
        } => {
            let (name, with_messages) = (nick(name)?, *with_messages);
            let wish = Wish::Remove {
                name,
                with_messages,
            };
            (place, wish)
        }
    };
    let dir = place.dir()?;
    let granted = control::ask(&dir, &wish).unwrap_or_else(|| grant(&dir, wish, clock));
    granted.map(|()| String::new())
}

fn nick(text: &str) -> Result<Nick, String> {
    Nick::parse(text).map_err(|_| format!("an account cannot be called {text:?}"))
}

fn address(text: &str) -> Result<Email, String> {
    let email = Email::parse(text);
    email.ok_or_else(|| format!("{text:?} is no address for mail, such as ann@office.example"))
}

fn verifier(args: &PasswordArgs) -> Result<Arc<Verifier>, String> {
    passwd::run(args.iterations, args.password_file.as_deref()).map(Arc::new)
}

/// One line for each: name, when it was made, when its owner was here last, their address for mail if
/// it is kept.
fn spelled(accounts: &[Listed], zone: &Zone) -> String {
    let mut out = String::new();
    for account in accounts {
        out.push_str(account.name.as_str());
        for at_ms in [account.made_ms, account.seen_ms] {
            out.push('\t');
            zone.civil(at_ms).write_iso(&mut out);
        }
        if let Some(email) = &account.email {
            out.push('\t');
            out.push_str(email);
        }
        out.push('\n');
    }
    out
}

/// Does it to the files, as the server would.
fn grant(dir: &Path, wish: Wish, clock: Clock) -> Result<(), String> {
    let now = clock();
    let options = Options {
        // Whatever is too old goes when the server, whose configuration says so, runs again.
        retention: Retention::FOREVER,
        clock,
    };
    let opened = Store::open(dir, options, || {});
    let (store, restored) = opened.map_err(|error| match error {
        OpenError::Locked(dir) => format!(
            "the server of {} does not listen for this: its log says why",
            dir.display()
        ),
        error => error.to_string(),
    })?;
    let denied = |denied: Denied| denied.to_string();
    let (name, deed) = deed(wish, &restored, now.wall_ms).map_err(denied)?;
    let ticket = Some(1);
    if store.submit(Order { ticket, deed }).is_err() {
        return Err(Denied::NotKept.to_string());
    }
    let answers = store.end();
    let outcome = answers.into_iter().find_map(|answer| match answer {
        Answer::Done { outcome, .. } => Some(outcome),
        Answer::Found { .. } => None,
    });
    match outcome {
        Some(Ok(_)) => Ok(()),
        Some(Err(Trouble::NameTaken)) => Err(denied(Denied::NameTaken(name))),
        _ => Err(denied(Denied::NotKept)),
    }
}

fn deed(wish: Wish, restored: &Restored, at_ms: u64) -> Result<(Nick, Deed), Denied> {
    let account = |name: &Nick| -> Result<AccountId, Denied> {
        let mut accounts = restored.accounts.iter();
        let found = accounts.find(|(account, _)| account.name == *name);
        let (account, _) = found.ok_or_else(|| Denied::NoSuchAccount(name.clone()))?;
        Ok(account.id)
    };
    Ok(match wish {
        Wish::Add {
            name,
            verifier,
            email,
        } => {
            let deed = Deed::AddAccount {
                name: name.clone(),
                verifier,
                email,
                at_ms,
            };
            (name, deed)
        }
        Wish::SetVerifier { name, verifier } => {
            let account = account(&name)?;
            (name, Deed::SetVerifier { account, verifier })
        }
        Wish::Remove {
            name,
            with_messages,
        } => {
            let account = account(&name)?;
            let deed = Deed::RemoveAccount {
                account,
                with_messages,
            };
            (name, deed)
        }
    })
}
