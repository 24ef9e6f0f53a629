"""docs/settings.md against what the code reads from the environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.config import ROOT
from tools import settings

# Set by the program for itself or for its tests, or asked of the system; nobody configures dxbot with them.
_NOT_SETTINGS = {
    *("DJANGO_SETTINGS_MODULE", "USERNAME", "SUDO_USER", "PATH", "NO_COLOR"),
    *("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"),  # from the service manager
}


def _read() -> Iterator[str]:
    """Names that the code reads: of `option`s, and of anything taken from the system's environment by a name written there."""
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="option"), args=[ast.Constant(value=str(name)), *_]):
                    yield name
                case ast.Call(func=ast.Attribute(value=asked, attr="get" | "pop"), args=[ast.Constant(value=str(name)), *_]):
                    yield from _from(asked, name)
                case ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(value=str(name)), *_]):
                    yield name
                case ast.Subscript(value=asked, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
                    yield from _from(asked, name)


def _from(asked: ast.expr, name: str) -> Iterator[str]:
    if ast.unparse(asked) == "os.environ":
        yield name


def test_every_variable_that_the_code_reads_is_on_the_page() -> None:
    listed = set(re.findall(r"`([A-Z][A-Z_]+)`", settings.PAGE.read_text(encoding="utf-8")))
    read = set(_read())
    assert {"DATABASE_URL", "DXBOT_LANG", "DXBOT_X_ACCESS_TOKEN"} <= read
    assert read - _NOT_SETTINGS - listed == set()


def test_what_git_inherits_is_on_the_page() -> None:
    from bot.repository.git import _INHERITED

    listed = settings.PAGE.read_text(encoding="utf-8")
    own = {"PATH", "HOME", "TMPDIR", "SYSTEMROOT", "XDG_CONFIG_HOME"}
    assert [name for name in _INHERITED if name.isupper() and name not in own and f"`{name}`" not in listed] == []


def test_the_page_is_up_to_date() -> None:
    assert settings.PAGE.read_text(encoding="utf-8") == settings.page(), "run `make settings` and commit what it changes"
