"""One story: publish, print, find an error, correct, delete one channel's post. Everything that tells of it agrees."""

from __future__ import annotations

import re

import pytest

from bot.services.approval import review, submit
from bot.services.delivery import takedowns
from bot.services.pages import calendar, history, record_files
from bot.services.pages import published as public
from bot.services.paper import column, errata, issues
from bot.services.records.context import Context
from bot.store.models import AuditEntry, Delivery, Submission
from tests.office import Office
from tests.services.test_corrections import CORRECTION, FAULTS, RIGHT, WRONG, settle, shown

ALL = "x, instagram, facebook, newsletter"


def published(office: Office) -> Submission:
    office.approved(channels=ALL, body=WRONG)
    office.publish_all()
    return Submission.objects.get()


def correct(ctx: Context, office: Office) -> Submission:
    made = submit.submit(ctx, office.author, office.post(channels=ALL, extra=CORRECTION.format(ways=""), body=RIGHT))
    review.approve(ctx, office.officer, made.id, made.digest)
    return made


def test_after_the_issue_is_released_the_next_one_says_it_and_prints_nothing_twice(office: Office, measured: Context) -> None:
    first = published(office)
    issues.sign_off(measured, office.officer, first.issue, issues.build(measured, first.issue).digest)
    made = correct(measured, office)
    settle(office)
    (row,) = [row for issue in ("2027-01", "2027-02", "2027-03") for row in errata.of(issue)]
    assert (row.issue, row.wrong, row.right) == (first.issue, "12月5日", "12月6日")
    made.refresh_from_db()
    assert made.issue == ""
    x = Delivery.objects.get(channel="x", version=1)
    takedowns.take_down(office.ctx, office.officer, x.id, "訂正と重なるため")
    office.runner().remove()

    assert [text[:4] for text in shown(office, "x")] == ["【訂正】"]
    assert "12月6日に始まります" in shown(office, "facebook")[0]
    told = [line.what for line in history.timeline(office.ctx, office.officer, made)]
    assert [what for what in told if what in ("承認", "訂正の申請", "配信先からの削除を始めた", "配信先から消えた")] == [
        *("承認", "訂正の申請", "承認", "配信先からの削除を始めた", "配信先から消えた")
    ]
    record = record_files.files(office.ctx, office.officer, made.id)["record.json"].decode()
    assert '"told_in"' in record
    assert x.remote_id in record
    standing = {(d.channel, d.version) for d in history.standing(office.ctx, office.officer, made)}
    assert standing == {("x", 2), ("instagram", 1), ("instagram", 2), ("facebook", 2)}
    (post,) = public.posts(measured)
    assert post.corrections == ("「12月5日」は、正しくは「12月6日」です。おわびして訂正します。",)
    places = {(p.channel, p.version): (p.stands, p.replaced) for p in post.places}
    assert places == {
        ("x", 1): (False, False),
        ("x", 2): (True, False),
        **{("instagram", version): (True, False) for version in (1, 2)},
        ("facebook", 1): (False, True),
        ("facebook", 2): (True, False),
    }
    seen = calendar.entries(office.ctx, office.officer, first.submitted_at, office.clock.now())
    marked = {(e.channel, e.title.startswith("【訂正】")) for e in seen}
    assert ("X", True) in marked
    assert ("X", False) in marked


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_the_edit_and_of_the_delete_ends_in_the_same_story(office: Office, measured: Context, fault: str) -> None:
    published(office)
    office.sandbox.fault("facebook", fault)
    made = correct(measured, office)
    settle(office)
    office.sandbox.fault("x", fault, on="upload")
    x = Delivery.objects.get(channel="x", version=1)
    takedowns.take_down(office.ctx, office.officer, x.id, "訂正と重なるため")
    settle(office)
    assert [text[:4] for text in shown(office, "x")] == ["【訂正】"]
    (edited,) = shown(office, "facebook")
    assert "12月6日に始まります" in edited
    assert len(shown(office, "instagram")) == 2
    states = {(d.channel, d.version): d.state for d in Delivery.objects.all()}
    assert states.pop(("x", 1)) == "removed"
    assert set(states.values()) == {"published"}
    record = record_files.files(office.ctx, office.officer, made.id)["record.json"].decode()
    assert record.count('"outcome":"published"') == len(states) + 1


def test_before_the_release_the_column_has_the_corrected_text_once(office: Office, measured: Context) -> None:
    first = published(office)
    correct(measured, office)
    profile = column.press_of(measured).profile
    ((submission, article),) = column.approved_for(measured, profile, first.issue)
    assert submission.version == 2
    assert "12月6日" in article.handover
    assert errata.of("2027-01") == []


def test_where_no_later_issue_is_known_the_correction_goes_out_and_the_office_is_told(
    office: Office, measured: Context
) -> None:
    first = published(office)
    issues.sign_off(measured, office.officer, first.issue, issues.build(measured, first.issue).digest)

    file = measured.config.schedules_dir / "newsletter.yml"
    listed = f"issues: [{{issue: '{first.issue}', deadline: 2026-12-04}}]\n"
    file.write_text(re.sub(r"^(monthly|issues):.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE) + listed, "utf-8")
    made = correct(measured, office)
    assert AuditEntry.objects.get(verb=errata.WAITS).object == f"submission:{made.id}"
    settle(office, 3)
    assert "12月6日に始まります" in shown(office, "facebook")[0]
