"""Hanging, order and numbers of one issue, changed where they are seen, with the lines before it is decided."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from bot.newsletter.arrangement import IssueArrangement
from bot.services.paper import column, issue_desk, issues
from bot.services.paper.issues import export
from bot.services.records.context import Context
from bot.store.models import AuditEntry, Submission
from bot.store.newsletter import Arrangement
from tests.office import Office
from tests.web.browser import signed_in
from tests.web.conftest import _quick_passwords, people

__all__ = ["_quick_passwords", "people"]
ISSUE, PAGE = "2026-12", "/issues/2026-12/"


def approved(office: Office, name: str, title: str) -> Submission:
    office.approved(name, channels="newsletter", title=title)
    return Submission.objects.get(identity=f"01TEST{name}")


def handed_over(ctx: Context, folder: Path) -> str:
    return next(p for p in export(ctx, ISSUE, folder) if p.suffix == ".txt" and "indesign" not in p.name).read_text("utf-8-sig")


def test_the_rules_of_an_issue_go_before_the_file_for_this_issue_alone(office: Office, tmp_path: Path) -> None:
    one = approved(office, "one", "一つ目（見本）")
    assert "ぶら下げ　しない" in handed_over(office.ctx, tmp_path / "a")
    ruled = IssueArrangement(issue=ISSUE, posts={one.identity: 0}, hang=True, numbers="kanji_unit")
    issue_desk.arrange(office.ctx, office.officer, ruled, 0)
    written = handed_over(office.ctx, tmp_path / "b")
    assert "ぶら下げ　する" in written
    assert "数字　漢数字（二十三" in written
    (entry,) = AuditEntry.objects.filter(verb="arrange")
    assert "ぶら下げ：する 数字：漢数字（二十三" in entry.detail
    other = column.press_of(office.ctx).ruled("2027-01").profile
    assert (other.hang, other.numbers) == (False, "arabic_tcy")


def test_a_released_issue_stands_when_its_rules_change_and_asks_for_a_new_release(office: Office, measured: Context) -> None:
    one = approved(office, "one", "一つ目（見本）")
    seen = issues.build(measured, ISSUE).digest
    issues.sign_off(measured, office.officer, ISSUE, seen)
    ruled = IssueArrangement(issue=ISSUE, posts={one.identity: 0}, numbers="kanji_unit")
    issue_desk.arrange(measured, office.officer, ruled, 0)
    release = issues.released(ISSUE)
    assert release is not None
    assert release.digest == seen
    assert issues.released_files(measured, release)
    assert issues.build(measured, ISSUE).digest != seen


def test_an_officer_sees_the_lines_before_deciding_and_moves_posts_without_a_script(
    office: Office, people: None, web_site: str
) -> None:
    one, two = approved(office, "one", "一つ目（見本）"), approved(office, "two", "二つ目（見本）")
    browser = signed_in(web_site, "kouhou")
    form: dict[str, str | list[str]] = {
        "revision": "0",
        "take": [one.identity, two.identity],
        f"order-{one.identity}": "1",
        f"order-{two.identity}": "2",
        "hang": "on",
        "numbers": "kanji_unit",
    }
    looked = unescape(browser.post(f"{PAGE}arrange/", PAGE, up=two.identity, **form).text)
    assert "まだ決めていません" in looked
    assert len(re.findall("枠[0-9]+行、使用", looked.partition("割り付け</h2>")[0])) == 4  # two frames, now and then
    assert re.findall(r'name="take" value="([^"]+)"', looked) == [two.identity, one.identity]
    assert '<option value="on" selected' in looked
    assert not Arrangement.objects.exists()
    form |= {f"order-{one.identity}": "2", f"order-{two.identity}": "1"}
    assert "割り付けを決めました" in browser.post(f"{PAGE}arrange/", PAGE, **form).text
    late = unescape(browser.post(f"{PAGE}arrange/", PAGE, look="1", **form).text)
    assert 'name="revision" value="0"' in late  # who saw it before the change is told at the decision
    kept = Arrangement.objects.get()
    assert (kept.hang, kept.numbers, [name for name, _ in kept.posts]) == (True, "kanji_unit", [two.identity, one.identity])


@pytest.mark.parametrize("field", ["hang", "numbers"])
def test_a_rule_that_is_none_of_the_choices_is_refused_at_its_field(
    office: Office, people: None, web_site: str, field: str
) -> None:
    one: Submission = approved(office, "one", "一つ目（見本）")
    done = signed_in(web_site, "kouhou").post(f"{PAGE}arrange/", PAGE, revision="0", take=one.identity, **{field: "maybe"})
    assert done.status_code == 422
    assert f'aria-describedby="wrong-{field}"' in done.text
    assert not Arrangement.objects.exists()
