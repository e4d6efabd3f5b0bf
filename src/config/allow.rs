//! Whom to admit, by the address they come from.

use super::fault::{Verdict, must_be};
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Loopback, private (RFC 1918, RFC 4193) and link-local (RFC 3927, RFC 4291) addresses.
const LAN: [IpNet; 8] = [
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

/// Bits that an IPv4-mapped IPv6 address has before the IPv4 address (RFC 4291, section 2.5.5.2).
const MAPPED_PREFIX_BITS: u8 = 96;

/// One entry of the `allow` list as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Everybody.
    All,
    /// [`LAN`] and the networks of the machine's own interfaces.
    Lan,
    /// One network.
    Net(IpNet),
}

impl Admission {
    /// Reads `all`, `lan`, a CIDR network (bits after the prefix are ignored) or one address.
    pub(super) fn parse(text: &str) -> Verdict<Admission> {
        match text {
            "all" => return Ok(Admission::All),
            "lan" => return Ok(Admission::Lan),
            _ => {}
        }
        let whole = text.parse::<IpAddr>().map(IpNet::from);
        match text.parse::<IpNet>().or(whole) {
            Ok(net) => Ok(Admission::Net(unmapped(net).trunc())),
            Err(_) => must_be(
                "\"lan\", \"all\", or a network such as \"192.0.2.0/24\"",
                text,
            ),
        }
    }
}

/// A network of IPv4-mapped addresses as the IPv4 network it stands for; any other as it is.
fn unmapped(net: IpNet) -> IpNet {
    let IpAddr::V4(ip) = net.addr().to_canonical() else {
        return net;
    };
    let bits = match net {
        IpNet::V4(_) => Some(net.prefix_len()),
        IpNet::V6(_) => net.prefix_len().checked_sub(MAPPED_PREFIX_BITS),
    };
    bits.and_then(|bits| Ipv4Net::new(ip, bits).ok())
        .map_or(net, IpNet::V4)
}

/// Whom the server admits, by their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    all: bool,
    nets: Vec<IpNet>,
}

impl Allow {
    /// Admits everybody.
    pub fn all() -> Allow {
        Allow {
            all: true,
            nets: Vec::new(),
        }
    }

    /// Admits loopback, private and link-local addresses, and `own`: the networks of the machine's
    /// own interfaces.
    pub fn lan(own: &[IpNet]) -> Allow {
        Allow::of(&[Admission::Lan], own)
    }

    /// A network of prefix length 0 among `own` is what a system reports when it knows no netmask;
    /// it would admit the world, so it is left out.
    pub(super) fn of(admissions: &[Admission], own: &[IpNet]) -> Allow {
        let own = own.iter().copied().filter(|net| net.prefix_len() > 0);
        let lan: Vec<IpNet> = LAN.into_iter().chain(own.map(unmapped)).collect();
        let nets = admissions.iter().flat_map(|admission| match admission {
            Admission::All => &[][..],
            Admission::Lan => &lan[..],
            Admission::Net(net) => std::slice::from_ref(net),
        });
        Allow {
            all: admissions.contains(&Admission::All),
            nets: nets.copied().collect(),
        }
    }

    /// Whether somebody at this address is let in. An IPv4-mapped IPv6 address counts as the IPv4
    /// address it stands for.
    pub fn admits(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.all || self.nets.iter().any(|net| net.contains(&ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(entries: &[&str], own: &[&str]) -> Allow {
        let entries: Vec<Admission> = entries
            .iter()
            .map(|text| Admission::parse(text).expect(text))
            .collect();
        let own: Vec<IpNet> = own
            .iter()
            .map(|net| net.parse().expect("a network"))
            .collect();
        Allow::of(&entries, &own)
    }

    fn check(allow: &Allow, expected: bool, ips: &[&str]) {
        for ip in ips {
            assert_eq!(allow.admits(ip.parse().expect(ip)), expected, "{ip}");
        }
    }

    #[test]
    fn lan_admits_the_building_and_nobody_else() {
        let lan = allow(&["lan"], &[]);
        check(
            &lan,
            true,
            &[
                "127.0.0.1",
                "127.255.255.255",
                "::1",
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.0",
                "192.168.255.255",
                "169.254.0.1",
                "fe80::1",
                "febf::1",
                "fc00::1",
                "fdff::1",
                "::ffff:10.1.2.3",
                "::ffff:127.0.0.1",
            ],
        );
        check(
            &lan,
            false,
            &[
                "126.255.255.255",
                "128.0.0.0",
                "::2",
                "::",
                "9.255.255.255",
                "11.0.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "fe7f::1",
                "fec0::1",
                "fbff::1",
                "fe00::1",
                "8.8.8.8",
                "2001:db8::1",
                "::ffff:8.8.8.8",
                "0.0.0.0",
            ],
        );
    }

    #[test]
    fn own_networks_belong_to_the_lan() {
        let own = ["203.0.113.9/28", "2001:db8:7::5/64", "0.0.0.0/0", "::/0"];
        let lan = allow(&["lan"], &own);
        check(
            &lan,
            true,
            &["203.0.113.1", "203.0.113.15", "2001:db8:7::77", "10.1.1.1"],
        );
        check(
            &lan,
            false,
            &["203.0.113.16", "2001:db8:8::1", "8.8.8.8", "2001:db9::1"],
        );
        let listed = allow(&["192.0.2.0/24"], &own);
        check(&listed, false, &["203.0.113.1", "10.1.1.1", "127.0.0.1"]);
        assert_eq!(Allow::lan(&[]), allow(&["lan"], &[]));
    }

    #[test]
    fn networks_addresses_and_everybody() {
        let listed = allow(
            &["192.0.2.7/24", "2001:db8::1", "::ffff:198.51.100.0/120"],
            &[],
        );
        check(
            &listed,
            true,
            &[
                "192.0.2.255",
                "2001:db8::1",
                "198.51.100.9",
                "::ffff:192.0.2.1",
            ],
        );
        check(
            &listed,
            false,
            &["192.0.3.0", "2001:db8::2", "198.51.101.0", "127.0.0.1"],
        );
        let everybody = ["8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8", "127.0.0.1"];
        check(&allow(&["192.0.2.0/24", "all"], &[]), true, &everybody);
        check(&Allow::all(), true, &everybody);
        check(&allow(&["0.0.0.0/0"], &[]), false, &["2001:db8::1"]);
        check(
            &allow(&["::/0"], &[]),
            false,
            &["8.8.8.8", "::ffff:8.8.8.8"],
        );
    }

    #[test]
    fn wrong_entries_are_refused() {
        for text in [
            "",
            "ALL",
            "office",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/",
            "lan ",
        ] {
            let why = Admission::parse(text).expect_err(text);
            assert!(why.contains("or a network such as") && why.contains(&format!("{text:?}")));
        }
    }
}
