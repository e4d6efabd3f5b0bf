//! The example of RFC 7677, and what holds for every verifier.

use super::*;
use proptest::prelude::*;

/// RFC 7677, section 3: the user is "user", the password is "pencil".
const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
const AUTH_MESSAGE: &str = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
    r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
    c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const CLIENT_PROOF: &str = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SERVER_SIGNATURE: &str = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

const PENCIL: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==\
    $WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

fn made(password: &str) -> Verifier {
    Verifier::make(password, b"salt", ITERATIONS_MIN).expect(password)
}

fn refused(password: &str) -> Option<VerifierError> {
    Verifier::make(password, b"salt", ITERATIONS_MIN).err()
}

#[test]
fn the_example_of_rfc_7677() {
    let salt = Base64::decode_vec(SALT).expect("base64");
    let pencil = Verifier::make("pencil", &salt, 4096).expect("a password");
    assert_eq!(pencil.to_string(), PENCIL);
    assert_eq!(PENCIL.parse(), Ok(pencil.clone()));
    let proof = key(CLIENT_PROOF).expect("a key");
    assert!(pencil.is_proved_by(&proof, AUTH_MESSAGE));
    assert_eq!(Some(pencil.signature(AUTH_MESSAGE)), key(SERVER_SIGNATURE));
    assert_eq!((pencil.iterations(), pencil.salt()), (4096, &*salt));
    assert!(pencil.holds_for("pencil") && !pencil.holds_for("Pencil"));
}

#[test]
fn passwords_are_prepared() {
    // RFC 4013, section 3.
    for (typed, same) in [("I\u{AD}X", "IX"), ("\u{AA}", "a"), ("\u{2168}", "IX")] {
        assert!(made(typed).holds_for(same), "{typed:?}");
    }
    assert!(made("cafe\u{301}").holds_for("caf\u{e9}"));
    assert!(!made("USER").holds_for("user"));
    for typed in [
        "\u{7}",
        "\u{627}\u{31}",
        "a\u{627}",
        "\u{1f511}",
        "\u{e000}",
    ] {
        assert_eq!(refused(typed), Some(VerifierError::Unprepared), "{typed:?}");
        assert!(!made("x").holds_for(typed), "{typed:?}");
    }
    for typed in ["", "\u{AD}"] {
        assert_eq!(refused(typed), Some(VerifierError::Empty), "{typed:?}");
    }
}

#[test]
fn limits_are_kept() {
    let longest = "é".repeat(PASSWORD_BYTES_MAX / 2);
    assert!(made(&longest).holds_for(&longest));
    let too_long = longest + "x";
    assert_eq!(refused(&too_long), Some(VerifierError::TooLong));
    assert!(!made("x").holds_for(&too_long));
    for iterations in [0, ITERATIONS_MIN - 1, ITERATIONS_MAX + 1] {
        let made = Verifier::make("x", b"salt", iterations);
        assert_eq!(made, Err(VerifierError::Iterations), "{iterations}");
    }
    for (bytes, fits) in [
        (0, false),
        (1, true),
        (SALT_BYTES_MAX, true),
        (SALT_BYTES_MAX + 1, false),
    ] {
        let made = Verifier::make("x", &vec![7; bytes], ITERATIONS_MIN);
        assert_eq!(made.is_ok(), fits, "{bytes}");
        let salt = Base64::encode_string(&vec![7; bytes]);
        assert_eq!(
            PENCIL.replace(SALT, &salt).parse::<Verifier>().is_ok(),
            fits
        );
    }
}

#[test]
fn what_is_no_verifier_hears_why() {
    for (part, other, expected) in [
        ("$4096:", "$1000000:", None),
        ("$4096:", "$4095:", Some(VerifierError::Iterations)),
        ("$4096:", "$1000001:", Some(VerifierError::Iterations)),
        ("$4096:", "$99999999999:", Some(VerifierError::Iterations)),
        ("$4096:", "$+4096:", Some(VerifierError::Iterations)),
        ("$4096:", "$04096:", Some(VerifierError::Iterations)),
        ("$4096:", "$:", Some(VerifierError::Iterations)),
        ("$4096:", "$", Some(VerifierError::Form)),
        ("SHA-256", "SHA-1", Some(VerifierError::Form)),
        ("SCRAM", "scram", Some(VerifierError::Form)),
        ("SCRAM", " SCRAM", Some(VerifierError::Form)),
        ("gQ==", "gQ", Some(VerifierError::Form)),
        ("gQ==", "gR==", Some(VerifierError::Form)),
        ("$WG5d", "$", Some(VerifierError::Form)),
        ("$WG5d", ":WG5d", Some(VerifierError::Form)),
        ("2dU=", "2dU", Some(VerifierError::Form)),
        ("2dU=", "2dU=\n", Some(VerifierError::Form)),
        (PENCIL, "pencil", Some(VerifierError::Form)),
        (PENCIL, "", Some(VerifierError::Form)),
    ] {
        let read = PENCIL.replacen(part, other, 1).parse::<Verifier>();
        assert_eq!(read.err(), expected, "{part} -> {other}");
    }
}

#[test]
fn only_the_proof_of_this_exchange_proves() {
    let pencil: Verifier = PENCIL.parse().expect("a verifier");
    let proof = key(CLIENT_PROOF).expect("a key");
    for bit in 0..256 {
        let mut other = proof;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!pencil.is_proved_by(&other, AUTH_MESSAGE), "{bit}");
    }
    assert!(!pencil.is_proved_by(&proof, &AUTH_MESSAGE.replace("rO", "r0")));
    assert!(
        !made("pencil").is_proved_by(&proof, AUTH_MESSAGE),
        "another salt"
    );
}

#[test]
fn a_decoy_is_like_others_and_holds_for_nothing() {
    let decoy = |secret, name| Verifier::decoy(&[secret; 32], name, ITERATIONS_MIN).expect(name);
    let ann = decoy(1, "ann");
    assert_eq!(ann, decoy(1, "ann"));
    assert_ne!(ann.salt(), decoy(1, "bob").salt());
    assert_ne!(ann.salt(), decoy(2, "ann").salt());
    assert_eq!(
        (ann.iterations(), ann.salt().len()),
        (ITERATIONS_MIN, SALT_BYTES)
    );
    assert_eq!(ann.to_string().parse(), Ok(ann.clone()));
    assert!(!ann.holds_for("") && !ann.holds_for("ann"));
    assert!(!ann.is_proved_by(&ann.stored_key, "") && !ann.is_proved_by(&[0; 32], ""));
    let cheap = Verifier::decoy(&[1; 32], "ann", ITERATIONS_MIN - 1);
    assert_eq!(cheap, Err(VerifierError::Iterations));
}

#[test]
fn nothing_secret_is_in_what_a_log_may_show() {
    assert_eq!(
        format!("{:?}", made("x")),
        "Verifier { iterations: 4096, .. }"
    );
    let typed = Password("pencil".to_owned());
    assert_eq!(format!("{typed:?}"), "Password(..)");
}

fn any_verifier() -> impl Strategy<Value = Verifier> {
    let salt = proptest::collection::vec(any::<u8>(), 1..=SALT_BYTES_MAX);
    let iterations = ITERATIONS_MIN..=ITERATIONS_MAX;
    let keys = any::<[Key; 2]>();
    (iterations, salt, keys).prop_map(|(iterations, salt, [stored_key, server_key])| Verifier {
        iterations,
        salt: salt.into(),
        stored_key,
        server_key,
    })
}

proptest! {
    #[test]
    fn what_is_saved_is_restored(verifier in any_verifier()) {
        let saved = postcard::to_stdvec(&verifier).expect("it can be saved");
        prop_assert_eq!(postcard::from_bytes(&saved), Ok(verifier));
    }

    #[test]
    fn what_is_written_is_read(verifier in any_verifier()) {
        prop_assert_eq!(verifier.to_string().parse(), Ok(verifier));
    }

    #[test]
    fn what_is_read_is_written_the_same(text in "SCRAM-SHA-256\\$[4-9][0-9]{3}:[A-Za-z0-9+/]{4}\\$[A-Za-z0-9+/]{42}[AEIM]=:[A-Za-z0-9+/]{42}[AEIM]=") {
        if let Ok(verifier) = text.parse::<Verifier>() {
            prop_assert_eq!(verifier.to_string(), text);
        }
    }

    #[test]
    fn no_text_makes_it_stumble(text in "(SCRAM-SHA-256)?\\PC*") {
        let _ = text.parse::<Verifier>();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn only_the_same_password_holds(one in "[ -~]{1,20}", other in "[ -~]{1,20}", salt: [u8; 16]) {
        let verifier = Verifier::make(&one, &salt, ITERATIONS_MIN).expect("a password");
        prop_assert!(verifier.holds_for(&one));
        prop_assert_eq!(verifier.holds_for(&other), one == other);
    }
}
