//! How fast passwords can be guessed: of one account, and from one address.
//!
//! Each try uses something up that comes back with time; one that was right gives it back. So a
//! person who mistypes does not notice, and a guesser waits. The owner is not locked out by the
//! guesses of others: from where they have logged in since the server was started, only the limit
//! of that address counts.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::chat::account::AccountId;
use crate::chat::pace::{Bucket, Pace};

/// How many wrong passwords of one account can be tried at once.
pub const ACCOUNT_GUESSES_MAX: u32 = 10;

/// After how many milliseconds one more can.
pub const ACCOUNT_GUESS_MS: u64 = 10_000;

/// How many wrong passwords can be tried from one address at once.
pub const ADDRESS_GUESSES_MAX: u32 = 20;

/// After how many milliseconds one more can.
pub const ADDRESS_GUESS_MS: u64 = 5_000;

/// How many addresses are remembered from which an account's owner has logged in: the latest.
pub const KNOWN_ADDRESSES_MAX: usize = 4;

/// How many addresses are remembered from which somebody has guessed.
pub const GUESSERS_MAX: usize = 10_000;

const PER_ACCOUNT: Pace = Pace {
    burst: ACCOUNT_GUESSES_MAX,
    every_us: ACCOUNT_GUESS_MS * 1_000,
};

const PER_ADDRESS: Pace = Pace {
    burst: ADDRESS_GUESSES_MAX,
    every_us: ADDRESS_GUESS_MS * 1_000,
};

/// What has been tried lately.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Guesses {
    addresses: BTreeMap<IpAddr, Bucket>,
    accounts: BTreeMap<AccountId, OfAccount>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct OfAccount {
    tried: Bucket,
    /// From where its owner has logged in, the latest last.
    known: SmallVec<[IpAddr; KNOWN_ADDRESSES_MAX]>,
}

impl Guesses {
    /// A password is to be tried, of an account if there is one of the name given.
    ///
    /// # Errors
    /// It must wait until this moment, in milliseconds.
    pub(super) fn attempt(
        &mut self,
        now_ms: u64,
        account: Option<AccountId>,
        address: IpAddr,
    ) -> Result<(), u64> {
        let address = neighbourhood(address);
        self.make_room(now_ms);
        let of_address = self.addresses.entry(address).or_default();
        let ready_ms = of_address.ready_at_ms(PER_ADDRESS);
        let of_account = account.map(|account| self.accounts.entry(account).or_default());
        let of_account = of_account.filter(|account| !account.known.contains(&address));
        let account_ms = of_account
            .as_ref()
            .map_or(0, |account| account.tried.ready_at_ms(PER_ACCOUNT));
        let ready_ms = ready_ms.max(account_ms);
        if ready_ms > now_ms {
            return Err(ready_ms);
        }
        of_address.charge(now_ms, PER_ADDRESS);
        if let Some(account) = of_account {
            account.tried.charge(now_ms, PER_ACCOUNT);
        }
        Ok(())
    }

    /// A password was right.
    pub(super) fn was_right(&mut self, account: AccountId, address: IpAddr) {
        if let Some(bucket) = self.addresses.get_mut(&neighbourhood(address)) {
            bucket.give_back(PER_ADDRESS);
        }
        if self.note_owner(account, address) {
            let account = self.accounts.entry(account).or_default();
            account.tried.give_back(PER_ACCOUNT);
        }
    }

    /// The owner of an account is at this address. Says whether that is new.
    pub(super) fn note_owner(&mut self, account: AccountId, address: IpAddr) -> bool {
        let address = neighbourhood(address);
        let known = &mut self.accounts.entry(account).or_default().known;
        if known.contains(&address) {
            return false;
        }
        if known.len() == KNOWN_ADDRESSES_MAX {
            known.remove(0);
        }
        known.push(address);
        true
    }

    /// Forgets addresses whose guesses are long ago; if that is not enough, one of the others.
    fn make_room(&mut self, now_ms: u64) {
        if self.addresses.len() >= GUESSERS_MAX {
            self.addresses.retain(|_, bucket| !bucket.is_full(now_ms));
        }
        if self.addresses.len() >= GUESSERS_MAX {
            self.addresses.pop_first();
        }
    }
}

/// One machine can have all addresses of an IPv6 /64.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Option<AccountId> = Some(AccountId(1));

    fn at(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn guesses_of_one_account_wait_wherever_they_come_from() {
        let mut guesses = Guesses::default();
        for place in 0..10 {
            assert_eq!(guesses.attempt(0, ANN, at(place)), Ok(()));
        }
        assert_eq!(guesses.attempt(0, ANN, at(10)), Err(ACCOUNT_GUESS_MS));
        assert_eq!(guesses.attempt(ACCOUNT_GUESS_MS, ANN, at(10)), Ok(()));
        assert!(guesses.attempt(ACCOUNT_GUESS_MS, ANN, at(11)).is_err());
        assert_eq!(guesses.attempt(0, Some(AccountId(2)), at(11)), Ok(()));
    }

    #[test]
    fn guesses_from_one_address_wait_whatever_they_are_of() {
        let mut guesses = Guesses::default();
        for account in 0..u64::from(ADDRESS_GUESSES_MAX) {
            let account = Some(AccountId(account));
            assert_eq!(guesses.attempt(0, account, at(1)), Ok(()));
        }
        assert_eq!(guesses.attempt(0, None, at(1)), Err(ADDRESS_GUESS_MS));
        assert_eq!(guesses.attempt(0, None, at(2)), Ok(()));
        let [first, second] = ["2001:db8::1", "2001:db8::2"].map(|a| a.parse().expect("one"));
        for _ in 0..ADDRESS_GUESSES_MAX {
            assert_eq!(guesses.attempt(0, None, first), Ok(()));
        }
        assert!(guesses.attempt(0, None, second).is_err());
    }

    #[test]
    fn others_do_not_lock_the_owner_out() {
        let mut guesses = Guesses::default();
        assert_eq!(guesses.attempt(0, ANN, at(1)), Ok(()));
        guesses.was_right(AccountId(1), at(1));
        while guesses.attempt(0, ANN, at(2)).is_ok() {}
        assert_eq!(guesses.attempt(0, ANN, at(1)), Ok(()));
        guesses.was_right(AccountId(1), at(1));
        for _ in 0..2 * ADDRESS_GUESSES_MAX {
            assert_eq!(guesses.attempt(0, ANN, at(1)), Ok(()));
            guesses.was_right(AccountId(1), at(1));
        }
        for place in 3..3 + KNOWN_ADDRESSES_MAX {
            let place = u8::try_from(place).expect("few");
            guesses.was_right(AccountId(1), at(place));
        }
        while guesses.attempt(0, ANN, at(2)).is_ok() {}
        assert!(guesses.attempt(0, ANN, at(1)).is_err(), "one past");
    }

    #[test]
    fn what_is_remembered_has_a_limit() {
        let mut guesses = Guesses::default();
        let address = |n: usize| {
            let n = u32::try_from(n).expect("few");
            IpAddr::from(n.to_be_bytes())
        };
        for n in 0..=GUESSERS_MAX {
            assert_eq!(guesses.attempt(0, None, address(n)), Ok(()));
        }
        assert_eq!(guesses.addresses.len(), GUESSERS_MAX);
        assert_eq!(guesses.attempt(ADDRESS_GUESS_MS, None, at(1)), Ok(()));
        assert_eq!(guesses.addresses.len(), 1);
    }
}
