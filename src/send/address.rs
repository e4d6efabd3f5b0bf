//! Where the server is.

use std::fmt;

/// The port of the plain protocol.
pub const PORT_DEFAULT: u16 = 2323;

/// A host, by name or number, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Address, String> {
        let mistake = || format!("{text:?} is not a server: write HOST, HOST:PORT or [IPV6]:PORT.");
        let (host, port) = split(text).ok_or_else(mistake)?;
        if host.is_empty()
            || host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
        {
            return Err(mistake());
        }
        let port = port
            .map_or(Ok(PORT_DEFAULT), str::parse)
            .ok()
            .filter(|port| *port != 0);
        Ok(Address {
            host: host.to_owned(),
            port: port.ok_or_else(mistake)?,
        })
    }
}

/// Host and port as written; `None` if the brackets do not fit.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return if rest.is_empty() {
            Some((host, None))
        } else {
            Some((host, Some(rest.strip_prefix(':')?)))
        };
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => Some((host, Some(port))),
        // No colon at all, or several: an IPv6 address without its brackets.
        _ => Some((text, None)),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, shown) in [
            ("chat.office", "chat.office:2323"),
            ("chat.office:99", "chat.office:99"),
            ("10.0.0.1:65535", "10.0.0.1:65535"),
            ("::1", "[::1]:2323"),
            ("fe80::1%eth0", "[fe80::1%eth0]:2323"),
            ("[::1]", "[::1]:2323"),
            ("[::1]:99", "[::1]:99"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), shown);
        }
        for text in [
            "",
            ":99",
            "chat:",
            "chat:0",
            "chat:65536",
            "chat:x",
            "[::1",
            "[::1]99",
            "[]:9",
            "a b",
            "http://chat",
        ] {
            assert!(
                Address::parse(text)
                    .unwrap_err()
                    .contains("is not a server"),
                "{text}"
            );
        }
    }
}
