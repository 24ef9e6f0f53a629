"""校了: what an officer releases for printing is bound to the bytes that they saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.errors import NewsletterError, NotAllowed, StaleApproval
from bot.services.paper import issue_desk, issues
from bot.services.records.context import Context
from bot.store.models import AuditEntry
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Role
from tests.office import TOKYO, Office

OFFICER = Actor(person="kouhou", role=Role.OFFICER)
ISSUE = "2026-12"


@pytest.fixture
def ctx(measured: Context) -> Context:
    return measured


def _entries() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.filter(verb=issues.SIGN_OFF).values_list("actor", "object", "digest"))


def test_an_officer_releases_what_they_saw_and_the_log_tells_of_it_once(office: Office, ctx: Context) -> None:
    office.approved(channels="newsletter")
    seen = issues.build(ctx, ISSUE)
    assert issues.signed_off(seen) is None
    for _ in range(2):
        issues.sign_off(ctx, OFFICER, ISSUE, seen.digest)
    found = issues.signed_off(issues.build(ctx, ISSUE))
    assert found is not None
    assert found.officer == "kouhou"
    assert _entries() == [("kouhou", f"issue:{ISSUE}", seen.digest)]


def test_another_post_in_the_issue_undoes_the_release(office: Office, ctx: Context) -> None:
    office.approved("one", channels="newsletter")
    issues.sign_off(ctx, OFFICER, ISSUE, issues.build(ctx, ISSUE).digest)
    office.approved("two", channels="newsletter", title="後から来た原稿（見本）")
    assert issues.signed_off(issues.build(ctx, ISSUE)) is None


def test_what_changed_after_it_was_seen_is_not_released(office: Office, ctx: Context) -> None:
    office.approved("one", channels="newsletter")
    seen = issues.build(ctx, ISSUE)
    office.approved("two", channels="newsletter", title="後から来た原稿（見本）")
    with pytest.raises(StaleApproval):
        issues.sign_off(ctx, OFFICER, ISSUE, seen.digest)
    assert _entries() == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICER])
def test_only_the_pr_office_releases(office: Office, ctx: Context, role: Role) -> None:
    office.approved(channels="newsletter")
    seen = issues.build(ctx, ISSUE)
    with pytest.raises(NotAllowed):
        issues.sign_off(ctx, Actor(person="someone", role=role), ISSUE, seen.digest)


def test_an_author_does_not_release_an_issue_with_their_own_post(office: Office, ctx: Context) -> None:
    (submission,) = {d.submission for d in office.approved(channels="newsletter, x")}
    seen = issues.build(ctx, ISSUE)
    with pytest.raises(NotAllowed, match="had a hand"):
        issues.sign_off(ctx, Actor(person=submission.author, role=Role.OFFICER), ISSUE, seen.digest)


def test_nothing_is_released_while_the_layout_is_provisional(office: Office, ctx: Context) -> None:
    office.approved(channels="newsletter")
    provisional = replace(ctx, config=replace(ctx.config, schedules_dir=office.ctx.config.schedules_dir))
    seen = issues.build(provisional, ISSUE)
    with pytest.raises(NotAllowed, match="provisional"):
        issues.sign_off(provisional, OFFICER, ISSUE, seen.digest)


@pytest.mark.parametrize(
    "said",
    [
        {"until": date(2026, 11, 30)},  # the day before the month for which it is printed
        {"not_from": date(2026, 12, 1), "why": "本人の申し出"},
    ],
)
def test_nothing_is_released_with_a_picture_that_must_not_be_shown(
    office: Office, ctx: Context, said: dict[str, object]
) -> None:
    office.at(datetime(2026, 11, 20, 10, tzinfo=TOKYO))
    office.approved(channels="newsletter")
    PictureRecord.objects.update(**said)
    seen = issues.build(ctx, ISSUE)
    with pytest.raises(NotAllowed, match="must not be shown"):
        issues.sign_off(ctx, OFFICER, ISSUE, seen.digest)
    assert _entries() == []
    PictureRecord.objects.update(until=date(2026, 12, 1), not_from=None, why="")
    issues.sign_off(ctx, OFFICER, ISSUE, seen.digest)


LONG = "".join(
    f"{n}番目の文です。窓口で書く回数を、これまでのデータを見ながら、少しずつ減らしていきます。\n\n" for n in range(30)
)


def test_nothing_is_released_that_does_not_fit_its_frame(office: Office, ctx: Context) -> None:
    office.approved("one", channels="newsletter", title="入る原稿（見本）")
    issues.sign_off(ctx, OFFICER, ISSUE, issues.build(ctx, ISSUE).digest)
    office.approved("two", channels="newsletter", title="長い原稿（見本）", body=LONG)
    seen = issues.build(ctx, ISSUE)
    (over,) = seen.over
    assert over.startswith("「長い原稿（見本）」：枠")
    with pytest.raises(NotAllowed, match="overflow") as caught:
        issues.sign_off(ctx, OFFICER, ISSUE, seen.digest)
    assert over in caught.value.summary
    assert len(_entries()) == 1


def test_a_sign_that_the_paper_lacks_keeps_its_post_alone_out_of_the_issue(office: Office, ctx: Context) -> None:
    office.approved("one", channels="newsletter", title="入る原稿（見本）")
    office.approved_unprintable("two", channels="newsletter", title="絵文字の原稿\U0001f600（見本）")
    desk = issue_desk.desk(ctx, OFFICER, ISSUE)
    ((refused, reason),) = desk.refused
    assert refused.title == "絵文字の原稿\U0001f600（見本）"
    assert "見出し" in reason.summary
    assert [row.order for row in desk.rows] == [1, 2]  # it keeps its place in the arrangement
    built = issues.build(ctx, ISSUE)
    assert [s.title for s in built.printed] == ["入る原稿（見本）"]
    issues.sign_off(ctx, OFFICER, ISSUE, built.digest)


def test_a_fault_of_the_program_is_a_sentence(office: Office, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError

    office.approved("one", channels="newsletter")
    monkeypatch.setattr("bot.newsletter.idml.build", broken)
    with pytest.raises(NewsletterError) as caught:
        issues.build(ctx, ISSUE)
    assert caught.value.summary == "2026年12月号 を、内部の問題で組めません（ZeroDivisionError）"
