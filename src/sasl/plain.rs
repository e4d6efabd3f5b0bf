//! PLAIN (RFC 4616): one message, `[authzid] NUL authcid NUL passwd`.

use super::{SaslError, for_oneself};
use crate::verifier::Password;

/// Who somebody says they are, and the password that is to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name, as it was sent.
    pub name: String,
    /// The password.
    pub password: Password,
}

impl Credentials {
    /// Reads the client's message.
    ///
    /// # Errors
    /// [`SaslError::Encoding`], [`SaslError::Form`] (also where the name or the password is empty)
    /// or [`SaslError::ForOther`].
    pub fn parse(message: &[u8]) -> Result<Self, SaslError> {
        let message = str::from_utf8(message).map_err(|_| SaslError::Encoding)?;
        let parts: Vec<&str> = message.split('\0').collect();
        let [authorization, name, password] = parts[..] else {
            return Err(SaslError::Form);
        };
        if name.is_empty() || password.is_empty() {
            return Err(SaslError::Form);
        }
        for_oneself(authorization, name)?;
        Ok(Self {
            name: name.to_owned(),
            password: Password(password.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn credentials_are_read_or_refused() {
        let tim = Credentials {
            name: "tim".to_owned(),
            password: Password("tan=, stän".to_owned()),
        };
        for message in ["\0tim\0tan=, stän", "tim\0tim\0tan=, stän"] {
            assert_eq!(Credentials::parse(message.as_bytes()), Ok(tim.clone()));
        }
        for (message, why) in [
            ("ursel\0kurt\0xipj3plmq", SaslError::ForOther),
            ("Kurt\0kurt\0xipj3plmq", SaslError::ForOther),
            ("", SaslError::Form),
            ("tim", SaslError::Form),
            ("tim\0tanstaaf", SaslError::Form),
            ("\0tim\0", SaslError::Form),
            ("\0\0tanstaaf", SaslError::Form),
            ("\0\0", SaslError::Form),
            ("\0tim\0tan\0staaf", SaslError::Form),
            ("\0tim\0tanstaaf\0", SaslError::Form),
        ] {
            let read = Credentials::parse(message.as_bytes());
            assert_eq!(read, Err(why), "{message:?}");
        }
        assert_eq!(Credentials::parse(b"\0tim\0\xff"), Err(SaslError::Encoding));
    }

    proptest! {
        #[test]
        fn what_is_said_is_read(name in "[^\0]{1,32}", password in "[^\0]{1,300}", says: bool) {
            let authorization = if says { &*name } else { "" };
            let message = format!("{authorization}\0{name}\0{password}");
            let password = Password(password);
            let read = Credentials::parse(message.as_bytes());
            prop_assert_eq!(read, Ok(Credentials { name, password }));
        }
    }
}
