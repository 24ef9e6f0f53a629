"""After the release: the released files stay, what changed is told, and what was really printed is put back as the record."""

from __future__ import annotations

import shutil
from html import unescape
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound, StaleApproval
from bot.newsletter.arrangement import IssueArrangement
from bot.services.pages import history
from bot.services.paper import issue_desk, issues, printed
from bot.services.records.context import Context
from bot.store.models import AuditEntry, Submission
from bot.store.newsletter import PrintedText
from bot.workflow.actors import Actor, Role
from tests.issues.test_desk_of_issues import ISSUE, _quick_passwords, approved, people
from tests.office import Office
from tests.web.browser import signed_in
from tests.web.site import work_on

__all__ = ["_quick_passwords", "people"]


def release(ctx: Context, office: Office) -> str:
    digest = issues.build(ctx, ISSUE).digest
    issues.sign_off(ctx, office.officer, ISSUE, digest)
    return digest


def contents(files: tuple[Path, ...]) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in files}


def test_a_released_issue_is_exported_to_the_byte_whatever_changed_since(
    office: Office, measured: Context, tmp_path: Path
) -> None:
    approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    before = contents(issues.build(measured, ISSUE).files)
    approved(office, "two", "あとの原稿（見本）")
    assert contents(issues.export(measured, ISSUE, tmp_path / "out")) == before


def test_released_files_that_are_lost_are_made_again_only_if_they_are_the_same(
    office: Office, measured: Context, tmp_path: Path
) -> None:
    approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    before = contents(issues.build(measured, ISSUE).files)
    shutil.rmtree(measured.config.var_dir / "issues")
    assert contents(issues.export(measured, ISSUE, tmp_path / "out")) == before
    shutil.rmtree(measured.config.var_dir / "issues")
    approved(office, "two", "あとの原稿（見本）")
    with pytest.raises(StaleApproval, match="lost"):
        issues.export(measured, ISSUE, tmp_path / "out")


def test_what_changed_after_the_release_is_told_and_can_be_released_anew(office: Office, measured: Context) -> None:
    approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    second = approved(office, "two", "あとの原稿（見本）")
    first = issues.released(ISSUE)
    assert first
    assert issues.changed_since(first, issues.build(measured, ISSUE)) == (second,)
    release(measured, office)
    anew = issues.released(ISSUE)
    assert anew
    assert issues.changed_since(anew, issues.build(measured, ISSUE)) == ()


def test_the_page_tells_what_changed_and_still_gives_the_released_files(
    office: Office, measured: Context, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = approved(office, "one", "載った原稿（見本）")
    digest = release(measured, office)
    office.submit(office.post("one", channels="newsletter", title="直した原稿（見本）"))
    approved(office, "two", "あとの原稿（見本）")
    work_on(measured, monkeypatch)
    page = unescape(signed_in(web_site, "kouhou").get(f"/issues/{ISSUE}/").text)
    told = page.partition("校了のあとで変わりました")[2].partition("</section>")[0]
    assert "載った原稿（見本）" in told
    assert f"申請 {one.id}" in told
    assert "あとの原稿（見本）" in told
    assert f"/issues/{ISSUE}/{digest}/column-{ISSUE}.pdf" in page


def test_only_an_arrangement_that_changed_is_told_as_such(
    office: Office, measured: Context, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    issue_desk.arrange(measured, office.officer, IssueArrangement(issue=ISSUE, headline="まとめて", posts={one.identity: 0}), 0)
    work_on(measured, monkeypatch)
    page = signed_in(web_site, "kouhou").get(f"/issues/{ISSUE}/").text
    assert "原稿は同じですが、割り付けか紙面の設定が変わっています" in page


def test_what_was_printed_is_kept_beside_what_was_released_and_may_be_corrected(office: Office, measured: Context) -> None:
    approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    approved(office, "two", "あとの原稿（見本）")
    for text in ("紙面の文です。\r\n二行目です。\r\n", "紙面に載った文です。"):
        printed.record(measured, office.officer, ISSUE, text)
    assert list(PrintedText.objects.order_by("id").values_list("text", flat=True)) == [
        "紙面の文です。\n二行目です。",
        "紙面に載った文です。",
    ]
    record = printed.last(ISSUE)
    assert record
    assert "載った原稿（見本）" in record.handed_over
    assert "あとの原稿（見本）" not in record.handed_over
    assert AuditEntry.objects.filter(verb="printed", actor="kouhou", object=f"issue:{ISSUE}").count() == 2


def test_without_a_release_the_record_stands_beside_what_would_be_handed_over(office: Office) -> None:
    approved(office, "one", "載った原稿（見本）")
    printed.record(office.ctx, office.officer, ISSUE, "紙面に載った文です。")
    record = printed.last(ISSUE)
    assert record
    assert "載った原稿（見本）" in record.handed_over


@pytest.mark.parametrize("text", ["", " \r\n ", "あ" * (printed.MOST + 1)])
def test_no_text_and_too_much_text_is_refused(office: Office, text: str) -> None:
    approved(office, "one", "載った原稿（見本）")
    with pytest.raises(NotAllowed):
        printed.record(office.ctx, office.officer, ISSUE, text)
    assert PrintedText.objects.count() == 0


def test_an_issue_for_which_nothing_was_approved_has_no_record(office: Office) -> None:
    with pytest.raises(NotFound):
        printed.record(office.ctx, office.officer, "1999-01", "紙面に載った文です。")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICER])
def test_only_the_pr_office_records(office: Office, role: Role) -> None:
    approved(office, "one", "載った原稿（見本）")
    with pytest.raises(NotAllowed):
        printed.record(office.ctx, Actor(person="someone", role=role), ISSUE, "紙面に載った文です。")


def test_an_officer_records_what_was_printed_in_the_browser_and_sees_the_difference(
    office: Office, people: None, web_site: str
) -> None:
    approved(office, "one", "載った原稿（見本）")
    browser, page = signed_in(web_site, "kouhou"), f"/issues/{ISSUE}/"
    offered = browser.get(page).text.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0]
    text = unescape(offered).strip().replace("職員がお話を聞いて入力します", "職員がお話を聞いて代筆します")
    shown = browser.post(f"{page}printed/", page, text=text).text
    assert "<del>入力</del><ins>代筆</ins>" in shown
    assert "kouhou が記録" in shown


def test_release_and_record_stand_in_the_history_of_what_was_printed_alone(office: Office, measured: Context) -> None:
    one = approved(office, "one", "載った原稿（見本）")
    release(measured, office)
    printed.record(measured, office.officer, ISSUE, "紙面に載った文です。")
    two = approved(office, "two", "あとの原稿（見本）")

    def of_the_paper(submission: Submission) -> list[tuple[str, str]]:
        lines = history.timeline(measured, office.officer, submission)
        return [(line.what, line.detail) for line in lines if line.detail == "2026年12月号"]

    assert of_the_paper(one) == [("校了", "2026年12月号"), ("紙面に載った文の記録", "2026年12月号")]
    assert of_the_paper(two) == []
