//! What is still to be written to a connection: shared lines, written together.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};

use bytes::Bytes;

/// How many lines one `writev` takes: what Linux allows (`IOV_MAX`).
const LINES_PER_WRITE: usize = 1_024;

/// Lines to be written; while there are none it owns no heap.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lines: VecDeque<Bytes>,
    /// How much of the first line has been written.
    written: usize,
    bytes: usize,
}

impl Queue {
    pub(super) fn push(&mut self, line: Bytes) {
        if !line.is_empty() {
            self.bytes += line.len();
            self.lines.push_back(line);
        }
    }

    /// How many bytes wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Writes as much as the other side takes. Says whether it stopped taking.
    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<bool> {
        while !self.lines.is_empty() {
            let result = self.write_once(out);
            match result {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.forget(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    fn write_once(&self, out: &mut impl Write) -> io::Result<usize> {
        let mut lines = self.lines.iter();
        let first = lines.next().map_or(&[][..], |line| &line[self.written..]);
        if self.lines.len() == 1 {
            return out.write(first);
        }
        let slices: Vec<IoSlice<'_>> = std::iter::once(first)
            .chain(lines.map(|line| &line[..]))
            .take(LINES_PER_WRITE)
            .map(IoSlice::new)
            .collect();
        out.write_vectored(&slices)
    }

    fn forget(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(line) = self.lines.front() {
            let left = line.len() - self.written;
            if written < left {
                self.written += written;
                return;
            }
            written -= left;
            self.written = 0;
            self.lines.pop_front();
        }
        self.lines = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes at a time, and then no more for once.
    struct Sip {
        taken: Vec<u8>,
        gulps: Vec<usize>,
    }

    impl Write for Sip {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let gulp = self
                .gulps
                .pop()
                .ok_or(io::ErrorKind::WouldBlock)?
                .min(bytes.len());
            self.taken.extend(&bytes[..gulp]);
            Ok(gulp)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_survive_being_written_in_any_pieces() {
        let lines = ["one\r\n", "", "two\r\n", "three\r\n"];
        let whole = lines.concat();
        for gulp in 1..=whole.len() {
            let mut queue = Queue::default();
            lines
                .iter()
                .for_each(|line| queue.push(Bytes::from_static(line.as_bytes())));
            assert_eq!(queue.bytes(), whole.len());
            let mut sip = Sip {
                taken: Vec::new(),
                gulps: Vec::new(),
            };
            while !queue.is_empty() {
                sip.gulps.push(gulp);
                assert_eq!(
                    queue.write_to(&mut sip).expect("it takes"),
                    !queue.is_empty()
                );
            }
            assert_eq!(sip.taken, whole.as_bytes());
            assert_eq!((queue.bytes(), queue.lines.capacity()), (0, 0));
        }
    }
}
