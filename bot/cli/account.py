"""Whose shell this is. A shell is the service account's and nobody else's: what it reads and does needs no key (ADR 18)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

from bot.config import Config, may_exist
from bot.errors import ConfigError, NotAllowed
from bot.language import say

_UNSET = 2**32 - 1  # how Linux says that a process comes from no log-in
_SQLITE = "sqlite:///"


def name() -> str:
    """The system user of this process, and who logged in to become it, where that is known."""
    if not hasattr(os, "geteuid"):
        return os.environ.get("USERNAME", "")
    account, person = _name_of(os.geteuid()), _logged_in()
    return account if person in ("", account) else f"{account}、操作した人 {person}"


def require_content(config: Config) -> None:
    """Raises ConfigError where no city's folder is near, nor any other content: what was started would make its state here,
    and find nothing to work on."""
    if config.content_repository or may_exist(config.content_dir):
        return
    raise ConfigError(
        f"there is no folder {config.content_dir}",
        summary=say("原稿の置き場 {path} がありません", path=config.content_dir),
        next_step="市のフォルダの中で動かすか（dxbot init DIR で作れます）、DXBOT_CONTENT_DIR に置き場を書いてください",
    )


def require_service_account(config: Config) -> None:
    """Raises NotAllowed for any other system user, root too: its files would shut the service out. Before anything is made."""
    if not hasattr(os, "geteuid"):  # Windows: the folder's own permissions decide
        return
    account = _name_of(os.geteuid())
    owners = {config.service_user} if config.service_user else _owners(config)
    if owners - {account}:
        owner = min(owners - {account})
        raise NotAllowed(
            f"{account} is not the service account {owner}",
            summary=say(
                "この命令を使えるのは、dxbot を動かす利用者（{owner}）だけです。いまの利用者は {account} です",
                owner=owner,
                account=account,
            ),
            next_step=say("sudo -u {owner} を前に付けて実行してください", owner=owner),
        )


def _owners(config: Config) -> set[str]:
    """Of the state folder and of the database, where it is a file."""
    paths = [config.var_dir]
    address = config.database.reveal().partition("?")[0]
    if address.startswith(_SQLITE):
        paths.append(Path(unquote(address.removeprefix(_SQLITE))))
    return {_name_of(path.stat().st_uid) for path in paths if path.exists()}


def _logged_in() -> str:
    """Kept by Linux through sudo and su; elsewhere what sudo says, if there is such a user."""
    try:
        number = int(Path("/proc/self/loginuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        number = _UNSET
    if number != _UNSET:
        return _name_of(number)
    said = os.environ.get("SUDO_USER", "")
    return said if _exists(said) else ""


def _exists(user: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(user)
    except (KeyError, ValueError):
        return False
    return True


def _name_of(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
