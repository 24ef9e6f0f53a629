"""dxbot new: a post from the three questions, asked at a terminal or left open in the file."""

from __future__ import annotations

import difflib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import click
import yaml

from bot.cli.console import Exit, warn
from bot.cli.core import Core
from bot.content.identity import new_identity
from bot.content.library import Library
from bot.content.post import Achievement
from bot.content.post_form import FIGURES_TO_COME, LEAD_TO_COME, OPEN
from bot.render.bundle import ACHIEVEMENT_LABELS
from bot.text.moments import day

_TEMPLATE = """---
id: {identity}
title: {title}
author: {author}
measure: {measure}                    # 施策の番号（content/strategy/plan.yml）
achievement: {achievement}              # done（達成）、partly（一部達成）、not_yet（未達成）。達成でなければ次の2行も書く
{outlook}
channels: [{channels}]
# publish: {example} 12:15    # 時刻を決めるとき。slot: lunch のように枠でもよい。書かなければ次の空いた枠
# series: {{name: 連載の名前, part: 1}}   # 続きもののとき。前の回より先には出ない
hashtags: [{city}DX]
contact: {contact}                    # 問い合わせ先
images: []                     # 例: [{{file: 写真.jpg, alt: 写っているものの説明, people: none}}]
---
{lead}

## 何が不便だったか

{before}

## 何を変えたか

{change}

## どう変わったか

{after}
"""
_EMERGENCY = """---
id: {identity}
title: {title}
author: {author}
emergency: true                # 緊急。承認されるとすぐに、夜でも、災害で止まっていても出る（人が押した停止の間は出ない）
channels: [{channels}]
contact: {contact}                    # 問い合わせ先
images: []
---
（いつ・どこで・何が起きているかを、1文で）

## してほしいこと

（すぐにしてほしいことを、1つずつ短く）

## 次のお知らせ

（いつ、どこで、次を知らせるか）
"""
_AHEAD = timedelta(days=14)  # of the example of a wished time
_OPEN_OUTLOOK = "# reason: できていない理由\n# next: 次にどうするか"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the writer says. `reason` and `next` belong to what is not done. An answer not given stands as the template's own
    reminder of what to write."""

    author: str
    measure: str
    achievement: Achievement | Literal[""] = ""
    reason: str = ""
    next: str = ""
    contact: str = ""
    lead: str = LEAD_TO_COME
    before: str = OPEN
    change: str = OPEN
    after: str = FIGURES_TO_COME


@click.command("new", epilog='例: dxbot new "書かない窓口を始めました" --author shimin-leader')
@click.argument("title", required=False)
@click.option("--author", default="", help="content/people.yml にあるあなたの名前")
@click.option("--measure", default="", help="content/strategy/plan.yml にある施策の番号")
@click.option("--trial", is_flag=True, help="接続を確かめる、すぐに削除する投稿の原稿を作る")
@click.option("--emergency", is_flag=True, help="緊急の投稿の原稿を作る（広報担当だけが申請できる）")
def new_command(title: str | None, author: str, measure: str, trial: bool, emergency: bool) -> None:
    """ひな型から新しい原稿を作り、置いた場所を示します。端末では、3つの問いを順にお尋ねします。"""
    core = Core()
    for word, known, what in ((author, _people(core.library), "職員"), (measure, core.library.measures, "施策")):
        if word and (problem := _unknown(word, known, what)):
            click.echo(problem, err=True)
            sys.exit(Exit.REFUSED)
    if trial:
        _write_trial(core, author, measure)
        return
    if emergency:
        _write_emergency(core, title or "緊急のお知らせ", author)
        return
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not at_terminal and not title:
        warn('題名を書いてください。例: dxbot new "書かない窓口を始めました"')
        sys.exit(Exit.WRONG_USE)
    wanted = title or _ask("題名（30字ほどまで）")
    path, identity = _place(core, wanted)
    answers = _interview(core.library, author, measure) if at_terminal else Answers(author=author, measure=measure)
    _write(core, path, identity, wanted, answers, core.usual_channels)


def _write(core: Core, path: Path, identity: str, title: str, answers: Answers, channels: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    example = datetime.now(core.config.timezone).date() + _AHEAD
    text = _text(core, identity, title, answers, channels, example)
    path.write_text(text, encoding="utf-8", newline="\n")
    click.echo(path)


def _write_trial(core: Core, author: str, measure: str) -> None:
    """A post like any other, by the ordinary road: whether the city can post is shown by an approved post, or not at all."""
    now = datetime.now(core.config.timezone)
    title = f"投稿の確認（{day(now, with_year=True)}{now:%H時%M分}）"
    path, identity = _place(core, title)
    answers = Answers(
        author=author or next(iter(_people(core.library)), ""),
        measure=measure or next(iter(core.library.measures), ""),
        lead="公式アカウントから正しく投稿できることを確かめるための投稿です。確かめたあと、すぐに削除します。",
        before="新しい仕組みで投稿する前に、一度も試していませんでした。",
        change="試しの投稿を1件、承認を経て出しました。",
        after="市の公式アカウントから、正しく投稿できることが分かります。",
        achievement="done",
    )
    sending = [spec.key for spec in core.specs if spec.sends and spec.key in core.library.offered]
    _write(core, path, identity, title, answers, sending)
    warn("Instagram には画像が要ります。dxbot picture がこの原稿の図を作り、書く行を示します。")
    warn("次に dxbot check で点検し、dxbot submit で申請し、広報担当が承認します。出たら、配信先の画面で削除してください。")


def _write_emergency(core: Core, title: str, author: str) -> None:
    """No questions: who writes it has no time. Of no measure, on what shows at once without a picture."""
    path, identity = _place(core, title)
    sending = [
        s.key for s in core.specs if s.sends and not s.by_hand and s.key in core.library.offered and not s.images.min_count
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _EMERGENCY.format(
        identity=identity, title=_scalar(title), author=_scalar(author), channels=", ".join(sending), contact=""
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    click.echo(path)


def _place(core: Core, title: str) -> tuple[Path, str]:
    """Where the post goes, and its id: before the questions, so that no answer is lost to a name that is taken."""
    now = datetime.now(core.config.timezone)
    identity = new_identity()
    path = core.library.posts_dir / f"{now:%Y}" / f"{now:%m}" / f"{_slug(title) or identity.lower()}.md"
    if path.exists():
        warn("{path} はすでにあります。別の題名にしてください。", path=path)
        sys.exit(Exit.REFUSED)
    return path, identity


def _interview(library: Library, author: str, measure: str) -> Answers:
    """The questions. An empty answer leaves that place open in the file, to be written later."""
    click.echo("お答えは、あとから原稿のファイルでいくらでも直せます。空のまま Enter を押すと、その欄は空けておきます。")
    people = _people(library)
    author = author or _choose("書く人", people, "職員")
    measure = measure or _choose("施策の番号", library.measures, "施策")
    asked = {
        "before": _ask("1. 何が不便でしたか", empty=True),
        "change": _ask("2. 何を変えましたか", empty=True),
        "after": _ask("3. どう変わりましたか（数字と、いつの数字かも）", empty=True),
        "lead": _ask("市民にとって何が変わるかを、60字ほどで", empty=True),
    }
    achievement = _achievement()
    done = achievement in ("done", "")
    return Answers(
        author=author,
        measure=measure,
        achievement=achievement,
        reason="" if done else _ask("できていない理由"),
        next="" if done else _ask("次にどうするか"),
        contact=_ask("問い合わせ先", empty=True),
        **{key: answer for key, answer in asked.items() if answer},
    )


def _ask(question: str, *, empty: bool = False, check: Callable[[str], str] = str.strip) -> str:
    """One line from the person; asked again until there is one, unless it may be empty."""
    return str(click.prompt(question, default="" if empty else None, show_default=False, value_proc=check))


def _choose(question: str, known: Mapping[str, str], what: str) -> str:
    for key, name in known.items():
        click.echo(f"  {key}  {name}")

    def check(word: str) -> str:
        if word and (problem := _unknown(word.strip(), known, what)):
            raise click.UsageError(problem)
        return word.strip()

    return _ask(question, empty=True, check=check)


def _achievement() -> Achievement | Literal[""]:
    """Left open where nobody says it: how far something is must not be supposed."""
    kinds = {str(number): kind for number, kind in enumerate(ACHIEVEMENT_LABELS, start=1)}
    shown = "、".join(f"{number} {ACHIEVEMENT_LABELS[kind]}" for number, kind in kinds.items())
    choice = click.Choice([*kinds, ""])
    said = click.prompt(f"達成度（{shown}）", type=choice, default="", show_choices=False, show_default=False)
    return kinds.get(str(said), "")


def _people(library: Library) -> Mapping[str, str]:
    return {key: person.name for key, person in library.people.items()}


def _unknown(word: str, known: Mapping[str, str], what: str) -> str:
    """What to say of a word that is not known, with the nearest that is; "" if it is known, or nothing is."""
    if not known or word in known:
        return ""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5) or [k for k, name in known.items() if word in name][:1]
    hint = f"「{near[0]}」（{known[near[0]]}）ではありませんか" if near else f"{'・'.join(known)} のどれかを書いてください"
    return f"「{word[:40]}」という{what}は登録されていません。{hint}。"


def _text(core: Core, identity: str, title: str, answers: Answers, channels: Iterable[str], example: date) -> str:
    outlook = f"reason: {_scalar(answers.reason)}\nnext: {_scalar(answers.next)}" if answers.reason else _OPEN_OUTLOOK
    body = {key: getattr(answers, key) for key in ("lead", "before", "change", "after", "achievement")}
    quoted = {key: _scalar(getattr(answers, key)) for key in ("author", "measure", "contact")}
    told = {
        "identity": identity,
        "title": _scalar(title),
        "outlook": outlook,
        "channels": ", ".join(channels),
        "city": core.library.city.name,
        "example": example,
    }
    return _TEMPLATE.format(**told, **body, **quoted)


def _scalar(text: str) -> str:
    """A text as YAML's value, quoted where it has to be."""
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).strip().removesuffix("\n...").strip() if text else '""'


def _slug(title: str) -> str:
    """An ASCII file name, where the title has something to make it of."""
    ascii_only = unicodedata.normalize("NFKC", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
