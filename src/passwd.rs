//! `hallway passwd`: makes the verifier of a password, for the configuration.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;

use crate::verifier::{
    ITERATIONS_MAX, ITERATIONS_MIN, PASSWORD_BYTES_MAX, SALT_BYTES, Verifier, VerifierError,
};

/// The longest line that can hold a password: with its CRLF.
const LINE_BYTES: usize = PASSWORD_BYTES_MAX + 2;

/// Asks for a password and makes its verifier. On a terminal, asks twice and shows nothing of it;
/// else the first line of standard input is the password. With a file, its first line is.
///
/// # Errors
/// A sentence without its full stop: the password, or `iterations`, is outside of what a verifier
/// takes; the two passwords differ; there is nothing to be read, or no chance to be had.
pub fn run(iterations: u32, file: Option<&Path>) -> Result<Verifier, String> {
    if !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations) {
        return Err(VerifierError::Iterations.to_string());
    }
    let password = match file {
        Some(file) => line_of(file)?,
        None if io::stdin().is_terminal() => {
            survive_ctrl_c().map_err(|error| cannot_be_read(&error))?;
            typed_twice(rpassword::prompt_password)?
        }
        None => first_line(io::stdin().lock())?,
    };
    Verifier::make(&password, &salt()?, iterations).map_err(|error| error.to_string())
}

/// Ctrl-C at the prompt would end the process while the terminal does not show what is typed;
/// survived, it is an error of reading, and the terminal is as it was.
fn survive_ctrl_c() -> io::Result<()> {
    signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false))).map(drop)
}

fn typed_twice(ask: impl Fn(&'static str) -> io::Result<String>) -> Result<String, String> {
    let ask = |prompt| ask(prompt).map_err(|error| cannot_be_read(&error));
    let password = ask("Password: ")?;
    if ask("The same again: ")? != password {
        return Err("the two passwords differ: nothing was made".to_owned());
    }
    Ok(password)
}

fn line_of(file: &Path) -> Result<String, String> {
    let opened = File::open(file);
    let opened = opened.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    first_line(BufReader::new(opened))
}

fn first_line(input: impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    // One byte more than fits tells a password that is too long from one that is not.
    let mut input = input.take(LINE_BYTES as u64 + 1);
    let read = input.read_until(b'\n', &mut line);
    read.map_err(|error| cannot_be_read(&error))?;
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > PASSWORD_BYTES_MAX {
        return Err(VerifierError::TooLong.to_string());
    }
    let text = str::from_utf8(line).map_err(|_| "a password must be UTF-8 text".to_owned())?;
    Ok(text.to_owned())
}

fn cannot_be_read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::Interrupted => "interrupted: nothing was made".to_owned(),
        io::ErrorKind::UnexpectedEof => "no password was given: nothing was made".to_owned(),
        _ => format!("the password cannot be read: {error}"),
    }
}

fn salt() -> Result<[u8; SALT_BYTES], String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)
        .map_err(|error| format!("the system has no random numbers: {error}"))?;
    Ok(salt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_first_line_is_the_password() {
        let longest = "é".repeat(PASSWORD_BYTES_MAX / 2);
        for (input, password) in [
            ("pencil\n", "pencil"),
            ("pencil", "pencil"),
            ("pencil\r\n", "pencil"),
            (" two words \nand more\n", " two words "),
            ("", ""),
            (&format!("{longest}\r\n"), &longest),
            (&longest, &longest),
        ] {
            assert_eq!(first_line(input.as_bytes()).as_deref(), Ok(password));
        }
        for end in ["", "\n", "\r\n", "xxé"] {
            let why = first_line(format!("{longest}x{end}").as_bytes());
            assert_eq!(why, Err(VerifierError::TooLong.to_string()), "{end:?}");
        }
        assert!(first_line(&b"caf\xe9\n"[..]).is_err_and(|why| why.contains("UTF-8")));
    }

    #[test]
    fn a_typed_password_is_typed_twice() {
        let twice = |answers: [&str; 2]| {
            let asked = Cell::new(0);
            typed_twice(|_| Ok(answers[asked.replace(1)].to_owned()))
        };
        assert_eq!(twice(["pencil", "pencil"]), Ok("pencil".to_owned()));
        assert!(twice(["pencil", "pencl"]).is_err_and(|why| why.contains("differ")));
        let gone = typed_twice(|_| Err(io::ErrorKind::UnexpectedEof.into()));
        assert_eq!(gone, Err("no password was given: nothing was made".into()));
    }
}
