"""The key that signs the audit log's days. It lies outside the database: whoever can only write there cannot sign (ADR 18)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from bot.errors import ConfigError
from bot.language import say
from bot.services.records.context import Context

_FILE = "audit_key"


def own(ctx: Context) -> Ed25519PrivateKey | None:
    """The configured key, else the one of the state folder; None where there is neither. Raises ConfigError."""
    if ctx.config.audit_key:
        return _read(ctx.config.audit_key.reveal().encode())
    try:
        return _read(_path(ctx).read_bytes())
    except FileNotFoundError:
        return None


def make(ctx: Context) -> Ed25519PrivateKey:
    """The key of the state folder, made if there is none; whoever comes second takes the first one's. Raises ConfigError."""
    path = _path(ctx)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{_FILE}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    # A link in place of a write: nobody ever reads half a key, and no key is written over.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return _read(path.read_bytes())


def replace(ctx: Context) -> Ed25519PrivateKey:
    """A new key in the state folder; the old one is kept under its own name. Raises ConfigError where it is configured."""
    if ctx.config.audit_key:
        raise ConfigError(
            "the audit key is configured",
            summary="署名の鍵は DXBOT_AUDIT_KEY で渡されています",
            next_step="そちらの鍵を取り替えてください。替わったことは、次の署名のときに記録されます",
        )
    if (old := own(ctx)) is not None:
        _path(ctx).rename(_path(ctx).with_name(f"{_FILE}.{public(old)[:16]}"))
    return make(ctx)


def public(key: Ed25519PrivateKey) -> str:
    """The public half: 32 bytes in hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


def as_pem(key: str) -> str:
    """A public key for other programs."""
    made = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    return made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def from_pem(path: Path) -> str:
    """What `as_pem` wrote. Raises ConfigError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(
            f"{path} holds no Ed25519 public key",
            summary=say("{path} は、署名を確かめる公開鍵ではありません", path=path),
            next_step="dxbot admin audit key で書き出したファイルを指定してください",
        )
    return key.public_bytes_raw().hex()


def signed(key: str, signature: str, text: str) -> bool:
    """Whether this public key's owner signed the text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _path(ctx: Context) -> Path:
    return ctx.config.var_dir / _FILE


def _read(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError):  # the library's own words may quote what it read
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(
            "the audit key is no Ed25519 private key",
            summary="操作の記録に署名する鍵（DXBOT_AUDIT_KEY か、状態の置き場の audit_key）を読めません",
            next_step="Ed25519 の秘密鍵（PEM）を置いてください。なくしたときは dxbot admin audit new-key で作り直せます",
        )
    return key
