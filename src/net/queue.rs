//! What is still to be written to a connection: shared lines, written together.

use std::io::{self, IoSlice, Write};

use bytes::Bytes;
use smallvec::SmallVec;

/// How many lines one `writev` takes: what Linux allows (`IOV_MAX`).
const LINES_PER_WRITE: usize = 1_024;

/// How many slices are listed without a heap.
const SLICES_INLINE: usize = 32;

/// How many lines a queue holds before it grows: most are written before there are more.
const LINES_INLINE: usize = 2;

/// How many empty queues are kept for the next turn: what a line to a crowd takes at once.
const SPARE_MAX: usize = 512;

/// Room for lines that wait, of queues that are empty now: each turn takes it and gives it back.
#[derive(Debug, Default)]
#[expect(
    clippy::vec_box,
    reason = "what is handed out is a box: a queue that is empty is a word"
)]
pub(super) struct Spare(Vec<Box<Waiting>>);

impl Spare {
    fn take(&mut self) -> Box<Waiting> {
        self.0.pop().unwrap_or_default()
    }

    fn give_back(&mut self, mut waiting: Box<Waiting>) {
        if self.0.len() < SPARE_MAX {
            waiting.lines.clear();
            waiting.lines.shrink_to_fit();
            waiting.gone = 0;
            self.0.push(waiting);
        }
    }
}

/// Lines to be written; while there are none it owns no heap, and is a word.
#[derive(Debug, Default)]
pub(super) struct Queue(Option<Box<Waiting>>);

/// Lines that wait.
#[derive(Debug, Default)]
struct Waiting {
    lines: SmallVec<[Bytes; LINES_INLINE]>,
    /// How many of them have been written.
    gone: usize,
    /// How much of the next one has been written.
    written: usize,
    bytes: usize,
}

impl Queue {
    pub(super) fn push(&mut self, line: Bytes, spare: &mut Spare) {
        if !line.is_empty() {
            let waiting = self.0.get_or_insert_with(|| spare.take());
            waiting.bytes += line.len();
            waiting.lines.push(line);
        }
    }

    /// How many bytes wait.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |waiting| waiting.bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Writes as much as the other side takes. Says whether it stopped taking.
    pub(super) fn write_to(&mut self, out: &mut impl Write, spare: &mut Spare) -> io::Result<bool> {
        while let Some(waiting) = &mut self.0 {
            match waiting.write_once(out) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    if waiting.forget(written)
                        && let Some(waiting) = self.0.take()
                    {
                        spare.give_back(waiting);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

impl Waiting {
    fn write_once(&self, out: &mut impl Write) -> io::Result<usize> {
        let lines = &self.lines[self.gone..];
        let first = &lines[0][self.written..];
        if lines.len() == 1 {
            return out.write(first);
        }
        let rest = lines[1..].iter().map(|line| &line[..]);
        let slices: SmallVec<[IoSlice<'_>; SLICES_INLINE]> = std::iter::once(first)
            .chain(rest)
            .take(LINES_PER_WRITE)
            .map(IoSlice::new)
            .collect();
        out.write_vectored(&slices)
    }

    /// Says whether nothing is left.
    fn forget(&mut self, mut written: usize) -> bool {
        self.bytes -= written;
        while let Some(line) = self.lines.get_mut(self.gone) {
            let left = line.len() - self.written;
            if written < left {
                self.written += written;
                self.make_room();
                return false;
            }
            written -= left;
            self.written = 0;
            *line = Bytes::new();
            self.gone += 1;
        }
        true
    }

    /// Gives the room of lines that have been written back, once they are the greater part.
    fn make_room(&mut self) {
        if self.gone * 2 > self.lines.len() {
            self.lines.drain(..std::mem::take(&mut self.gone));
        }
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
        let mut spare = Spare::default();
        for gulp in 1..=whole.len() {
            let mut queue = Queue::default();
            lines
                .iter()
                .for_each(|line| queue.push(Bytes::from_static(line.as_bytes()), &mut spare));
            assert_eq!(queue.bytes(), whole.len());
            let mut sip = Sip {
                taken: Vec::new(),
                gulps: Vec::new(),
            };
            while !queue.is_empty() {
                sip.gulps.push(gulp);
                assert_eq!(
                    queue.write_to(&mut sip, &mut spare).expect("it takes"),
                    !queue.is_empty()
                );
            }
            assert_eq!(sip.taken, whole.as_bytes());
            assert!(queue.bytes() == 0 && queue.0.is_none());
            let kept = &spare.0[0];
            assert!(kept.lines.is_empty() && !kept.lines.spilled());
            assert_eq!((kept.gone, kept.written, kept.bytes), (0, 0, 0));
        }
        assert_eq!(spare.0.len(), 1, "each takes what the last gave back");
    }

    #[test]
    fn room_is_kept_for_a_crowd_but_not_for_more() {
        let mut spare = Spare::default();
        let boxes: Vec<Box<Waiting>> = (0..=SPARE_MAX).map(|_| spare.take()).collect();
        boxes
            .into_iter()
            .for_each(|waiting| spare.give_back(waiting));
        assert_eq!(spare.0.len(), SPARE_MAX);
    }
}
