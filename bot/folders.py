"""Where things lie: what came with the program, and what is the city's own.

From a clone the program's content, schedules and templates lie beside its sources; a wheel carries them inside the package
(setup.py). A city's own folder, made by `dxbot init`, is the one that holds `content/city.yml`: the current folder or one above
it. What it lacks is taken from the program, template by template (ADR 26).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_INSIDE = Path(__file__).resolve().parent / "shipped"
INSTALLED = _INSIDE.is_dir()  # from a wheel: nothing of the city's is beside it, and nothing may be written there
SHIPPED = _INSIDE if INSTALLED else ROOT
_MARK = Path("content", "city.yml")


def city_folder(start: Path) -> Path | None:
    """The city's folder in which `start` lies, or None. A folder above `start` counts only where it has the same owner: in a
    place where everybody may write, somebody else's settings must not become ours."""
    owner = _owner(start)
    return next((f for f in (start, *start.parents) if _owner(f) == owner and (f / _MARK).is_file()), None)


def _owner(folder: Path) -> int:
    try:
        return folder.stat().st_uid
    except OSError:
        return -1


def defaults(start: Path) -> Mapping[str, Path]:
    """The folders of the configuration, by its names, for a process that starts in `start`."""
    home = city_folder(start) or (start if INSTALLED else ROOT)
    own = home / "schedules"
    return {
        "content_dir": home / "content",
        "schedules_dir": own if own.is_dir() else SHIPPED / "schedules",
        "templates_dir": home / "templates",
        "var_dir": home / "var",
    }


def current() -> Path:
    """The current folder; the root where it was taken away under our feet."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def templates(citys: Path) -> tuple[Path, ...]:
    """Where a template is looked for: what the city has put in its place, then the program's own."""
    return tuple(dict.fromkeys((citys, SHIPPED / "templates")))
