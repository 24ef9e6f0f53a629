"""訂正: what was printed wrongly goes into the box of the next issue, and is done with its 校了."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.errors import AlreadyDecided, NotAllowed, NotFound
from bot.services import errata, issues
from bot.services.context import Context
from bot.store.models import AuditEntry
from bot.store.released import Erratum
from bot.workflow.actors import Actor, Role
from tests.office import TOKYO, Office
from tests.web.browser import Browser, signed_in
from tests.web.conftest import _quick_passwords, officer, people

__all__ = ["_quick_passwords", "officer", "people"]
EARLIER, ISSUE, NEXT = "2026-11", "2026-12", "2027-01"
SENTENCE = "2026年11月号の「11月3日」は、正しくは「11月13日」です。おわびして訂正します。"


@pytest.fixture
def ctx(office: Office, measured: Context) -> Context:
    """A measured paper; both of its issues have a post."""
    office.approved("one", channels="newsletter", extra=f'newsletter: {{issue: "{ISSUE}"}}')
    office.approved("two", channels="newsletter", title="次の号の原稿（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    return measured


def record(ctx: Context, office: Office, issue: str = EARLIER, wrong: str = "11月3日") -> Erratum:
    return errata.record(ctx, office.officer, issue, wrong, "11月13日")


def handed_over(ctx: Context, issue: str) -> str:
    """The text for the typesetter."""
    file = next(f for f in issues.build(ctx, issue).files if f.name == f"column-{issue}.txt")
    return file.read_text("utf-8-sig")


def targets(ctx: Context) -> list[str]:
    return [line.target for line in errata.lines(ctx)]


def test_an_erratum_is_in_the_next_issue_and_in_no_other(office: Office, ctx: Context) -> None:
    row = record(ctx, office)
    assert SENTENCE in handed_over(ctx, ISSUE)
    assert "訂正" not in handed_over(ctx, NEXT)
    (entry,) = AuditEntry.objects.filter(object=f"erratum:{row.id}")
    assert (entry.actor, entry.verb, entry.detail) == ("kouhou", errata.RECORD, SENTENCE)


def test_it_stays_with_its_issue_while_the_page_is_made_and_is_done_with_the_release(office: Office, ctx: Context) -> None:
    record(ctx, office)
    office.at(datetime(2026, 12, 7, 9, tzinfo=TOKYO))  # three days after the copy deadline
    assert targets(ctx) == [ISSUE]
    issues.sign_off(ctx, office.officer, ISSUE, issues.build(ctx, ISSUE).digest)
    (line,) = errata.lines(ctx)
    assert line.row.printed_in is not None
    assert line.target == ISSUE
    assert "訂正" not in handed_over(ctx, NEXT)


def test_a_released_issue_is_built_again_with_its_corrections_and_takes_no_later_ones(office: Office, ctx: Context) -> None:
    record(ctx, office)
    released = issues.build(ctx, ISSUE)
    issues.sign_off(ctx, office.officer, ISSUE, released.digest)
    record(ctx, office, ISSUE, "12月3日")
    assert issues.build(ctx, ISSUE).digest == released.digest
    assert targets(ctx) == [NEXT, ISSUE]
    assert "2026年12月号の「12月3日」" in handed_over(ctx, NEXT)


def test_no_issue_corrects_itself_and_what_is_recorded_after_a_deadline_goes_into_the_issue_after_it(
    office: Office, ctx: Context
) -> None:
    record(ctx, office, ISSUE)
    assert targets(ctx) == [NEXT]
    Erratum.objects.all().delete()
    office.at(datetime(2026, 12, 4, 23, 59, tzinfo=TOKYO))
    record(ctx, office)
    office.at(datetime(2026, 12, 5, 0, 0, tzinfo=TOKYO))
    record(ctx, office)
    assert targets(ctx) == [NEXT, ISSUE]
    office.at(datetime(2027, 1, 9, 9, tzinfo=TOKYO))
    record(ctx, office, NEXT)
    assert targets(ctx)[0] == ""


def test_one_recorded_while_the_page_was_looked_at_is_neither_released_nor_lost(
    office: Office, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the build and the 校了 somebody else records another one."""
    seen = issues.build(ctx, ISSUE)
    built = issues.build

    def build_and_lose_time(given: Context, issue: str) -> issues.Built:
        done = built(given, issue)
        record(ctx, office)
        return done

    monkeypatch.setattr(issues, "build", build_and_lose_time)
    issues.sign_off(ctx, office.officer, ISSUE, seen.digest)
    (line,) = errata.lines(ctx)
    assert (line.row.printed_in, line.target) == (None, NEXT)


def test_a_correction_of_the_settings_file_comes_first(office: Office, ctx: Context) -> None:
    profile = ctx.config.schedules_dir / "newsletter.yml"
    entry = '- {issue: "2026-12", deadline: 2026-12-04'
    old = ', corrections: [{issue: "2026-10", wrong: あ, right: い}]'
    profile.write_text(profile.read_text("utf-8").replace(entry, entry + old), "utf-8")
    record(ctx, office)
    text = handed_over(ctx, ISSUE)
    assert text.index("2026年10月号の「あ」") < text.index(SENTENCE)


def test_a_withdrawn_erratum_is_printed_nowhere_and_a_released_one_is_not_withdrawn(office: Office, ctx: Context) -> None:
    row = record(ctx, office)
    errata.withdraw(ctx, office.officer, row.id)
    assert errata.lines(ctx) == []
    assert "訂正" not in handed_over(ctx, ISSUE)
    with pytest.raises(NotFound):
        errata.withdraw(ctx, office.officer, row.id)
    kept = record(ctx, office)
    issues.sign_off(ctx, office.officer, ISSUE, issues.build(ctx, ISSUE).digest)
    with pytest.raises(AlreadyDecided):
        errata.withdraw(ctx, office.officer, kept.id)


@pytest.mark.parametrize(
    ("issue", "wrong", "right"),
    [
        ("", "誤", "正"),
        (EARLIER, " 　", "正"),
        (EARLIER, "誤", ""),
        (EARLIER, "同じ", "同じ "),
        (EARLIER, "誤" * (errata.MOST + 1), "正"),
        ("1" * 21, "誤", "正"),
        (EARLIER, "誤\x00", "正"),
    ],
)
def test_what_makes_no_sentence_is_refused(office: Office, ctx: Context, issue: str, wrong: str, right: str) -> None:
    with pytest.raises(NotAllowed):
        errata.record(ctx, office.officer, issue, wrong, right)
    assert not Erratum.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICER])
def test_only_the_pr_office_corrects(office: Office, ctx: Context, role: Role) -> None:
    someone, row = Actor(person="someone", role=role), record(ctx, office)
    with pytest.raises(NotAllowed):
        errata.record(ctx, someone, EARLIER, "誤", "正")
    with pytest.raises(NotAllowed):
        errata.withdraw(ctx, someone, row.id)


def test_an_officer_records_and_withdraws_in_the_page(office: Office, officer: Browser, tmp_path: Path) -> None:
    page = officer.post("/errata/", "/errata/", issue=EARLIER, wrong="11月3日", right="11月13日").text
    assert SENTENCE in page
    assert "2026-12の訂正の欄に載ります" in page
    page = officer.post(f"/errata/{Erratum.objects.get().id}/withdraw/", "/errata/").text
    assert SENTENCE not in page
    assert officer.post("/errata/", "/errata/", issue=EARLIER, wrong="同じ", right="同じ").status_code == 403


def test_a_city_without_a_paper_keeps_what_is_recorded(office: Office, ctx: Context, tmp_path: Path) -> None:
    bare = replace(ctx, config=replace(ctx.config, schedules_dir=tmp_path))
    record(bare, office)
    assert targets(bare) == [""]


def test_a_leader_does_not_reach_the_page(people: None, web_site: str) -> None:
    assert signed_in(web_site, "soumu-leader").get("/errata/").status_code == 403
