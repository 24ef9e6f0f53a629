"""公文書: the record of one post as data, from the database: what was written, said, decided, sent, put right, taken down.

What was deleted at a platform stays in it. Names of staff are in it; `record_redaction` makes the copy without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from bot.errors import BotError, NotFound
from bot.language import say
from bot.render.variant import read_variant
from bot.services.pages.achievement_files import figure
from bot.services.records.context import Context
from bot.store.models import Attempt, AuditEntry, Comment, Decision, Delivery, Submission, Viewing
from bot.store.newsletter import Erratum, PrintedText, SignOff
from bot.store.talk import Mention, Suggestion
from bot.store.threads import Removal, ThreadDecision
from bot.workflow.actors import Actor, Permission

PROVISIONAL = "仮"
_INDICATOR = re.compile(r"indicator\.(\w+)")
Sections = dict[str, Any]


def find(ctx: Context, actor: Actor, number: int) -> Submission:
    """Of whoever reads everything; the newest submission of the same post. Raises NotAllowed, NotFound."""
    actor.require(Permission.READ_ALL)
    asked = Submission.objects.filter(id=number).first()
    if asked is None:
        raise NotFound(
            f"no submission {number}",
            summary=say("申請 {submission_id} はありません", submission_id=number),
            next_step="「記録」の画面で番号を確かめてください",
        )
    newest = Submission.objects.filter(identity=asked.identity).order_by("-id").first()
    return newest or asked


def sections(ctx: Context, post: Submission) -> Sections:
    """Everything of the post, by section; times in the office's zone with their offset."""
    versions = list(Submission.objects.filter(identity=post.identity).order_by("id"))
    numbers = [s.id for s in versions]
    deliveries = list(Delivery.objects.filter(submission__in=numbers).select_related("submission").order_by("id"))
    return {
        "record": _about(ctx, post),
        "submissions": [_submission(ctx, s) for s in versions],
        "decisions": _rows(ctx, Decision.objects.filter(submission__in=numbers), _DECISION),
        "seen": _rows(ctx, Viewing.objects.filter(submission__in=numbers), ("submission_id", "person", "at")),
        "comments": _rows(ctx, Comment.objects.filter(submission__in=numbers), _COMMENT),
        "suggestions": _rows(ctx, Suggestion.objects.filter(submission__in=numbers), _SUGGESTION),
        "mentions": _rows(ctx, Mention.objects.filter(comment__submission__in=numbers), _MENTION),
        "deliveries": [_delivery(ctx, d) for d in deliveries],
        "attempts": _rows(ctx, Attempt.objects.filter(delivery__in=[d.id for d in deliveries]), _ATTEMPT),
        "taken_down": _rows(ctx, ThreadDecision.objects.filter(submission__in=numbers), _TAKE_DOWN),
        "removals": _rows(ctx, Removal.objects.filter(delivery__in=[d.id for d in deliveries]), _REMOVAL),
        "paper": _paper(ctx, versions),
        "readings": _readings(ctx, versions),
    }


def entries(sections_: Sections) -> list[AuditEntry]:
    """What the audit log has about the post, oldest first."""
    own = [f"submission:{s['id']}" for s in sections_["submissions"]] + [f"delivery:{d['id']}" for d in sections_["deliveries"]]
    return list(AuditEntry.objects.filter(object__in=own).order_by("id"))


_DECISION = (
    *("submission_id", "action", "actor", "at", "reason", "digest", "reference"),
    *("on_behalf_of", "countersigned_by", "countersigned_at"),
)
_COMMENT = (
    *("id", "submission_id", "channel", "part", "quote", "body", "author", "at"),
    *("settled_by", "settled_at", "asked_in_id"),
)
_SUGGESTION = (
    *("id", "submission_id", "before", "after", "reason", "person", "at"),
    *("accepted", "decided_by", "decided_at", "answer"),
)
_MENTION = ("comment_id", "person", "seen_at")
_ATTEMPT = ("delivery_id", "number", "started_at", "ended_at", "outcome", "detail")
_TAKE_DOWN = ("id", "submission_id", "channel", "way", "actor", "at", "reason", "signed_by", "signed_at", "head_told_at")
_REMOVAL = ("decision_id", "delivery_id", "state", "attempts", "problem", "ended_at")
_SUBMISSION = (
    *("id", "version", "state", "title", "author", "department", "measure", "submitted_by", "submitted_at", "road", "commit"),
    *("hands", "digest", "bundle", "source", "findings", "correction", "channels", "tags", "issue"),
    *("publish_at", "slot", "expires_at"),
)
_DELIVERY = (
    *("id", "submission_id", "version", "kind", "way", "replaces_id", "channel", "part", "state", "due_at", "intent_at"),
    *("published_at", "remote_id", "parent_remote_id", "url", "problem"),
)


def _about(ctx: Context, post: Submission) -> dict[str, Any]:
    return {
        "identity": post.identity,
        "title": post.title,
        "department": post.department,
        "classification": ctx.config.record_class or f"未定（{PROVISIONAL}）",
        "retention_years": ctx.config.record_years or f"未定（{PROVISIONAL}）",
        "made_at": _plain(ctx, ctx.clock.now()),
    }


def _submission(ctx: Context, row: Submission) -> dict[str, Any]:
    return {name: _plain(ctx, getattr(row, name)) for name in _SUBMISSION}


def _delivery(ctx: Context, row: Delivery) -> dict[str, Any]:
    """With its text and its pictures as they were sent."""
    variant = read_variant(row.submission.bundle, row.channel)
    told: dict[str, Any] = {name: _plain(ctx, getattr(row, name)) for name in _DELIVERY}
    told["text"] = variant.parts[row.part].text if variant else ""
    shown = variant.media if variant and row.part == 0 else ()
    told["pictures"] = [{"file": m.file, "alt": m.alt, "sha256": m.sha256} for m in shown]
    return told


def _paper(ctx: Context, versions: list[Submission]) -> dict[str, Any]:
    releases = list(SignOff.objects.filter(submissions__in=versions).distinct().order_by("id"))
    issues = sorted({release.issue for release in releases})
    corrected = [s.correction for s in versions if s.correction]
    about = Q(wrong__in=[c["wrong"] for c in corrected], right__in=[c["right"] for c in corrected])
    errata = Erratum.objects.filter(about, issue__in=issues)
    return {
        "released": [{"issue": r.issue, "digest": r.digest, "officer": r.officer, "at": _plain(ctx, r.at)} for r in releases],
        "printed": _rows(ctx, PrintedText.objects.filter(issue__in=issues), ("issue", "text", "officer", "at")),
        "errata": _rows(ctx, errata, ("issue", "told_in", "wrong", "right", "officer", "at")),
    }


def _readings(ctx: Context, versions: list[Submission]) -> list[dict[str, Any]]:
    """The figures that the texts name, as they are now; `inputs` holds the hash of the file as it was."""
    named = sorted({name for s in versions for name in _INDICATOR.findall(s.source)})
    then = {s.id: s.inputs.get("strategy/indicators.yml", "") for s in versions} if named else {}
    try:
        known = ctx.library.indicators
    except BotError:
        known = {}
    now = {name: figure(known[name]) for name in named if name in known}
    return [{"indicator": name, "now": now.get(name), "files": then} for name in named]


def _rows(ctx: Context, found: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: _plain(ctx, value) for name, value in row.items()} for row in found.order_by("id").values(*names)]


def _plain(ctx: Context, value: Any) -> Any:
    return value.astimezone(ctx.config.timezone).isoformat() if hasattr(value, "astimezone") else value
