"""dxbot demo: the whole road on the sandbox, by the same services, engine and client libraries as in earnest.

State and posts stay in a directory of the state directory, so a second run finds everything published already. With `--serve`
they stay in one of their own, which is a visitor's from then on: the story is told there once, and nothing but a person decides
on anything afterwards.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import ports, samples, story
from bot.cli.console import Exit, tell
from bot.cli.road import OFFICER, Road, hear, point_at, web
from bot.errors import ConfigError
from bot.language import say
from bot.registry import load

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox
    from bot.services.practice import Practice
    from bot.services.records.context import Context
    from bot.workflow.actors import Role

SANDBOX_PORT, WEB_PORT = 8001, 8000
_TOLD = "told"  # a file in a visitor's state: the story was told to its end
_PUBLIC = "site"  # a folder in a visitor's state: what citizens find on the city's own site
_LOOK = 1.0  # seconds between two looks at whether the public site is to be built anew


@click.command("demo", epilog="例: dxbot demo")
@click.option("--serve", is_flag=True, help="過去の話を一度語り、画面・練習用の掲示・公開サイトを開いて、配信を続ける")
@click.option("--port", default=WEB_PORT, show_default=True, help="画面のポート（--serve のとき）")
@click.option("--sandbox-port", default=SANDBOX_PORT, show_default=True, help="練習用の掲示のポート（--serve のとき）")
@click.option("-o", "directory", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def demo_command(serve: bool, port: int, sandbox_port: int, directory: Path) -> None:
    """原稿の点検・申請・承認・配信・コラム作りまでを、このパソコンの中だけで行います。"""
    if serve:
        ports.require_free(port, sandbox_port)
        _serve(port, sandbox_port, directory)
        return
    with _ground(load().var_dir / "demo") as (sandbox, _):
        whole = story.Story(_road(sandbox)).tell(directory)
    tell("この実演の投稿と画面は、いまは開いていません。見るには make serve（dxbot demo --serve）を動かしてください。")
    sys.exit(Exit.FINE if whole else Exit.REFUSED)


@contextmanager
def _ground(var: Path, port: int = 0, sandbox_port: int = 0) -> Iterator[tuple[Sandbox, str]]:
    """The demo's own state, apart from any real one; the sandbox, and the address of the pages."""
    from bot.sandbox import server

    with server.create(var / "sandbox", sandbox_port) as sandbox:
        point_at(sandbox, var)
        samples.bring(load(), var / "samples")
        hear(sandbox)
        with web(port) as site:
            os.environ.update(DXBOT_MEDIA_BASE_URL=site, DXBOT_SITE_URL=site)
            yield sandbox, site


def _road(sandbox: Sandbox) -> Road:
    from bot.content.library import Library
    from bot.registry import specs

    config = load()
    posts = len(Library(config.content_dir, config.timezone, {key: spec.options for key, spec in specs().items()}).paths())
    return Road(sandbox.base_url, story.begin(config, posts))


def _serve(port: int, sandbox_port: int, directory: Path) -> None:
    var = load().var_dir / "practice"
    with _alone(var):
        is_told = (var / _TOLD).exists()
        if not is_told:  # what was broken off in the middle is nobody's yet
            for each in [each for each in var.iterdir() if each.name != _LOCK]:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        with _ground(var, port, sandbox_port) as (sandbox, site):
            if not is_told:
                story.Story(_road(sandbox), links=True, left=story.LEFT).tell(directory)
                (var / _TOLD).touch()
            os.environ["DXBOT_PUBLIC_URL"] = sandbox.show_site(var / _PUBLIC)
            _stay(_opened(sandbox, var), site, var / _PUBLIC)


_LOCK = "lock"


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Two on one state would have two clocks. Raises ConfigError."""
    from filelock import FileLock, Timeout

    var.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(var / _LOCK, timeout=0):
            yield
    except Timeout:
        raise ConfigError(
            f"{var} is in use",
            summary="この練習は、もう動いています",
            next_step="動いている方の画面を開くか、それを終えてから、もう一度始めてください",
        ) from None


def _opened(sandbox: Sandbox, var: Path) -> Practice:
    """A publisher, pages and platforms that have one clock: the system's, or ahead of it where a visitor has moved it."""
    from bot.cli import practice as ground
    from bot.clock import PracticeClock
    from bot.services import practice
    from bot.services.records.context import context
    from bot.services.runner import Runner

    clock = PracticeClock(practice.last_moment())
    sandbox.follow(clock)
    practice.stand_at(sandbox.base_url)
    # So that a post can be written in the browser and handed in.
    os.environ.update(ground.repository(context(load(), clock), var))
    ctx = context(load(), clock)
    opened = practice.Practice(ctx=ctx, clock=clock, runner=Runner(ctx), timelines=sandbox.base_url)
    practice.open_(opened)
    return opened


def _stay(practice: Practice, site: str, public: Path) -> None:
    """Keep the pages open, and a publisher, until Ctrl+C; the public site follows."""
    from bot.cli.public import ShownSite
    from bot.workflow.actors import ROLE_LABELS

    logins = _logins(practice.ctx)
    shown = ShownSite(practice.ctx, public)
    shown.follow()
    practice.runner.start()
    tell(
        "\n画面       {web}/\n練習用の掲示 {timelines}/\n公開サイト   {public}/index.html（新着は {public}/feed.xml）\n",
        web=site,
        timelines=practice.timelines,
        public=practice.ctx.config.public_url,
    )
    for person, password, role in logins:
        tell("利用者名 {person}　パスワード {password}　{role}", person=person, password=password, role=say(ROLE_LABELS[role]))
    tell(
        "\n画面の上の「次の配信枠へ進める」を押すと、承認した投稿が掲示と公開サイトに出ます。"
        "\n終わるには Ctrl+C を押してください。"
    )
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with suppress(KeyboardInterrupt):
        while not told.wait(_LOOK):
            shown.follow()
    practice.runner.stop()


def _logins(ctx: Context) -> list[tuple[str, str, Role]]:
    """People to try the pages with; their password is made anew at each start."""
    from bot.cli.practice import OPERATOR
    from bot.services.people.accounts import set_up_user
    from bot.workflow.actors import Role

    password = secrets.token_urlsafe(12)
    people = [(OFFICER, Role.OFFICER), (OPERATOR, Role.OPERATOR)]
    people += [(author.key, Role(author.role)) for author in ctx.library.people.values() if author.role]
    for person, role in people:
        set_up_user(ctx, person, role, password)
    return [(person, password, role) for person, role in people]
