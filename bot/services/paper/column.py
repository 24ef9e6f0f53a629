"""The column of an issue, from what was approved for the paper, and from nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import cast

from django.db.models import Q, Value

from bot.content.post import Post
from bot.errors import StaleApproval
from bot.newsletter import profile as profiles
from bot.newsletter.arrangement import Correction, IssueArrangement
from bot.newsletter.article import Article, from_post
from bot.newsletter.build import Press
from bot.newsletter.deadlines import month_after
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.profile import Profile
from bot.render.variant import Media, Variant, digest_of, read_bundle
from bot.services.paper import layout
from bot.services.records.context import Context
from bot.store.lists import Lists
from bot.store.models import Submission
from bot.store.newsletter import Arrangement, Erratum
from bot.workflow.states import PRINTED


def approved_for(ctx: Context, profile: Profile, issue: str) -> list[tuple[Submission, Article]]:
    """What may go into the issue, in the order in which it was submitted: what was approved for it, and what the office has
    put into its arrangement by name."""
    wanted = Q(issue=issue) | Q(identity__in=list(profile.arrangement(issue).posts))
    found = Submission.objects.filter(wanted, printed(), state__in=sorted(PRINTED)).order_by("submitted_at", "id")
    return [(submission, _article(ctx, submission, issue)) for submission in found]


def issues_with_posts() -> list[str]:
    """The issues for which something was approved, by name."""
    found = Submission.objects.filter(printed(), state__in=sorted(PRINTED))
    return sorted(set(found.order_by().values_list("issue", flat=True)))


def printed() -> Q:
    """The submissions whose text is for the paper."""
    return Q(Lists("channels", Value(layout.CHANNEL)))


def take_in(ctx: Context, submission: Submission) -> None:
    """What was approved for the paper without an issue of its own is for the next one."""
    profile = layout.layout(ctx)
    if profile is not None and not submission.issue and layout.CHANNEL in submission.channels:
        submission.issue = next_issue(ctx, profile)
        submission.save(update_fields=["issue"])


def next_issue(ctx: Context, profile: Profile) -> str:
    """The issue with the first copy deadline that has not passed; the month after this one where none is known."""
    today = ctx.today
    return next((issue for _, issue in layout.deadlines(ctx, profile).since(today)), month_after(today))


def press_of(ctx: Context) -> Press:
    """What the office's paper is built with. Raises ConfigError naming the item."""
    city = ctx.library.city
    profile = profiles.load(ctx.config.rules_dir / "newsletter.yml")
    return Press(
        paper=city.paper,
        profile=replace(profile, arrangements=_arrangements(profile)),
        protected=city.protected_words,
        templates=ctx.config.templates_dir,
    )


def _arrangements(profile: Profile) -> dict[str, IssueArrangement]:
    """The file's arrangements, with what officers arranged and corrected in the browser."""
    arrangements = dict(profile.arrangements)
    for arranged in Arrangement.objects.all():
        arrangement = profile.arrangement(arranged.issue)
        arrangements[arranged.issue] = replace(
            arrangement,
            headline=arranged.headline,
            posts=dict(arranged.posts),
            hang=arranged.hang,
            numbers=cast(NumberStyle, arranged.numbers) or None,
        )
    for e in Erratum.objects.order_by("id"):
        arrangement = arrangements.get(e.told_in) or profile.arrangement(e.told_in)
        more = Correction(issue=e.issue, wrong=e.wrong, right=e.right)
        arrangements[e.told_in] = replace(arrangement, corrections=(*arrangement.corrections, more))
    return arrangements


def _article(ctx: Context, submission: Submission, issue: str) -> Article:
    if digest_of(submission.bundle) != submission.digest:
        raise StaleApproval(
            f"submission {submission.id} differs from what was approved",
            summary="保存された内容が、承認された内容と一致しません",
            next_step="運用担当者が原因を調べてください",
        )
    variant = read_bundle(submission.bundle).variant(layout.CHANNEL)
    assert variant is not None  # noqa: S101 it was chosen by its channels
    whole = with_pictures(submission, variant)
    return from_post(post_of(ctx, submission), whole.parts[0].text, whole.media, issue)


def post_of(ctx: Context, submission: Submission) -> Post:
    """The post as it was handed in."""
    return ctx.library.parse(ctx.absolute(submission.path), submission.source.encode())


def with_pictures(submission: Submission, variant: Variant) -> Variant:
    """The variant with its pictures' data, which are kept apart."""
    return replace(variant, media=tuple(_with_data(submission, m) for m in variant.media))


def _with_data(submission: Submission, media: Media) -> Media:
    data = bytes(submission.blobs.get(sha256=media.sha256).data)
    assert hashlib.sha256(data).hexdigest() == media.sha256  # noqa: S101 kept under its own hash
    return replace(media, data=data)
