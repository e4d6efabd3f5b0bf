//! What is read, what is admitted, and how each answer is written.

use super::*;
use crate::protocol::irc::capabilities::Caps;

const READER: Reader<'static> = Reader {
    server: "s",
    nick: "*",
    caps: Caps::of(&[]),
};

fn written(complaint: &Complaint) -> String {
    let mut out = String::new();
    complaint.write(&READER, &mut out);
    out
}

fn registration(account: Option<&str>, email: Option<&str>) -> Registration {
    Registration {
        account: account.map(str::to_owned),
        email: email.map(str::to_owned),
        password: Password("pencil box".to_owned()),
    }
}

#[test]
fn wishes_are_read() {
    for (params, account, email) in [
        (["*", "*", "pencil box"], None, None),
        (["Ann", "*", "pencil box"], Some("Ann"), None),
        (["*", "a@b", "pencil box"], None, Some("a@b")),
        (["ann", "a@b", "pencil box"], Some("ann"), Some("a@b")),
    ] {
        let wish = Wish::Register(registration(account, email));
        assert_eq!(Wish::register(params), wish, "{params:?}");
    }
    let wish = Wish::Verify {
        account: "ann".to_owned(),
        code: "0815".to_owned(),
    };
    assert_eq!(Wish::verify(["ann", "0815"]), wish);
}

#[test]
fn the_rules_are_kept() {
    let ann = Nick::parse("Ann").expect("a name");
    let strict = Rules::default();
    let early = Rules {
        before_connect: true,
        ..strict
    };
    let custom = Rules {
        custom_account_name: true,
        ..strict
    };
    let mail = Rules {
        email: Emails::Required,
        ..strict
    };
    let here = Client {
        nick: Some(&ann),
        is_registered: true,
        is_logged_in: false,
    };
    let coming = Client {
        is_registered: false,
        ..here
    };
    let nameless = Client {
        nick: None,
        ..coming
    };
    let logged_in = Client {
        is_logged_in: true,
        ..here
    };
    let ok = |name: &str, email: Option<&str>| {
        let email = email.map(|email| Email::parse(email).expect("an address"));
        Ok((name.to_owned(), email))
    };
    for (rules, client, account, email, expected) in [
        (strict, here, None, None, ok("Ann", None)),
        (strict, here, Some("ann"), None, ok("ann", None)),
        (
            strict,
            here,
            Some("bob"),
            None,
            Err(Fault::AccountNameMustBeNick),
        ),
        (custom, here, Some("bob"), None, ok("bob", None)),
        (custom, here, Some("2nd"), None, Err(Fault::BadAccountName)),
        (strict, here, Some(""), None, Err(Fault::BadAccountName)),
        (strict, here, None, Some("a@b"), ok("Ann", Some("a@b"))),
        (strict, here, None, Some("a"), Err(Fault::InvalidEmail)),
        (mail, here, None, None, Err(Fault::InvalidEmail)),
        (mail, here, None, Some("a@b"), ok("Ann", Some("a@b"))),
        (
            strict,
            coming,
            None,
            None,
            Err(Fault::CompleteConnectionRequired),
        ),
        (early, coming, None, None, ok("Ann", None)),
        (early, nameless, None, None, Err(Fault::NeedNick)),
        (early, nameless, Some("ann"), None, Err(Fault::NeedNick)),
        (
            strict,
            logged_in,
            None,
            None,
            Err(Fault::AlreadyAuthenticated),
        ),
    ] {
        let wish = registration(account, email);
        let admitted = rules.admit(&wish, &client);
        let admitted = admitted.map(|(name, email)| (name.as_str().to_owned(), email));
        assert_eq!(admitted, expected, "{rules:?} {client:?} {wish:?}");
    }
}

#[test]
fn rules_are_the_capabilitys_value() {
    let all = Rules {
        before_connect: true,
        custom_account_name: true,
        email: Emails::Required,
    };
    assert_eq!(
        all.value(),
        "before-connect,custom-account-name,email-required"
    );
    assert_eq!(Rules::default().value(), "");
}

#[test]
fn answers_are_those_of_the_specification() {
    for (fault, code, text) in FAULTS {
        let named = written(&fault.complaint("REGISTER", Some("ann")));
        let about = match fault {
            Fault::CompleteConnectionRequired => "",
            Fault::NeedNick => "* ",
            _ => "ann ",
        };
        assert_eq!(named, format!(":s FAIL REGISTER {code} {about}:{text}\r\n"));
    }
    let codes: Vec<&str> = FAULTS.iter().map(|(_, code, _)| *code).collect();
    assert!(codes.is_sorted());
    let unnamed = written(&Fault::AccountExists.complaint("REGISTER", None));
    assert!(unnamed.starts_with(":s FAIL REGISTER ACCOUNT_EXISTS * :"));
    let mut out = String::new();
    let ann = Nick::parse("ann").expect("a name");
    write_success("REGISTER", &ann, &READER, &mut out);
    assert_eq!(
        out,
        ":s REGISTER SUCCESS ann :ann is yours now, and you are logged in\r\n"
    );
}

#[test]
fn no_password_is_in_what_a_log_may_show() {
    let shown = format!("{:?}", Wish::register(["*", "*", "pencil"]));
    assert!(!shown.contains("pencil"), "{shown}");
}
