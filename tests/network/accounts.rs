//! `hallway account`, beside a server and without one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::client::{Client, has};
use crate::server::{Server, Setup, TempDir, hallway, one_sentence};

/// A data folder, and passwords in files.
struct Office {
    dir: TempDir,
}

impl Office {
    fn new() -> Self {
        let dir = TempDir::new();
        for password in ["first", "second"] {
            dir.file(password, &format!("{password} secret\nand more\n"));
        }
        Self { dir }
    }

    fn data(&self) -> PathBuf {
        self.dir.path("data")
    }

    fn start(&self) -> Server {
        Setup::new().data(&self.data()).start()
    }

    fn account(&self, arguments: &[&str]) -> Output {
        let data = self.data();
        let place = ["--data", data.to_str().expect("a plain path")];
        hallway(&[&["account"], arguments, &place].concat())
    }

    /// With a password from a file.
    fn give(&self, what: &str, name: &str, password: &str) -> Output {
        self.give_with(&[what, name], password)
    }

    fn give_with(&self, arguments: &[&str], password: &str) -> Output {
        let file = self.dir.path(password);
        let file = file.to_str().expect("a plain path");
        let few = ["--password-file", file, "--iterations", "4096"];
        self.account(&[arguments, &few[..]].concat())
    }

    /// The names, and the addresses of those who have one.
    fn addresses(&self) -> Vec<(String, Option<String>)> {
        let listed = done(self.account(&["list"]));
        let rows = listed.lines().map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let address = columns.get(3).map(|address| (*address).to_owned());
            (columns[0].to_owned(), address)
        });
        rows.collect()
    }

    fn names(&self) -> Vec<String> {
        let listed = done(self.account(&["list"]));
        let names = listed.lines().filter_map(|line| line.split('\t').next());
        names.map(str::to_owned).collect()
    }
}

/// What was printed, of what went well.
fn done(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    one_sentence(output)
}

fn logs_in(server: &Server, name: &str, password: &str) -> bool {
    let mut client = Client::connect(server.addr());
    client.say(&format!("/login {name} {password} secret"));
    let lines = client.until_one(|line| line.starts_with("* Hello") || line.starts_with("*! "));
    has(&lines, "* Hello")
}

#[test]
fn without_a_server_it_is_done_to_the_files() {
    let office = Office::new();
    assert!(refused(&office.account(&["list"])).contains("nothing is kept"));
    done(office.give("add", "ann", "first"));
    done(office.give("add", "bob", "first"));
    assert!(refused(&office.give("add", "ANN", "first")).contains("already"));
    assert!(refused(&office.give("passwd", "eve", "first")).contains("no account eve"));
    assert!(refused(&office.account(&["remove", "eve"])).contains("no account eve"));
    assert!(refused(&office.give("add", "#x", "first")).contains("\"#x\""));
    assert!(refused(&office.give("add", "eve", "nowhere")).contains("nowhere cannot be read"));
    assert_eq!(office.names(), ["ann", "bob"]);
    done(office.give("passwd", "ann", "second"));
    done(office.account(&["remove", "bob"]));
    assert_eq!(office.names(), ["ann"]);

    let server = office.start();
    assert!(!logs_in(&server, "ann", "first"));
    assert!(logs_in(&server, "ann", "second"));
}

#[test]
fn an_address_is_kept_with_the_account() {
    let office = Office::new();
    let add = |name, email| office.give_with(&["add", name, "--email", email], "first");
    let row = |name: &str, email: Option<&str>| (name.to_owned(), email.map(str::to_owned));
    let refusal = refused(&add("ann", "nowhere"));
    assert!(refusal.contains("no address for mail"), "{refusal}");
    done(add("ann", "ann@office.example"));
    done(office.give("add", "bob", "first"));
    let two = [row("ann", Some("ann@office.example")), row("bob", None)];
    assert_eq!(office.addresses(), two);

    let server = office.start();
    done(add("eve", "josé@büro.example"));
    done(office.account(&["remove", "ann"]));
    done(office.give("add", "ann", "second"));
    let three = [
        row("ann", None),
        row("bob", None),
        row("eve", Some("josé@büro.example")),
    ];
    assert_eq!(office.addresses(), three);
    assert!(logs_in(&server, "eve", "first"));
}

#[test]
fn what_is_registered_with_an_address_is_listed_with_it() {
    let office = Office::new();
    let setup = Setup::new().config("[accounts]\nemail = \"optional\"\n");
    let server = setup.data(&office.data()).start();
    let mut ann = Client::named(server.addr(), "ann");
    ann.say("/register mail ann@office.example first secret");
    ann.until("* ann is yours");
    let kept = ("ann".to_owned(), Some("ann@office.example".to_owned()));
    assert_eq!(office.addresses(), [kept]);
}

#[test]
fn a_password_comes_by_a_pipe_too() {
    let office = Office::new();
    let data = office.data();
    let mut process = Command::new(env!("CARGO_BIN_EXE_hallway"))
        .args(["account", "add", "ann", "--data"])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = process.stdin.take().expect("it is piped");
    stdin.write_all(b"first secret\n").expect("it is read");
    drop(stdin);
    done(process.wait_with_output().expect("it ends"));
    assert!(logs_in(&office.start(), "ann", "first"));
}

#[test]
fn a_running_server_does_it_at_once() {
    let office = Office::new();
    let server = office.start();
    let socket = office.data().join("control");
    let mode = fs::metadata(&socket).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let mut guest = Client::named(server.addr(), "bob");
    done(office.give("add", "ann", "first"));
    assert!(refused(&office.give("add", "Ann", "first")).contains("already"));
    assert!(refused(&office.give("passwd", "eve", "first")).contains("no account eve"));
    assert!(has(&guest.ask("/nick ann"), "*! "), "it is ann's now");
    assert!(logs_in(&server, "ann", "first"));
    done(office.give("passwd", "ann", "second"));
    assert!(!logs_in(&server, "ann", "first"));
    assert!(logs_in(&server, "ann", "second"));
    assert_eq!(office.names(), ["ann"]);

    done(office.account(&["remove", "ann"]));
    assert!(refused(&office.account(&["remove", "ann"])).contains("no account ann"));
    assert!(!logs_in(&server, "ann", "second"));
    assert!(!has(&guest.ask("/nick ann"), "*! "), "it is anybody's now");
    assert!(office.names().is_empty());

    assert!(server.end("TERM").status.success());
    assert!(!socket.exists());
}

#[test]
fn what_was_said_goes_with_the_account_if_that_is_wanted() {
    let office = Office::new();
    let server = office.start();
    done(office.give("add", "ann", "first"));
    let mut ann = Client::connect(server.addr());
    ann.say("/login ann first secret");
    ann.until("* Hello");
    ann.fence();
    ann.ask("/msg #lobby my own words");
    // All that was said before an account was made is on the disk when it is.
    done(office.give("add", "bob", "first"));
    let data = office.data();
    let data = data.to_str().expect("a plain path");
    let export = || done(hallway(&["export", "--data", data]));
    assert!(
        export().contains("#lobby ann: my own words"),
        "{}",
        export()
    );
    done(office.account(&["remove", "ann", "--with-messages"]));
    assert!(!export().contains("my own words"), "{}", export());
    assert_eq!(office.names(), ["bob"]);
}

#[test]
fn a_server_that_was_killed_is_not_in_the_way() {
    let office = Office::new();
    let server = office.start();
    done(office.give("add", "ann", "first"));
    server.end("KILL");
    assert!(office.data().join("control").exists());
    done(office.give("add", "bob", "first"));
    assert_eq!(office.names(), ["ann", "bob"]);
    let server = office.start();
    done(office.give("passwd", "bob", "second"));
    assert!(logs_in(&server, "bob", "second"));
}

#[test]
fn a_server_that_does_not_listen_is_not_worked_around() {
    let office = Office::new();
    let _server = office.start();
    fs::remove_file(office.data().join("control")).expect("it is there");
    let sentence = refused(&office.give("add", "ann", "first"));
    assert!(sentence.contains("does not listen"), "{sentence}");
}
