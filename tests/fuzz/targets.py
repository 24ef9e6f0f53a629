"""What is fed with any bytes: each target takes them as somebody would hand them in, and raises what it should not."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

from bot.checks.registry import check_paths
from bot.cli.core import Core
from bot.config import ROOT
from bot.errors import BotError, MediaError, Place
from bot.media.images import cleaned, fit, probe
from bot.media.limits import ImageLimits
from bot.registry import load
from bot.shared_files import files as shared
from bot.shared_files.forms import FORMS
from tests.checks.test_examples import FRONT
from tests.office import write_content

_HERE = Place(path=Path("post.md"))
PATHS = sorted(FORMS)
_SMALL = ImageLimits(max_width=300, max_height=300, max_bytes=200_000)


@cache
def _core() -> Core:
    content = Path(mkdtemp(prefix="dxbot-fuzz-")) / "content"
    write_content(content)
    shutil.copytree(ROOT / "schedules", content / "schedules")
    return Core(load({"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(content.parent / "var")}))


def post(raw: bytes) -> None:
    """As a whole file, and as the body below a sound front matter."""
    core = _core()
    path = core.library.posts_dir / "a.md"
    for text in (raw, FRONT.format(extra="", body="").encode() + raw):
        path.write_bytes(text)
        for _, findings in check_paths(core.library, [path], core.specs, core.templates):
            assert all(f.message and f.line >= 1 and f.column >= 1 for f in findings)


def shared_file(raw: bytes) -> None:
    """The first byte chooses which of the files is written anew."""
    core = _core()
    content = core.library.root
    path = content / PATHS[raw[0] % len(PATHS)] if raw else content / "city.yml"
    path.parent.mkdir(exist_ok=True)
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(raw[1:])
    try:
        found = shared.problems(content, content / "schedules", core.config.timezone, [s.key for s in core.specs])
        assert all(e.summary and e.next_step for e in found)
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def package(raw: bytes) -> None:
    """As a zip, and as names and contents of one whose sums are right."""
    from bot.services.handing_in.package import unpack
    from bot.services.records.context import context

    config = _core().config
    path, folder = config.content_dir.parent / "package.zip", config.content_dir / "posts" / "in"
    for data in (raw, _zipped(raw)):
        path.write_bytes(data)
        with suppress(BotError):
            unpack(context(config), path, folder)
        shutil.rmtree(folder, ignore_errors=True)


def _zipped(raw: bytes) -> bytes:
    words = raw.split(b"\0\0")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in zip(words[0::2], words[1::2], strict=False):
            with suppress(ValueError):
                packed.writestr(zipfile.ZipInfo(name[:300].decode("cp932", "replace") or "a"), content)
    return buffer.getvalue()


def picture(raw: bytes) -> None:
    path = _core().config.content_dir.parent / ("picture.png" if raw[:1] == b"\x89" else "picture.jpg")
    path.write_bytes(raw)
    with suppress(MediaError):
        probe(path, _HERE)
    with suppress(MediaError):
        fit(path, _SMALL, _HERE)
    with suppress(MediaError):
        cleaned(path, _HERE)


TARGETS: Mapping[str, Callable[[bytes], None]] = {"post": post, "shared": shared_file, "package": package, "picture": picture}


def set_up() -> None:
    """The services want a framework, though no target touches the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    os.environ.setdefault("DXBOT_VAR_DIR", mkdtemp(prefix="dxbot-fuzz-"))
    django.setup()
    import_module("bot.services.handing_in.package")  # here, where what is imported is led into
