//! The side that wishes.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::vocabulary::Wish;
use super::{DONE, FILE, LINE_BYTES, NO, PATIENCE_MS};

/// Tells the server of a data folder a wish and waits until it is granted or not; `None` if no
/// server runs there.
pub fn ask(dir: &Path, wish: &Wish) -> Option<Result<(), String>> {
    let path = dir.join(FILE);
    match UnixStream::connect(&path) {
        Ok(stream) => Some(tell(&stream, wish).unwrap_or_else(|error| Err(lost(&error)))),
        Err(error) if is_nobody(&error) => None,
        Err(error) => Some(Err(format!(
            "the server cannot be reached by {}: {error}",
            path.display()
        ))),
    }
}

/// A server that was killed has left its socket behind.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::ConnectionRefused
    )
}

fn tell(mut stream: &UnixStream, wish: &Wish) -> io::Result<Result<(), String>> {
    // The server's own patience ends first, and then it says so.
    stream.set_read_timeout(Some(Duration::from_millis(2 * PATIENCE_MS)))?;
    writeln!(stream, "{wish}")?;
    let mut line = String::new();
    BufReader::new(stream)
        .take(LINE_BYTES)
        .read_line(&mut line)?;
    Ok(match line.trim_end() {
        DONE => Ok(()),
        answer => Err(answer.strip_prefix(NO).map_or_else(
            || "the server has ended before it answered".to_owned(),
            str::to_owned,
        )),
    })
}

fn lost(error: &io::Error) -> String {
    format!("the server did not answer: {error}")
}
