"""The city's own word list, content/words.yml, written in the browser: one officer proposes a word, another one accepts it, and
it is committed as theirs, like a post. It holds when the sync has taken that commit's shared files in (ADR 17)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from django.db import transaction
from django.db.models import Q

from bot.content.words import Word, load_words
from bot.errors import BotError, FileError, NotAllowed, NotFound
from bot.language import say
from bot.repository.commit import WORDS, Conflict
from bot.services.handing_in import branch, sync
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.store.words import WordProposal
from bot.text.storable import storable
from bot.workflow.actors import Actor, Permission
from bot.workflow.transitions import Action

_LONGEST, _LONGEST_REASON = 40, 200  # characters, as the columns are wide
_TRIES = 3  # times that somebody else may be quicker
_OTHER_PERSON = "ほかの広報担当に頼んでください"


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A word that waits for a second person. `returned`: so many posts came back over it."""

    row: WordProposal
    returned: int


def waiting() -> list[Proposed]:
    """What came back most often first."""
    rows = WordProposal.objects.filter(accepted=None).order_by("id")
    return sorted((Proposed(row=row, returned=returned(row.wrong)) for row in rows), key=lambda one: -one.returned)


def returned(word: str) -> int:
    """How many posts were returned over this word: it stands in the reason, or somebody remarked on it."""
    back = Q(decisions__action=Action.RETURN)
    over = Q(decisions__reason__contains=word) | Q(comments__quote__contains=word) | Q(comments__body__contains=f"「{word}」")
    return Submission.objects.filter(back, over).values("identity").distinct().count()


def propose(ctx: Context, actor: Actor, wrong: str, right: str, reason: str = "") -> WordProposal:
    """Raises NotAllowed, saying what to write."""
    actor.require(Permission.DECIDE)
    word = Word(wrong=_clean(wrong), right=_clean(right), reason=_clean(reason))
    _require_sense(ctx, word)
    now = ctx.clock.now()
    with transaction.atomic():
        row, made = WordProposal.objects.get_or_create(
            wrong=word.wrong,
            accepted=None,
            defaults={"right": word.right, "reason": word.reason, "proposed_by": actor.person, "proposed_at": now},
        )
        if not made:
            raise _refused(say("「{wrong}」は、すでに提案されています", wrong=word.wrong), "下の提案を見てください", "wrong")
        audit.record(now, actor.person, "propose_word", f"word:{row.id}", detail=f"{word.wrong} → {word.right}")
    return row


def accept(ctx: Context, actor: Actor, number: int) -> WordProposal:
    """Commit the word as this person. Raises NotAllowed for one's own, and what `branch.commit_as` raises; it waits then.
    Whoever dies in between leaves it decided and out of the list: it may be proposed anew."""
    actor.require(Permission.DECIDE)
    row = _open(number)
    if row.proposed_by == actor.person:
        raise _refused("提案した本人は、受け入れられません", _OTHER_PERSON)
    _decide(ctx, actor, row, accepted=True)  # first, for of two who press at once one only may commit
    try:
        _commit(ctx, actor, row)
    except BaseException:
        _reopen(ctx, actor, row)
        raise
    with suppress(BotError):  # it was asked for: if not now, then soon
        sync.sync(ctx)
    return row


def decline(ctx: Context, actor: Actor, number: int) -> None:
    actor.require(Permission.DECIDE)
    _decide(ctx, actor, _open(number), accepted=False)


def _clean(text: str) -> str:
    return " ".join(storable(text).split())


def _refused(summary: str, next_step: str, field: str = "") -> NotAllowed:
    return NotAllowed("no such word", summary=summary, next_step=next_step, field=field)


def _require_sense(ctx: Context, word: Word) -> None:
    if not word.wrong or not word.right:
        missing = "right" if word.wrong else "wrong"
        raise _refused("直すまえの言葉と、市での書き方の両方が要ります", "二つとも書いてください", missing)
    longest = {"wrong": _LONGEST, "right": _LONGEST, "reason": _LONGEST_REASON}
    if too_long := [name for name, most in longest.items() if len(getattr(word, name)) > most]:
        said = say("言葉は{most}字、理由は{reason}字までです", most=_LONGEST, reason=_LONGEST_REASON)
        raise _refused(said, "短くしてください", too_long[0])
    if word.wrong == word.right:
        raise _refused("直すまえの言葉と、市での書き方が同じです", "違う書き方を書いてください", "right")
    known: Mapping[str, Word] = {one.wrong: one for one in ctx.library.words}
    if word.wrong in known:
        summary = say("「{wrong}」は、もう「{right}」と書くことになっています", wrong=word.wrong, right=known[word.wrong].right)
        raise _refused(summary, "変えるときは、content/words.yml を直してください", "wrong")
    if any(one.wrong == word.right for one in known.values()):
        raise _refused(
            say("「{right}」は、市では書かない言葉です", right=word.right), "いまの市での書き方を書いてください", "right"
        )


def _open(number: int) -> WordProposal:
    row = WordProposal.objects.filter(id=number, accepted=None).first()
    if row is None:
        raise _gone()
    return row


def _gone() -> NotFound:
    return NotFound("no such proposal", summary="待っている提案がありません", next_step="画面を開き直してください")


def _decide(ctx: Context, actor: Actor, row: WordProposal, *, accepted: bool) -> None:
    now = ctx.clock.now()
    with transaction.atomic():
        decided = {"accepted": accepted, "decided_by": actor.person, "decided_at": now}
        if not WordProposal.objects.filter(id=row.id, accepted=None).update(**decided):
            raise _gone()
        verb = "accept_word" if accepted else "decline_word"
        audit.record(now, actor.person, verb, f"word:{row.id}", detail=f"{row.wrong} → {row.right}")


def _reopen(ctx: Context, actor: Actor, row: WordProposal) -> None:
    """It was not committed: it waits again, or gives way to a proposal of the same word that was made meanwhile."""
    with transaction.atomic():
        again = not WordProposal.objects.filter(wrong=row.wrong, accepted=None).exists()
        undone = {"accepted": None, "decided_by": "", "decided_at": None} if again else {"accepted": False}
        WordProposal.objects.filter(id=row.id).update(**undone)
        audit.record(ctx.clock.now(), actor.person, "reopen_word", f"word:{row.id}", detail=f"{row.wrong} → {row.right}")


def _commit(ctx: Context, actor: Actor, row: WordProposal) -> None:
    message = f"言葉の表：「{row.wrong}」→「{row.right}」（提案：{row.proposed_by}）"
    for _ in range(_TRIES):
        base = branch.head(ctx)
        text = _with(branch.read(ctx, WORDS, base) or b"", _entry(ctx, row))
        if not isinstance(branch.commit_as(ctx, actor, {WORDS: text}, message, base), Conflict):
            return
    raise _refused("ほかの人が同じファイルを変えています", "少し待って、もう一度押してください")


def _entry(ctx: Context, row: WordProposal) -> Mapping[str, Mapping[str, object]]:
    since = row.proposed_at.astimezone(ctx.config.timezone).date()
    return {row.wrong: {"right": row.right, **({"reason": row.reason} if row.reason else {}), "since": since}}


def _with(old: bytes, entry: Mapping[str, Mapping[str, object]]) -> bytes:
    """The file with a line more; what stands in it, comments too, stays as it is. Raises NotAllowed where it cannot be read
    then: a set with a bad file would hold back all the others (ADR 12)."""
    line = yaml.safe_dump(dict(entry), allow_unicode=True, default_flow_style=None, sort_keys=False, width=10_000)
    new = old.rstrip(b"\n") + b"\n" * bool(old.strip()) + line.encode()
    with TemporaryDirectory(prefix="dxbot-words-") as folder:
        file = Path(folder) / WORDS
        file.write_bytes(new)
        try:
            load_words(file)
        except FileError as e:
            raise _refused(say("言葉の表に加えると、{line}行目が読めなくなります", line=e.place.line), e.next_step) from None
    return new
