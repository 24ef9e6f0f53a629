"""Copies that only the holder of a key can read: age (age-encryption.org), by the library pyrage. `age` opens them too."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.errors import ConfigError
from bot.language import say

ENDING = ".age"
_BEGINNING = b"age-encryption.org/"


def seal(plain: Path, target: Path, recipients: tuple[str, ...]) -> None:
    """As it is, without recipients. Raises ConfigError for a key that is none."""
    target.touch(mode=0o600)
    if not recipients:
        shutil.copyfile(plain, target)
        return
    import pyrage  # most starts do without it

    try:
        keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    except pyrage.RecipientError:
        raise ConfigError(
            "a recipient is no age public key",
            summary="--recipient は age の公開鍵（age1…）ではありません",
            next_step="age-keygen で鍵を作り、公開鍵を書いてください",
        ) from None
    pyrage.encrypt_file(str(plain), str(target), keys)


def unsealed(file: Path, target: Path, identity: Path | None) -> Path:
    """`file` itself where it is not sealed, else its content in `target`. Raises ConfigError."""
    try:
        with file.open("rb") as reading:
            is_sealed = reading.read(len(_BEGINNING)) == _BEGINNING
    except OSError as e:
        raise ConfigError(
            f"{file} cannot be read", summary=say("{file} を読めません", file=file), next_step="場所と権利を確かめてください"
        ) from e
    if not is_sealed:
        return file
    import pyrage

    try:
        pyrage.decrypt_file(str(file), str(target), _identities(identity))
    except (pyrage.DecryptError, pyrage.IdentityError, OSError, ValueError):  # their own words may quote the key
        raise ConfigError(
            f"{file} cannot be opened with this key",
            summary=say("{file} を、この鍵では開けません", file=file),
            next_step="--identity に、封をした公開鍵に対する秘密鍵のファイル（AGE-SECRET-KEY-…）を指定してください",
        ) from None
    return target


def _identities(identity: Path | None) -> list[object]:
    import pyrage

    lines = identity.read_text(encoding="utf-8").split() if identity else []
    return [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
