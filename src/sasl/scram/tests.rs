//! The example of RFC 7677, what the grammar of RFC 5802 admits, and what is refused.

use super::*;
use crate::verifier::{ITERATIONS_MIN, Key};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// RFC 7677, section 3: the user is "user", the password is "pencil".
const PENCIL: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==\
    $WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
const CLIENT_FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

const SERVER_NONCE_BYTES: [u8; NONCE_BYTES] = [7; NONCE_BYTES];

fn pencil() -> Arc<Verifier> {
    Arc::new(PENCIL.parse().expect("a verifier"))
}

fn first(message: &str) -> Result<ClientFirst, SaslError> {
    ClientFirst::parse(message.as_bytes())
}

fn challenge(client_first: &str) -> Challenge {
    let first = first(client_first).expect(client_first);
    first.challenge_by(SERVER_NONCE, pencil()).0
}

/// A client's side, made anew from the RFC: its final message, and the final message that it
/// expects of the server.
fn client(password: &str, client_first: &str, server_first: &str) -> (String, String) {
    let hmac = |key: &[u8], text: &str| -> Key {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
        hmac.update(text.as_bytes());
        hmac.finalize().into_bytes().into()
    };
    let value = |key: char| {
        let mut values = server_first.split(',');
        let found =
            values.find_map(|part| part.strip_prefix(&[key, '='].iter().collect::<String>()));
        found.expect("the server says it")
    };
    let salt = Base64::decode_vec(value('s')).expect("base64");
    let iterations = value('i').parse().expect("a number");
    let salted: Key =
        pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), &salt, iterations);
    let (bare_at, _) = client_first.match_indices(',').nth(1).expect("a header");
    let (header, bare) = client_first.split_at(bare_at + 1);
    let signed = format!(
        "c={},r={}",
        Base64::encode_string(header.as_bytes()),
        value('r')
    );
    let exchange = format!("{bare},{server_first},{signed}");
    let mut proof = hmac(&salted, "Client Key");
    let signature = hmac(&Sha256::digest(proof), &exchange);
    proof
        .iter_mut()
        .zip(signature)
        .for_each(|(byte, of)| *byte ^= of);
    let server = hmac(&hmac(&salted, "Server Key"), &exchange);
    let encoded = |key: &Key| Base64::encode_string(key);
    (
        format!("{signed},p={}", encoded(&proof)),
        format!("v={}", encoded(&server)),
    )
}

#[test]
fn the_example_of_rfc_7677() {
    let first = first(CLIENT_FIRST).expect("well-formed");
    assert_eq!(first.name(), "user");
    let (challenge, server_first) = first.challenge_by(SERVER_NONCE, pencil());
    assert_eq!(server_first, SERVER_FIRST);
    let proved = Proved {
        name: "user".to_owned(),
        server_final: SERVER_FINAL.to_owned(),
    };
    assert_eq!(challenge.answer(CLIENT_FINAL.as_bytes()), Ok(proved));
}

#[test]
fn first_messages_are_read() {
    for (message, name, header, nonce) in [
        ("n,,n=user,r=x", "user", "n,,", "x"),
        ("y,,n=user,r=x", "user", "y,,", "x"),
        ("n,a=user,n=user,r=x", "user", "n,a=user,", "x"),
        ("n,a=a=2Cb,n=a=2Cb,r=x", "a,b", "n,a=a=2Cb,", "x"),
        ("n,,n=a=2Cb=3Dc,r=x", "a,b=c", "n,,", "x"),
        ("n,,n==3D=3D,r=x", "==", "n,,", "x"),
        ("n,,n==3D2C,r=x", "=2C", "n,,", "x"),
        ("n,,n=p=3Dq,r=a=b/+!~", "p=q", "n,,", "a=b/+!~"),
        ("n,,n=李 四,r=x", "李 四", "n,,", "x"),
        ("n,,n=user,r=x,t=1,Z==", "user", "n,,", "x"),
    ] {
        let first = first(message).expect(message);
        let read = (&*first.name, &*first.header, &*first.nonce);
        assert_eq!(read, (name, header, nonce), "{message}");
        assert_eq!(first.header + &first.bare, message);
    }
}

#[test]
fn first_messages_are_refused() {
    for (message, why) in [
        ("", SaslError::Form),
        ("n", SaslError::Form),
        ("n,", SaslError::Form),
        ("n,,", SaslError::Form),
        ("n,,n=user", SaslError::Form),
        ("n=user,r=x", SaslError::Form),
        ("n,,r=x,n=user", SaslError::Form),
        ("n,,x=1,n=user,r=x", SaslError::Form),
        ("n,,N=user,r=x", SaslError::Form),
        ("N,,n=user,r=x", SaslError::Form),
        ("x,,n=user,r=x", SaslError::Form),
        ("p,,n=user,r=x", SaslError::Form),
        ("p=tls-unique,,n=user,r=x", SaslError::ChannelBinding),
        ("n,user,n=user,r=x", SaslError::Form),
        ("n,a=,n=user,r=x", SaslError::Form),
        ("n,a=us=er,n=user,r=x", SaslError::Form),
        ("n,a=other,n=user,r=x", SaslError::ForOther),
        ("n,a=User,n=user,r=x", SaslError::ForOther),
        ("n,,m=1,n=user,r=x", SaslError::Extension),
        ("n,,n=user,m=1,r=x", SaslError::Extension),
        ("n,,n=user,r=x,m=1", SaslError::Extension),
        ("n,,n=,r=x", SaslError::Form),
        ("n,,n=us=er,r=x", SaslError::Form),
        ("n,,n=user=,r=x", SaslError::Form),
        ("n,,n=user=2,r=x", SaslError::Form),
        ("n,,n=user=2c,r=x", SaslError::Form),
        ("n,,n=us\0er,r=x", SaslError::Form),
        ("n,,n=user,r=", SaslError::Form),
        ("n,,n=user,r=a b", SaslError::Form),
        ("n,,n=user,r=\u{e4}", SaslError::Form),
        ("n,,n=user,r=\u{7f}", SaslError::Form),
        ("n,,n=user,r=x,", SaslError::Form),
        ("n,,n=user,r=x,t", SaslError::Form),
        ("n,,n=user,r=x,t=", SaslError::Form),
        ("n,,n=user,r=x,1=1", SaslError::Form),
        ("n,,n=user,r=x,tt=1", SaslError::Form),
        ("n,,n=user,r=x,t=\0", SaslError::Form),
    ] {
        assert_eq!(first(message), Err(why), "{message:?}");
    }
    let read = ClientFirst::parse(b"n,,n=us\xffer,r=x");
    assert_eq!(read, Err(SaslError::Encoding));
}

#[test]
fn final_messages_are_refused() {
    for (part, other, why) in [
        ("p=d", "p=e", SaslError::Proof),
        ("rOpr", "rOqr", SaslError::Nonce),
        ("k0,", "k1,", SaslError::Nonce),
        ("k0,", "k0x,", SaslError::Nonce),
        ("k0,", "k,", SaslError::Nonce),
        ("biws", "eSws", SaslError::ChannelBindingDiffers),
        ("biws", "biw", SaslError::ChannelBindingDiffers),
        ("biws", "", SaslError::ChannelBindingDiffers),
        ("biws", "biwsYWFh", SaslError::ChannelBindingDiffers),
        (",p=", ",t=1,p=", SaslError::Proof),
        (",p=", ",m=1,p=", SaslError::Extension),
        ("c=", "m=1,c=", SaslError::Extension),
        (",p=", ",t,p=", SaslError::Form),
        (",p=", ",P=", SaslError::Form),
        (",p=", "p=", SaslError::Form),
        ("c=biws,", "", SaslError::Form),
        ("c=", "d=", SaslError::Form),
        ("VQ=", "VQ", SaslError::Form),
        ("VQ=", "VQ==", SaslError::Form),
        ("VQ=", "VR=", SaslError::Form),
        ("VQ=", "VQ=,t=1", SaslError::Form),
        ("p=dHzb", "p=", SaslError::Form),
        (CLIENT_FINAL, "", SaslError::Form),
        (CLIENT_FINAL, "*", SaslError::Form),
    ] {
        let message = CLIENT_FINAL.replacen(part, other, 1);
        let answer = challenge(CLIENT_FIRST).answer(message.as_bytes());
        assert_eq!(answer, Err(why), "{message}");
    }
    let answer = challenge(CLIENT_FIRST).answer(b"c=biws,r=\xff,p=");
    assert_eq!(answer, Err(SaslError::Encoding));
}

#[test]
fn the_header_of_the_first_message_is_signed() {
    for client_first in [
        "y,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "n,a=user,n=user,r=rOprNGfwEbeRWgbNEkqO",
    ] {
        let answer = challenge(client_first).answer(CLIENT_FINAL.as_bytes());
        assert_eq!(answer, Err(SaslError::ChannelBindingDiffers));
        let (client_final, server_final) = client("pencil", client_first, SERVER_FIRST);
        let answer = challenge(client_first).answer(client_final.as_bytes());
        assert_eq!(answer.map(|proved| proved.server_final), Ok(server_final));
    }
}

#[test]
fn what_was_overheard_is_of_no_use() {
    let first = first(CLIENT_FIRST).expect("well-formed");
    let (challenge, _) = first.challenge(&SERVER_NONCE_BYTES, pencil());
    let answer = challenge.answer(CLIENT_FINAL.as_bytes());
    assert_eq!(answer, Err(SaslError::Nonce));
}

#[test]
fn a_name_that_nobody_has_is_asked_like_others() {
    let decoy = || Verifier::decoy(&[1; 32], "user", ITERATIONS_MIN).expect("iterations");
    let asked = || {
        let first = first(CLIENT_FIRST).expect("well-formed");
        first.challenge(&SERVER_NONCE_BYTES, Arc::new(decoy()))
    };
    let (challenge, server_first) = asked();
    assert_eq!(server_first, asked().1);
    assert_eq!(server_first.replace(|c: char| c != ',', ""), ",,");
    let (client_final, _) = client("pencil", CLIENT_FIRST, &server_first);
    let answer = challenge.answer(client_final.as_bytes());
    assert_eq!(answer, Err(SaslError::Proof));
}

#[test]
fn what_a_log_may_show_has_no_keys() {
    let shown = format!("{:?}", challenge(CLIENT_FIRST));
    assert!(
        shown.contains("Verifier { iterations: 4096, .. }"),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whoever_knows_the_password_is_let_in_and_nobody_else(
        name in "[a-zé,=]{1,9}",
        nonce in "[!-+\\--~]{1,40}",
        password in "[!-~]{1,20}",
        other in "[!-~]{1,20}",
        server_nonce: [u8; NONCE_BYTES],
        salt: [u8; 16],
    ) {
        let verifier = Verifier::make(&password, &salt, ITERATIONS_MIN).expect("a password");
        let escaped = name.replace('=', "=3D").replace(',', "=2C");
        let client_first = format!("n,,n={escaped},r={nonce}");
        let first = first(&client_first).expect("well-formed");
        let (challenge, server_first) = first.challenge(&server_nonce, Arc::new(verifier));
        let (client_final, server_final) = client(&password, &client_first, &server_first);
        let proved = challenge.clone().answer(client_final.as_bytes());
        prop_assert_eq!(proved, Ok(Proved { name, server_final }));
        let (client_final, _) = client(&other, &client_first, &server_first);
        let answer = challenge.answer(client_final.as_bytes());
        prop_assert_eq!(answer.is_ok(), password == other);
    }
}

proptest! {
    #[test]
    fn a_challenge_is_saved_and_restored(name in "[a-z]{1,9}") {
        let challenge = challenge(&format!("n,,n={name},r=x"));
        let saved = postcard::to_stdvec(&challenge).expect("it can be saved");
        prop_assert_eq!(postcard::from_bytes(&saved), Ok(challenge));
    }

    #[test]
    fn no_message_makes_it_stumble(
        one in "([npy],(a=[a-z]*)?,)?([mnrst]=[a-z=,]*,?)*\\PC*",
        two in "(c=[a-zA-Z=]*,r=[a-z]*,)?(p=)?\\PC*",
    ) {
        let _ = first(&one);
        let _ = challenge(CLIENT_FIRST).answer(two.as_bytes());
    }
}
