"""The programs that people reach a chat with, as they come with Debian."""

from dataclasses import dataclass

from people import HOST


@dataclass(frozen=True)
class Program:
    """How a program is called; PORT stands for the server's port."""

    name: str
    call: str
    speaks_telnet: bool = False

    def argv(self, port):
        return self.call.replace("PORT", str(port)).split()

    def nick(self):
        return self.name.replace(" -", "-").replace(" ", "-").replace(".", "-")


PROGRAMS = [
    Program("nc.openbsd", f"nc.openbsd {HOST} PORT"),
    Program("nc.traditional", f"nc.traditional {HOST} PORT"),
    Program("ncat", f"ncat {HOST} PORT"),
    Program("busybox nc", f"busybox nc {HOST} PORT"),
    Program("socat", f"socat - TCP:{HOST}:PORT"),
    Program("plink -raw", f"plink -raw -P PORT {HOST}"),
    Program("inetutils telnet", f"inetutils-telnet {HOST} PORT", speaks_telnet=True),
    Program("netkit telnet", f"telnet-ssl {HOST} PORT", speaks_telnet=True),
    Program("busybox telnet", f"busybox telnet {HOST} PORT", speaks_telnet=True),
    Program("plink -telnet", f"plink -telnet -P PORT {HOST}", speaks_telnet=True),
]

# A minus before the port makes them negotiate first, as they do on port 23; -8 asks for more.
NEGOTIATING = [
    Program("inetutils telnet", f"inetutils-telnet -8 -- {HOST} -PORT", speaks_telnet=True),
    Program("netkit telnet", f"telnet-ssl -8 -- {HOST} -PORT", speaks_telnet=True),
    Program("plink -telnet", f"plink -telnet -P PORT {HOST}", speaks_telnet=True),
]

# These two have a prompt of their own behind ^], and keys that become telnet commands.
WITH_COMMANDS = [program for program in PROGRAMS if program.name.split()[0] in ("inetutils", "netkit")]

# These tell the server that no more will come, and go on listening.
HALF_CLOSING = [
    Program("nc -N", f"nc.openbsd -N {HOST} PORT"),
    Program("ncat", f"ncat {HOST} PORT"),
    Program("socat", f"socat - TCP:{HOST}:PORT"),
    Program("busybox nc", f"busybox nc {HOST} PORT"),
]
