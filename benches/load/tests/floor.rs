//! Every scenario runs against the floor, and finds each line delivered.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A floor, ended with the test.
struct Floor {
    child: Child,
    irc: String,
    plain: String,
}

impl Floor {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_floor"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the floor starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut port = || {
            let line = lines.next().expect("it says its ports").expect("in UTF-8");
            line.rsplit(':').next().unwrap_or_default().to_owned()
        };
        let (irc, plain) = (port(), port());
        Self { child, irc, plain }
    }

    fn load(&self, scenario: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_load"))
            .args(scenario.split(' '))
            .args(["--pid", &self.child.id().to_string()])
            .args(["--irc", &self.irc, "--plain", &self.plain])
            .output()
            .expect("the generator runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{scenario}: {said}");
        String::from_utf8(output.stdout).expect("figures are UTF-8")
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_scenario_runs() {
    for (scenario, figure) in [
        ("idle --clients 50 --seconds 1", "bytes_per_client"),
        (
            "fanout --members 10 --in-flight 16 --lines 64",
            "\"delivered\": 576,",
        ),
        ("office --rate 500 --seconds 1", "p99.9_us"),
        ("office --rate 500 --seconds 1 --half-plain", "p99.9_us"),
        ("office --rate 500 --seconds 1 --mixed-caps", "p99.9_us"),
        ("pairs --pairs 3 --lines 60", "cpu_us_per_line"),
        ("storm --clients 60 --in-channel 20", "elapsed_ms"),
        ("big --members 30 --channels 20 --times 2", "quit_us"),
    ] {
        let figures = Floor::start().load(scenario);
        assert!(figures.contains(figure), "{scenario}: {figures}");
    }
}

#[test]
fn a_call_that_is_not_understood_is_a_fault() {
    let floor = Floor::start();
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["storm", "--pid", "1", "--irc", &floor.irc])
        .output()
        .expect("the generator runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--clients"));
}
