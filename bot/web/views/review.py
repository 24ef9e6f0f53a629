"""The page of one submission: everything a person needs before deciding, and nothing that has to be imagined."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bot.content import post_form
from bot.content.correction import WAY_LABELS, Correction
from bot.errors import ContentError
from bot.language import say
from bot.render.appearance import Appearance, Column, appearance
from bot.render.comparison import ChannelChange, Comparison
from bot.render.variant import Media, Variant, read_bundle
from bot.services.approval import comments, compare, mentions, returned, review, sheet, suggestions
from bot.services.delivery import corrections, foresight
from bot.services.files import viewed
from bot.services.handing_in import drafts
from bot.services.paper import column, layout
from bot.services.people import hands
from bot.services.records import office_texts
from bot.services.records.context import Context
from bot.web.office import actor_of, office
from bot.web.views.queue import row, slots_of
from bot.workflow.actors import Actor, Permission
from bot.workflow.roads import ROAD_LABELS, Road
from bot.workflow.states import IN_QUEUE, SubmissionState

if TYPE_CHECKING:
    from bot.store.models import Comment, Submission


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One channel as it will look, the sentences that can be commented on, and the comments made."""

    look: Appearance
    sentences: list[comments.Sentence]
    comments: list[Comment]


@dataclass(frozen=True, kw_only=True)
class Duties:
    """What this person can do with the submission now, and what it waits for. `involved`: they had a hand in it."""

    involved: bool
    unconfirmed: bool
    heads: str
    may_decide: bool
    may_return: bool
    may_confirm: bool
    may_endorse: bool
    may_withdraw: bool


@login_required
@require_GET
def submission(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    found = review.readable_by(ctx, actor, number)
    # Before this visit is written down, or the page would compare the submission with itself.
    seen, approved = viewed.last_seen(actor, found), viewed.last_approved(found)
    against = approved if request.GET.get("against") == "approved" or seen is None else seen
    viewed.record(ctx, actor, found)
    mentions.see(ctx, actor, found)
    before = returned.before(ctx, actor, found)
    points = before.points if before else []
    remarks = comments.of_post(ctx, actor, found)
    still_open = [c for c in remarks if c.settled_at is None]
    shown = {
        "submission": found,
        "row": row(ctx, ctx.library, slots_of(ctx), found, True, False),
        "channels": shown_channels(ctx, found),
        "duties": duties(ctx, actor, found),
        "done": sheet.steps(ctx, found),
        "seen": seen,
        "approved": approved,
        "against": against,
        "changes": shown_changes(ctx, compare.between(against, found), against, found) if against else None,
        "points": points,
        "earlier": [c for c in remarks if c.submission_id != found.id and c not in points],
        "open_remarks": still_open,
        "suggestions": suggestions.of_post(ctx, actor, found),
        "passages": _passages(found) if suggestions.may_suggest(ctx, actor, found) else [],
        "readers": {person: name for person, name in mentions.readers(ctx, found).items() if person != actor.person},
        "phrases": office_texts.phrases(ctx),
        "absent": review.absent_deciders(actor, found),
        "road": _road(found.road),
        "open_comments": len(still_open),
        "times": _times(ctx, found),
        "asked_for": returned.of(found),
        "may_mend": drafts.may_reopen(ctx, actor, found),
        "may_list_words": actor.may(Permission.DECIDE),
        "hands": shown_hands(found),
        "correction": shown_correction(ctx, found),
    }
    return render(request, "submission.html", shown)


def _passages(found: Submission) -> list[str]:
    """The author's own sentences, from which a suggestion quotes."""
    return [text for text in post_form.prose(post_form.read(Path(found.path), found.source)).values() if text]


@dataclass(frozen=True, kw_only=True)
class Times:
    """Of what waits, when each channel would get it; of what was approved, when it goes out. `planned` is for the form. `late`:
    the wished time has passed; `next` are the times of the next free slots then."""

    foreseen: list[foresight.Foreseen]
    planned: str
    late: bool
    next: list[foresight.Foreseen]


def _times(ctx: Context, found: Submission) -> Times:
    if found.state not in IN_QUEUE:
        return Times(foreseen=foresight.settled(ctx, found), planned="", late=False, next=[])
    foreseen, late = foresight.foresee(ctx, found), foresight.is_late(ctx, found)
    planned = foresight.written(ctx, [(f.channel, f.due) for f in foreseen if f.due is not None])
    return Times(
        foreseen=foreseen, planned=planned, late=late, next=foresight.foresee(ctx, found, next_slot=True) if late else []
    )


def shown_channels(ctx: Context, found: Submission) -> list[Shown]:
    city, own = ctx.library.city, comments.by_place(found)

    def address(media: Media) -> str:
        return reverse("preview_media", args=(found.id, media.sha256))

    return [
        Shown(
            look=appearance(ctx.spec(v.channel), v, city, address, _column(ctx, found, v)),
            sentences=list(comments.sentences(found, v.channel)),
            comments=[c for c in own if c.channel == v.channel],
        )
        # The stored Bundle, not the files: decided on is what was handed in (ADR 2).
        for v in read_bundle(found.bundle).variants
    ]


def _column(ctx: Context, found: Submission, variant: Variant) -> Column | None:
    """None also for a post of old whose author or pictures are no longer in the content folder: its text is still shown."""
    if variant.channel != layout.CHANNEL:
        return None
    try:
        return layout.column(ctx, column.post_of(ctx, found), column.with_pictures(found, variant))
    except ContentError:
        return None


@dataclass(frozen=True, kw_only=True)
class ShownCorrection:
    """`ways` are the channels with what happens there."""

    correction: Correction
    ways: list[tuple[str, str]]


def shown_correction(ctx: Context, found: Submission) -> ShownCorrection | None:
    correction = corrections.of(found)
    if correction is None:
        return None
    specs = [ctx.spec(key) for key in found.channels]
    ways = [(spec.label, say(WAY_LABELS[way])) for spec in specs if (way := spec.way(correction))]
    if layout.CHANNEL in found.channels:
        told = say("載ったあとなら次の号の訂正の欄に入れ、まだなら文を差し替える")
        ways.append((ctx.spec(layout.CHANNEL).label, told))
    return ShownCorrection(correction=correction, ways=ways)


@dataclass(frozen=True, kw_only=True)
class ShownChanges:
    """`old` and `new` are the submissions of which pictures can be shown, None where there is none."""

    channels: list[tuple[str, ChannelChange]]
    comparison: Comparison
    old: int
    new: int | None


def shown_changes(ctx: Context, comparison: Comparison, old: Submission, new: Submission | None) -> ShownChanges:
    """Channels in which the very same words changed are shown as one."""
    alike: dict[object, list[ChannelChange]] = {}
    for change in comparison.channels:
        alike.setdefault(_changed(change), []).append(change)
    together = [("・".join(ctx.spec(c.channel).label for c in group), group[0]) for group in alike.values()]
    return ShownChanges(channels=together, comparison=comparison, old=old.id, new=new.id if new else None)


def _changed(change: ChannelChange) -> object:
    """What is new in a change, without the text around it and the channel's own copy of a picture."""
    words = tuple((p.kind, p.text.strip()) for p in change.text if p.kind in ("added", "removed"))
    pictures = tuple((p.old is None, p.new is None, p.alt) for p in change.pictures)
    return words, pictures, change.new, change.gone


@dataclass(frozen=True, kw_only=True)
class ShownHand:
    """A hand in it, in words; `commit` is short. Without a commit, `commit` and `signature` are ""."""

    road: str
    people: tuple[str, ...]
    commit: str
    signature: str


def shown_hands(found: Submission) -> list[ShownHand]:
    return [
        ShownHand(
            road=_road(kept["road"]),
            people=tuple(kept["people"]),
            commit=kept["commit"][:12],
            signature=("署名あり" if kept.get("signed") else "署名なし") if kept["commit"] else "",
        )
        for kept in found.hands
    ]


def _road(name: str) -> str:
    """ "" for what was handed in before roads were kept."""
    return ROAD_LABELS[Road(name)] if name else ""


def duties(ctx: Context, actor: Actor, found: Submission) -> Duties:
    own, involved = actor.person in (found.author, found.submitted_by), actor.person in hands.contributors(found)
    waiting = found.state in IN_QUEUE
    unconfirmed = found.needs_confirmation and found.state == SubmissionState.SUBMITTED
    heads = review.heads_missing(found) if waiting else []
    decides = actor.may(Permission.DECIDE)
    return Duties(
        involved=involved,
        unconfirmed=unconfirmed,
        heads="・".join(heads),
        may_decide=waiting and decides and not (involved or unconfirmed or heads),
        may_return=waiting and decides,
        may_confirm=unconfirmed and not involved and actor.may(Permission.CONFIRM) and review.may_confirm(ctx, actor, found),
        may_endorse=actor.person in heads and actor.may(Permission.CONFIRM),
        may_withdraw=(waiting or found.state == SubmissionState.APPROVED) and (own or decides),
    )
