//! What others see in place of a person's address.
//!
//! A cloak is made of keyed hashes: of the address, of its neighbourhood (IPv4 /24, IPv6 /64) and
//! of its region (IPv4 /16, IPv6 /48), most specific first. So the same address always has the same
//! cloak, a mask can be for a whole neighbourhood (`*!*@*.b.c.cloak`), and nobody without the key
//! can tell the address. SipHash-2-4 is a pseudo-random function, which is what this needs.

use std::hash::Hasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use siphasher::sip::SipHasher24;

/// What addresses are hidden with: 16 secret bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CloakKey(pub [u8; 16]);

/// Letters without those that are easily mistaken: five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How many letters stand for one hash.
const LETTERS_PER_PART: usize = 8;

/// What every cloak ends with.
const END: &str = "cloak";

/// How long a cloak is: three hashes, each with a dot behind it, and the end.
const CLOAK_BYTES: usize = 3 * (LETTERS_PER_PART + ".".len()) + END.len();

/// The cloak of an address. IPv4-mapped addresses are unmapped first.
pub fn cloak(key: &CloakKey, address: IpAddr) -> Box<str> {
    let address = address.to_canonical();
    let mut cloak = String::with_capacity(CLOAK_BYTES);
    for (bits, network) in widening(address) {
        cloak.extend(part(key, bits, network));
        cloak.push('.');
    }
    cloak.push_str(END);
    cloak.into()
}

/// The address, its neighbourhood and its region.
fn widening(address: IpAddr) -> [(u8, IpAddr); 3] {
    match address {
        IpAddr::V4(v4) => [32, 24, 16].map(|bits| {
            let mask = u32::MAX << (32 - bits);
            (bits, IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask)))
        }),
        IpAddr::V6(v6) => [128, 64, 48].map(|bits| {
            let mask = u128::MAX << (128 - bits);
            (bits, IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask)))
        }),
    }
}

fn part(key: &CloakKey, bits: u8, network: IpAddr) -> impl Iterator<Item = char> {
    let mut hasher = SipHasher24::new_with_key(&key.0);
    hasher.write_u8(bits);
    match network {
        IpAddr::V4(v4) => hasher.write(&v4.octets()),
        IpAddr::V6(v6) => hasher.write(&v6.octets()),
    }
    let hash = hasher.finish();
    let letter = move |place: usize| char::from(LETTERS[(hash >> (5 * place)) as usize & 31]);
    (0..LETTERS_PER_PART).map(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_the_end_of_their_cloaks() {
        let key = CloakKey(*b"sixteen letters!");
        let of = |address: &str| cloak(&key, address.parse().expect("an address")).to_string();
        let (a, b, c) = (of("10.1.2.3"), of("10.1.2.4"), of("10.1.9.9"));
        let tail =
            |cloak: &str, parts: usize| cloak.splitn(parts + 1, '.').last().map(str::to_owned);
        assert_ne!(a, b);
        assert_eq!(tail(&a, 1), tail(&b, 1));
        assert_ne!(tail(&a, 1), tail(&c, 1));
        assert_eq!(tail(&a, 2), tail(&c, 2));
        let zeros = of("10.0.0.0");
        assert_ne!(tail(&zeros, 1), tail(&zeros, 0));
        assert_eq!(
            zeros
                .split('.')
                .collect::<std::collections::BTreeSet<_>>()
                .len(),
            4
        );
        assert_eq!(of("::ffff:10.1.2.3"), a);
        assert_ne!(of("fe80::1"), of("fe80::2"));
        assert_ne!(
            cloak(
                &CloakKey::default(),
                "10.1.2.3".parse().expect("an address")
            )
            .as_ref(),
            a
        );
    }
}
