//! What a server uses, as the system tells from outside.

use std::fs;

use crate::Fault;

/// A process that is watched.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// The generator itself.
    pub fn own() -> Self {
        Self(std::process::id())
    }

    /// Processor time of all threads so far, in nanoseconds: clock ticks would be too coarse.
    ///
    /// # Errors
    /// The process is gone.
    pub fn cpu_ns(self) -> Result<u64, Fault> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0)).map_err(|_| self.gone())?;
        let mut sum = 0;
        for task in tasks.flatten() {
            // A thread may end while they are counted.
            let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let ns = stat.split(' ').next().and_then(|ns| ns.parse().ok());
            sum += ns.unwrap_or(0);
        }
        Ok(sum)
    }

    /// Resident memory in bytes.
    ///
    /// # Errors
    /// The process is gone.
    pub fn resident_bytes(self) -> Result<u64, Fault> {
        // The status file's own figure is rounded by thread; this one is exact.
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0));
        let rollup = rollup.map_err(|_| self.gone())?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.map(|kib| kib * 1_024).ok_or_else(|| self.gone())
    }

    fn gone(self) -> Fault {
        format!("the server, process {}, is not there any more", self.0)
    }
}
