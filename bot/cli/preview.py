"""dxbot preview: the post as every channel will show it, in one file to open in a browser. No Django, no network."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from bot.cli.console import tell
from bot.errors import ContentError
from bot.registry import load
from bot.render.environment import template
from bot.services.approval import preview
from bot.services.records.context import Context, context

_EVERY = 0.5  # seconds; a file share tells of no changes, so they are looked for


@click.command("preview", epilog="例: dxbot preview content/posts/2026/11/madoguchi.md -o 下見.html --watch")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="書き出す先（書かなければ out/原稿の名前.html）")
@click.option("--watch", is_flag=True, help="原稿が変わるたびに作り直す（Ctrl+C で終わる）")
def preview_command(path: Path, output: Path | None, watch: bool) -> None:
    """配信先ごとの見た目・字数・指摘を、1つの HTML ファイルにします。ブラウザーで開けば、通信なしで見られます。"""
    ctx = context(load())
    target = output or Path("out") / f"{path.stem}.html"
    seen = _stamps(ctx, path)  # before the page is made: a change meanwhile is not missed
    _write(target, preview.page(ctx, path, watched=watch))
    tell("{target} を作りました。ブラウザーで開いてください。", target=target)
    if watch:
        _follow(ctx, path, target, seen)


def _follow(ctx: Context, path: Path, target: Path, seen: dict[Path, tuple[int, int]]) -> None:
    """Rebuild at each change until the person ends it; the last file no longer reloads itself."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts with & ignore it
    try:
        while True:
            time.sleep(_EVERY)
            now = _stamps(ctx, path)
            if now == seen:
                continue
            with suppress(ContentError):  # an editor may put the file away for a moment while it saves: looked at again
                _write(target, preview.page(ctx, path, watched=True))
                seen = now
    except KeyboardInterrupt:
        _write(target, preview.page(ctx, path))


def _stamps(ctx: Context, path: Path) -> dict[Path, tuple[int, int]]:
    """Time and size of every file that the page is made from."""
    return {f: (s.st_mtime_ns, s.st_size) for f in _sources(ctx, path) if f.is_file() and (s := f.stat())}


def _sources(ctx: Context, path: Path) -> Iterator[Path]:
    yield path
    yield from (f for f in path.parent.glob("*") if f.suffix != ".md")
    config = ctx.config
    content, shared = config.content_dir, config.shared_dir
    yield from (template(config.templates_dir, spec.key) for spec in ctx.specs)
    for folder in (shared, shared / "strategy", content / "media", config.rules_dir, config.templates_dir / "posts"):
        yield from folder.glob("*")


def _write(target: Path, page: str) -> None:
    """Never half a file before a reader's eyes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.part")
    half.write_text(page, encoding="utf-8", newline="\n")
    half.replace(target)
