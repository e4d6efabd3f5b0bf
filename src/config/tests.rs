//! Flags, file and defaults together.

use super::*;
use clap::{CommandFactory, Parser};

/// A configuration file, and a message of the day beside it, that go away with the value.
struct TempFile(PathBuf);

impl TempFile {
    fn holding(test: &str, text: &str) -> TempFile {
        let name = format!("hallway-config-{}-{test}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).expect("a temporary directory");
        std::fs::write(directory.join("motd.txt"), "Welcome.\nBe kind.\n").expect("a file");
        let path = directory.join("hallway.toml");
        std::fs::write(&path, text).expect("a file");
        TempFile(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().expect("it is in a directory"));
    }
}

/// What `hallway serve` would run with, on a machine that knows nothing of itself.
fn serve(flags: &[&str], file: Option<&TempFile>) -> Result<Config, String> {
    let Command::Serve(mut args) = read(&[&["serve"], flags].concat()).expect("good flags") else {
        panic!("serve is serve");
    };
    args.config = file.map(|file| file.0.clone());
    load_on(&args, &["help"], &Machine::default()).map_err(|faults| faults.to_string())
}

fn read(args: &[&str]) -> Result<Command, clap::Error> {
    let args = std::iter::once(&"hallway").chain(args);
    Cli::try_parse_from(args).map(|cli| cli.command)
}

fn listening(config: &Config) -> Vec<String> {
    let one = |listener: &Listener| format!("{} {}", listener.protocol.as_str(), listener.addr);
    config.listeners.iter().map(one).collect()
}

fn lines(lines: &[&str]) -> Option<Arc<[String]>> {
    Some(lines.iter().copied().map(str::to_owned).collect())
}

const EVERYTHING: &str = r##"
plain = ["127.0.0.1:2323", "[::1]:2323"]
irc = ["127.0.0.1:6667"]
name = "chat.office"
data = "/var/lib/hallway"
allow = ["192.0.2.0/24", "lan"]
pace = "100/20"
zone = "UTC"
motd = "motd.txt"
network = "office"
admin = ["IT department", "floor 2", "it@example.com"]
guest-history = "7d"
irc-replay = "batches"

[channels]
modes = "+tn"
permanent = ["#helpdesk", "#lobby", "#helpdesk"]

[announcements]
who = "operators"
every = "1h"
burst = 3

[accounts]
registration = "operator"
before-connect = false
custom-names = true
email = "required"
iterations = 4096
operators = ["ann"]

[statuses]
phone = "On the phone"

[limits]
send-queue = "128 KiB"
name-within = "2m"

[history]
keep-messages = "forever"
keep-events = "12h"
size = "2 GiB"

[keep]
"#helpdesk" = "90d"
"#lounge" = "none"

[[operator]]
name = "ann"
verifier = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
host = "staff.office"

[[operator]]
name = "Bob"
verifier = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
"##;

#[test]
fn defaults() {
    let config = serve(&[], None).expect("the defaults are fine");
    let expected = Config {
        listeners: config.listeners.clone(),
        name: "hallway".into(),
        network: "hallway".into(),
        admin: Vec::new(),
        motd: None,
        data: None,
        allow: Allow::lan(&[]),
        zone: None,
        pace: Some(Pace {
            burst: 40,
            per_second: 10,
        }),
        channel_modes: String::new(),
        permanent: vec![ChannelName::parse(LOBBY).unwrap()],
        announcements: Announcements {
            who: Who::Everyone,
            every_ms: 300_000,
            burst: 2,
        },
        statuses: [
            ("busy", "Busy"),
            ("lunch", "At lunch"),
            ("meeting", "In a meeting"),
            ("training", "In training"),
        ]
        .map(|(name, text)| (name.into(), text.into()))
        .into(),
        send_queue_bytes: 1_048_576,
        name_within_ms: 60_000,
        guest_history_ms: Some(86_400_000),
        irc_replay: Replay::All,
        accounts: Accounts {
            registration: Registration::Open,
            before_connect: true,
            custom_names: false,
            email: Emails::Ignored,
            iterations: 120_000,
            operators: Vec::new(),
        },
        history: History {
            messages_ms: 365 * 24 * 60 * 60 * 1_000,
            events_ms: 30 * 24 * 60 * 60 * 1_000,
            bytes_max: None,
        },
        keeps: BTreeMap::new(),
        operators: Vec::new(),
    };
    assert_eq!(config, expected);
    assert_eq!(listening(&config), ["plain [::]:2323", "irc [::]:6667"]);
}

#[test]
fn the_machine_gives_defaults() {
    let machine = Machine {
        home: Some("/home/ann".into()),
        host_name: Some("desk7".into()),
        networks: vec!["203.0.113.9/24".parse().expect("a network")],
        ..Machine::default()
    };
    let config = load_on(&ServeArgs::default(), &[], &machine).expect("fine");
    assert_eq!(config.name, "desk7");
    assert_eq!(config.data, Some("/home/ann/.local/state/hallway".into()));
    assert!(
        config
            .allow
            .admits("203.0.113.200".parse().expect("an address"))
    );
    let args = ServeArgs {
        data: Some("none".into()),
        allow: vec!["127.0.0.1".into()],
        ..ServeArgs::default()
    };
    let config = load_on(&args, &[], &machine).expect("fine");
    assert_eq!(config.data, None);
    assert!(
        !config
            .allow
            .admits("203.0.113.200".parse().expect("an address"))
    );
}

#[test]
fn every_key_of_a_file_counts() {
    let file = TempFile::holding("everything", EVERYTHING);
    let config = serve(&[], Some(&file)).expect("a good file");
    assert_eq!(
        listening(&config),
        [
            "plain 127.0.0.1:2323",
            "plain [::1]:2323",
            "irc 127.0.0.1:6667"
        ]
    );
    assert_eq!(config.name, "chat.office");
    assert_eq!(config.data, Some("/var/lib/hallway".into()));
    for (ip, admitted) in [("192.0.2.1", true), ("10.0.0.1", true), ("8.8.8.8", false)] {
        assert_eq!(
            config.allow.admits(ip.parse().expect("an address")),
            admitted,
            "{ip}"
        );
    }
    assert_eq!(
        config.pace,
        Some(Pace {
            burst: 100,
            per_second: 20
        })
    );
    assert_eq!(config.zone.as_deref(), Some("UTC"));
    assert_eq!(config.motd, lines(&["Welcome.", "Be kind."]));
    assert_eq!(config.network, "office");
    assert_eq!(config.admin, ["IT department", "floor 2", "it@example.com"]);
    assert_eq!(config.channel_modes, "+nt");
    let permanent: Vec<&str> = config.permanent.iter().map(ChannelName::as_str).collect();
    assert_eq!(permanent, ["#lobby", "#helpdesk"]);
    let announcements = Announcements {
        who: Who::Operators,
        every_ms: 3_600_000,
        burst: 3,
    };
    assert_eq!(config.announcements, announcements);
    let accounts = Accounts {
        registration: Registration::Operator,
        before_connect: false,
        custom_names: true,
        email: Emails::Required,
        iterations: 4_096,
        operators: vec![Nick::parse("ann").expect("a name")],
    };
    assert_eq!(config.accounts, accounts);
    assert_eq!(
        config.statuses,
        [("phone".into(), "On the phone".into())].into()
    );
    assert_eq!(
        (config.send_queue_bytes, config.name_within_ms),
        (131_072, 120_000)
    );
    assert_eq!(
        (config.guest_history_ms, config.irc_replay),
        (Some(604_800_000), Replay::Batches)
    );
    let history = History {
        messages_ms: u64::MAX,
        events_ms: 43_200_000,
        bytes_max: Some(2 << 30),
    };
    assert_eq!(config.history, history);
    let keeps = config.keeps.iter().map(|(name, ms)| (name.as_str(), *ms));
    assert!(keeps.eq([("#helpdesk", 90 * 86_400_000), ("#lounge", 0)]));
    let operators = config.operators.iter();
    let named = operators.map(|operator| (&*operator.name, operator.host.as_deref()));
    assert!(named.eq([("ann", Some("staff.office")), ("Bob", None)]));
    assert!(config.operators[0].verifier.holds_for("pencil"));
    for (key, _) in keys() {
        let name = key.rsplit('.').next().expect("a path has a name");
        assert!(
            EVERYTHING.contains(&format!("\n{name} = "))
                || EVERYTHING.contains(&format!("[{name}]")),
            "{key} is not tried"
        );
    }
}

#[test]
fn an_empty_table_of_statuses_means_none() {
    let file = TempFile::holding("statuses", "[statuses]\n");
    assert!(serve(&[], Some(&file)).expect("fine").statuses.is_empty());
}

#[test]
fn flags_override_the_file() {
    let file = TempFile::holding("flags", EVERYTHING);
    let flags = [
        "--name", "other", "--data", "none", "--allow", "all", "--pace", "off", "--plain", "4000",
    ];
    let config = serve(&flags, Some(&file)).expect("fine");
    assert_eq!(config.name, "other");
    assert_eq!(config.data, None);
    assert_eq!(config.allow, Allow::all());
    assert_eq!(config.pace, None);
    assert_eq!(
        config.zone.as_deref(),
        Some("UTC"),
        "what no flag says, the file says"
    );
    assert_eq!(listening(&config), ["plain [::]:4000"]);
}

#[test]
fn the_network_is_called_as_the_server_unless_it_has_a_name() {
    let config = serve(&["--name", "chat.office"], None).expect("fine");
    assert_eq!(config.network, "chat.office");
}

#[test]
fn a_message_of_the_day_is_beside_the_file_or_where_the_flag_says() {
    let file = TempFile::holding("motd", "motd = \"motd.txt\"\n");
    let beside = file.0.with_file_name("other.txt");
    std::fs::write(&beside, "Other.").expect("a file");
    let flag = ["--motd", beside.to_str().expect("UTF-8")];
    let config = serve(&flag, Some(&file)).expect("fine");
    assert_eq!(config.motd, lines(&["Other."]));
    let missing = TempFile::holding("motd-missing", "\nmotd = \"mtd.txt\"\n");
    let heard = check(Some(&missing.0), &[]).expect_err("there is none");
    let (path, named) = (missing.0.display(), missing.0.with_file_name("mtd.txt"));
    assert_eq!(
        heard.to_string(),
        format!(
            "{path}:2: motd must name a text file: {named:?} cannot be read, for there is no such file."
        )
    );
    let heard = serve(&["--motd", "/nonexistent"], None).expect_err("there is none");
    assert!(heard.starts_with("--motd must name a text file: \"/nonexistent\""));
}

#[test]
fn only_the_listeners_given_are_opened() {
    let irc_only = TempFile::holding("irc", "irc = [\"7000\"]\n");
    for (flags, file, expected) in [
        (
            &["--plain", "localhost:23"][..],
            None,
            &["plain 127.0.0.1:23", "plain [::1]:23"][..],
        ),
        (
            &["--irc", ":0", "--plain", "1.2.3.4:0", "--plain", ":0"],
            None,
            &["plain 1.2.3.4:0", "plain [::]:0", "irc [::]:0"],
        ),
        (&[], Some(&irc_only), &["irc [::]:7000"]),
        (&["--plain", "0"], Some(&irc_only), &["plain [::]:0"]),
    ] {
        assert_eq!(listening(&serve(flags, file).expect("fine")), expected);
    }
    let twice = serve(&["--plain", ":1", "--irc", "[::]:1"], None).expect_err("the same twice");
    assert_eq!(
        twice,
        "--irc must name each address once: [::]:1 is given to plain already."
    );
}

#[test]
fn faults_of_flags_and_file_are_told_together() {
    let file = TempFile::holding("faults", "name = \"a b\"\n\n[limit]\n");
    let flags = [
        "--pace",
        "fast",
        "--allow",
        "10.0.0.0/40",
        "--zone",
        "Mars",
        "--plain",
        "office:1",
        "--irc",
        "x",
        "--name",
        "",
        "--data",
        "~",
    ];
    let heard = serve(&flags, Some(&file)).expect_err("much is wrong");
    let lines: Vec<&str> = heard.lines().collect();
    let path = file.0.display();
    let of_file = [
        format!("{path}:1: name must be"),
        format!("{path}:3: \"limit\" is not a table of the configuration. Did you mean [limits]?"),
    ];
    let of_flags = ["plain", "irc", "allow", "name", "data", "pace", "zone"]
        .map(|flag| format!("--{flag} must be"));
    for (line, expected) in lines.iter().zip(of_flags.iter().chain(&of_file)) {
        assert!(line.starts_with(expected), "{line}");
    }
    assert_eq!(lines.len(), 9, "{heard}");
}

#[test]
fn check_says_that_all_is_well_or_what_is_not() {
    let good = TempFile::holding("check-good", EVERYTHING);
    let bad = TempFile::holding("check-bad", "[statuses]\nhelp = \"x\"\n");
    assert_eq!(
        check(Some(&good.0), &["help"]),
        Ok(format!("{}: all is well.", good.0.display()))
    );
    assert!(check(None, &[]).is_ok_and(|text| text.contains("the defaults are in force")));
    let faults = check(Some(&bad.0), &["help"]).expect_err("reserved");
    let fault = faults.iter().next().expect("at least one");
    assert_eq!(
        (fault.file.as_deref(), fault.line),
        (Some(&*bad.0), Some(2))
    );
    assert!(check(Some(&bad.0), &[]).is_ok());
    assert!(check(Some(Path::new("/nonexistent")), &[]).is_err());
}

/// Keys at the top level that no flag has.
const FILE_ONLY: [&str; 6] = [
    "keep",
    "network",
    "admin",
    "guest-history",
    "irc-replay",
    "statuses",
];

#[test]
fn the_command_line_is_sound_and_flags_are_keys() {
    Cli::command().debug_assert();
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("serve");
    let flags: Vec<&str> = serve
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    let keys: Vec<&str> = keys()
        .map(|(path, _)| path)
        .filter(|path| !path.contains('.') && !FILE_ONLY.contains(path))
        .collect();
    assert_eq!(flags, [&keys[..], &["config"]].concat());
}

#[test]
fn arguments_become_commands() {
    let config = Some("x.toml".into());
    assert_eq!(
        read(&["check", "--config", "x.toml"]).ok(),
        Some(Command::Check { config })
    );
    let send = SendArgs {
        server: Some("localhost:1".into()),
        name: Some("cron*".into()),
        to: Some("#ops".into()),
        announce: true,
        text: vec!["all".into(), "done".into()],
    };
    let args = [
        "send",
        "--server",
        "localhost:1",
        "--as",
        "cron*",
        "--to",
        "#ops",
        "--announce",
        "all",
        "done",
    ];
    assert_eq!(read(&args).ok(), Some(Command::Send(send)));
    assert!(read(&["send", "--announce", "fire drill"]).is_ok());
    assert!(read(&["send", "--to", "bob"]).is_ok());
    for wrong in [
        &[][..],
        &["send", "hello"],
        &["serve", "--prot"],
        &["dance"],
        &["serve", "x"],
    ] {
        assert!(read(wrong).is_err(), "{wrong:?}");
    }
}
