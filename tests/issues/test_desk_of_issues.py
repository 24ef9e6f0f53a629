"""The desk of an issue: what goes into it, in which order and length, and what it still waits for."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAllowed, NotFound, StaleApproval
from bot.newsletter.arrangement import IssueArrangement
from bot.services.paper import issue_desk, issues
from bot.services.paper.issues import export
from bot.services.records.context import Context
from bot.store.models import AuditEntry, Submission
from bot.store.newsletter import SignOff
from tests.office import Office
from tests.web.browser import Browser, signed_in
from tests.web.conftest import _quick_passwords, people

__all__ = ["_quick_passwords", "people"]
ISSUE, NEXT = "2026-12", "2027-01"


def approved(office: Office, name: str, title: str, extra: str = "") -> Submission:
    office.approved(name, channels="newsletter", title=title, extra=extra)
    return Submission.objects.get(identity=f"01TEST{name}")


def titles(office: Office, issue: str = ISSUE) -> list[str]:
    return [row.submission.title for row in issue_desk.desk(office.ctx, office.officer, issue).rows if row.order]


def test_a_post_without_an_issue_is_for_the_next_one_at_its_approval_and_stays_there(office: Office) -> None:
    approved(office, "one", "前の号の原稿（見本）")
    office.at(office.clock.now().replace(month=12, day=6))
    approved(office, "two", "次の号の原稿（見本）")
    assert titles(office) == ["前の号の原稿（見本）"]
    assert titles(office, NEXT) == ["次の号の原稿（見本）"]


def test_an_author_s_own_issue_is_kept(office: Office) -> None:
    approved(office, "one", "一月の原稿（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    assert (titles(office, NEXT), titles(office)) == (["一月の原稿（見本）"], [])


def test_order_lengths_and_headline_of_the_form_go_before_the_file(office: Office, tmp_path: Path) -> None:
    one, two = approved(office, "one", "一つ目（見本）"), approved(office, "two", "二つ目（見本）")
    issue_desk.arrange(
        office.ctx,
        office.officer,
        IssueArrangement(issue=ISSUE, headline="まとめて｜お知らせ", posts={two.identity: 9, one.identity: 0}),
        0,
    )
    assert titles(office) == ["二つ目（見本）", "一つ目（見本）"]
    text = next(p for p in export(office.ctx, ISSUE, tmp_path) if p.suffix == ".txt" and "indesign" not in p.name)
    written = text.read_text("utf-8-sig")
    assert written.index("二つ目（見本）") < written.index("一つ目（見本）")
    assert "まとめてお知らせ" in written
    assert "目安9行" in written
    (entry,) = AuditEntry.objects.filter(verb="arrange")
    assert (entry.actor, entry.object) == ("kouhou", f"issue:{ISSUE}")


def test_what_is_not_chosen_is_left_out_and_can_be_chosen_again(office: Office) -> None:
    one, two = approved(office, "one", "一つ目（見本）"), approved(office, "two", "二つ目（見本）")
    issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={one.identity: 0}), 0)
    assert titles(office) == ["一つ目（見本）"]
    issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={two.identity: 0, one.identity: 0}), 1)
    assert titles(office) == ["二つ目（見本）", "一つ目（見本）"]


def test_what_an_earlier_issue_left_out_can_be_taken_into_the_next_one_and_what_was_printed_cannot(
    office: Office, measured: Context
) -> None:
    printed, left = approved(office, "one", "載った原稿（見本）"), approved(office, "two", "残った原稿（見本）")
    issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={printed.identity: 0}), 0)
    issues.sign_off(measured, office.officer, ISSUE, issues.build(measured, ISSUE).digest)
    assert list(SignOff.objects.get().submissions.all()) == [printed]
    spare = issue_desk.desk(office.ctx, office.officer, NEXT).spare
    assert [row.submission.title for row in spare] == ["残った原稿（見本）"]
    issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=NEXT, posts={left.identity: 0}), 0)
    assert titles(office, NEXT) == ["残った原稿（見本）"]


def test_two_officers_do_not_arrange_over_each_other(office: Office) -> None:
    one, two = approved(office, "one", "一つ目（見本）"), approved(office, "two", "二つ目（見本）")
    for seen in (0, 1):
        issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={one.identity: seen}), seen)
        with pytest.raises(StaleApproval):
            issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={two.identity: 0}), seen)
    assert titles(office) == ["一つ目（見本）"]


def test_an_empty_issue_is_refused(office: Office) -> None:
    with pytest.raises(NotAllowed, match="nothing chosen"):
        issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={}), 0)


@pytest.mark.parametrize("issue", ["1999-01", "..", ".making", "a b"])
def test_an_issue_of_which_nobody_knows_is_none(office: Office, issue: str) -> None:
    with pytest.raises(NotFound):
        issue_desk.desk(office.ctx, office.officer, issue)


@pytest.mark.parametrize(
    ("issue", "digest", "name"),
    [
        ("..", "a" * 64, "dxbot.sqlite3"),
        (ISSUE, "..", "secret"),
        (ISSUE, "a" * 64, "../../secret"),
        (ISSUE, "a" * 64, "column-x"),
    ],
)
def test_no_file_but_an_issue_s_own_is_given_out(office: Office, issue: str, digest: str, name: str) -> None:
    approved(office, "one", "一つ目（見本）")
    var = office.ctx.config.var_dir
    (var / "issues" / "secret").parent.mkdir(parents=True, exist_ok=True)
    (var / "issues" / "secret").write_text("秘密", encoding="utf-8")
    with pytest.raises(NotFound):
        issues.file_of(office.ctx, issue, digest, name)


def test_a_build_that_was_seen_is_there_when_the_issue_has_changed(office: Office) -> None:
    approved(office, "one", "一つ目（見本）")
    seen = issues.build(office.ctx, ISSUE)
    before = seen.files[0].read_bytes()
    approved(office, "two", "二つ目（見本）")
    assert issues.build(office.ctx, ISSUE).digest != seen.digest
    assert issues.file_of(office.ctx, ISSUE, seen.digest, seen.files[0].name).read_bytes() == before


def test_an_officer_arranges_and_releases_an_issue_in_the_browser(
    office: Office, measured: Context, people: None, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = approved(office, "one", "一つ目（見本）"), approved(office, "two", "二つ目（見本）")
    waiting = office.submit(office.post("three", channels="newsletter", title="待っている原稿（見本）"))
    from tests.web.site import work_on

    work_on(measured, monkeypatch)
    browser: Browser = signed_in(web_site, "kouhou")
    assert "2026年12月号" in browser.get("/issues/").text
    page = f"/issues/{ISSUE}/"
    assert f"/submissions/{waiting.id}/" in browser.get(page).text
    chosen: dict[str, str | list[str]] = {
        "take": [one.identity, two.identity],
        f"order-{one.identity}": "2",
        f"order-{two.identity}": "1",
    }
    done = browser.post(f"{page}arrange/", page, revision="0", **chosen, **{f"lines-{one.identity}": "12"})
    assert "割り付けを決めました" in done.text
    assert titles(office) == ["二つ目（見本）", "一つ目（見本）"]
    shown = unescape(done.text)
    assert 'value="12"' in shown
    (digest,) = set(re.findall(r'name="digest" value="([0-9a-f]{64})"', shown))
    pdf = re.findall(rf'href="({page}{digest}/[^"]+\.pdf)"', shown)
    got = browser.get(pdf[0])
    assert (got.headers["Content-Type"], got.content[:5]) == ("application/pdf", b"%PDF-")
    assert "印がありません" in browser.post(f"{page}sign-off/", page, digest=digest).text
    assert SignOff.objects.count() == 0
    assert "kouhou が校了にしました" in unescape(browser.post(f"{page}sign-off/", page, digest=digest, looked="1").text)
    assert list(SignOff.objects.values_list("digest", flat=True)) == [digest]


def test_what_is_no_number_is_one_sentence(office: Office, people: None, web_site: str) -> None:
    one = approved(office, "one", "一つ目（見本）")
    browser = signed_in(web_site, "kouhou")
    page = f"/issues/{ISSUE}/"
    done = browser.post(f"{page}arrange/", page, revision="0", take=one.identity, **{f"lines-{one.identity}": "十二"})
    assert done.status_code == 422
    assert "「十二」は数ではありません" in done.text


def test_a_problem_of_the_proof_is_told_beside_the_desk(office: Office, people: None, web_site: str) -> None:
    office.approved_unprintable("one", channels="newsletter", title="\U0001f642のある原稿（見本）")
    page = unescape(signed_in(web_site, "kouhou").get(f"/issues/{ISSUE}/").text)
    assert "校正刷りを作れません" in page
    assert "\U0001f642" in page.partition("校正刷りを作れません")[2].partition("</section>")[0]


def test_the_page_says_what_does_not_fit_and_what_cannot_be_printed(office: Office, people: None, web_site: str) -> None:
    approved(office, "one", "入る原稿（見本）")
    office.approved_unprintable("two", channels="newsletter", title="\U0001f642のある原稿（見本）")
    office.approved("three", channels="newsletter", title="長い原稿（見本）", body="長い文を、何度も書きます。" * 120)
    page = unescape(signed_in(web_site, "kouhou").get(f"/issues/{ISSUE}/").text)
    unprintable = page.partition("紙面に組めない原稿")[2].partition("</section>")[0]
    assert "\U0001f642のある原稿（見本）" in unprintable
    assert "U+1F642" in unprintable
    over = page.partition("枠に入らない文章があります")[2].partition("</section>")[0]
    assert "「長い原稿（見本）」：枠" in over
    assert "入る原稿" not in over
    assert "できたファイル" in page


def test_a_leader_is_not_shown_the_issue(office: Office, people: None, web_site: str) -> None:
    leader = signed_in(web_site, "shimin-leader")
    assert leader.get(f"/issues/{ISSUE}/").status_code == 403
    assert 'href="/issues/"' not in leader.get("/queue/").text


def test_an_issue_that_has_not_changed_is_not_set_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one = approved(office, "one", "一つ目（見本）")
    first = issues.build(office.ctx, ISSUE)
    made: list[str] = []
    build = issues.build_files

    def noted(*given: Any) -> Any:
        made.append("made")
        return build(*given)

    monkeypatch.setattr(issues, "build_files", noted)
    assert issues.build(office.ctx, ISSUE) == first
    assert made == []
    issue_desk.arrange(
        office.ctx, office.officer, IssueArrangement(issue=ISSUE, headline="まとめて", posts={one.identity: 0}), 0
    )
    assert issues.build(office.ctx, ISSUE).digest != first.digest
    shutil.rmtree(first.files[0].parent)
    issue_desk.arrange(office.ctx, office.officer, IssueArrangement(issue=ISSUE, posts={one.identity: 0}), 1)
    assert issues.build(office.ctx, ISSUE).digest == first.digest
    assert made == ["made", "made"]
