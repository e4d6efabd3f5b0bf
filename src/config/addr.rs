//! Where to listen: the ways an address may be written.

use super::fault::Verdict;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const FORMS: &str =
    "IP:PORT, [IPV6]:PORT, localhost:PORT, or a bare PORT for all addresses of this machine";

/// The socket addresses that `text` stands for, without asking any name server.
///
/// `IP:PORT` and `[IPV6]:PORT` are themselves; `localhost:PORT` is both loopback addresses, IPv4
/// first; `:PORT` and a bare `PORT` are `[::]:PORT`, all addresses of both families. Port 0 means
/// a free one.
///
/// # Errors
/// A predicate that begins with `must be` or `needs` and names the remedy.
pub fn addresses(text: &str) -> Result<Vec<SocketAddr>, String> {
    if let Ok(addr) = text.parse::<SocketAddr>() {
        return Ok(vec![addr]);
    }
    let unbracketed = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    if let Ok(ip) = unbracketed.unwrap_or(text).parse::<IpAddr>() {
        return Err(needs_a_port(ip));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let port = port_of(port, text)?;
    let hosts = hosts(host, text)?;
    Ok(hosts.iter().map(|ip| SocketAddr::new(*ip, port)).collect())
}

fn needs_a_port(ip: IpAddr) -> String {
    let example = SocketAddr::new(ip, 2323);
    format!("needs a port after the address, such as \"{example}\"")
}

fn hosts(host: &str, text: &str) -> Verdict<Vec<IpAddr>> {
    match host {
        "" => Ok(vec![Ipv6Addr::UNSPECIFIED.into()]),
        "localhost" => Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
        _ if is_host_name(host) => Err(format!(
            "must be {FORMS}, not {text:?}: host names are not looked up, so write the IP address"
        )),
        _ => Err(not_an_address(text)),
    }
}

fn is_host_name(host: &str) -> bool {
    host.contains(|c: char| c.is_alphabetic()) && !host.contains([':', '[', ']', '/', ' '])
}

fn port_of(port: &str, text: &str) -> Verdict<u16> {
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if is_number => Ok(port),
        _ if is_number => Err(format!("must have a port from 0 to 65535, not {port}")),
        _ => Err(not_an_address(text)),
    }
}

fn not_an_address(text: &str) -> String {
    format!("must be {FORMS}, not {text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address() {
        for (text, expected) in [
            ("127.0.0.1:2323", &["127.0.0.1:2323"][..]),
            ("0.0.0.0:0", &["0.0.0.0:0"]),
            ("[::1]:6667", &["[::1]:6667"]),
            ("[fe80::1%2]:6667", &["[fe80::1%2]:6667"]),
            ("localhost:23", &["127.0.0.1:23", "[::1]:23"]),
            (":2323", &["[::]:2323"]),
            ("65535", &["[::]:65535"]),
            ("0", &["[::]:0"]),
        ] {
            let found: Vec<String> = addresses(text)
                .expect(text)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn every_wrong_address_hears_why() {
        for (text, reason) in [
            ("", "must be IP:PORT"),
            (":", "must be IP:PORT"),
            ("localhost", "must be IP:PORT"),
            ("1 2", "must be IP:PORT"),
            ("+23", "must be IP:PORT"),
            ("::1:x", "must be IP:PORT"),
            ("[::1:2323", "must be IP:PORT"),
            ("127.0.0:2323", "must be IP:PORT"),
            ("65536", "must have a port from 0 to 65535, not 65536"),
            ("localhost:99999999999", "must have a port from 0 to 65535"),
            ("127.0.0.1:65536", "must have a port from 0 to 65535"),
            (
                "127.0.0.1",
                "needs a port after the address, such as \"127.0.0.1:2323\"",
            ),
            (
                "::1",
                "needs a port after the address, such as \"[::1]:2323\"",
            ),
            (
                "[::1]",
                "needs a port after the address, such as \"[::1]:2323\"",
            ),
            ("chat.office:2323", "host names are not looked up"),
        ] {
            let why = addresses(text).expect_err(text);
            assert!(why.contains(reason), "{text}: {why}");
        }
    }
}
