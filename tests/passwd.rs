//! `hallway passwd` as a script runs it: one line in, one verifier out.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use hallway::verifier::{ITERATIONS, Verifier};

/// Runs it with the fewest iterations, unless `args` say otherwise.
fn passwd(args: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_hallway"))
        .arg("passwd")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = process.stdin.take().expect("it is piped");
    // It may have refused the arguments already and be gone.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    process.wait_with_output().expect("it ends")
}

fn verifier(output: &Output) -> Verifier {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let line = str::from_utf8(&output.stdout).expect("text");
    let line = line.strip_suffix('\n').expect("a line");
    line.parse().expect("nothing but a verifier")
}

#[test]
fn a_line_becomes_a_verifier() {
    let few = ["--iterations", "4096"];
    let first = verifier(&passwd(&few, "correct horse\nbattery\n"));
    assert!(first.holds_for("correct horse") && !first.holds_for("battery"));
    assert_eq!(first.iterations(), 4096);
    let second = verifier(&passwd(&few, "correct horse"));
    assert_ne!(first.salt(), second.salt(), "a salt is never used twice");
    assert_eq!(verifier(&passwd(&[], "x\n")).iterations(), ITERATIONS);
}

#[test]
fn what_cannot_be_done_is_one_sentence() {
    let long = "x".repeat(301);
    for (args, input, sentence) in [
        (&[][..], "\n", "a password must not be empty\n"),
        (&[], &long, "a password must have at most 300 bytes\n"),
        (
            &["--iterations", "4095"],
            "x\n",
            "the iterations must be a number from 4096 to 1000000\n",
        ),
    ] {
        let output = passwd(args, input);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(str::from_utf8(&output.stderr), Ok(sentence));
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}
