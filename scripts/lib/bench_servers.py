"""The servers that scripts/bench measures: how each is configured, started and ended."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

HOST = "127.0.0.1"

# How long a server may take to be ready, and to end, in seconds.
READY_WITHIN_S = 10
ENDED_WITHIN_S = 5

PEERS = {"inspircd": "InspIRCd", "ngircd": "ngIRCd"}

# ngIRCd lets 10 connections wait to be accepted; more would come in minutes later.
ARRIVING = {"ngircd": ["--arriving", "8"]}

NGIRCD = """\
[Global]
Name = ngircd.bench
Info = measured
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = hello
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxListSize = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
"""

INSPIRCD = """\
<server name="inspircd.bench" description="measured" network="bench">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="{port}" type="clients">
<power diepass="none-of-them" restartpass="none-of-them-either">
<connect name="all" allow="*" timeout="600" pingfreq="3600" hardsendq="100M" softsendq="100M"
         recvq="1M" threshold="1000000" commandrate="1000000" fakelag="no" localmax="100000"
         globalmax="100000" maxconnwarn="no" maxchans="1000" resolvehostnames="no" useident="no">
<performance softlimit="100000" somaxconn="4096" netbuffersize="65534" timeskipwarn="0s">
<security announceinvites="none" maxtargets="20">
<path configdir="{dir}" datadir="{dir}" logdir="{dir}" runtimedir="{dir}">
<pid file="{dir}/inspircd.pid">
{modules}
"""

# What makes InspIRCd write the tags that clients ask for.
TAG_MODULES = ("cap", "ircv3_servertime", "ircv3_msgid", "ircv3_ctctags")


class Unready(Exception):
    """A server did not start."""


def find(name):
    """Where a peer is installed, or None."""
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")


def version(name, binary):
    """What a peer calls itself."""
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", answer.stdout + answer.stderr)
    return f"{PEERS.get(name, name)} {found[0] if found else '?'}"


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """A running server, alone on its core."""

    def __init__(self, name, binary, core, tags=False, greeting_bytes=None, data="none"):
        self.name = name
        self.data = data
        self.dir = tempfile.TemporaryDirectory(prefix="hallway-bench-")
        self.ports = {}
        argv = getattr(self, f"_{name}")(binary, tags, greeting_bytes)
        says_ports = not self.ports
        self.child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if says_ports else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=lambda: pin(core),
        )
        try:
            self._hear_ports() if says_ports else self._wait_for_port()
        except BaseException:
            self.end()
            raise

    def _hallway(self, binary, tags, greeting_bytes):
        listeners = ["--irc", f"{HOST}:0", "--plain", f"{HOST}:0"]
        return [binary, "serve", *listeners, "--pace", "off", "--data", self.data, "--allow", "127.0.0.0/8"]

    def _floor(self, binary, tags, greeting_bytes):
        return [binary, "--greeting-bytes", str(greeting_bytes)]

    def _ngircd(self, binary, tags, greeting_bytes):
        self.ports = {"irc": free_port()}
        return [binary, "--nodaemon", "--config", self._config(NGIRCD, port=self.ports["irc"])]

    def _inspircd(self, binary, tags, greeting_bytes):
        self.ports = {"irc": free_port()}
        modules = "\n".join(f'<module name="{name}">' for name in TAG_MODULES if tags)
        config = self._config(INSPIRCD, port=self.ports["irc"], modules=modules, dir=self.dir.name)
        return [binary, "--nofork", "--nolog", "--runasroot", "--config", config]

    def _config(self, template, **values):
        # Servers that give up being root must still be able to read it.
        os.chmod(self.dir.name, 0o755)
        path = os.path.join(self.dir.name, "bench.conf")
        with open(path, "w") as config:
            config.write(template.format(**values))
        return path

    def _hear_ports(self):
        for _ in range(2):
            ready = re.search(r"(irc|plain) on 127\.0\.0\.1:(\d+)", self.child.stdout.readline())
            if not ready:
                raise Unready(f"{self.name} did not say where it listens")
            self.ports[ready[1]] = int(ready[2])

    def _wait_for_port(self):
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until and self.child.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.ports["irc"])) == 0:
                    return
            time.sleep(0.05)  # a peer does not say when it is ready
        raise Unready(f"{self.name} did not start")

    def end(self):
        """Ends it, whatever it thinks of that."""
        self.child.terminate()
        try:
            self.child.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        if self.child.stdout:
            self.child.stdout.close()
        self.dir.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def pin(core):
    """Keeps this process on one core, if there is one to keep it on."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def greeting_bytes(port):
    """How long the greeting of a server is for an IRC client of five letters."""
    with socket.create_connection((HOST, port), timeout=READY_WITHIN_S) as client:
        client.sendall(b"NICK p1000\r\nUSER p1000 0 * :p1000\r\n")
        heard = b""
        while not re.search(rb" (376|422) [^\n]*\n", heard):
            piece = client.recv(65_536)
            if not piece:
                raise Unready("the server did not greet")
            heard += piece
        return len(heard)
