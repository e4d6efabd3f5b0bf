//! The server's process from outside: signals, and what Linux tells about its memory and time.

use std::process::Command;

use crate::stopwatch::Stopwatch;

/// Sends a signal, such as `TERM`.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
    assert!(status.expect("kill runs").success(), "no process {pid}");
}

/// Keeps the process from running until the value is dropped.
#[cfg(target_os = "linux")]
pub(crate) struct Stopped(u32);

#[cfg(target_os = "linux")]
impl Stopped {
    pub(crate) fn process(pid: u32) -> Self {
        signal(pid, "STOP");
        let patience = Stopwatch::start();
        while stat(pid)[0] != "T" {
            assert!(patience.has_patience(), "{pid} does not stop");
            std::thread::yield_now();
        }
        Self(pid)
    }
}

#[cfg(target_os = "linux")]
impl Drop for Stopped {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

/// The fields of `/proc/PID/stat` behind the program's name: the state first.
#[cfg(target_os = "linux")]
fn stat(pid: u32) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    fields.split_whitespace().map(str::to_owned).collect()
}

/// How much processor time it has used, in ticks: a hundredth of a second each.
#[cfg(target_os = "linux")]
pub(crate) fn ticks(pid: u32) -> u64 {
    let fields = stat(pid);
    let [user, system] = [&fields[11], &fields[12]].map(|field| field.parse::<u64>());
    user.expect("a number") + system.expect("a number")
}

/// How much memory it has in use, in KiB.
#[cfg(target_os = "linux")]
pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.expect("VmRSS in kB").parse().expect("a number")
}
