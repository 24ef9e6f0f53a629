"""dxbot check, dxbot explain. No Django, no SDK: this runs on a leader's desk in a moment."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.checks import registry
from bot.checks.cache import Cache, basis_of
from bot.checks.finding import LEVEL_LABELS, Finding, from_settings
from bot.checks.rule import MARK, Rule, Timetable
from bot.cli.console import Exit, print_json, tell, warn
from bot.cli.core import Core
from bot.clock import SystemClock
from bot.content.tidy import tidied
from bot.language import say

if TYPE_CHECKING:
    from bot.cli import outputs

_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


@click.command("check", epilog="例: dxbot check content/posts/2026/11/madoguchi.md")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="出力の形")
@click.option("--json", "as_json", is_flag=True, help="--format json と同じ")
@click.option("--fix", is_flag=True, help="改行・BOM・離れた濁点だけを直してから点検する。文には手を付けない")
def check_command(paths: tuple[Path, ...], form: str, as_json: bool, fix: bool) -> None:
    """原稿と共通のファイルを点検します。PATH を書かなければ全てを見ます。

    希望の時刻（publish:・slot:・expires:）は、名前を書いた原稿と、Git で新しいか変わった原稿について見ます。

    その原稿に publish: がなければ、文中の日付が過ぎていないか、曜日が合うかは、今日から見ます。
    """
    core = Core()
    if fix:
        for path in core.paths(paths):
            _fix(path)
    named = {p for p in paths if p.suffix in (".yml", ".yaml")}
    cache = None if paths else Cache(core.config.var_dir / "checks.json", basis_of(core.basis()))
    known = cache is not None and cache.holds  # what is remembered was found beside shared files without a slip
    settings = _settings(core, named) if named or (not paths and not known) else []
    posts = tuple(p for p in paths if p not in named)
    # Posts cannot be read without the content's shared files; without the schedule, all but their time can be looked at.
    readable = all(f.path.is_relative_to(core.config.rules_dir) for f in settings)
    results = _posts(core, posts, None if settings else cache) if readable and (posts or not paths) else []
    findings = list(dict.fromkeys(settings + [f for _, found in results for f in found]))
    if as_json or form == "json":
        print_json([f.as_json() for f in findings])
    else:
        show = _github_line if form == "github" else line
        for finding in findings:
            click.echo(show(finding))
        if form == "text":
            _summary(len(results), findings)
    sys.exit(Exit.REFUSED if any(f.level == "error" for f in findings) else Exit.FINE)


def _posts(core: Core, paths: tuple[Path, ...], cache: Cache | None) -> list[tuple[Path, list[Finding]]]:
    wishes = registry.Wishes(Timetable(SystemClock().now(), core.rules), _asked_of_time(core, paths))
    results = list(registry.check_paths(core.library, core.paths(paths), core.specs, core.templates, cache, wishes))
    if cache:
        cache.save()
    return results


def _asked_of_time(core: Core, paths: Collection[Path]) -> Callable[[Path], bool]:
    """The files named, and what git knows as new or changed: a post that went out long ago has a time that is past."""
    named = {path for path in paths if not path.is_dir()}
    if paths and len(named) == len(paths):
        return lambda _: True
    from bot.repository import worktree

    fresh = worktree.new_or_changed(core.config.content_dir)
    return lambda path: path in named or path.resolve() in fresh


def _settings(core: Core, named: Collection[Path]) -> list[Finding]:
    """What is wrong with the files that all posts share; of those that are named, if any are."""
    from bot.shared_files import files as shared

    config = core.config
    found = shared.problems(config.shared_dir, config.rules_dir, config.timezone, [spec.key for spec in core.specs])
    wanted = {path.resolve() for path in named}
    return [from_settings(e) for e in found if not wanted or e.place.path.resolve() in wanted]


def _fix(path: Path) -> None:
    """Put right what is certain, and say so; a file that cannot be read is told by the checks."""
    with suppress(OSError):
        raw = path.read_bytes()
        better, done = tidied(raw)
        if done:
            half = path.with_name(f".{path.name}.part")
            half.write_bytes(better)
            half.replace(path)
            click.echo(f"{path}: {'、'.join(done)}。", err=True)


def line(f: Finding) -> str:
    said = f"断りあり（{f.silenced}）: {f.message}。" if f.silenced else f"{LEVEL_LABELS[f.level]}: {f.message}。{f.advice}。"
    return f"{f.path}:{f.line}:{f.column}: {said}[{f.rule}]"


def _github_line(f: Finding) -> str:
    """A workflow command; the file is named from the checkout's root, where the command runs."""
    path = f.path.resolve()
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    where = _github_escaped(shown.as_posix()).replace(":", "%3A").replace(",", "%2C")
    text = _github_escaped(f"{f.message}。" + (f"断り：{f.silenced}" if f.silenced else f"{f.advice}。"))
    level = "notice" if f.silenced else _GITHUB[f.level]
    return f"::{level} file={where},line={f.line},col={f.column},title={f.rule}::{text}"


def _github_escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _summary(count: int, findings: list[Finding]) -> None:
    errors = sum(f.level == "error" for f in findings)
    silenced = sum(bool(f.silenced) for f in findings)
    others = len(findings) - errors - silenced
    tell(
        "{count}件の原稿を点検しました。直すところ {errors}件、確かめるところ {others}件、断りのあるところ {silenced}件。",
        count=count,
        errors=errors,
        others=others,
        silenced=silenced,
    )


@click.command("explain", epilog="例: dxbot explain limits.length")
@click.argument("rule", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def explain_command(rule: str | None, as_json: bool) -> None:
    """点検の決まりについて、理由・根拠・悪い例・良い例を示します。RULE を書かなければ、全ての決まりの一覧です。"""
    known = registry.rules()
    if rule is not None and rule not in known:
        warn("「{rule}」という決まりはありません。", rule=rule)
        for name in difflib.get_close_matches(rule, known) or known:
            click.echo(f"  {name}", err=True)
        sys.exit(Exit.WRONG_USE)
    chosen = list(known.values()) if rule is None else [known[rule]]
    if as_json:
        print_json([_rule(one) for one in chosen])
    elif rule is None:
        for one in chosen:
            click.echo(f"{one.id}  {say(LEVEL_LABELS[one.level])}  {one.why}")
    else:
        _explain(known[rule])


def _explain(found: Rule) -> None:
    click.echo(f"{found.id}（{say(LEVEL_LABELS[found.level])}）")
    click.echo(f"{say('理由')}: {found.why}")
    click.echo(f"{say('根拠')}: {found.source}")
    click.echo(f"{say('悪い例')}: {found.bad.replace(MARK, '')}")
    click.echo(f"{say('良い例')}: {found.good}")


def _rule(found: Rule) -> outputs.Rule:
    return {
        "rule": found.id,
        "level": found.level,
        "why": found.why,
        "source": found.source,
        "bad": found.bad.replace(MARK, ""),
        "good": found.good,
    }
