"""The server under test: started on a free port of this machine, watched from outside, ended."""

import os
import signal

from people import HOST, Person

READY = rf"hallway: plain on {HOST}:(\d+)"

CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Server(Person):
    """`hallway serve`, without data unless there is a folder for it. Its ready line is heard like a person's line, and so is its log
    unless there is a file for it."""

    def __init__(self, binary, *options, log_file=None, data="none"):
        argv = [binary, "serve", "--plain", f"{HOST}:0", "--data", data, *options]
        super().__init__("the server", argv, stderr=log_file)
        self.port = int(self.hears(READY)[1])

    def says_goodbye(self, within_s):
        """Asks it to end; returns its exit status."""
        self.send_signal(signal.SIGTERM)
        return self.ends(within_s)

    def resident_bytes(self):
        """How much memory it has in use (VmRSS), in bytes."""
        with open(f"/proc/{self.child.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def cpu_ticks(self):
        """How much processor time it has used, in clock ticks (see CLOCK_TICKS_PER_S)."""
        with open(f"/proc/{self.child.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def bytes_with_the_system(self, client_port):
        """How much of what was written to a client the system has not yet delivered, in bytes."""
        connection = f":{self.port:04X} 0100007F:{client_port:04X} "
        with open("/proc/net/tcp") as table:
            line = next(line for line in table if connection in line)
        return int(line.split()[4].partition(":")[0], 16)
