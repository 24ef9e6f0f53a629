"""dxbot new: a post from the three-question template."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import datetime

import click
import yaml

from bot.cli.console import Exit, say
from bot.cli.core import Core
from bot.content.identity import new_identity

_TEMPLATE = """---
id: {identity}
title: {title}
author: {author}
measure: ""                    # 施策の番号（content/strategy/plan.yml）
achievement: done              # done（達成）、partly（一部達成）、not_yet（未達成）。達成でなければ次の2行も書く
# reason: できていない理由
# next: 次にどうするか
channels: [x, instagram, facebook, newsletter]
# publish: 2026-12-01 12:15    # 時刻を決めるとき。slot: lunch のように枠でもよい。書かなければ次の空いた枠
hashtags: [金沢市DX]
contact: ""                    # 問い合わせ先
images: []                     # 例: [{{file: 写真.jpg, alt: 写っているものの説明, people: none}}]
---
（市民にとって何が変わるかを、はじめの1段落に60字ほどで書きます。）

## 何が不便だったか

（ ）

## 何を変えたか

（ ）

## どう変わったか

（数字と、いつの数字かも書きます。）
"""


@click.command("new", epilog='例: dxbot new "書かない窓口を始めました" --author shimin-leader')
@click.argument("title")
@click.option("--author", default="", help="content/people.yml にあるあなたの名前")
def new_command(title: str, author: str) -> None:
    """ひな型から新しい原稿を作り、置いた場所を示します。"""
    core = Core()
    now = datetime.now(core.config.timezone)
    identity = new_identity()
    folder = core.library.posts_dir / f"{now:%Y}" / f"{now:%m}"
    path = folder / f"{_slug(title) or identity.lower()}.md"
    if path.exists():
        say(f"{path} はすでにあります。別の題名にしてください。", f"{path} exists.")
        sys.exit(Exit.REFUSED)
    folder.mkdir(parents=True, exist_ok=True)
    quoted = yaml.safe_dump(title, allow_unicode=True, width=1000).strip().removesuffix("\n...").strip()
    path.write_text(_TEMPLATE.format(identity=identity, title=quoted, author=author or '""'), encoding="utf-8")
    click.echo(path)


def _slug(title: str) -> str:
    """An ASCII file name, where the title has something to make it of."""
    ascii_only = unicodedata.normalize("NFKC", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
