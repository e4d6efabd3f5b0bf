//! A connection to the floor.

use std::io::{self, IoSlice, Read, Write};

use bytes::Bytes;
use mio::net::TcpStream;
use smallvec::SmallVec;

/// How many lines one `writev` takes here.
const LINES_PER_WRITE: usize = 64;

/// What changes the bytes of a line for its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Irc,
    Tagged,
    Plain,
}

/// A connection, its name and its places.
pub(crate) struct Member {
    stream: TcpStream,
    pub(crate) nick: Box<[u8]>,
    pub(crate) channels: Vec<u32>,
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    queue: SmallVec<[Bytes; 1]>,
    /// How much of the first line in the queue has been written.
    written: u32,
    pub(crate) wire: Wire,
    pub(crate) greeted: bool,
    pub(crate) dirty: bool,
    pub(crate) gone: bool,
}

impl Member {
    pub(crate) fn new(stream: TcpStream, wire: Wire) -> Self {
        Self {
            stream,
            nick: Box::default(),
            channels: Vec::new(),
            partial: Vec::new(),
            queue: SmallVec::new(),
            written: 0,
            wire,
            greeted: false,
            dirty: false,
            gone: false,
        }
    }

    /// Reads once; nothing is there behind a short read. Nothing at all is the end.
    pub(crate) fn read(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(scratch) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => Ok(read),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// What was kept of the last line, with these bytes behind it.
    pub(crate) fn take_partial(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut partial = std::mem::take(&mut self.partial);
        partial.extend_from_slice(bytes);
        partial
    }

    pub(crate) fn has_partial(&self) -> bool {
        !self.partial.is_empty()
    }

    pub(crate) fn keep(&mut self, partial: &[u8]) {
        self.partial = partial.to_vec();
    }

    pub(crate) fn push(&mut self, line: Bytes) {
        self.queue.push(line);
    }

    pub(crate) fn is_unwritten(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Writes what the socket takes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.queue.is_empty() {
            match self.write_once() {
                Ok(written) => self.forget(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn write_once(&self) -> io::Result<usize> {
        let first = &self.queue[0][self.written as usize..];
        if self.queue.len() == 1 {
            return (&self.stream).write(first);
        }
        let mut slices = [IoSlice::new(&[]); LINES_PER_WRITE];
        let lines = self.queue.len().min(LINES_PER_WRITE);
        slices[0] = IoSlice::new(first);
        for (slice, line) in slices.iter_mut().zip(&self.queue).skip(1) {
            *slice = IoSlice::new(line);
        }
        (&self.stream).write_vectored(&slices[..lines])
    }

    fn forget(&mut self, written: usize) {
        let mut written = written + self.written as usize;
        let mut lines = 0;
        while let Some(line) = self.queue.get(lines).filter(|line| line.len() <= written) {
            written -= line.len();
            lines += 1;
        }
        self.queue.drain(..lines);
        if self.queue.is_empty() {
            self.queue = SmallVec::new();
        }
        self.written = u32::try_from(written).unwrap_or(0);
    }
}
