"""The city's pictures for people: who sees which, what they look for, and what the office writes down of each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bot.content.picture_limits import reached
from bot.errors import MediaError, NotAllowed, NotFound, Place
from bot.language import say
from bot.media import images
from bot.media.limits import ImageLimits
from bot.services.approval import review
from bot.services.delivery import consents
from bot.services.records import audit, pictures
from bot.services.records.context import Context
from bot.store import locks
from bot.store.models import Delivery, Submission
from bot.store.pictures import PictureFile, PictureRecord, PictureUse
from bot.text.storable import storable
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import DeliveryState

PEOPLE: Mapping[str, str] = {
    "none": "いない",
    "unidentifiable": "いるが、だれか分からない",
    "consented": "いる（同意を得ている）",
}
_MOST_WORDS = 5
_LONGEST_ALT = 1000
_THUMBNAIL = ImageLimits(max_width=320, max_height=320, max_bytes=40_000)


def visible(ctx: Context, actor: Actor) -> QuerySet[PictureRecord]:
    """What this person may see: one's own; what a submission shows that one may read; what citizens see. What lies with a
    draft is nobody else's, as the draft is."""
    uses = PictureUse.objects.filter(picture=OuterRef("pk"))
    read = Exists(uses.filter(submission__in=_readable(ctx, actor)))
    return PictureRecord.objects.filter(Q(added_by=actor.person) | read)


def _readable(ctx: Context, actor: Actor) -> QuerySet[Submission]:
    out = Delivery.objects.filter(submission=OuterRef("pk"), state=DeliveryState.PUBLISHED)
    own = review.readable(ctx, actor)
    # An empty Q stands for all, and would be lost beside an OR.
    return Submission.objects.filter(own | Q(Exists(out))) if own else Submission.objects.all()


def find(ctx: Context, actor: Actor, number: int) -> PictureRecord:
    """Raises NotFound for what this person may not see as for none."""
    found = visible(ctx, actor).filter(id=number).first()
    if found is None:
        raise NotFound("no such picture", summary="画像がありません", next_step="「写真」の画面で選び直してください")
    return found


def search(ctx: Context, actor: Actor, words: str, state: str) -> QuerySet[PictureRecord]:
    """The newest first; each of the words stands somewhere in what is known of the picture."""
    found = visible(ctx, actor).filter(_in_state(ctx.today, state))
    for word in words.split()[:_MOST_WORDS]:
        found = found.filter(_saying(ctx, actor, word))
    return found.order_by("-id")


def _in_state(today: date, state: str) -> Q:
    """A state that there is none of asks for nothing."""
    ended, barred = Q(until__lt=today), Q(not_from__lte=today)
    return {"usable": ~ended & ~barred, "ended": ended, "not_again": Q(not_from__isnull=False)}.get(state, Q())


def _saying(ctx: Context, actor: Actor, word: str) -> Q:
    people = [key for key, author in ctx.library.people.items() if word in author.name]
    titled = _readable(ctx, actor).filter(title__icontains=word)
    used = Exists(PictureUse.objects.filter(picture=OuterRef("pk"), submission__in=titled))
    own = Q(alt__icontains=word) | Q(credit__icontains=word) | Q(file__icontains=word)
    return own | Q(added_by__icontains=word) | Q(added_by__in=people) | Q(used)


def uses(ctx: Context, actor: Actor, records: list[PictureRecord]) -> dict[int, list[Submission]]:
    """By picture, the submissions that this person may read, the newest first, each with its deliveries at hand."""
    rows = PictureUse.objects.filter(picture__in=records, submission__in=_readable(ctx, actor)).order_by("-submission")
    wide = ("submission__bundle", "submission__source")
    found: dict[int, list[Submission]] = {}
    for use in rows.select_related("submission").defer(*wide).prefetch_related("submission__deliveries"):
        found.setdefault(use.picture_id, []).append(use.submission)
    return found


def shown_on(use: Submission) -> list[Delivery]:
    """The first part on each channel, of one that `uses` found; what was cancelled shows nothing."""
    first = (d for d in use.deliveries.all() if d.part == 0 and d.state != DeliveryState.CANCELLED)
    return sorted(first, key=lambda d: d.channel)


def problem(ctx: Context, record: PictureRecord) -> str:
    """Why it must not be used now; "" for nothing."""
    limit = reached(pictures.limits_of(ctx, record), ctx.clock.now())
    return limit.said if limit else ""


def data(ctx: Context, record: PictureRecord) -> bytes:
    """The file itself, byte for byte as it is on record. Raises NotFound where it lies nowhere any more."""
    kept = PictureFile.objects.filter(picture=record).exclude(data=None).first()
    if kept is not None and kept.data is not None:
        return bytes(kept.data)
    with suppress(OSError, ValueError):
        found = ctx.absolute(record.path).read_bytes() if record.path else b""
        if pictures.sha256(found) == record.sha256:
            return found
    raise NotFound(
        "the file is gone",
        summary="この画像のファイルは、原稿の置き場にもうありません",
        next_step="元の画像を持っている人に頼み、もう一度加えてください",
    )


def thumbnail(ctx: Context, actor: Actor, number: int) -> bytes | None:
    """A small JPEG, drawn when somebody first looks; None where nothing can be drawn."""
    record = find(ctx, actor, number)
    kept = PictureFile.objects.filter(picture=record).only("thumbnail").first()
    if kept is not None and kept.thumbnail is not None:
        return bytes(kept.thumbnail)
    with suppress(NotFound, MediaError), NamedTemporaryFile(suffix=Path(record.file).suffix) as file:
        file.write(data(ctx, record))
        file.flush()
        drawn = images.fit(Path(file.name), _THUMBNAIL, Place(path=Path(record.file))).data
        PictureFile.objects.update_or_create(picture=record, defaults={"thumbnail": drawn})
        return drawn
    return None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the office writes down of a picture: who is in it, under which number they agreed and until when; and from when on,
    and why, it is not to be used again."""

    people: str
    consent: str
    until: date | None
    not_from: date | None
    why: str


def version(record: PictureRecord) -> str:
    """Of what the office has written down; for the form."""
    return record.recorded_at.isoformat() if record.recorded_at else ""


def record(ctx: Context, actor: Actor, number: int, told: Told, seen: str) -> int:
    """Write it down, over the version `seen`; how many planned deliveries that holds. Raises NotAllowed."""
    actor.require(Permission.DECIDE)
    find(ctx, actor, number)
    _require_sense(told)
    now = ctx.clock.now()
    with transaction.atomic():
        # As a stop does: no turn after this transaction writes an intent that has not seen it (ADR 14).
        locks.shut_gate()
        found = PictureRecord.objects.select_for_update().get(id=number)
        _require_seen(found, seen)
        before = _said(found)
        for name, value in vars(told).items():
            setattr(found, name, storable(value) if isinstance(value, str) else value)
        found.recorded_by, found.recorded_at = actor.person, now
        found.save(update_fields=[*vars(told), "recorded_by", "recorded_at"])
        held = consents.hold_planned(ctx, found)
        audit.record(now, actor.person, "record_picture", f"picture:{found.id}", detail=f"{before} → {_said(found)}")
    return held


def _require_seen(record: PictureRecord, seen: str) -> None:
    """A page that was opened before must not take back what another officer has written since, unread."""
    if version(record) != seen:
        raise NotAllowed(
            "recorded meanwhile",
            summary="ほかの担当者が、先にこの画像の記録を変えました",
            next_step="上のいまの記録を見て、よければもう一度「記録する」を押してください",
            field="people",
        )


def _require_sense(told: Told) -> None:
    faults = {
        "people": (told.people not in PEOPLE, "写っている人を選んでいません", "人が写っているかどうかを選んでください"),
        "consent": (
            told.people == "consented" and not told.consent,
            "同意の記録の番号がありません",
            "同意を得た記録の番号を書いてください",
        ),
        "until": (
            told.until is not None and told.people != "consented",
            "同意を得た人がいないのに、承諾の期限があります",
            "「写っている人」を「いる（同意を得ている）」にするか、期限を消してください",
        ),
        "not_from": (
            bool(told.why) and told.not_from is None,
            "使わない理由があるのに、いつからかがありません",
            "使わない最初の日を入れるか、理由を消してください",
        ),
        "why": (
            told.not_from is not None and not told.why,
            "今後は使わない理由がありません",
            "あとで見る人に分かるように、理由を書いてください",
        ),
    }
    for field, (wrong, summary, next_step) in faults.items():
        if wrong:
            raise NotAllowed(f"no sense in {field}", summary=summary, next_step=next_step, field=field)
    _require_short(told.consent, "consent", pictures.LONGEST)
    _require_short(told.why, "why", pictures.LONGEST)


def _require_short(text: str, field: str, longest: int) -> None:
    if len(text) > longest:
        summary = say("長すぎます（{longest}字まで）", longest=longest)
        raise NotAllowed(f"{field} is too long", summary=summary, next_step="短くしてください", field=field)


def _said(found: PictureRecord) -> str:
    """For the audit log."""
    parts = {
        "people": found.people,
        "consent": found.consent,
        "until": found.until,
        "not_from": found.not_from,
        "why": found.why,
    }
    return " ".join(f"{name}={value}" for name, value in parts.items() if value) or "-"


def may_describe(actor: Actor, record: PictureRecord) -> bool:
    return actor.may(Permission.DECIDE) or (record.added_by == actor.person and actor.may(Permission.SUBMIT))


def describe(ctx: Context, actor: Actor, number: int, alt: str, credit: str) -> None:
    """Its description and credit, by the office or whoever handed it up. Raises NotAllowed."""
    found = find(ctx, actor, number)
    if not may_describe(actor, found):
        raise NotAllowed(
            "another one's picture",
            summary="ほかの人が加えた画像の説明は直せません",
            next_step="加えた人か、広報担当に頼んでください",
        )
    _require_short(alt, "alt", _LONGEST_ALT)
    _require_short(credit, "credit", pictures.LONGEST)
    before = f"alt={found.alt} credit={found.credit}"
    with transaction.atomic():
        found.alt, found.credit = storable(alt), storable(credit)
        found.save(update_fields=["alt", "credit"])
        said = f"{before} → alt={found.alt} credit={found.credit}"
        audit.record(ctx.clock.now(), actor.person, "describe_picture", f"picture:{found.id}", detail=said)


def may_remove(actor: Actor, record: PictureRecord) -> bool:
    return record.added_by == actor.person and not record.recorded_by and not record.uses.exists()


def remove(ctx: Context, actor: Actor, number: int) -> None:
    """Forget one that no submission ever showed: it was the wrong one, and is nobody else's business. Raises NotAllowed."""
    actor.require(Permission.SUBMIT)
    find(ctx, actor, number)
    with transaction.atomic():
        # Locked, so that no submission that shows it comes between the look and the act.
        found = PictureRecord.objects.select_for_update().get(id=number)
        if not may_remove(actor, found):
            raise NotAllowed(
                "in use, recorded, or another one's",
                summary="申請した原稿に使った画像と、広報担当が記録した画像は消せません",
                next_step="使わないようにするには、広報担当に「今後は使わない」の記録を頼んでください",
            )
        found.delete()
        audit.record(ctx.clock.now(), actor.person, "remove_picture", f"picture:{number}")
