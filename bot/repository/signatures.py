"""Signatures of commits, by git and ssh-keygen: whose key signed one, and the key that signs what the web site makes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from filelock import FileLock

from bot.repository.git import Git

_GOOD = "G"
_KEY = "commit-signing-key"


def signers(git: Git, commits: Collection[str], keys: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    """Whose good SSH signature each of these commits bears; `keys` are the public keys of each signer, as OpenSSH writes them.
    A commit without a signature, with a bad one or one of a key that is not among them is not in the answer."""
    if not commits or not any(keys.values()):
        return {}
    # Numbered: a name is a pattern to ssh-keygen, and a person's may hold a star.
    names = {f"signer-{number}": signer for number, signer in enumerate(keys)}
    lines = [f'{name} namespaces="git" {key}\n' for name, signer in names.items() for key in keys[signer]]
    with tempfile.TemporaryDirectory(prefix="dxbot-signers-") as folder:
        allowed = Path(folder) / "allowed"
        allowed.write_text("".join(lines), encoding="utf-8")
        settings = ("-c", f"gpg.ssh.allowedSignersFile={allowed}")
        command = ("log", "--no-walk=unsorted", "--format=%H %G? %GS", "--stdin")
        out = git.run(*settings, *command, data="".join(f"{sha}\n" for sha in commits).encode())
    words = (line.split(" ", 2) for line in out.decode("utf-8", "replace").splitlines())
    return {sha: names[name] for sha, state, name in words if state == _GOOD and name in names}


def own_key(folder: Path) -> Path | None:
    """The key of this installation, made at its first use; its public half lies beside it (.pub), for those who want to verify.
    None without ssh-keygen: nothing is signed then."""
    if shutil.which("ssh-keygen") is None:
        return None
    path = folder / _KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Of two first uses at one moment, halves of two keys would stay, and nothing could be signed from then on.
        with FileLock(folder / f"{_KEY}.lock"):
            if not path.exists():
                _make(path)
    return path


def _make(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    public_half(path.parent).write_bytes(public + b"\n")
    _write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


def public_half(folder: Path) -> Path:
    """Where the public half of this installation's key lies, if it has one."""
    return folder / f"{_KEY}.pub"


def _write_secret(path: Path, data: bytes) -> None:
    """Whole, and nobody else's to read from its first moment on."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # 0600
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(temporary).replace(path)
