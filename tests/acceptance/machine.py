"""A server in a folder, on which a guide's commands run as they are written: real make, PostgreSQL and openssl; what only root
and systemd can do has a stand-in. A unit is started as its files say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from bot.config import ROOT

_NOTHING = ("apt-get", "systemd-sysusers", "systemd-tmpfiles", "chown", "nginx")
_PLACES = {"/etc/": "etc/", "/var/lib/dxbot": "state/dxbot", "/usr/local": "usr", "/root/": "root/"}
# Starts what a transient unit would: the settings of the file, the keys as credentials, the rest of the line as the command.
_RUN = """
import os, sys, tempfile
from pathlib import Path
from tests.acceptance.machine import environment_file, hand_over
words = sys.argv[1:]
own = [w for w in words[: next(i for i, w in enumerate(words) if not w.startswith("--"))]]
given = [w.partition("=")[2] for w in own if w.startswith("--property=")]
env = dict(w.partition("=")[2].split("=", 1) for w in own if w.startswith("--setenv="))
keys = Path(tempfile.mkdtemp(prefix="keys-", dir=Path(sys.argv[0]).parent))
for line in given:
    name, _, value = line.partition("=")
    if name == "EnvironmentFile":
        env |= environment_file(value)
    if name == "LoadCredential":
        env |= hand_over(value, keys)
command = words[len(own) :]
os.execve(command[0], command, os.environ | env)
"""


class Machine:
    def __init__(self, root: Path, ports: dict[str, int], database: dict[str, str]) -> None:
        self.root, self._ports = root, ports
        self.services: dict[str, subprocess.Popen[str]] = {}
        self._log = root / "systemctl.log"
        for place in ("bin", "etc/nginx/sites-enabled", "etc/ssl", "state", "root", "usr/lib/dxbot/bin"):
            (root / place).mkdir(parents=True)
        self._stand_in()
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k not in ("DATABASE_URL", "MAKEFLAGS")
        }
        self.env = (
            inherited
            | database
            | {
                "PATH": f"{root}/bin:{root}/usr/bin:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "DXBOT_SERVICE_USER": "",
            }
        )

    def _stand_in(self) -> None:
        for name in _NOTHING:
            self._script(f"bin/{name}", "exit 0")
        self._script("bin/id", "echo root")
        self._script("bin/sudo", 'export PGUSER="$2"; shift 2; exec "$@"')
        self._script("bin/systemctl", f'echo "$@" >> "{self._log}"')
        (self.root / "bin/run.py").write_text(_RUN, encoding="utf-8")
        self._script("bin/systemd-run", f'exec "{sys.executable}" "{self.root}/bin/run.py" "$@"')
        self._script("usr/lib/dxbot/bin/dxbot", f'cd "{ROOT}"; exec "{sys.executable}" -m bot "$@"')

    def _script(self, name: str, text: str) -> None:
        (self.root / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.root / name).chmod(0o755)

    def here(self, text: str) -> str:
        """The text with this folder's places and ports in the place of a server's."""
        for place, own in _PLACES.items():
            text = re.sub(rf"(?<![\w@/}}]){re.escape(place)}", f"{self.root}/{own}", text)
        for port, own_port in self._ports.items():
            text = re.sub(rf"\b{port}\b", str(own_port), text)
        return text

    def run(self, commands: str, **env: str) -> str:
        """Each line as it stands, ending at the first that fails; what they print."""
        places = f"PREFIX={self.root}/usr SYSCONFDIR={self.root}/etc STATEDIR={self.root}/state"
        done = subprocess.run(
            ["sh", "-euc", self.here(commands).replace("make install", f"make -s units {places}")],
            cwd=ROOT,
            env=self.env | env,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        self._obey()
        return done.stdout

    def _obey(self) -> None:
        """Start what systemctl was asked to start."""
        asked = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        for line in asked:
            verb, *names = [word for word in line.split() if not word.startswith("--")]
            for name in names if verb in ("start", "enable", "restart") else ():
                if not name.endswith(".timer"):
                    self.end(name)
                    self.services[name] = self.start(name)

    def end(self, name: str) -> None:
        if name in self.services:
            process = self.services.pop(name)
            process.terminate()
            process.communicate(timeout=100)

    def start(self, name: str) -> subprocess.Popen[str]:
        """The service of this name, once more."""
        folder = self.root / "etc/systemd/system"
        drop_in = "dxbot.service.d" if name == "dxbot" else "dxbot-.service.d"
        files = (folder / f"{name}.service", folder / drop_in / "confined.conf")
        text = "\n".join(self.here(file.read_text(encoding="utf-8")) for file in files).replace("%S", f"{self.root}/state")
        settings = dict(re.findall(r"(?m)^(\w+)=(.*)$", text))
        env = dict(pair.split("=", 1) for pair in settings["Environment"].split())
        env |= environment_file(settings["EnvironmentFile"]) | hand_over(settings["LoadCredential"], self.root / f"keys-{name}")
        return subprocess.Popen(
            shlex.split(settings["ExecStart"]),
            env=self.env | env,
            cwd=settings["WorkingDirectory"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def stop(self) -> None:
        for name in list(self.services):
            self.end(name)


def environment_file(path: str) -> dict[str, str]:
    """As systemd reads it: a variable a line, quotes taken off."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: shlex.split(value)[0] if value[:1] in "'\"" and value else value for name, value in pairs}


def hand_over(asked: str, place: Path) -> dict[str, str]:
    """LoadCredential=key:folder, or key_NAME:file: where the service finds its copies."""
    name, _, path = asked.partition(":")
    place.mkdir(exist_ok=True)
    source = Path(path)
    for file in source.iterdir() if source.is_dir() else (source,):
        (place / (f"{name}_{file.name}" if source.is_dir() else name)).write_bytes(file.read_bytes())
    return {"CREDENTIALS_DIRECTORY": str(place)}
