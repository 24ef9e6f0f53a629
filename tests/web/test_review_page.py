"""The page on which the PR office decides: differences, comments, the head's 確認, 代決, the time, reasons."""

from __future__ import annotations

import base64
import re
from html import unescape
from io import BytesIO

import pytest
from docx import Document

from bot.errors import NotAllowed
from bot.services.approval import comments, review
from bot.store.models import Comment, Decision, Submission
from tests.office import Office
from tests.web.browser import Browser, signed_in

BODY = "窓口で書く回数を減らします（見本）。\n\n## 何を変えたか\n\n職員がお話を聞いて入力します。\n"


def page_of(submission: Submission) -> str:
    return f"/submissions/{submission.id}/"


def resubmitted(office: Office, old: str, new: str) -> Submission:
    return office.submit(office.post(body=BODY.replace(old, new)))


def test_what_changed_since_this_person_last_looked_is_marked_word_by_word(office: Office, officer: Browser) -> None:
    officer.get(page_of(office.submit(office.post())))
    page = officer.get(page_of(resubmitted(office, "入力します", "代筆します"))).text
    assert "前に見たとき" in page
    assert "<del>入力</del><ins>代筆</ins>" in page


def test_channels_in_which_the_same_words_changed_are_shown_as_one(office: Office, officer: Browser) -> None:
    officer.get(page_of(office.submit(office.post())))
    page = officer.get(page_of(resubmitted(office, "入力します", "代筆します"))).text
    assert "<h3>Instagram・Facebook・新聞広報</h3>" in page
    assert page.count("<del>入力</del>") == 1


def test_who_has_not_seen_the_earlier_one_gets_no_comparison_with_it(office: Office, officer: Browser) -> None:
    office.submit(office.post())
    page = officer.get(page_of(resubmitted(office, "入力します", "代筆します"))).text
    assert "<del>" not in page


def test_what_was_last_approved_can_be_compared_with(office: Office, officer: Browser) -> None:
    office.approve(office.submit(office.post()))
    officer.get(page_of(resubmitted(office, "入力します", "確かめます")))
    third = resubmitted(office, "入力します", "代筆します")
    assert "<del>確か" in officer.get(page_of(third)).text
    assert "<del>入力</del>" in officer.get(f"{page_of(third)}?against=approved").text


def test_a_changed_alt_text_and_a_changed_wish_are_shown(office: Office, officer: Browser) -> None:
    path = office.post()
    officer.get(page_of(office.submit(path)))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("赤い四角の見本", "青い四角の見本").replace("slot: lunch", "slot: evening"), encoding="utf-8")
    page = officer.get(page_of(office.submit(path))).text
    assert "画像の説明が変わりました" in page
    assert "<del>赤</del><ins>青</ins>" in page
    assert "<del>lunch</del> → <ins>evening</ins>" in page


def test_a_refused_stale_approval_shows_what_changed_meanwhile(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    officer.get(page_of(submission))
    office.post(body=BODY.replace("入力します", "代筆します"))
    done = officer.post(f"{page_of(submission)}approve/", page_of(submission), digest=submission.digest)
    assert done.status_code == 409
    assert "<del>入力</del><ins>代筆</ins>" in done.text
    assert Submission.objects.get().state == "stale"


def test_a_refused_stale_approval_leads_to_the_newer_submission(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    newer = resubmitted(office, "入力します", "代筆します")
    done = officer.post(f"{page_of(submission)}approve/", page_of(submission), digest="0" * 64)
    assert done.status_code == 409
    assert f'href="{page_of(newer)}"' in done.text


def test_a_comment_stands_at_a_sentence_and_follows_the_post_until_it_is_settled(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    page = officer.get(page_of(submission)).text
    form = page[page.index('value="facebook"') :]
    place = re.search(r'name="place" value="(\d+:\d+)" required><span>職員がお話を聞いて入力します。', form)
    assert place
    officer.post(
        f"{page_of(submission)}comment/", page_of(submission), channel="facebook", place=place[1], body="<i>だれが</i>？"
    )
    comment = Comment.objects.get()
    assert (comment.quote, comment.author) == ("職員がお話を聞いて入力します。", "kouhou")
    assert "&lt;i&gt;だれが&lt;/i&gt;？" in officer.get(page_of(submission)).text
    later = resubmitted(office, "入力します", "代筆します")
    assert "前の申請で残っているコメント" in officer.get(page_of(later)).text
    officer.post(f"/comments/{comment.id}/settle/", page_of(later))
    assert "前の申請で残っているコメント" not in officer.get(page_of(later)).text


def test_every_sentence_of_every_channel_can_be_pointed_at(office: Office) -> None:
    submission = office.submit(office.post())
    for channel in ("x", "instagram", "facebook", "newsletter"):
        for sentence in comments.sentences(submission, channel):
            made = comments.add(office.ctx, office.officer, submission.id, channel, f"{sentence.part}:{sentence.start}", "見本")
            assert made.quote == sentence.text


def test_a_stranger_can_neither_comment_nor_settle(office: Office, people: None, web_site: str) -> None:
    submission = office.submit(office.post())
    made = comments.add(office.ctx, office.officer, submission.id, "x", "0:0", "見本")
    stranger = signed_in(web_site, "soumu-leader")
    assert stranger.post(f"/comments/{made.id}/settle/", "/tokens/").status_code == 404
    answer = stranger.post(f"{page_of(submission)}comment/", "/tokens/", channel="x", place="0:0", body="x")
    assert answer.status_code == 404
    assert Comment.objects.get().settled_at is None


def test_a_return_is_made_of_edited_stock_phrases_and_own_words(office: Office, officer: Browser) -> None:
    (office.folder / "phrases.yml").write_text("時点: いつの数字ですか。\n出典: 出典はどこですか。\n", encoding="utf-8")
    submission = office.submit(office.post())
    assert "いつの数字ですか。</textarea>" in officer.get(page_of(submission)).text
    fields: dict[str, str | list[str]] = {
        "phrase": ["1"],
        "phrase-1": "「70％」はいつの数字ですか。",
        "phrase-2": "出典はどこですか。",
        "reason": "よろしくお願いします。",
    }
    officer.post(f"{page_of(submission)}return/", page_of(submission), **fields)
    assert Decision.objects.get().reason == "「70％」はいつの数字ですか。\nよろしくお願いします。"


def test_the_office_can_choose_another_time(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    given = {"digest": submission.digest, "when": "at", "at": "2026-12-03T10:20"}
    officer.post(f"{page_of(submission)}approve/", page_of(submission), **given)
    assert {d.due_at.isoformat() for d in office.deliveries()} == {"2026-12-03T01:20:00+00:00"}


@pytest.mark.parametrize("at", ["", "2026-12-05T10:00", "2026-12-03T20:00", "2026-11-30T10:00", "あした"])
def test_a_time_at_which_nothing_may_go_out_is_refused_in_words(office: Office, officer: Browser, at: str) -> None:
    submission = office.submit(office.post())
    given = {"digest": submission.digest, "when": "at", "at": at}
    done = officer.post(f"{page_of(submission)}approve/", page_of(submission), **given)
    assert done.status_code == 422
    assert "できませんでした" in done.text
    assert Submission.objects.get().state == "submitted"


def test_a_departments_head_looks_first_where_the_city_wants_it(office: Office, officer: Browser, web_site: str) -> None:
    city = office.folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + ", heads: {市民課: soumu-leader}}", encoding="utf-8")
    office.register()
    submission = office.submit(office.post())
    page = page_of(submission)
    assert "先に所属長（soumu-leader）の確認が要ります" in officer.get(page).text
    refused = officer.post(f"{page}approve/", page, digest=submission.digest)
    assert "所属長の確認が先に要ります" in refused.text
    assert officer.post(f"{page}endorse/", page, digest=submission.digest).status_code == 403
    head = signed_in(web_site, "soumu-leader")
    refused = head.post(f"{page}endorse/", page, digest="0" * 64)
    assert (refused.status_code, "この操作はしていません" in refused.text) == (409, True)
    head.post(f"{page}endorse/", page, digest=submission.digest)
    assert "3件の配信を予定に入れました" in officer.post(f"{page}approve/", page, digest=submission.digest).text


def test_a_decision_in_anothers_absence_waits_for_their_look(office: Office, officer: Browser, web_site: str) -> None:
    submission = office.submit(office.post())
    fields = {"digest": submission.digest, "on_behalf_of": "kouhou-kacho", "reference": "広広第123号"}
    officer.post(f"{page_of(submission)}approve/", page_of(submission), **fields)
    page = officer.get(page_of(submission)).text
    assert "代決（kouhou-kacho の不在のため。後閲を待っています）" in page
    assert "決裁番号 広広第123号" in page
    decision = Decision.objects.get()
    with pytest.raises(NotAllowed):
        review.countersign(office.ctx, office.officer, decision.id)
    absent = signed_in(web_site, "kouhou-kacho")
    assert "後閲の要る代決" in absent.get("/queue/").text
    absent.post(f"/decisions/{decision.id}/countersign/", "/queue/")
    assert "後閲済み" in officer.get(page_of(submission)).text
    assert "後閲の要る代決" not in absent.get("/queue/").text


def test_findings_say_where_what_and_by_which_rule(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    finding = {
        "rule": "text.sample",
        "level": "warning",
        "line": 12,
        "column": 3,
        "message": "全角の数字です",
        "advice": "半角にしてください",
    }
    Submission.objects.update(findings=[finding])
    page = unescape(officer.get(page_of(submission)).text)
    assert "全角の数字です。</b>半角にしてください。" in page
    assert "原稿の12行目 3字目　根拠：text.sample" in page


def test_the_proposal_sheet_holds_the_texts_the_decision_and_its_number(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    officer.post(f"{page_of(submission)}approve/", page_of(submission), digest=submission.digest, reference="広広第123号")
    page = officer.get(f"{page_of(submission)}sheet/").text
    word = officer.get(f"{page_of(submission)}sheet.docx")
    document = Document(BytesIO(word.content))
    cells = "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    paragraphs = "".join(p.text for p in document.paragraphs)
    for told in ("広広第123号", submission.digest[:12], "2026年12月1日", "市民課"):
        assert told in page
        assert told in cells
    assert len(document.inline_shapes) == page.count('alt="赤い四角の見本"') == 4
    for told in ("職員がお話を聞いて入力します。", "赤い四角の見本", "承認　kouhou"):
        assert told in page
        assert told in paragraphs


def test_a_stranger_gets_no_proposal_sheet(office: Office, people: None, web_site: str) -> None:
    submission = office.submit(office.post())
    stranger = signed_in(web_site, "soumu-leader")
    for name in ("sheet/", "sheet.docx"):
        assert stranger.get(f"{page_of(submission)}{name}").status_code == 404


def test_nobody_decides_in_the_absence_of_someone_who_may_not_decide(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    page = page_of(submission)
    for name in ("shimin-leader", "kouhou", "nobody"):
        refused = officer.post(f"{page}approve/", page, digest=submission.digest, on_behalf_of=name)
        assert "代決" in refused.text
        assert refused.status_code == 422
    assert Submission.objects.get().state == "submitted"


def test_the_column_is_shown_as_it_is_set_with_its_fit(office: Office, officer: Browser) -> None:
    page = unescape(officer.get(page_of(office.submit(office.post()))).text)
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    drawn = "".join(re.findall(r"<text[^>]*>([^<]+)</text>", base64.b64decode(picture).decode()))
    assert "窓口で書く回数を減らします" in drawn
    assert re.search(r"枠63行、使用\d+行、\d+行（\d+字）余り", page)


def test_text_that_is_too_long_for_the_column_is_shown_with_what_could_be_done(office: Office, officer: Browser) -> None:
    body = "".join(
        f"{n}番目の文です。窓口で書く回数を、これまでのデータを見ながら、少しずつ減らしていきます（見本）。\n\n"
        for n in range(30)
    )
    page = unescape(officer.get(page_of(office.submit(office.post(channels="newsletter", body=body)))).text)
    assert re.search(r"\d+行（\d+字）あふれ", page)
    overflow = page.partition("枠に入らない文章")[2].partition("</div>")[0]
    assert "29番目の文です" in overflow
    assert "句読点のぶら下げを使う" in page


def test_the_author_s_answer_to_a_finding_is_shown_and_taken_over_when_it_is_written_later(
    office: Office, officer: Browser
) -> None:
    fault = "これまで，紙でした（見本）。\n"
    first = office.submit(office.post(body=fault))
    assert "書いた人の断り" not in officer.get(page_of(first)).text
    same = office.submit(office.post(body=f"<!-- 点検: style.comma 条例の題名の引用のため -->\n{fault}"))
    assert same.id == first.id
    page = officer.get(page_of(first)).text
    assert "書いた人の断り：条例の題名の引用のため" in page
    assert "&lt;!--" not in page


def test_a_post_of_old_whose_author_left_is_still_shown(office: Office, officer: Browser) -> None:
    submission = office.approve(office.submit(office.post()))[0].submission
    people = office.folder / "people.yml"
    people.write_text(people.read_text(encoding="utf-8").replace("shimin-leader:", "someone-else:"), encoding="utf-8")
    page = officer.get(page_of(submission))
    assert page.status_code == 200
    assert "職員がお話を聞いて入力します" in page.text
