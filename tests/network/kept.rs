//! What was said to be kept is there, whatever happens to the process, and comes once.

use crate::client::{Client, has, shot};
use crate::server::{Setup, TempDir};

/// How often the process is killed.
const KILLS: usize = 3;

/// What bob is shown of it.
fn shown(lines: &[String]) -> Vec<&str> {
    let texts = lines.iter().map(|line| line.split_once(" private ann: "));
    texts.flatten().map(|(_, text)| text).collect()
}

#[test]
fn what_was_said_to_be_kept_survives_being_killed() {
    let dir = TempDir::new();
    let setup = Setup::new().data(&dir.path("data"));
    let server = setup.start();
    for name in ["ann", "bob"] {
        Client::named(server.addr(), name).ask("/register secret");
    }
    assert!(server.end("KILL").status.code().is_none());

    for kill in 0..KILLS {
        let server = setup.start();
        let mut ann = Client::connect(server.addr());
        ann.say("/login ann secret");
        ann.say(&format!("/msg bob {kill}"));
        ann.until("* Kept for bob.");
        assert!(server.end("KILL").status.code().is_none());
    }

    // Even a script that is gone at once is shown it all.
    let server = setup.start();
    let lines = shot(server.addr(), "/login bob secret\n");
    let all: Vec<String> = (0..KILLS).map(|kill| kill.to_string()).collect();
    assert_eq!(shown(&lines), all, "{lines:#?}");
    drop(server.end("TERM"));

    let server = setup.start();
    let lines = shot(server.addr(), "/login bob secret\n");
    assert!(has(&lines, "* Hello, bob."), "{lines:#?}");
    assert!(shown(&lines).is_empty(), "{lines:#?}");
}
