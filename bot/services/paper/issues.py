"""An issue of the newsletter on its way to the printer: built from what was approved, and released by an officer (校了)."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from django.db import transaction

from bot import folders
from bot.checks.cache import basis_of
from bot.config import ROOT
from bot.content.picture_limits import reached
from bot.errors import BotError, NotAllowed, NotFound, StaleApproval
from bot.language import say
from bot.newsletter.arrangement import said_issue
from bot.newsletter.article import Article
from bot.newsletter.build import Press
from bot.newsletter.build import build as build_files
from bot.newsletter.issue import roll_of
from bot.newsletter.printable import problem_of
from bot.render.variant import read_variant
from bot.services.paper.column import approved_for, next_issue, press_of
from bot.services.paper.layout import CHANNEL
from bot.services.people import hands
from bot.services.records import audit, pictures
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.store.newsletter import SignOff
from bot.workflow.actors import Actor, Permission

SIGN_OFF = "sign_off"  # in the audit log
_SHOWN = 12  # characters that tell where the overflow begins
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class Built:
    """The files of an issue; `digest` is SHA-256 over their names and bytes, in hexadecimal. `printed` are the submissions,
    `text` is theirs, as it is handed over. `over` says what does not fit its frame, a sentence for each."""

    issue: str
    files: tuple[Path, ...]
    digest: str
    printed: tuple[Submission, ...]
    text: str
    over: tuple[str, ...]


def build(ctx: Context, issue: str) -> Built:
    """The issue as it would be printed now, in a folder of the state directory that is never written again: what was seen
    stays what it was. Raises NotFound if nothing was approved for it, NewsletterError if it cannot be set."""
    press = press_of(ctx).ruled(issue)
    approved = approved_for(ctx, press.profile, issue)
    articles = [article for _, article in approved]
    home = _home(ctx, issue)
    for folder in (home.parent, home):  # of the state, which others do not read
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Setting takes seconds, and an unchanged issue gives the same files: their digest is remembered by what they are made from.
    made = home / f".made-{_key(press, articles)}"
    known = made.read_text(encoding="ascii") if made.is_file() else ""
    digest = known if known and (home / known).is_dir() else _make(press, issue, articles, home)
    made.write_text(digest, encoding="ascii")
    posts = roll_of(articles, press.profile.arrangement(issue), press.profile).posts
    chosen = {article.identity for article in posts}
    return Built(
        issue=issue,
        files=_files(home / digest),
        digest=digest,
        printed=tuple(submission for submission, _ in approved if submission.identity in chosen),
        text="\n\n".join(article.handover for article in posts),
        over=tuple(_over(home / digest, {s.identity: s.title for s, _ in approved})),
    )


def _over(folder: Path, titles: Mapping[str, str]) -> Iterator[str]:
    """Read from the fit that was built with the pages, so that it speaks of exactly these files."""
    for file in folder.glob("column-*-fit.json"):
        for frame in json.loads(file.read_bytes())["articles"]:
            if not frame["fits"]:
                # Posts under a shared headline are one frame, named by all of them.
                shown = "・".join(f"「{titles.get(name, name)}」" for name in frame["identity"].split("・"))
                yield say("{titles}：{summary}。「{first}…」から先が入りません", titles=shown, **_told(frame))


def _told(frame: Mapping[str, str]) -> dict[str, str]:
    return {"summary": frame["summary"], "first": frame["overflow"].strip("　")[:_SHOWN].partition("\n")[0]}


def _make(press: Press, issue: str, articles: Sequence[Article], home: Path) -> str:
    """The folder's name: the digest of the files in it."""
    # Built aside and put in place by one rename: a folder with a digest's name is always whole (ADR 10).
    making = Path(mkdtemp(dir=home, prefix=".making-"))
    try:
        _set(press, issue, articles, making)
        digest = _digest(_files(making))
        with suppress(OSError):  # it is there already
            making.rename(home / digest)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return digest


def _set(press: Press, issue: str, articles: Sequence[Article], folder: Path) -> None:
    """Raises NewsletterError for whatever goes wrong: the issue's page and the notice say it, and the sweep goes on."""
    try:
        build_files(articles, press, issue, folder)
    except BotError:
        raise
    except Exception as e:
        raise problem_of(said_issue(issue), e) from e


def _key(press: Press, articles: Sequence[Article]) -> str:
    """Everything that the files are made from. Setting an issue takes seconds, and its page is opened often."""
    profile = press.profile
    fonts = [Path(font) for font in (profile.body_font, profile.heading_font) if font]
    pages = [page for place in folders.templates(press.templates) for page in (place / "newsletter").glob("*")]
    program = basis_of([*(ROOT / "bot" / "newsletter").glob("*.py"), *pages, *fonts])
    return hashlib.sha256(repr((press.paper, press.protected, profile, articles, program)).encode()).hexdigest()


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("column-*")))


def export(ctx: Context, issue: str | None, directory: Path) -> tuple[Path, ...]:
    """Put the files of an issue (the next one by default) into a folder: as they were released, or, before that, as they
    would be now. Raises NotFound, NewsletterError, and StaleApproval where what was released is lost."""
    chosen = issue or next_issue(ctx, press_of(ctx).profile)
    release = released(chosen)
    # After the release an export gives the released bytes, whatever changed since (ADR 10).
    files = released_files(ctx, release) if release else build(ctx, chosen).files
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(Path(shutil.copyfile(file, directory / file.name)) for file in files)


def released(issue: str) -> SignOff | None:
    """The last 校了 of an issue."""
    return SignOff.objects.filter(issue=issue).order_by("-id").first()


def changed_since(release: SignOff, built: Built) -> tuple[Submission, ...]:
    """What is in one of them only, by its number; nothing where only the arrangement or the layout is another."""
    # Without the wide columns: only numbers are compared (ADR 9).
    before, now = {s.id: s for s in release.submissions.defer("bundle", "source")}, {s.id: s for s in built.printed}
    return tuple((before | now)[number] for number in sorted(set(before) ^ set(now)))


def released_files(ctx: Context, release: SignOff) -> tuple[Path, ...]:
    """Exactly what was released. Raises StaleApproval where it is lost and cannot be made again."""
    kept = _home(ctx, release.issue) / release.digest
    # The same input gives the same bytes, so a lost folder can be made again, and the digest proves it.
    if not kept.is_dir() and build(ctx, release.issue).digest != release.digest:
        raise StaleApproval(
            f"the released files of {release.issue} are lost",
            summary="校了にしたファイルが見つからず、いまの原稿からは同じものを作れません",
            next_step="状態の置き場（DXBOT_VAR_DIR）の issues を、控えから戻してください",
        )
    _require_untouched(kept)
    return _files(kept)


def _require_untouched(kept: Path) -> None:
    """What is handed out is what was looked at. Raises StaleApproval where somebody changed a file on the disk."""
    if _digest(_files(kept)) != kept.name:
        raise StaleApproval(
            f"the files of {kept.name[:8]} were changed on the disk",
            summary="保管していた校正刷りのファイルが、作ったときのものと違います",
            next_step="だれが変えたか確かめ、状態の置き場（DXBOT_VAR_DIR）の issues を、控えから戻してください",
        )


def file_of(ctx: Context, issue: str, digest: str, name: str) -> Path:
    """A file of exactly that build. Raises NotFound if the issue has changed since and nobody kept it."""
    kept = _home(ctx, issue) / digest
    found = [file for file in kept.glob("column-*") if file.name == name] if _DIGEST.fullmatch(digest) else []
    if not found and _DIGEST.fullmatch(digest):
        found = [file for file in build(ctx, issue).files if file == kept / name]
    if not found:
        raise NotFound(
            f"no build {digest[:8]} of {issue}",
            summary="この校正刷りは、もうありません",
            next_step="号の画面を開き直してください",
        )
    _require_untouched(kept)
    return found[0]


def _home(ctx: Context, issue: str) -> Path:
    """Where the builds of an issue are. Raises NotFound for a name that is none."""
    # The name comes from an address: it must not lead out of the folder.
    if not issue or Path(issue).name != issue or issue.startswith("."):
        raise NotFound("no such issue", summary="その号はありません", next_step="「紙面」の画面から選んでください")
    return ctx.config.var_dir / "issues" / issue


def sign_off(ctx: Context, actor: Actor, issue: str, seen_digest: str) -> None:
    """校了. Raises NotAllowed for whoever had a hand in a post of the issue, while the layout is 仮 and while a text does not
    fit its frame, StaleApproval if the files are no longer what was seen. Once is enough: a second time changes nothing."""
    actor.require(Permission.DECIDE)
    _require_confirmed_layout(ctx)
    built = build(ctx, issue)
    for submission in built.printed:
        hands.require_none(actor.person, submission, "校了に")
    # The release is of the files that the page showed, as an approval is of a digest (ADR 2, ADR 10).
    if built.digest != seen_digest:
        raise StaleApproval(
            f"issue {issue} is not what was seen",
            summary="見ていた校正刷りと、いまの校正刷りが違います",
            next_step="校正刷りを開き直して、もう一度確かめてください",
        )
    _require_fit(built)
    _require_usable(ctx, built)
    now = ctx.clock.now()
    kept = {"issue": issue, "officer": actor.person, "at": now, "text": built.text}
    with transaction.atomic():
        # Pressed twice, it is one release: the digest is unique.
        made, new = SignOff.objects.get_or_create(digest=seen_digest, defaults=kept)
        if new:
            made.submissions.set(built.printed)
            audit.record(now, actor.person, SIGN_OFF, f"issue:{issue}", digest=seen_digest)


def _require_fit(built: Built) -> None:
    """A release is of pages that hold all that was approved: what stands beyond the frame would be lost in print (ADR 10)."""
    if built.over:
        raise NotAllowed(
            f"{len(built.over)} frames of {built.issue} overflow",
            summary=say("枠に入らない文章があるため、校了にできません（{over}）", over="、".join(built.over)),
            next_step="原稿を短くして承認を受けるか、割り付けを変えてください",
        )


def _require_usable(ctx: Context, built: Built) -> None:
    """No gate stands before a printer. The paper lies about for its whole month, whenever it is released (ADR 43)."""
    moment, month = ctx.clock.now(), _MONTH.match(built.issue)
    if month:
        moment = max(moment, datetime(int(month[1]), int(month[2]), 1, tzinfo=ctx.config.timezone))
    shown = {s.id: s.title for s in built.printed if (v := read_variant(s.bundle, CHANNEL)) is not None and v.media}
    limits = pictures.of_submissions(ctx, shown)
    barred = [f"「{shown[number]}」の{limit.said}" for number in limits if (limit := reached(limits[number], moment))]
    if barred:
        raise NotAllowed(
            f"{len(barred)} posts of {built.issue} show a picture that must not be shown",
            summary=say("この号の月には出せない画像があるため、校了にできません（{barred}）", barred="、".join(barred)),
            next_step="画像を差し替えて承認を受けるか、原稿を紙面から外してください",
        )


def signed_off(built: Built) -> SignOff | None:
    """The 校了 of exactly these files; None if there was none, or they have changed since."""
    return SignOff.objects.filter(digest=built.digest).first()


def _digest(files: Sequence[Path]) -> str:
    entries = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def _require_confirmed_layout(ctx: Context) -> None:
    if not press_of(ctx).profile.confirmed:
        raise NotAllowed(
            "the layout is provisional",
            summary="紙面の寸法が仮のため、校了にできません",
            next_step="広報担当が紙面で寸法を確かめ、schedules/newsletter.yml の status を 確定 にしてください",
        )
