//! Capabilities (IRCv3 capability negotiation): the table of those that are true here.

use serde::{Deserialize, Serialize};

use super::account_registration::Rules;
use super::metadata;
use crate::email::Emails;
use crate::sasl;

/// The most bytes of a multiline message (draft/multiline), line feeds included.
pub const MULTILINE_BYTES_MAX: usize = 4_096;

/// The most lines of a multiline message (draft/multiline).
pub const MULTILINE_LINES_MAX: usize = 32;

/// The version of the negotiation from which on values are shown and changes are told.
pub const VERSION_WITH_VALUES: u32 = 302;

/// Something that a client can ask to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u64)]
#[allow(
    missing_docs,
    reason = "each is the specification of its name in the table"
)]
pub enum Cap {
    AwayNotify = 1,
    Batch = 1 << 1,
    CapNotify = 1 << 2,
    Chghost = 1 << 3,
    EchoMessage = 1 << 4,
    ExtendedMonitor = 1 << 5,
    InviteNotify = 1 << 6,
    LabeledResponse = 1 << 7,
    MessageTags = 1 << 8,
    MultiPrefix = 1 << 9,
    NoImplicitNames = 1 << 10,
    ServerTime = 1 << 11,
    Setname = 1 << 12,
    StandardReplies = 1 << 13,
    UserhostInNames = 1 << 14,
    ChannelRename = 1 << 15,
    ExtendedIsupport = 1 << 16,
    MessageRedaction = 1 << 17,
    Multiline = 1 << 18,
    PreAway = 1 << 19,
    SelfMessage = 1 << 20,
    DraftExtendedMonitor = 1 << 21,
    DraftNoImplicitNames = 1 << 22,
    AccountNotify = 1 << 23,
    AccountTag = 1 << 24,
    ExtendedJoin = 1 << 25,
    Sasl = 1 << 26,
    AccountRegistration = 1 << 27,
    Chathistory = 1 << 28,
    EventPlayback = 1 << 29,
    Search = 1 << 30,
    ReadMarker = 1 << 31,
    Metadata2 = 1 << 32,
    Metadata3 = 1 << 33,
}

/// All that are offered, by name. Two have the name that they had as drafts too.
pub static CAPABILITIES: &[(&str, Cap)] = &[
    ("account-notify", Cap::AccountNotify),
    ("account-tag", Cap::AccountTag),
    ("away-notify", Cap::AwayNotify),
    ("batch", Cap::Batch),
    ("cap-notify", Cap::CapNotify),
    ("chghost", Cap::Chghost),
    ("draft/account-registration", Cap::AccountRegistration),
    ("draft/channel-rename", Cap::ChannelRename),
    ("draft/chathistory", Cap::Chathistory),
    ("draft/event-playback", Cap::EventPlayback),
    ("draft/extended-isupport", Cap::ExtendedIsupport),
    ("draft/extended-monitor", Cap::DraftExtendedMonitor),
    ("draft/message-redaction", Cap::MessageRedaction),
    ("draft/metadata-2", Cap::Metadata2),
    ("draft/metadata-3", Cap::Metadata3),
    ("draft/multiline", Cap::Multiline),
    ("draft/no-implicit-names", Cap::DraftNoImplicitNames),
    ("draft/pre-away", Cap::PreAway),
    ("draft/read-marker", Cap::ReadMarker),
    ("echo-message", Cap::EchoMessage),
    ("extended-join", Cap::ExtendedJoin),
    ("extended-monitor", Cap::ExtendedMonitor),
    ("invite-notify", Cap::InviteNotify),
    ("labeled-response", Cap::LabeledResponse),
    ("message-tags", Cap::MessageTags),
    ("multi-prefix", Cap::MultiPrefix),
    ("no-implicit-names", Cap::NoImplicitNames),
    ("sasl", Cap::Sasl),
    ("server-time", Cap::ServerTime),
    ("setname", Cap::Setname),
    ("soju.im/search", Cap::Search),
    ("standard-replies", Cap::StandardReplies),
    ("userhost-in-names", Cap::UserhostInNames),
    ("znc.in/self-message", Cap::SelfMessage),
];

/// The capability of that name; names are case-sensitive.
pub fn lookup(name: &str) -> Option<Cap> {
    let row = CAPABILITIES.iter().find(|(known, _)| *known == name);
    row.map(|(_, cap)| *cap)
}

/// What a client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caps(u64);

impl Caps {
    /// Just these.
    pub const fn of(caps: &[Cap]) -> Self {
        let mut bits = 0;
        let mut place = 0;
        while place < caps.len() {
            bits |= caps[place] as u64;
            place += 1;
        }
        Self(bits)
    }

    /// All of which this is true.
    pub fn all(is_true: impl Fn(Cap) -> bool) -> Self {
        let mut caps = Self::default();
        for (_, cap) in CAPABILITIES {
            caps.set(*cap, is_true(*cap));
        }
        caps
    }

    /// Whether `cap` is among them.
    pub const fn has(self, cap: Cap) -> bool {
        self.0 & cap as u64 != 0
    }

    /// Those that are in both.
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    pub const fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Takes `cap` in or out.
    pub fn set(&mut self, cap: Cap, on: bool) {
        self.0 = if on {
            self.0 | cap as u64
        } else {
            self.0 & !(cap as u64)
        };
    }

    /// Whether what the client says itself comes back to it.
    pub fn echoes(self) -> bool {
        self.has(Cap::EchoMessage)
    }

    /// Whether labels are answered: they need batches.
    pub fn labels(self) -> bool {
        self.has(Cap::LabeledResponse) && self.has(Cap::Batch)
    }

    /// Whether a message of several lines is sent as one.
    pub fn multiline(self) -> bool {
        self.has(Cap::Multiline) && self.has(Cap::Batch)
    }

    /// Whether what was said earlier is told in a batch, with times.
    pub fn batched_history(self) -> bool {
        self.has(Cap::Batch) && self.has(Cap::ServerTime)
    }

    /// Whether it is told what people and channels say of themselves.
    pub fn metadata(self) -> bool {
        self.has(Cap::Metadata2) || self.has(Cap::Metadata3)
    }

    /// Whether names are told on joining.
    pub fn implicit_names(self) -> bool {
        !self.has(Cap::NoImplicitNames) && !self.has(Cap::DraftNoImplicitNames)
    }

    /// Whether more is told of those whom the client monitors than that they come and go.
    pub fn monitors_more(self) -> bool {
        self.has(Cap::ExtendedMonitor) || self.has(Cap::DraftExtendedMonitor)
    }

    /// The names, in the order of the table.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let held = CAPABILITIES.iter().filter(move |(_, cap)| self.has(*cap));
        held.map(|(name, _)| *name)
    }
}

impl Cap {
    /// What it is called.
    pub fn name(self) -> Option<&'static str> {
        let row = CAPABILITIES.iter().find(|(_, cap)| *cap == self);
        row.map(|(name, _)| *name)
    }
}

/// What is offered besides what always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offer {
    /// There are accounts.
    pub accounts: bool,
    /// What is said is remembered.
    pub history: bool,
    /// People can have one, by these rules.
    pub registration: Option<Rules>,
}

impl Offer {
    /// Everything, by the rules that are in force unless somebody says otherwise.
    pub const ALL: Self = Self {
        accounts: true,
        history: true,
        registration: Some(Rules {
            before_connect: true,
            custom_account_name: false,
            email: Emails::Ignored,
        }),
    };

    /// Whether a capability is offered.
    pub fn has(self, cap: Cap) -> bool {
        match cap {
            Cap::Sasl => self.accounts,
            Cap::Chathistory | Cap::EventPlayback | Cap::ReadMarker | Cap::Search => self.history,
            Cap::AccountRegistration => self.registration.is_some(),
            _ => true,
        }
    }

    /// All that are offered, as `CAP LS` lists them: with their values from version 302 on.
    pub fn listed(self, version: u32) -> Vec<String> {
        let offered = CAPABILITIES.iter().filter(|(_, cap)| self.has(*cap));
        let spelled = offered.map(|(name, cap)| match self.value(*cap) {
            Some(value) if version >= VERSION_WITH_VALUES => format!("{name}={value}"),
            _ => (*name).to_owned(),
        });
        spelled.collect()
    }

    fn value(self, cap: Cap) -> Option<String> {
        match cap {
            Cap::Multiline => Some(format!(
                "max-bytes={MULTILINE_BYTES_MAX},max-lines={MULTILINE_LINES_MAX}"
            )),
            Cap::Metadata2 | Cap::Metadata3 => Some(metadata::promised()),
            Cap::Sasl => Some(sasl::listed()),
            Cap::AccountRegistration => {
                let value = self.registration.map(Rules::value);
                value.filter(|value| !value.is_empty())
            }
            _ => None,
        }
    }
}

/// What a `CAP REQ` asks for, or `None` if any of it cannot be. Clients of version 302 cannot do
/// without `cap-notify`.
pub fn requested(list: &str, had: Caps, version: u32, offer: Offer) -> Option<Caps> {
    let mut caps = had;
    for word in list.split(' ').filter(|word| !word.is_empty()) {
        let (name, on) = word
            .strip_prefix('-')
            .map_or((word, true), |name| (name, false));
        let cap = lookup(name).filter(|cap| !on || offer.has(*cap))?;
        if cap == Cap::CapNotify && !on && version >= VERSION_WITH_VALUES {
            return None;
        }
        caps.set(cap, on);
    }
    Some(caps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(list: &str, had: Caps, version: u32) -> Option<Caps> {
        super::requested(list, had, version, Offer::default())
    }

    #[test]
    fn what_is_not_offered_cannot_be_had() {
        let none = Caps::default();
        let registration = Some(Rules {
            before_connect: true,
            ..Rules::default()
        });
        let offer = Offer {
            accounts: true,
            history: true,
            registration,
        };
        for (name, value) in [
            ("sasl", "sasl=SCRAM-SHA-256,PLAIN"),
            (
                "draft/account-registration",
                "draft/account-registration=before-connect",
            ),
            ("draft/chathistory", "draft/chathistory"),
            ("draft/event-playback", "draft/event-playback"),
            ("draft/read-marker", "draft/read-marker"),
            ("soju.im/search", "soju.im/search"),
        ] {
            assert_eq!(requested(name, none, 302), None);
            assert!(super::requested(name, none, 302, offer).is_some());
            let has = |offer: Offer, version, text: &str| {
                offer.listed(version).contains(&text.to_owned())
            };
            assert!(has(offer, 302, value) && has(offer, 301, name));
            assert!(!has(Offer::default(), 301, name));
        }
    }

    #[test]
    fn requests_are_all_or_nothing() {
        let none = Caps::default();
        let some = Caps::of(&[Cap::Batch, Cap::Setname]);
        assert_eq!(requested("batch  setname ", none, 302), Some(some));
        assert_eq!(requested("batch nonsense", none, 302), None);
        assert_eq!(requested("Batch", none, 302), None);
        assert_eq!(
            requested("-batch", some, 302),
            Some(Caps::of(&[Cap::Setname]))
        );
        assert_eq!(requested("batch -batch", none, 302), Some(none));
        assert_eq!(requested("-cap-notify", none, 302), None);
        assert_eq!(requested("-cap-notify", none, 301), Some(none));
        assert_eq!(requested("", some, 302), Some(some));
    }

    #[test]
    fn the_table_is_in_order_and_has_no_bit_twice() {
        let names: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted());
        let bits = CAPABILITIES.iter().map(|(_, cap)| *cap as u64);
        assert_eq!(bits.sum::<u64>().count_ones() as usize, names.len());
    }
}
