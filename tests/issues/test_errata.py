"""What was printed wrongly is told in the next issue's box of corrections."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.paper import errata, issues
from bot.services.records.context import Context
from bot.store.models import AuditEntry
from bot.store.newsletter import Erratum
from tests.issues.test_desk_of_issues import ISSUE, NEXT, _quick_passwords, approved, people
from tests.office import Office
from tests.web.browser import signed_in

__all__ = ["_quick_passwords", "people"]
SENTENCE = "2026年12月号の「電話は220」は、正しくは「電話は221」です。おわびして訂正します。"


def text_of(ctx: Context, issue: str, folder: Path) -> str:
    files = issues.export(ctx, issue, folder)
    return next(f for f in files if f.suffix == ".txt" and "indesign" not in f.name).read_text("utf-8-sig")


def test_an_error_is_told_in_the_next_issue_s_box_and_not_in_its_own(office: Office, tmp_path: Path) -> None:
    approved(office, "one", "一つ目（見本）")
    approved(office, "two", "二つ目（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    assert errata.add(office.ctx, office.officer, ISSUE, " 電話は220 ", "電話は221") == NEXT
    assert SENTENCE in text_of(office.ctx, NEXT, tmp_path / "next")
    assert "訂正" not in text_of(office.ctx, ISSUE, tmp_path / "own")
    (entry,) = AuditEntry.objects.filter(verb=errata.CORRECT)
    assert (entry.actor, entry.object) == ("kouhou", f"issue:{ISSUE}")


def test_a_correction_can_be_taken_back_until_its_issue_is_released(office: Office, measured: Context, tmp_path: Path) -> None:
    approved(office, "two", "二つ目（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    for wrong in ("電話は220", "場所は1階"):
        errata.add(measured, office.officer, ISSUE, wrong, "電話は221")
    first, second = Erratum.objects.order_by("id")
    assert errata.drop(measured, office.officer, second.id) == NEXT
    assert "場所は1階" not in text_of(measured, NEXT, tmp_path)
    issues.sign_off(measured, office.officer, NEXT, issues.build(measured, NEXT).digest)
    with pytest.raises(NotAllowed, match="already released"):
        errata.drop(measured, office.officer, first.id)
    with pytest.raises(NotFound):
        errata.drop(measured, office.officer, second.id)
    assert SENTENCE in text_of(measured, NEXT, tmp_path)


def test_a_released_issue_is_passed_over_and_without_a_later_one_it_is_refused(office: Office, measured: Context) -> None:
    approved(office, "two", "二つ目（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    issues.sign_off(measured, office.officer, NEXT, issues.build(measured, NEXT).digest)
    errata.add(measured, office.officer, ISSUE, "電話は220", "電話は221")
    assert Erratum.objects.get().told_in == "2027-02"
    profile = measured.config.schedules_dir / "newsletter.yml"
    listed = "issues: [{issue: '2026-12', deadline: 2026-12-04}, {issue: '2027-01', deadline: 2027-01-08}]\n"
    text = re.sub(r"^(monthly|issues):.*\n", "", profile.read_text("utf-8"), flags=re.MULTILINE)
    profile.write_text(text + listed, "utf-8")  # a paper that makes no issue by rule
    with pytest.raises(NotAllowed, match="no later issue"):
        errata.add(measured, office.officer, ISSUE, "電話は220", "電話は221")


@pytest.mark.parametrize(("wrong", "right"), [("", "正"), ("誤", " "), ("あ" * 301, "正"), ("誤", "あ" * 301)])
def test_half_a_correction_and_a_long_one_are_refused(office: Office, wrong: str, right: str) -> None:
    with pytest.raises(NotAllowed):
        errata.add(office.ctx, office.officer, ISSUE, wrong, right)
    assert Erratum.objects.count() == 0


def test_an_officer_corrects_an_issue_and_thinks_better_of_it_in_the_browser(
    office: Office, people: None, web_site: str
) -> None:
    approved(office, "one", "一つ目（見本）")
    approved(office, "two", "二つ目（見本）", extra=f'newsletter: {{issue: "{NEXT}"}}')
    browser = signed_in(web_site, "kouhou")
    own, later = f"/issues/{ISSUE}/", f"/issues/{NEXT}/"
    done = browser.post(f"{own}correct/", own, wrong="電話は220", right="電話は221")
    assert "2027年1月号の訂正の欄に入れました" in done.text
    assert "2026年12月号：<del>電話は220</del> → <ins>電話は221</ins>" in browser.get(later).text
    assert SENTENCE in browser.get(later).text
    taken_back = browser.post(f"/corrections/{Erratum.objects.get().id}/drop/", later)
    assert "訂正を取り消しました" in taken_back.text
    assert SENTENCE not in taken_back.text
