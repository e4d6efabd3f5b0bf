//! Programs that speak another protocol and have come to the wrong port: known by what they say
//! first.

/// A TLS record's type (handshake) and the major version of every TLS there is (RFC 8446, section
/// 5.1).
const TLS_HELLO: [u8; 2] = [0x16, 0x03];

const HTTP_METHODS: [&[u8]; 10] = [
    b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE", b"PRI",
];

/// How much of a connection has been heard, as far as that decides what bytes may mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing yet.
    #[default]
    Untouched,
    /// The only byte so far was the first of a TLS hello.
    PerhapsTls,
    /// The first line is not over yet.
    FirstLine,
    /// The first line is over.
    Later,
    /// The peer speaks another protocol; nothing it sends is meant for a chat.
    Deaf,
}

impl Stage {
    /// What it is after one more byte.
    pub fn after(self, byte: u8) -> Self {
        match self {
            Stage::Untouched if byte == TLS_HELLO[0] => Stage::PerhapsTls,
            Stage::PerhapsTls if byte == TLS_HELLO[1] => Stage::Deaf,
            Stage::Untouched | Stage::PerhapsTls => Stage::FirstLine,
            Stage::FirstLine | Stage::Later | Stage::Deaf => self,
        }
    }
}

/// Whether it is the request line of RFC 9112, section 3: method, target, version, with one space between.
pub fn is_http_request(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.splitn(4, |&byte| byte == b' ').collect();
    let [method, target, version] = words[..] else {
        return false;
    };
    HTTP_METHODS.contains(&method) && !target.is_empty() && is_http_version(version)
}

fn is_http_version(word: &[u8]) -> bool {
    word.strip_prefix(b"HTTP/")
        .is_some_and(|version| matches!(version, [b'0'..=b'9', b'.', b'0'..=b'9']))
}
