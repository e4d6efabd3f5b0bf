//! A server of one's own: the real binary, ended with the value.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::process::signal;
use crate::stopwatch::{PATIENCE, Stopwatch};

const HALLWAY: &str = env!("CARGO_BIN_EXE_hallway");

/// `hallway` with these arguments, carried out to its end.
pub(crate) fn hallway(arguments: &[&str]) -> Output {
    let mut command = Command::new(HALLWAY);
    command.args(arguments).env("RUST_LOG", "off");
    command.stdin(Stdio::null()).output().expect("it runs")
}

/// What a program that failed has said: exactly one sentence on standard error.
pub(crate) fn one_sentence(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(text.lines().count(), 1, "one sentence: {text:?}");
    assert_eq!(output.stdout, b"", "nothing on standard output");
    text.trim_end().to_owned()
}

/// A directory that goes away with the value.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("network-{}-{count}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it, as a flag takes it.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("a temporary file");
        path.to_str().expect("a plain path").to_owned()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server without pace, in which only as little may wait for one connection as can be configured.
pub(crate) fn small_queues() -> Setup {
    let limits = "[limits]\nsend-queue = \"128 KiB\"\n";
    Setup::new().off_pace().config(limits)
}

/// How a server is to be started.
pub(crate) struct Setup {
    listeners: Vec<String>,
    flags: Vec<String>,
    data: Vec<String>,
    environment: Vec<(String, PathBuf)>,
    limits: Option<String>,
    log_is_read: bool,
    dir: TempDir,
}

impl Setup {
    /// A plain listener, no data, no pace.
    pub(crate) fn new() -> Self {
        Self::listening(&["--plain", "127.0.0.1:0"])
    }

    /// The listeners, as flags.
    pub(crate) fn listening(listeners: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Self {
            listeners: owned(listeners),
            flags: owned(&["--zone", "UTC", "--name", "chat.office"]),
            data: owned(&["--data", "none"]),
            environment: Vec::new(),
            limits: None,
            log_is_read: true,
            dir: TempDir::new(),
        }
    }

    /// As fast as everybody speaks.
    pub(crate) fn off_pace(self) -> Self {
        self.flag("--pace", "off")
    }

    pub(crate) fn flag(mut self, name: &str, value: &str) -> Self {
        self.flags.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// A configuration file with this text.
    pub(crate) fn config(self, text: &str) -> Self {
        let file = self.dir.file("hallway.toml", text);
        self.flag("--config", &file)
    }

    pub(crate) fn data(mut self, dir: &Path) -> Self {
        let dir = dir.to_str().expect("a plain path").to_owned();
        self.data = vec!["--data".to_owned(), dir];
        self
    }

    /// The data is where the environment says.
    pub(crate) fn data_of_environment(mut self, variables: &[(&str, PathBuf)]) -> Self {
        let owned = |(name, dir): &(&str, PathBuf)| ((*name).to_owned(), dir.clone());
        self.environment = variables.iter().map(owned).collect();
        self.data.clear();
        self
    }

    /// What a shell does first, such as `ulimit -n 40`.
    pub(crate) fn limits(mut self, shell: &str) -> Self {
        self.limits = Some(shell.to_owned());
        self
    }

    /// Nobody reads the log: see [`Server::read_log_at_last`].
    pub(crate) fn unread_log(mut self) -> Self {
        self.log_is_read = false;
        self
    }

    fn command(&self) -> Command {
        let mut command = match &self.limits {
            None => Command::new(HALLWAY),
            Some(limits) => {
                let mut shell = Command::new("bash");
                shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\""), HALLWAY]);
                shell
            }
        };
        command.arg("serve").args(&self.listeners).args(&self.flags);
        command.args(&self.data);
        for name in ["STATE_DIRECTORY", "XDG_STATE_HOME"] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().cloned());
        command.env("RUST_LOG", "info").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts it and waits until it is ready.
    pub(crate) fn start(&self) -> Server {
        let mut child = self.command().spawn().expect("it starts");
        let (ready, stdout) = channel();
        let out = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            for line in out.split(b'\n') {
                let line = String::from_utf8(line.expect("it can be read")).expect("text");
                let _ = ready.send(line);
            }
        });
        let mut server = Server {
            stderr: child.stderr.take(),
            child,
            stdout,
            ready: Vec::new(),
            log: Arc::default(),
        };
        if self.log_is_read {
            server.read_log_at_last();
        }
        for _ in 0..self.listeners.len() / 2 {
            let line = server.stdout.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("{why}: {:?}", server.log.lines()));
            server.ready.push(line);
        }
        server
    }
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    stderr: Option<ChildStderr>,
    stdout: Receiver<String>,
    ready: Vec<String>,
    pub(crate) log: Arc<Log>,
}

/// How a server has ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// All that it has said on standard output.
    pub(crate) stdout: Vec<String>,
    pub(crate) took: Duration,
}

impl Server {
    /// The lines that say that it is ready.
    pub(crate) fn ready(&self) -> &[String] {
        &self.ready
    }

    /// Where it listens, in the order of its ready lines.
    pub(crate) fn addr_of(&self, place: usize) -> SocketAddr {
        let (_, addr) = self.ready[place].rsplit_once(' ').expect("an address");
        addr.parse().expect("an address")
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr_of(0)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Reads the log from now on.
    pub(crate) fn read_log_at_last(&mut self) {
        let (stderr, log) = (self.stderr.take().expect("unread"), self.log.clone());
        thread::spawn(move || log.fill(stderr));
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(mut self, name: &str) -> Ended {
        let watch = Stopwatch::start();
        self.signal(name);
        let mut stdout = std::mem::take(&mut self.ready);
        loop {
            match self.stdout.recv_timeout(PATIENCE) {
                Ok(line) => stdout.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
        let status = self.child.wait().expect("it has ended");
        Ended {
            status,
            stdout,
            took: watch.elapsed(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the server has logged so far.
#[derive(Default)]
pub(crate) struct Log {
    state: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Log {
    fn fill(&self, stderr: impl Read) {
        for line in BufReader::new(stderr).split(b'\n') {
            let line = String::from_utf8(line.expect("it can be read")).expect("text");
            self.lock().0.push(line);
            self.more.notify_all();
        }
        self.lock().1 = true;
        self.more.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Vec<String>, bool)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lock().0.clone()
    }

    /// All lines with the part in them, so far.
    pub(crate) fn with(&self, part: &str) -> Vec<String> {
        let mut lines = self.lines();
        lines.retain(|line| line.contains(part));
        lines
    }

    /// Waits until there is a line with all the parts in it.
    pub(crate) fn wait_for(&self, parts: &[&str]) -> String {
        let is_it = |line: &&String| parts.iter().all(|part| line.contains(part));
        let state = self.lock();
        let (state, _) = self
            .more
            .wait_timeout_while(state, PATIENCE, |(lines, ended)| {
                !*ended && !lines.iter().any(|line| is_it(&line))
            })
            .unwrap_or_else(PoisonError::into_inner);
        let found = state.0.iter().find(is_it).cloned();
        found.unwrap_or_else(|| panic!("{parts:?} is not in the log: {:#?}", state.0))
    }

    /// Waits until the server has closed its log, and takes all of it.
    pub(crate) fn whole(&self) -> Vec<String> {
        let state = self.lock();
        let (state, timeout) = self
            .more
            .wait_timeout_while(state, PATIENCE, |(_, ended)| !*ended)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "the log goes on: {:#?}", state.0);
        state.0.clone()
    }
}
