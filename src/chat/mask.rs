//! Masks: whom a ban, an exception, an invitation or a block is for; and the patterns they are of.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::name::Nick;
use super::user::Identity;

/// The longest mask, in bytes.
pub const MASK_BYTES_MAX: usize = 150;

/// What a ban does to those who fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// They may not enter, and not speak if they are in.
    KeepOut,
    /// They may enter but not speak.
    Mute,
}

/// A pattern of any text: `*` is any text, `?` any one character, letters are the same in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern(Box<str>);

impl Pattern {
    /// The pattern that is spelled like this.
    pub fn new(text: &str) -> Self {
        Self(fold(text).into())
    }

    /// Whether a text fits.
    pub fn fits(&self, text: &str) -> bool {
        glob(&self.0, &fold(text))
    }

    /// The pattern, folded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it fits more than one text.
    pub fn is_wild(&self) -> bool {
        self.0.contains(['*', '?'])
    }
}

/// What stands in front of a mask of accounts.
const ACCOUNT: &str = "a:";

/// The same as people type it.
const ACCOUNT_TYPED: &str = "account:";

/// A pattern of `nick!user@host` (`*`: any text, `?`: any one character), or of an account's name
/// behind `a:`, and what it does.
///
/// Identity is the folded form of the pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    effect: Effect,
    pattern: Pattern,
}

impl Mask {
    /// Reads a mask as people type it: what is left out is anything (`bob` is `bob!*@*`,
    /// `*@host` and `@host` are `*!*@host`), but `account:bob` or `a:bob` is whoever is logged in to
    /// bob's account. Letters are folded.
    ///
    /// # Errors
    /// `None` if it is empty, longer than [`MASK_BYTES_MAX`], has a space or control character, or a
    /// colon where the name stands: no name has one, but bans of a kind that is not known do.
    pub fn parse(text: &str, effect: Effect) -> Option<Self> {
        let mut account = [ACCOUNT, ACCOUNT_TYPED].iter();
        let account = account.find_map(|front| text.strip_prefix(front));
        if let Some(account) = account {
            return Self::of_accounts(account, effect);
        }
        let (nick, origin) = match text.split_once('!') {
            Some(parts) => parts,
            None if text.contains('@') => ("", text),
            None => (text, ""),
        };
        let (user, host) = origin.split_once('@').unwrap_or((origin, ""));
        let [nick, user, host] = [nick, user, host].map(|part| match part {
            "" => "*",
            part => part,
        });
        let whole = format!("{nick}!{user}@{host}");
        let usable = !text.is_empty()
            && !nick.contains(':')
            && whole.len() <= MASK_BYTES_MAX
            && !whole.chars().any(|c| c.is_whitespace() || c.is_control());
        usable.then(|| Self {
            effect,
            pattern: Pattern::new(&whole),
        })
    }

    fn of_accounts(name: &str, effect: Effect) -> Option<Self> {
        let whole = format!("{ACCOUNT}{name}");
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '!' | '@');
        let usable = !name.is_empty() && whole.len() <= MASK_BYTES_MAX && !name.contains(odd);
        usable.then(|| Self {
            effect,
            pattern: Pattern::new(&whole),
        })
    }

    /// What it does.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The pattern in full, folded.
    pub fn pattern(&self) -> &str {
        self.pattern.as_str()
    }

    /// Whether it is for whoever is logged in to some account.
    pub fn is_of_accounts(&self) -> bool {
        self.pattern().starts_with(ACCOUNT)
    }

    /// Whether it is for this person.
    pub fn fits(&self, identity: &Identity) -> bool {
        if !self.is_of_accounts() {
            return self.pattern.fits(&identity.to_string());
        }
        let account = identity.account.as_ref();
        account.is_some_and(|account| self.pattern.fits(&format!("{ACCOUNT}{}", account.name)))
    }

    /// The one name that it is for, whatever the user and host.
    pub fn nick(&self) -> Option<Nick> {
        let name = self.pattern().strip_suffix("!*@*")?;
        let wild = name.contains(['*', '?']);
        Nick::parse(name).ok().filter(|_| !wild)
    }
}

/// The pattern as people type it: `bob` for `bob!*@*`, `account:bob` for `a:bob`.
impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.pattern();
        if let Some(account) = whole.strip_prefix(ACCOUNT) {
            return write!(f, "{ACCOUNT_TYPED}{account}");
        }
        f.write_str(whole.strip_suffix("!*@*").unwrap_or(whole))
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Whether `text` fits `pattern`, in time linear in the text for each `*` (no recursion: a pattern
/// comes from outside).
fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    p = after_star;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::account::{Account, AccountId};
    use std::sync::Arc;

    #[test]
    fn globs() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ab ab a", false),
            ("?", "é", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn masks_are_completed_and_folded() {
        let pattern = |text| Mask::parse(text, Effect::KeepOut).map(|m| m.pattern().to_owned());
        assert_eq!(pattern("Bob").as_deref(), Some("bob!*@*"));
        assert_eq!(pattern("*@h").as_deref(), Some("*!*@h"));
        assert_eq!(pattern("b!u").as_deref(), Some("b!u@*"));
        assert_eq!(pattern(""), None);
        assert_eq!(pattern("a b"), None);
        assert!(Mask::parse(&"x".repeat(MASK_BYTES_MAX - 4), Effect::Mute).is_some());
        assert!(Mask::parse(&"x".repeat(MASK_BYTES_MAX - 3), Effect::Mute).is_none());
    }

    #[test]
    fn masks_of_accounts_fit_whoever_is_logged_in() {
        let mask = |text: &str| Mask::parse(text, Effect::KeepOut);
        let (short, long) = (mask("a:Bob"), mask("account:bob"));
        assert_eq!(short, long);
        let bob = short.expect("a mask");
        assert_eq!((bob.pattern(), &*bob.to_string()), ("a:bob", "account:bob"));
        let account = |name: &str| {
            Arc::new(Account {
                id: AccountId(1),
                name: Nick::parse(name).expect("a name"),
            })
        };
        let nick = Nick::parse("bob").expect("a name");
        let guest = Identity::new(nick, "u", "h", "", [127, 0, 0, 1].into());
        let of = |name: &str| guest.with_account(Some(account(name)));
        assert!(bob.fits(&of("BOB")) && !bob.fits(&of("eve")) && !bob.fits(&guest));
        let anybody = mask("a:*").expect("a mask");
        assert!(anybody.fits(&of("eve")) && !anybody.fits(&guest));
        for text in ["a:", "account:", "a:b c", "a:b:c", "a:b!c", "x:bob"] {
            assert_eq!(mask(text), None, "{text}");
        }
        let longest = "x".repeat(MASK_BYTES_MAX - ACCOUNT.len());
        assert!(mask(&format!("a:{longest}")).is_some());
        assert!(mask(&format!("a:{longest}x")).is_none());
    }

    #[test]
    fn a_hard_pattern_ends_soon() {
        let text = "a".repeat(140);
        assert!(!glob(&"*a".repeat(70).replace("*a*a", "*a*ab"), &text));
    }
}
