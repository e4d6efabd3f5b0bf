//! What IRC clients hear that share their person, and what only they and terminals side by side do.

mod pictures;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use super::super::settings::Settings;
use super::super::{Heard, Output, Server, SessionId};
use super::SESSIONS_PER_USER_MAX;
use crate::arena::Arena;
use crate::chat::account::{Account, AccountId};
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::watch::CROWD_MIN;
use crate::protocol::Protocol;
use crate::protocol::entry::NoEntry;

const NOW: Now = Now {
    mono_ms: 0,
    wall_ms: 0,
};

fn settings() -> Settings {
    Settings {
        pace: None,
        ..Settings::default()
    }
}

/// A server with some sessions, and what they have heard.
struct Stage {
    server: Server,
    connections: Arena<SessionId, ()>,
    heard: BTreeMap<SessionId, String>,
}

impl Stage {
    /// Where `ann` and `bob` are accounts, and nothing else is kept.
    fn new() -> Self {
        let mut server = Server::new(NOW, settings());
        for (id, name) in [(1, "ann"), (2, "bob")] {
            let (id, name) = (AccountId(id), nick(name));
            server.chat.add_account(Account { id, name }, 0);
        }
        Self {
            server,
            connections: Arena::default(),
            heard: BTreeMap::new(),
        }
    }

    fn connect(&mut self, protocol: Protocol) -> SessionId {
        let id = self.connections.insert(());
        let peer = SocketAddr::from(([10, 0, 0, 7], 5_000));
        self.server.open(NOW, id, protocol, peer);
        id
    }

    fn says(&mut self, id: SessionId, lines: &[&str]) {
        for line in lines {
            self.server.hear(NOW, id, &Heard::Line(line));
            self.carry_out();
        }
    }

    /// A client with a name of its own.
    fn client(&mut self, name: &str, caps: &str) -> SessionId {
        let id = self.connect(Protocol::Irc);
        self.says(id, &[&format!("CAP REQ :{caps}"), "CAP END"]);
        self.says(id, &[&format!("NICK {name}"), "USER me 0 * :Me"]);
        id
    }

    /// A person at a terminal, in the lobby.
    fn guest(&mut self, name: &str) -> SessionId {
        let id = self.connect(Protocol::Plain);
        self.says(id, &[name, "/join #lobby"]);
        id
    }

    /// The first session of an account's owner: at a terminal, in the lobby.
    fn owner(&mut self, name: &str) -> SessionId {
        let id = self.connect(Protocol::Plain);
        let account = self.account(name);
        self.server.arrive_as(NOW, id, account);
        self.says(id, &["/join #lobby"]);
        id
    }

    fn account(&self, name: &str) -> Arc<Account> {
        let account = self.server.chat.find_account(&nick(name));
        account.expect("there is one").clone()
    }

    fn shares(&mut self, id: SessionId, name: &str) -> Result<(), NoEntry> {
        let account = self.account(name);
        let owner = self.server.others_to_share(id, &account)?;
        self.server.go_on(NOW, id, |server, now, id| {
            server.share(now, id, owner.expect("somebody is here"));
        });
        self.carry_out();
        Ok(())
    }

    fn carry_out(&mut self) {
        loop {
            let outputs: Vec<Output> = self.server.drain_outputs().collect();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                match output {
                    Output::Send(id, bytes) => {
                        let text = str::from_utf8(&bytes).expect("only text is sent");
                        *self.heard.entry(id).or_default() += text;
                    }
                    Output::AwaitDrain(id) => self.server.drained(NOW, id),
                    Output::Close(id, why) => {
                        *self.heard.entry(id).or_default() += "closed\r\n";
                        self.server.lost(NOW, id, &why);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Saves the server and goes on with what is restored.
    fn restore(&mut self) {
        let saved = postcard::to_allocvec(&self.server).expect("plain data");
        self.server = postcard::from_bytes(&saved).expect("plain data");
        self.server.configure(NOW, settings());
    }

    /// Forgets what everybody has heard so far.
    fn forget(&mut self) {
        self.heard.clear();
    }

    /// What a session has heard since, without the clients' hosts.
    fn heard(&mut self, id: SessionId) -> Vec<String> {
        let heard = self.heard.remove(&id).unwrap_or_default();
        heard.lines().map(without_host).collect()
    }
}

fn nick(name: &str) -> Nick {
    Nick::parse(name).expect("a name")
}

/// `:ann JOIN` for `:ann!user@x.cloak JOIN`, and `cloak` for a host that stands alone.
fn without_host(line: &str) -> String {
    let word = |word: &str| match (word.ends_with(".cloak"), word.split_once('!')) {
        (true, Some((front, _))) => front.to_owned(),
        (true, None) => "cloak".to_owned(),
        (false, _) => word.to_owned(),
    };
    let words: Vec<String> = line.split(' ').map(word).collect();
    words.join(" ")
}

const NAMES_OF_LOBBY: [&str; 2] = [
    ":hallway 353 ann = #lobby :ann",
    ":hallway 366 ann #lobby :End of /NAMES list",
];

#[test]
fn a_client_that_registers_is_the_person_who_is_here() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    stage.says(desk, &["/topic tea at four"]);
    let laptop = stage.connect(Protocol::Irc);
    stage.says(laptop, &["CAP LS", "NICK ann_", "USER me 0 * :Me"]);
    stage.forget();
    assert_eq!(stage.shares(laptop, "ann"), Ok(()));
    let heard = stage.heard(laptop);
    assert_eq!(heard[0], ":hallway 001 ann :Welcome to hallway, ann");
    let place = heard.iter().position(|line| line.starts_with(":ann JOIN"));
    let (greeting, places) = heard.split_at(place.expect("it is told where it is"));
    assert!(greeting.iter().any(|line| line.contains(" 396 ann ")));
    let topic = [
        ":hallway 332 ann #lobby :tea at four",
        ":hallway 333 ann #lobby ann 0",
    ];
    let told = [":ann JOIN #lobby"].into_iter().chain(topic);
    let told: Vec<&str> = told.chain(NAMES_OF_LOBBY).collect();
    assert_eq!(places, told);
    assert_eq!(stage.heard(desk), [""; 0]);
    assert_eq!(stage.server.chat.population(), 1);
}

#[test]
fn a_client_that_is_away_from_the_beginning_does_not_take_the_person_away() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let laptop = stage.connect(Protocol::Irc);
    stage.says(
        laptop,
        &["CAP REQ :draft/pre-away", "AWAY :pocket", "NICK x"],
    );
    assert_eq!(stage.shares(laptop, "ann"), Ok(()));
    let told = |heard: Vec<String>, numeric: &str| {
        let numeric = format!(" {numeric} ");
        heard.iter().filter(|line| line.contains(&numeric)).count()
    };
    let heard = stage.heard(laptop);
    assert_eq!((told(heard.clone(), "306"), told(heard, "305")), (1, 1));
    stage.says(desk, &["/away lunch"]);
    let phone = stage.connect(Protocol::Irc);
    stage.says(phone, &["CAP LS", "NICK x"]);
    assert_eq!(stage.shares(phone, "ann"), Ok(()));
    assert_eq!(told(stage.heard(phone), "306"), 1);
}

#[test]
fn a_guest_who_logs_in_leaves_and_comes_as_the_person() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let laptop = stage.client("guest", "account-notify chghost");
    stage.says(laptop, &["JOIN #lobby,#laptop", "MONITOR + ann,bob"]);
    let bob = stage.client("bobby", "");
    stage.says(bob, &["JOIN #lobby"]);
    stage.forget();
    assert_eq!(stage.shares(laptop, "ann"), Ok(()));
    let told = [
        ":guest PART #lobby :logged in",
        ":guest PART #laptop :logged in",
        ":guest NICK ann",
        ":ann CHGHOST user cloak",
        ":hallway 396 ann cloak :is now your visible host",
        ":ann ACCOUNT ann",
        ":ann JOIN #lobby",
        ":hallway 353 ann = #lobby :ann bobby",
        ":hallway 366 ann #lobby :End of /NAMES list",
    ];
    assert_eq!(stage.heard(laptop), told);
    assert_eq!(stage.heard(bob), [":guest QUIT :logged in as ann"]);
    assert_eq!(stage.heard(desk), ["* guest has gone (logged in as ann)."]);
    assert_eq!(stage.server.chat.population(), 2);
    // Whom it monitors is the session's own.
    stage.says(laptop, &["MONITOR L"]);
    assert_eq!(stage.heard(laptop)[0], ":hallway 732 ann :ann,bob");
    stage.says(bob, &["NICK bob"]);
    let heard = stage.heard(bob);
    assert_eq!(heard.len(), 1, "the name is another's: {heard:?}");
}

#[test]
fn clients_follow_their_person() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let laptop = stage.connect(Protocol::Irc);
    stage.says(
        laptop,
        &["CAP REQ :echo-message labeled-response batch", "NICK x"],
    );
    let phone = stage.connect(Protocol::Irc);
    stage.says(phone, &["CAP REQ :draft/no-implicit-names", "NICK x"]);
    assert_eq!(stage.shares(laptop, "ann"), Ok(()));
    assert_eq!(stage.shares(phone, "ann"), Ok(()));
    let bob = stage.guest("bert");
    stage.forget();
    #[rustfmt::skip]
    let cases: &[(SessionId, &str, [&[&str]; 4])] = &[
        // who types what, and what the desk, the laptop, the phone and bert hear of it
        (desk, "/join #ops", [
            &["* You have made #ops and are its operator."],
            &[":ann JOIN #ops", ":hallway 353 ann = #ops :@ann", ":hallway 366 ann #ops :End of /NAMES list"],
            &[":ann JOIN #ops"],
            &[]]),
        (desk, "to ops", [&[], &[":ann PRIVMSG #ops :to ops"], &[":ann PRIVMSG #ops :to ops"], &[]]),
        (laptop, "@label=1 PRIVMSG #lobby :hi", [
            &["00:00 #lobby ann: hi"],
            &["@label=1 :ann PRIVMSG #lobby :hi"],
            &[":ann PRIVMSG #lobby :hi"],
            &["00:00 #lobby ann: hi"]]),
        (phone, "PRIVMSG bert :psst", [
            &["00:00 private to bert: psst"],
            &[":ann PRIVMSG bert :psst"],
            &[],
            &["00:00 private ann: psst"]]),
        (bob, "/msg ann what?", [
            &["00:00 private bert: what?"],
            &[":bert PRIVMSG ann :what?"],
            &[":bert PRIVMSG ann :what?"],
            &["* To ann."]]),
        (phone, "PRIVMSG ann :a note", [
            &["00:00 private to ann: a note"],
            &[":ann PRIVMSG ann :a note"],
            &[":ann PRIVMSG ann :a note"],
            &[]]),
        (desk, "/away lunch", [
            &["* You are away: lunch."],
            &[":hallway 306 ann :You have been marked as being away"],
            &[":hallway 306 ann :You have been marked as being away"],
            &[]]),
        (laptop, "@label=2 AWAY", [
            &["* You are available again."],
            &["@label=2 :hallway 305 ann :You are no longer marked as being away"],
            &[":hallway 305 ann :You are no longer marked as being away"],
            &[]]),
        (laptop, "SILENCE +eve", [
            &["* You hear nothing more of whoever is eve!*@*."],
            &[":ann SILENCE +eve!*@*"],
            &[":ann SILENCE +eve!*@*"],
            &[]]),
        (laptop, "MODE ann +i", [
            &["* You are +i now: not listed for those who share no channel with you."],
            &[":ann MODE ann +i"],
            &[":ann MODE ann +i"],
            &[]]),
        (laptop, "NICK anna", [
            &["* ann is now called anna."],
            &[":ann NICK anna"],
            &[":ann NICK anna"],
            &["* ann is now called anna."]]),
        (phone, "NICK ann", [
            &["* anna is now called ann."],
            &[":anna NICK ann"],
            &[":anna NICK ann"],
            &["* anna is now called ann."]]),
        (laptop, "PART #ops", [
            &["* Your other session has left #ops: you are not there any more."],
            &[":ann PART #ops"],
            &[":ann PART #ops"],
            &[]]),
        (laptop, "JOIN #tea", [
            &["* Your other session has joined #tea: you are there too."],
            &[":ann JOIN #tea", ":hallway 353 ann = #tea :@ann", ":hallway 366 ann #tea :End of /NAMES list"],
            &[":ann JOIN #tea"],
            &[]]),
        (phone, "WHOIS nobody", [&[], &[],
            &[":hallway 401 ann nobody :No such nick", ":hallway 318 ann nobody :End of /WHOIS list"],
            &[]]),
        // The others stay, so nobody is told.
        (laptop, "QUIT :bye", [&[], &["ERROR :Closing link: bye", "closed"], &[], &[]]),
    ];
    for (who, line, told) in cases {
        stage.says(*who, &[line]);
        for (id, told) in [desk, laptop, phone, bob].into_iter().zip(told) {
            assert_eq!(stage.heard(id), *told, "{line}");
        }
    }
}

#[test]
fn in_a_crowd_ones_own_terminals_follow_too() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let sofa = stage.connect(Protocol::Plain);
    assert_eq!(stage.shares(sofa, "ann"), Ok(()));
    for n in 0..=CROWD_MIN {
        let guest = stage.guest(&format!("g{n}"));
        stage.says(guest, &["/join #crowd"]);
    }
    stage.forget();
    stage.says(desk, &["/join #crowd"]);
    let joined = "* Your other session has joined #crowd: you are there too.";
    assert_eq!(stage.heard(sofa), [joined]);
    stage.says(sofa, &["/watch #crowd"]);
    stage.forget();
    stage.says(desk, &["/leave #crowd"]);
    let left = "* Your other session has left #crowd: you are not there any more.";
    assert_eq!(stage.heard(sofa), [left]);
}

#[test]
fn where_one_goes_is_told_in_order_also_to_a_terminal_that_holds() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let sofa = stage.connect(Protocol::Plain);
    assert_eq!(stage.shares(sofa, "ann"), Ok(()));
    stage.says(sofa, &["/hold"]);
    stage.forget();
    stage.says(desk, &["/join #ops", "to nobody", "/leave #ops"]);
    let told = [
        "* Your other session has joined #ops: you are there too.",
        "* Your other session has left #ops: you are not there any more.",
    ];
    assert_eq!(stage.heard(sofa), told);
    stage.says(sofa, &["/go"]);
    assert_eq!(stage.heard(sofa)[0], "00:00 #ops ann: to nobody");
}

#[test]
fn who_is_put_off_the_server_is_so_everywhere() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let laptop = stage.connect(Protocol::Irc);
    assert_eq!(stage.shares(laptop, "ann"), Ok(()));
    let root = stage.guest("root");
    stage.server.set_operator(root, true);
    stage.forget();
    stage.says(root, &["/kill ann enough"]);
    for id in [desk, laptop] {
        assert_eq!(stage.heard(id).last().map(String::as_str), Some("closed"));
    }
    assert_eq!(stage.server.chat.population(), 1);
    assert_eq!(stage.server.devices.len(), 0);
}

#[test]
fn there_is_a_limit_and_nobody_is_taken_along() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    for _ in 1..SESSIONS_PER_USER_MAX {
        let another = stage.connect(Protocol::Plain);
        assert_eq!(stage.shares(another, "ann"), Ok(()));
    }
    let one_too_many = stage.connect(Protocol::Plain);
    let max = SESSIONS_PER_USER_MAX;
    let refused = Err(NoEntry::TooManySessions { max });
    assert_eq!(stage.shares(one_too_many, "ann"), refused);
    let nick = nick("ann");
    let shared = Err(NoEntry::SharedAlready { nick });
    assert_eq!(stage.shares(desk, "bob"), shared);
    let account = stage.account("ann");
    assert_eq!(stage.server.others_to_share(desk, &account), Ok(None));
}

#[test]
fn the_last_sign_of_life_from_any_device_counts() {
    let mut stage = Stage::new();
    let desk = stage.owner("ann");
    let sofa = stage.connect(Protocol::Plain);
    assert_eq!(stage.shares(sofa, "ann"), Ok(()));
    let later = Now {
        mono_ms: 600_000,
        wall_ms: 600_000,
    };
    stage.server.hear(later, sofa, &Heard::Line("here"));
    stage.carry_out();
    stage.forget();
    stage.server.hear(later, desk, &Heard::Line("/whois ann"));
    stage.carry_out();
    assert!(stage.heard(desk)[0].contains("idle 0s"));
}
