"""Sample sentences and sets of hashtags changed by the office: by one officer, at once, for what goes out with them still takes
two people (ADR 44)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction

from bot.errors import AlreadyDecided, NotAllowed
from bot.language import say
from bot.services.delivery import rule_faults
from bot.services.delivery.rule_faults import Fault
from bot.services.records import audit, office_texts
from bot.services.records.context import Context
from bot.services.records.office_texts import Kind, Line
from bot.store.office_texts import OfficeText
from bot.text.storable import storable
from bot.text.tokens import is_hashtag
from bot.workflow.actors import Actor, Permission

CHANGED = "change_text"
LONGEST_NAME, LONGEST_PHRASE, LONGEST_TAG = 40, 1000, 50  # characters; the first as the column is wide
MOST_TAGS, MOST_TEXTS = 10, 100
KIND_LABELS: Mapping[Kind, str] = {Kind.PHRASE: "差し戻しの文例", Kind.HASHTAGS: "ハッシュタグの組"}


class Act(StrEnum):
    """A new one, another content, not to be offered any more, or as the file has it."""

    NEW = "new"
    SAY = ""
    GIVE_UP = "gone"
    RESTORE = "file"


@dataclass(frozen=True, kw_only=True)
class TextChange:
    """`seen` is the number of the last row of this name that the person saw, 0 where there was none."""

    kind: Kind
    name: str
    act: Act
    content: str
    seen: int

    @property
    def value(self) -> str | None:
        """As the column has it."""
        return {Act.GIVE_UP: "", Act.RESTORE: None}.get(self.act, self.content)


def typed(kind: Kind, text: str) -> str:
    """A content as it was typed, in the form in which it is kept: hashtags without their signs, none twice."""
    if kind == Kind.HASHTAGS:
        return " ".join(dict.fromkeys(tag for word in storable(text).split() if (tag := word.lstrip("#＃"))))
    return storable(text).replace("\r\n", "\n").strip()


def shown(kind: Kind, content: str) -> str:
    """A content as people read it."""
    return " ".join(f"#{tag}" for tag in content.split()) if kind == Kind.HASHTAGS else content


def told(kind: Kind, value: str | None) -> str:
    """A row's content, in words."""
    if value is None:
        return say("ファイルのとおりに戻す")
    return shown(kind, value) or say("やめる")


def before(ctx: Context, change: TextChange) -> Line | None:
    """What stands under this name now. Raises FileError."""
    return next((line for line in office_texts.lines(ctx, change.kind) if line.name == change.name), None)


def faults(ctx: Context, change: TextChange, why: str) -> list[Fault]:
    """All that is wrong. Raises FileError while the file cannot be read."""
    lines = office_texts.lines(ctx, change.kind)
    line = next((line for line in lines if line.name == change.name), None)
    offered = sum(not line.gone for line in lines)
    about = _of_new(change, line, offered) if change.act == Act.NEW else _of_known(change, line)
    return [*about, *_of_content(change), *rule_faults.reason(why)]


def make(ctx: Context, actor: Actor, change: TextChange, why: str) -> OfficeText:
    """Raises NotAllowed, FileError; AlreadyDecided where somebody else has changed the same text since."""
    actor.require(Permission.DECIDE)
    follows = _last(change)  # asked before the faults: who comes between the two is seen by the constraint
    for fault in faults(ctx, change, why):
        raise NotAllowed(fault.summary, summary=fault.summary, next_step=fault.next_step, field=fault.field)
    with transaction.atomic():
        row = OfficeText(
            kind=change.kind,
            name=change.name,
            content=change.value,
            why=why.strip(),
            changed_by=actor.person,
            changed_at=ctx.clock.now(),
            follows=follows,
        )
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise _changed_since() from None
        said = f"{say(KIND_LABELS[change.kind])}「{row.name}」：{told(change.kind, row.content)}（{row.why}）"
        audit.record(row.changed_at, actor.person, CHANGED, f"text:{row.id}", detail=said)
    return row


def _last(change: TextChange) -> int:
    rows = OfficeText.objects.filter(kind=change.kind, name=change.name).order_by("-id")
    last = rows.values_list("id", flat=True).first() or 0
    # A name that nobody is offered any more may have rows all the same.
    if change.act != Act.NEW and last != change.seen:
        raise _changed_since()
    return last


def _changed_since() -> AlreadyDecided:
    return AlreadyDecided(
        "the text has changed since",
        summary="確かめている間に、ほかの人が同じものを変えました",
        next_step="いまの内容を確かめて、もう一度変えてください",
    )


def _of_new(change: TextChange, line: Line | None, offered: int) -> Iterator[Fault]:
    if not change.name:
        yield Fault(field="name", summary="名前がありません", next_step="何のためのものかを、短く書いてください")
    if len(change.name) > LONGEST_NAME:
        yield Fault(field="name", summary="名前が長すぎます", next_step=_most(LONGEST_NAME))
    if line is not None:
        said = say("「{name}」は、もうあります", name=change.name)
        yield Fault(field="name", summary=said, next_step="別の名前にするか、いまのものを変えてください")
    if offered >= MOST_TEXTS:
        said = say("{most}件までです", most=MOST_TEXTS)
        yield Fault(field="name", summary=said, next_step="使わないものをやめてから、加えてください")


def _of_known(change: TextChange, line: Line | None) -> Iterator[Fault]:
    if line is None or len(change.name) > LONGEST_NAME:
        yield Fault(field="", summary="その名前のものは、ここでは変えられません", next_step="画面を開き直してください")
    elif change.value == (line.row.content if line.row else None) or (change.value == line.content and not line.gone):
        yield Fault(field="content", summary="いまと同じです", next_step="変えるところを直してください")
    elif change.act == Act.RESTORE and line.file is None:
        yield Fault(field="", summary="その名前のものは、ファイルにありません", next_step="画面を開き直してください")


def _of_content(change: TextChange) -> Iterator[Fault]:
    if change.act not in (Act.NEW, Act.SAY):
        return
    if change.kind == Kind.HASHTAGS:
        yield from _of_tags(change.content.split())
    elif not change.content:
        yield Fault(field="content", summary="文がありません", next_step="書いた人に伝える文を書いてください")
    elif len(change.content) > LONGEST_PHRASE:
        yield Fault(field="content", summary="文が長すぎます", next_step=_most(LONGEST_PHRASE))


def _of_tags(tags: list[str]) -> Iterator[Fault]:
    if not tags:
        yield Fault(field="content", summary="ハッシュタグがありません", next_step="一つ以上、空白で区切って書いてください")
    if len(tags) > MOST_TAGS:
        said = say("{most}個までにしてください", most=MOST_TAGS)
        yield Fault(field="content", summary="ハッシュタグが多すぎます", next_step=said)
    for tag in tags[:MOST_TAGS]:
        if len(tag) > LONGEST_TAG:
            said = say("「#{tag}…」が長すぎます", tag=tag[:20])
            yield Fault(field="content", summary=said, next_step=_most(LONGEST_TAG))
        elif not is_hashtag(tag):
            said = say("「#{tag}」は、途中で切れるか、ハッシュタグになりません", tag=tag)
            advice = "空白や記号を入れず、文字を一つは入れてください（数字だけのものは、ただの文になります）"
            yield Fault(field="content", summary=said, next_step=advice)


def _most(count: int) -> str:
    return say("{most}字までにしてください", most=count)
