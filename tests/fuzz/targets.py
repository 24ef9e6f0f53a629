"""What is fed with any bytes: each target takes them as somebody would hand them in, and raises what it should not."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.http import QueryDict

from bot import record_check
from bot.checks.registry import check_paths
from bot.cli.core import Core
from bot.config import ROOT
from bot.content import post_form
from bot.disaster import feed, seismic, telegram, weather
from bot.disaster.state import state_of
from bot.disaster.table import Effect, Table
from bot.disaster.xml import Unreadable
from bot.errors import BotError, ContentError, MediaError, Place
from bot.media.images import cleaned, fit, probe
from bot.media.limits import ImageLimits
from bot.registry import load
from bot.shared_files import files as shared
from bot.shared_files.forms import FORMS
from bot.strategy import indicators, intake
from bot.strategy.indicators import Indicator
from bot.strategy.sheets import SheetError
from tests.checks.test_examples import FRONT
from tests.disaster.telegrams import NOON, PLACES
from tests.figures.ministry import Book
from tests.figures.test_intake import FILE as FIGURES
from tests.office import write_content

_HERE = Place(path=Path("post.md"))
PATHS = sorted(FORMS)
KINDS = (*seismic.QUAKES, *seismic.TSUNAMIS, *weather.KINDS, "VXKO51", *seismic.WITHOUT_PLACES, "VZZZ99", "")
_RULES = Table()
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
_TYPED = (
    *("title", "measure", "achievement", "reason", "next", "link", "contact", "expires", "lead", "remainder"),
    *("answer-1", "answer-2", "answer-3", "channels", "when", "publish", "hashtags", "x-reply", "revision"),
)
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


def one_telegram(raw: bytes) -> None:
    """The first byte chooses its kind. What was read must be of our places, and of what can be kept and decided."""
    with suppress(Unreadable):
        found = telegram.read(raw[1:], KINDS[raw[0] % len(KINDS)] if raw else "", PLACES)
        assert all(said.area in PLACES.areas for said in found.statements)
        for condition in state_of([found], found.reported).conditions:
            assert _RULES.effect(condition) in Effect


def agency_feed(raw: bytes) -> None:
    with suppress(Unreadable):
        entries = feed.read(raw)
        feed.strangers(entries)
        for one in feed.wanted(entries, PLACES, NOON):
            telegram.unread(one.kind, one.title, one.headline, one.author, PLACES, one.updated, one.address)


def sheet(raw: bytes) -> None:
    """As a table in text, as a workbook, and as the first sheet of a sound one."""
    known, folder = _figures(), _core().config.content_dir.parent
    inner = BytesIO()
    with zipfile.ZipFile(folder / "good.xlsx") as good, zipfile.ZipFile(inner, "w") as changed:
        for info in good.infolist():
            changed.writestr(info.filename, raw if info.filename == "xl/worksheets/sheet1.xml" else good.read(info))
    for name, data in (("a.csv", raw), ("a.xlsx", raw), ("b.xlsx", inner.getvalue())):
        (folder / name).write_bytes(data)
        with suppress(SheetError):
            assert intake.read(folder / name, known).takes


@cache
def _figures() -> Mapping[str, Indicator]:
    folder = _core().config.content_dir.parent
    Book().save(folder / "good.xlsx")
    (folder / "indicators.yml").write_text(FIGURES, encoding="utf-8")
    return indicators.load(folder / "indicators.yml")


def sealed_record(raw: bytes) -> None:
    """As somebody hands it to `dxbot verify`; and sealed by them, for anybody can make a key."""
    path = _core().config.content_dir.parent / "record.json"
    for data in (raw, _sealed(raw)):
        path.write_bytes(data)
        with suppress(record_check.NotWhole):
            assert record_check.check(path)


def _sealed(raw: bytes) -> bytes:
    try:
        told = {str(name): section for name, section in json.loads(raw).items() if name not in ("manifest", "seal")}
    except (ValueError, AttributeError, RecursionError):
        told = {}
    lines = {name: _canonical(section) for name, section in told.items()}
    sums = {name: sha256(line.encode("utf-8", "surrogatepass")).hexdigest() for name, line in lines.items()}
    manifest = _canonical({"format": "dxbot record 1", "sections": sums})
    signature = _KEY.sign(manifest.encode("utf-8", "surrogatepass")).hex()
    seal = _canonical({"key": _KEY.public_key().public_bytes_raw().hex(), "signature": signature})
    body = [f'"manifest":{manifest}', *(f"{_canonical(name)}:{line}" for name, line in lines.items()), f'"seal":{seal}']
    return ("{\n" + ",\n".join(body) + "\n}\n").encode("utf-8", "surrogatepass")


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def typed_form(raw: bytes) -> None:
    """What a browser sends for a draft: the words between NULs, each in a field of the form."""
    from bot.web.views.drafts import typed

    fields = QueryDict(mutable=True)
    for number, word in enumerate(raw.decode("utf-8", "replace").split("\0\0")):
        fields.appendlist(_TYPED[number % len(_TYPED)], word)
    core = _core()
    form = typed(post_form.Form(identity="01FUZZ", author="shimin-leader"), fields, core.specs)
    path = core.library.posts_dir / "typed.md"
    path.write_text(post_form.compose(form), encoding="utf-8")
    for _, findings in check_paths(core.library, [path], core.specs, core.templates):
        assert all(f.message for f in findings)
    with suppress(ContentError):
        assert post_form.read(path, post_form.compose(form)).identity == "01FUZZ"


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "post": post,
    "shared": shared_file,
    "package": package,
    "picture": picture,
    "telegram": one_telegram,
    "feed": agency_feed,
    "sheet": sheet,
    "record": sealed_record,
    "form": typed_form,
}


def set_up() -> None:
    """The services want a framework, though no target touches the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")
    os.environ.setdefault("DXBOT_VAR_DIR", mkdtemp(prefix="dxbot-fuzz-"))
    django.setup()
    import_module("bot.services.handing_in.package")  # here, where what is imported is led into
    import_module("bot.web.views.drafts")
