"""What was really printed is put back as the record, beside what was released."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services import history, issues, printed
from bot.services.context import Context
from bot.store.models import AuditEntry, Submission
from bot.store.released import PrintedText
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.web.browser import Browser, signed_in
from tests.web.conftest import _quick_passwords, officer, people

__all__ = ["_quick_passwords", "officer", "people"]
ISSUE = "2026-12"
BODY = "{窓口|まどぐち}で書く回数を**減らします**（見本）。\n\n## 何を変えたか\n\n- 職員が入力します。\n- 確かめます。\n"
PAGE = f"/issues/{ISSUE}/printed/"


@pytest.fixture
def ctx(measured: Context) -> Context:
    return measured


@pytest.fixture
def submission(office: Office, ctx: Context) -> Submission:
    """Approved, and released with its issue."""
    office.approved(channels="newsletter", body=BODY)
    issues.sign_off(ctx, office.officer, ISSUE, issues.build(ctx, ISSUE).digest)
    return Submission.objects.get()


def words() -> list[tuple[str, str]]:
    found = printed.of_issue(ISSUE).changes
    return [(piece.kind, piece.text) for piece in found if piece.kind != "same"]


def test_the_released_text_is_what_a_reader_finds_on_the_page(submission: Submission) -> None:
    text = printed.of_issue(ISSUE).text
    lines = [
        "書かない窓口（見本）",
        "窓口で書く回数を減らします（見本）。",
        "何を変えたか",
        "▽職員が入力します。",
        "▽確かめます。",
    ]
    assert text.split("\n")[: len(lines)] == lines
    assert "赤い四角の見本" in text


def test_what_was_printed_is_kept_beside_what_was_released_and_differs_by_word(office: Office, submission: Submission) -> None:
    released = printed.of_issue(ISSUE).text
    reworded = released.replace("回数を", "手間を")
    printed.record(office.ctx, office.officer, ISSUE, "\ufeff" + reworded.replace("\n", "\r\n") + "\r\n")
    assert words() == [("removed", "回数"), ("added", "手間")]
    kept = printed.of_issue(ISSUE)
    assert (kept.release.text, kept.text) == (released, reworded)
    (entry,) = AuditEntry.objects.filter(object=f"issue:{ISSUE}").exclude(verb=issues.SIGN_OFF)
    assert (entry.actor, entry.digest) == ("kouhou", hashlib.sha256(reworded.encode()).hexdigest())


def test_a_corrected_record_keeps_the_earlier_one_and_the_same_text_again_changes_nothing(
    office: Office, submission: Submission
) -> None:
    for text in ("一度目の文", "二度目の文", "二度目の文"):
        printed.record(office.ctx, office.officer, ISSUE, text)
    versions = printed.of_issue(ISSUE).versions
    assert [v.text for v in versions] == ["二度目の文", "一度目の文"]
    assert AuditEntry.objects.filter(verb=printed.PRINTED).count() == 2


def test_an_issue_without_a_release_has_no_printed_text(office: Office, ctx: Context) -> None:
    office.approved(channels="newsletter")
    with pytest.raises(NotFound):
        printed.record(office.ctx, office.officer, ISSUE, "文")


@pytest.mark.parametrize("text", ["", " \r\n\n", "文" * (printed.MOST + 1), "文\x00字"], ids=["empty", "blank", "long", "nul"])
def test_what_is_no_text_is_refused(office: Office, submission: Submission, text: str) -> None:
    with pytest.raises(NotAllowed):
        printed.record(office.ctx, office.officer, ISSUE, text)
    assert not PrintedText.objects.exists()


def test_a_file_of_an_old_office_pc_is_read_and_a_word_file_is_not(tmp_path: Path) -> None:
    old, word = tmp_path / "old.txt", tmp_path / "shimen.docx"
    old.write_bytes("紙面①の文".encode("cp932"))
    word.write_bytes(b"PK\x03\x04\xff\xfe\x81")
    assert printed.read(old) == "紙面①の文"
    with pytest.raises(NotAllowed) as refused:
        printed.read(word)
    assert "shimen.docx" in refused.value.summary


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICER])
def test_only_the_pr_office_records_what_was_printed(office: Office, submission: Submission, role: Role) -> None:
    with pytest.raises(NotAllowed):
        printed.record(office.ctx, Actor(person="someone", role=role), ISSUE, "文")


def test_the_post_s_history_tells_of_its_release_and_of_the_words_that_changed(office: Office, submission: Submission) -> None:
    other = office.submit(office.post("other", channels="newsletter", title="載らない原稿（見本）"))
    released = printed.of_issue(ISSUE).text
    printed.record(office.ctx, office.officer, ISSUE, released)
    printed.record(office.ctx, office.officer, ISSUE, released.replace("回数を", "手間を"))
    lines = [h for h in history.timeline(office.ctx, office.author, submission) if h.where == "2026年12月号"]
    assert [h.what for h in lines] == [
        "校了",
        "紙面が校了の文のとおりであることを記録",
        "校了の文と違うところのある紙面を記録",
    ]
    assert [p.text for p in lines[2].changes if p.kind in ("removed", "added")] == ["回数", "手間"]
    assert [h.what for h in history.timeline(office.ctx, office.officer, other)] == ["申請"]


def test_an_officer_enters_the_printed_text_in_the_page_and_sees_what_differs(
    office: Office, submission: Submission, officer: Browser
) -> None:
    page = officer.get(PAGE).text
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert field
    officer.post(PAGE, PAGE, text=unescape(field[1]).replace("回数を", "手間を"))
    page = officer.get(PAGE).text
    assert "<del>回数</del><ins>手間</ins>" in page
    assert "<del>回数</del><ins>手間</ins>" in officer.get(f"/history/{submission.id}/").text


def test_a_leader_does_not_reach_the_page(office: Office, submission: Submission, people: None, web_site: str) -> None:
    assert signed_in(web_site, "soumu-leader").get(PAGE).status_code == 403


def test_an_issue_that_was_never_released_has_no_page(office: Office, officer: Browser) -> None:
    answer = officer.get(PAGE)
    assert answer.status_code == 404
    assert "校了になっていません" in answer.text
