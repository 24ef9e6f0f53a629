"""A correction's deliveries: which post each puts right, and how; see ADR 31."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from bot.content.correction import WAY_LABELS, Correction, Way
from bot.errors import NotAllowed, NotFound
from bot.language import say
from bot.render.variant import Bundle, ChannelSpec, Variant, read_variant
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.kinds import Kind
from bot.workflow.states import IN_DOUBT, OCCUPIED, PENDING, DeliveryState

_HAS_BEEN_OUT = (OCCUPIED - PENDING) | {DeliveryState.REMOVED}
_MAY_BE_OUT = IN_DOUBT | {DeliveryState.PUBLISHING}


def of(submission: Submission) -> Correction | None:
    """What it corrects, None for what is no correction."""
    kept = submission.correction
    if not kept:
        return None
    ways = {key: Way(way) for key, way in kept["ways"].items()}
    return Correction(kind=kept["kind"], wrong=kept["wrong"], right=kept["right"], ways=ways)


def version(identity: str, correction: Correction | None) -> int:
    """Which one a submission of this post is that is handed in now, counted from 1."""
    out = Delivery.objects.filter(identity=identity, state__in=sorted(_HAS_BEEN_OUT)).aggregate(last=Max("version"))["last"]
    return (out or 0) + 1 if correction else out or 1


def standing(identity: str, channel: str) -> Delivery | None:
    """The newest version's first part that is out there."""
    rows = Delivery.objects.filter(identity=identity, channel=channel, part=0, state=DeliveryState.PUBLISHED)
    return rows.select_related("submission").order_by("-version", "-id").first()


def require_fit(ctx: Context, bundle: Bundle, correction: Correction) -> None:
    """Raises NotFound where nothing of the post is out, NotAllowed for a way that is none on its channel as it is now."""
    out = {v.channel: standing(bundle.identity, v.channel) for v in bundle.variants}
    if not Delivery.objects.filter(identity=bundle.identity, state__in=sorted(_HAS_BEEN_OUT)).exists():
        raise NotFound(
            "nothing to correct",
            summary="この原稿はまだ出ていないため、訂正するものがありません",
            next_step="先頭の設定から correction: を消して、ふつうに申請してください",
        )
    for variant in bundle.variants:
        spec = ctx.spec(variant.channel)
        if (way := spec.way(correction)) is not None:
            _require_way(spec, way, variant, out[variant.channel])


def _require_way(spec: ChannelSpec, way: Way, variant: Variant, old: Delivery | None) -> None:
    offered = "・".join((*spec.corrects_by, Way.NONE))
    next_step = say("correction: の {channel} を {offered} から選んでください", channel=spec.key, offered=offered)
    if way not in spec.corrects_by:
        raise NotAllowed(
            f"no {way} on {spec.key}",
            summary=say("{label}では「{way}」はできません", label=spec.label, way=say(WAY_LABELS[way])),
            next_step=next_step,
        )
    if way == Way.LINKED and (old is None or not (old.remote_id or spec.by_hand)):
        raise NotAllowed(
            f"nothing stands on {spec.key}",
            summary=say("{label}には出ている投稿がないため、訂正の投稿だけを出すことはできません", label=spec.label),
            next_step=next_step,
        )
    before = read_variant(old.submission.bundle, spec.key) if old else None
    same = before is None or [m.sha256 for m in before.media] == [m.sha256 for m in variant.media]
    if way == Way.EDIT and not same:
        raise NotAllowed(
            "other pictures",
            summary=say("{label}では、出ている投稿の画像は取り替えられません", label=spec.label),
            next_step=next_step,
        )


def kind_of(submission: Submission) -> Kind:
    """What corrects an emergency text goes out during the disaster, as the text itself does (ADR 14)."""
    return Kind.EMERGENCY if submission.kind == Kind.EMERGENCY else Kind.CORRECTION


def fields(ctx: Context, submission: Submission, channel: str) -> Mapping[str, Any]:
    """Of the deliveries on this channel, in the transaction of the approval. Raises NotAllowed while it is not known whether
    what is to be corrected is out."""
    correction = of(submission)
    way = ctx.spec(channel).way(correction) if correction else None
    plain = {"version": submission.version, "kind": Kind(submission.kind)}
    if correction is None or way is None:
        return plain
    rows = Delivery.objects.filter(identity=submission.identity, channel=channel, version__lt=submission.version)
    if rows.filter(state__in=sorted(_MAY_BE_OUT)).exists():
        raise NotAllowed(
            "not known whether it is out",
            summary=say("{label}に出たかどうか分からない投稿があるため、まだ訂正できません", label=ctx.spec(channel).label),
            next_step="先に「配信」の画面で決着させてください",
        )
    old = standing(submission.identity, channel)
    if old is None:  # what never went out, or was taken down, is put right by publishing it
        return plain
    named = old.remote_id if way in (Way.EDIT, Way.LINKED) else ""
    kept = {"version": submission.version, "kind": kind_of(submission), "way": way, "replaces": old}
    # An edit and a reply alike belong to a post that is there; an edited one is known by its first number.
    return {**kept, "parent_remote_id": named}
