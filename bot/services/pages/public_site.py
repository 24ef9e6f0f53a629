"""The public site as files: whatever is out, and nothing else. A second build writes only what changed.

Every page can be read without a script and opened as a file. Nothing in a page says when it was built: pages that say the same
have the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bot.config import ROOT
from bot.content.people import City
from bot.errors import ConfigError
from bot.folders import templates
from bot.language import say
from bot.loopback import is_loopback
from bot.render.environment import pages as environment
from bot.render.paragraphs import Paragraph, paragraphs
from bot.services.pages import achievement, public_feeds, public_record, public_search, published, recognition
from bot.services.pages.achievement import Item, Shown
from bot.services.pages.published import PublicPost
from bot.services.records import days, signing
from bot.services.records.context import Context
from bot.store.models import Blob
from bot.strategy.indicators import Indicator

Chart = Callable[[Indicator], str]
_STATIC = ROOT / "bot" / "web" / "static"
_MENU = (
    ("index.html", "はじめに"),
    ("measures/index.html", "施策"),
    ("indicators/index.html", "指標"),
    ("verify.html", "市の投稿か確かめる"),
)
_LIST = ".dxbot-site.json"  # in the folder: the files that are ours, so that no other is ever overwritten or deleted
_PLAIN = re.compile(r"[0-9a-z_-]{1,60}")
_UNDECIDED = ("", "仮")


@dataclass(frozen=True, kw_only=True)
class PublicFiles:
    """What a build did, by paths below the folder; `searchable`: there is a page to search by."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    searchable: bool


def no_chart(indicator: Indicator) -> str:
    return ""


def build(ctx: Context, folder: Path, chart: Chart = no_chart) -> PublicFiles:
    """`chart` draws an indicator as SVG, "" for none. Raises ConfigError for a folder that holds other files, and FileError
    where a file of the content folder cannot be read."""
    before, searchable = _ours(folder), public_search.is_available()
    site = Site(ctx, chart, searchable)
    written, names = [], set()
    for name, data in site.files(lambda name: name in before and (folder / name).is_file()):
        names.add(name)
        if data is not None and _put(folder / name, data):
            written.append(name)
    removed = sorted(before - names)
    for name in removed:
        (folder / name).unlink(missing_ok=True)
    _put(folder / _LIST, json.dumps(sorted(names), ensure_ascii=False, indent=0).encode())
    if searchable and (written or removed or not (folder / public_search.FOLDER).is_dir()):
        public_search.index(folder)
    unchanged = len(names) - len(written)
    return PublicFiles(written=tuple(written), removed=tuple(removed), unchanged=unchanged, searchable=searchable)


def _ours(folder: Path) -> set[str]:
    """The files of the last build. Raises ConfigError where there was none and the folder is not empty."""
    listed = folder / _LIST
    if listed.is_file():
        found = json.loads(listed.read_text(encoding="utf-8"))
        return {name for name in found if ".." not in Path(name).parts and not Path(name).is_absolute()}
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(
            f"{folder} holds other files",
            summary=say("「{folder}」には、公開サイトのほかのファイルがあります", folder=folder),
            next_step="空のフォルダーか、前に dxbot site build で作ったフォルダーを -o で指してください",
        )
    return set()


def _put(path: Path, data: bytes) -> bool:
    """Whether it was written. Never half a file before a reader's eyes."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(data)
    half.replace(path)
    return True


def file_name(key: str) -> str:
    """A key of the city's files as the name of a page: nothing that would lead to another folder."""
    return key if _PLAIN.fullmatch(key) else sha256(key.encode()).hexdigest()[:20]


class Site:
    """All files of the site, made from one look at the database and the content folder."""

    def __init__(self, ctx: Context, chart: Chart, searchable: bool) -> None:
        library = ctx.library
        self._ctx, self._chart, self._searchable = ctx, chart, searchable
        self._url = ctx.config.public_url.rstrip("/")
        self._environment = environment(ctx.config.templates_dir)
        self._environment.filters["file"] = file_name
        menu = [*_MENU, *([("search.html", "探す")] if searchable else [])]
        self._environment.globals.update(city=library.city, menu=menu, url=self._url, practice=ctx.config.sandbox)
        self.city: City = library.city
        self.record = recognition.record(ctx)
        self.posts = self.record.posts
        self.head = days.newest()
        self._indicators = [Shown(indicator=i, reading=i.latest) for i in library.indicators.values()]

    @cached_property
    def measures(self) -> tuple[Item, ...]:
        return achievement.report(self._ctx).measures

    def told(self, measure: Item) -> list[PublicPost]:
        """The posts of a measure and of those below it."""
        return [p for p in self.posts if p.measure == measure.key or p.measure.startswith(f"{measure.key}-")]

    @cached_property
    def years(self) -> dict[int, list[PublicPost]]:
        found: dict[int, list[PublicPost]] = {}
        for post in self.posts:
            found.setdefault(post.year, []).append(post)
        return found

    def files(self, has: Callable[[str], bool]) -> Iterator[tuple[str, bytes | None]]:
        """By name; None for a picture that is there already, which its hash names."""
        pages = dict(self._pages())
        for name, text in pages.items():
            yield name, text.encode()
        for name in ("tokens.css", "palette.css", "icon.svg"):
            yield name, (_STATIC / name).read_bytes()
        for name in ("public.css", "verify.js", *(["search.js"] if self._searchable else [])):
            yield name, self._own(name)
        yield from ((name, text.encode()) for name, text in public_record.files(self.record, self._ctx.specs))
        yield from self._signed()
        if self._url:
            yield from ((name, text.encode()) for name, text in self._for_machines(list(pages)))
        yield from self._pictures(has)

    def _own(self, name: str) -> bytes:
        """A file beside the templates: the city's, or else the program's."""
        places = (place / "site" / name for place in templates(self._ctx.config.templates_dir))
        return next(place for place in places if place.is_file()).read_bytes()

    def _pages(self) -> Iterator[tuple[str, str]]:
        counts = {m.key: len(self.told(m)) for m in self.measures}
        years = [(year, len(posts)) for year, posts in self.years.items()]
        yield self._page("index.html", posts=self.posts, years=years, measures=self.measures, counts=counts)
        known = {m.key: m for m in self.measures}
        for post in self.posts:
            yield self._post(post, known.get(post.measure))
        for year, posts in self.years.items():
            yield self._page(f"years/{year}.html", "year.html", year=year, posts=posts)
        yield self._page("measures/index.html", "measures.html", measures=self.measures, counts=counts)
        for measure in self.measures:
            steps = sorted({year for step in measure.steps for year in step.years})
            name = f"measures/{file_name(measure.key)}.html"
            yield self._page(name, "measure.html", measure=measure, posts=self.told(measure), step_years=steps)
        yield self._page("indicators/index.html", "indicators.html", indicators=self._indicators)
        for shown in self._indicators:
            name = f"indicators/{file_name(shown.indicator.key)}.html"
            yield self._page(name, "indicator.html", shown=shown, chart=self._chart(shown.indicator))
        yield self._page("accounts.html", accounts=self._accounts(), policy=self._policy())
        yield self._page("accessibility.html")
        if self._searchable:
            yield self._page("search.html")
        yield self._page("verify.html", head=self.head, desk=self._desk())

    def _page(self, name: str, template: str = "", **shown: object) -> tuple[str, str]:
        root = "../" * name.count("/")
        page = self._environment.get_template(f"site/{template or name}")
        return name, page.render(root=root, here=name, **shown)

    def _post(self, post: PublicPost, measure: Item | None) -> tuple[str, str]:
        blocks = list(paragraphs(post.shown.text)) if post.shown else []
        return self._page(
            f"posts/{post.name}.html",
            "post.html",
            post=post,
            measure=measure,
            blocks=_without_title(blocks, post.title),
            linked=public_feeds.linked_data(self._url, self.city, post),
        )

    def _accounts(self) -> list[tuple[str, str]]:
        specs = [s for s in self._ctx.specs if s.publishes and s.key in self._ctx.library.offered]
        accounts = [(s.label, self.city.accounts.get(s.key, "仮")) for s in specs]
        return [*accounts, (self._ctx.spec(published.PAPER).label, self.city.paper)]

    def _desk(self) -> str:
        """Where the same is asked without a script; "" while nobody outside can reach it."""
        url = self._ctx.config.site_url.rstrip("/")
        return "" if is_loopback(urlsplit(url).hostname or "") else f"{url}/verify/"

    def _signed(self) -> Iterator[tuple[str, bytes]]:
        """The newest head of the audit log, as OpenSSL takes it (ADR 18)."""
        if self.head:
            yield "audit-head.txt", self.head.statement.encode()
            yield "audit-head.sig", bytes.fromhex(self.head.signature)
            yield "audit-key.pem", signing.as_pem(self.head.key).encode()

    def _policy(self) -> list[Paragraph]:
        return [] if self.city.policy in _UNDECIDED else list(paragraphs(self.city.policy))

    def _for_machines(self, pages: Sequence[str]) -> Iterator[tuple[str, str]]:
        changed = {f"posts/{post.name}.html": post.changed_at for post in self.posts}
        yield "feed.xml", public_feeds.atom(self._url, self.city, self.posts)
        yield "feed.json", public_feeds.json_feed(self._url, self.city, self.posts)
        yield "sitemap.xml", public_feeds.sitemap(self._url, [(page, changed.get(page)) for page in pages])

    def _pictures(self, has: Callable[[str], bool]) -> Iterator[tuple[str, bytes | None]]:
        """Of the texts that are shown alone: what was taken down everywhere is not here."""
        shown = dict.fromkeys(m.sha256 for post in self.posts if post.shown for m in post.shown.media)
        for sha in shown:
            name = f"media/{sha}.jpg"
            yield name, None if has(name) else bytes(Blob.objects.get(sha256=sha).data)


def _without_title(blocks: list[Paragraph], title: str) -> list[Paragraph]:
    """A text that begins with its title would say it twice."""
    first = "".join(words.text for line in blocks[0].lines for words in line) if blocks else ""
    return blocks[1:] if first == title else blocks
