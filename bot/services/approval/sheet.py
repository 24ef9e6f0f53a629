"""The 起案 sheet of a submission: what is proposed and who decided, on paper or as an attachment to the office's own system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bot.errors import ConfigError
from bot.render.variant import Bundle, Variant, read_bundle
from bot.services.records.context import Context
from bot.store.models import Decision, Submission
from bot.text.control import visible
from bot.text.moments import day, minute
from bot.workflow.transitions import Action

ACTION_LABELS: Mapping[str, str] = {
    Action.CONFIRM: "リーダーの確認",
    Action.ENDORSE: "所属長の確認",
    Action.APPROVE: "承認",
    Action.UNDO: "承認を元に戻した",
    Action.RETURN: "差し戻し",
    Action.WITHDRAW: "取り下げ",
    Action.CLOSE: "まだ出ていない分の取り下げ",
}
QUESTION = "次のとおり配信してよろしいか伺います。"
# On every Windows since 2018, and made to be read by everybody (UD).
_FONT = "BIZ UDゴシック"
_BLANK = "　　年　　月　　日"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One decision, in words."""

    at: datetime
    what: str
    who: str
    note: str
    good: bool
    bad: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    submission: Submission
    author: str
    office: str
    city: str
    reference: str
    wish: str
    decided_at: datetime | None
    steps: list[Step]
    texts: list[tuple[str, Variant]]


def sheet(ctx: Context, submission: Submission) -> Sheet:
    bundle: Bundle = read_bundle(submission.bundle)
    decisions = _decisions(submission)
    # One that was taken back at once is none; the newest of both says which it was.
    last = next((d for d in reversed(decisions) if d.action in (Action.APPROVE, Action.UNDO)), None)
    approval = last if last and last.action == Action.APPROVE else None
    city = ctx.library.city
    return Sheet(
        submission=submission,
        author=author_of(ctx, submission),
        office=city.office,
        city=city.name,
        reference=visible(approval.reference) if approval else "",
        wish=_wish(ctx, submission),
        decided_at=approval.at if approval else None,
        steps=[_step(ctx, d) for d in decisions],
        texts=[(ctx.spec(v.channel).label, v) for v in bundle.variants],
    )


def name_of(ctx: Context, person: str) -> str:
    """As people.yml has it; the log-in name of whoever is not there, or while it cannot be read."""
    try:
        known = ctx.library.people.get(person)
    except ConfigError:
        return person
    return known.name if known else person


def author_of(ctx: Context, submission: Submission) -> str:
    """Department and name, the department once: many names of people.yml begin with it."""
    name = name_of(ctx, submission.author)
    return name if name.startswith(submission.department) else f"{submission.department}　{name}"


def steps(ctx: Context, submission: Submission) -> list[Step]:
    """Every decision so far, oldest first."""
    return [_step(ctx, d) for d in _decisions(submission)]


def _decisions(submission: Submission) -> list[Decision]:
    return list(submission.decisions.order_by("at", "id"))


def _step(ctx: Context, decision: Decision) -> Step:
    notes = [decision.reason] if decision.reason else []
    if decision.on_behalf_of:
        when = decision.countersigned_at
        seen = f"{_day(ctx, when)} 後閲済み" if when else "後閲を待っています"
        notes.append(f"代決（{name_of(ctx, decision.on_behalf_of)} の不在のため。{seen}）")
    if decision.reference:
        notes.append(f"決裁番号 {decision.reference}")
    return Step(
        at=decision.at,
        what=ACTION_LABELS[decision.action],
        who=name_of(ctx, decision.actor),
        note=visible("　".join(notes)),  # a Word file can hold no control character
        good=decision.action == Action.APPROVE,
        bad=decision.action == Action.RETURN,
    )


def _wish(ctx: Context, submission: Submission) -> str:
    if submission.publish_at:
        return ctx.said(submission.publish_at, with_year=True)
    if not submission.slot:
        return "次の空いている配信枠"
    try:
        slot = ctx.rules.slots.get(submission.slot)
    except ConfigError:
        slot = None
    return f"次の{slot.at:%H:%M}の枠" if slot else f"配信枠「{submission.slot}」の次の空き"


def _day(ctx: Context, moment: datetime | None) -> str:
    return day(moment.astimezone(ctx.config.timezone), with_year=True) if moment else _BLANK


def as_docx(ctx: Context, made: Sheet) -> bytes:
    """The sheet as a Word file: named fonts only, no macro."""
    document = Document()
    _page(document)
    document.add_heading("起案用紙", level=1)
    submission = made.submission
    rows = [
        ("件名", f"SNS等への掲載について（{submission.told_title}）"),
        ("申請番号", str(submission.id)),
        ("決裁番号", made.reference),
        ("起案年月日", _day(ctx, submission.submitted_at)),
        ("決裁年月日", _day(ctx, made.decided_at)),
        ("起案者", made.author),
        ("施策", submission.measure),
        ("配信先", "・".join(label for label, _ in made.texts)),
        ("希望の時刻", made.wish),
        ("照合番号", submission.digest[:12]),
    ]
    _table(document, rows)
    document.add_paragraph(QUESTION)
    _stamps(document, made.office)
    for label, variant in made.texts:
        document.add_heading(label, level=2)
        for part in variant.parts:
            document.add_paragraph(part.text)
        for media in variant.media:
            # The kept bytes, not the file's: the sheet shows what is decided on, whatever the folder holds now (ADR 2).
            picture = submission.blobs.get(sha256=media.sha256)
            document.add_picture(BytesIO(bytes(picture.data)), width=Mm(60))
            document.add_paragraph(f"画像の説明：{media.alt}")
    _course(ctx, document, made)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(22)
    for name in ("Normal", "Heading 1", "Heading 2"):
        font = document.styles[name].font
        font.name = _FONT
        # Word takes the font of Japanese letters from eastAsia alone; font.name sets the Latin one.
        document.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    document.styles["Normal"].font.size = Pt(10.5)


def _table(document: Any, rows: list[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for name, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
        cells[0].width, cells[1].width = Mm(35), Mm(131)


def _stamps(document: Any, office: str) -> None:
    # Offices that have not given up seals print the sheet, so the boxes stay.
    """Empty boxes for those who still decide on paper."""
    table = document.add_table(rows=2, cols=4, style="Table Grid")
    for cell, name in zip(table.rows[0].cells, ("担当", "所属長", f"{office} 担当", f"{office}長"), strict=True):
        cell.text = name
    table.rows[1].height = Mm(18)


def _course(ctx: Context, document: Any, made: Sheet) -> None:
    if made.steps:
        document.add_heading("決裁の経過", level=2)
    for done in made.steps:
        moment = done.at.astimezone(ctx.config.timezone)
        document.add_paragraph(f"{minute(moment, with_year=True)}　{done.what}　{done.who}　{done.note}".rstrip())
