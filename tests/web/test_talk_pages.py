"""Talking about a post without a script: calling somebody, asking for several places, ticking them."""

from __future__ import annotations

from lxml import html

from bot.services.approval import comments, review
from bot.store.models import Comment, Submission
from tests.office import Office
from tests.web.browser import Browser, signed_in


def at(submission: Submission) -> str:
    return f"/submissions/{submission.id}/"


def region(page: str, name: str) -> str:
    (found,) = html.document_fromstring(page).xpath(f"//section[@aria-labelledby='{name}']")
    return str(found.text_content())


def test_a_leader_is_called_and_sees_it_on_their_first_page_until_they_look(
    office: Office, officer: Browser, leader: Browser
) -> None:
    found = office.submit(office.post())
    page = html.document_fromstring(officer.get(at(found)).text)
    offered = page.xpath("//select[@id='tell-x']/option/@value")
    assert "shimin-leader" in offered
    assert "soumu-leader" not in offered
    assert "kouhou" not in offered
    given = {"channel": "x", "place": "0:0", "body": "いつの数字ですか", "tell": "shimin-leader"}
    officer.post(f"{at(found)}comment/", at(found), **given)
    assert "いつの数字ですか" in region(leader.get("/").text, "called")
    leader.get(at(found))
    assert "あなたへの呼びかけ" not in leader.get("/").text


def test_a_name_that_nobody_has_comes_back_at_its_field(office: Office, officer: Browser) -> None:
    found = office.submit(office.post())
    answer = officer.post(f"{at(found)}comment/", at(found), channel="x", place="0:0", body="@soumu-leader 見て")
    assert answer.status_code == 422
    shown = html.document_fromstring(answer.text)
    (field,) = shown.xpath("//textarea[@aria-invalid='true']")
    assert (field.get("name"), field.text.strip()) == ("body", "@soumu-leader 見て")
    assert "「@soumu-leader」に当たる人が" in shown.xpath("string(//p[@class='wrong'])")
    assert not Comment.objects.exists()


def test_an_officer_sends_comments_along_and_sees_which_are_ticked(office: Office, officer: Browser, leader: Browser) -> None:
    found = office.submit(office.post())
    made = [comments.add(office.ctx, office.officer, found.id, "x", "0:0", body) for body in ("一つ目", "二つ目", "三つ目")]
    boxes = html.document_fromstring(officer.get(at(found)).text).xpath("//input[@name='point']/@value")
    assert boxes == [str(comment.id) for comment in made]
    officer.post(f"{at(found)}return/", at(found), point=[str(made[0].id), str(made[1].id)])
    assert Submission.objects.get().state == "returned"
    leader.post(f"/comments/{made[0].id}/settle/", at(found))
    newer = office.submit(office.post(title="直した題名（見本）"))
    asked = region(officer.get(at(newer)).text, "points")
    assert asked.index("済み：") < asked.index("一つ目") < asked.index("まだ：") < asked.index("二つ目")
    assert "三つ目" not in asked
    assert "三つ目" in region(officer.get(at(newer)).text, "earlier")
    officer.post(f"/comments/{made[0].id}/unsettle/", at(newer))
    asked = region(officer.get(at(newer)).text, "points")
    assert ("済み：" in asked, asked.count("まだ：")) == (False, 2)


def test_a_comment_that_was_settled_meanwhile_is_told_at_the_choice(office: Office, officer: Browser) -> None:
    found = office.submit(office.post())
    comments.add(office.ctx, office.officer, found.id, "x", "0:0", "まだのもの")
    gone = comments.add(office.ctx, office.officer, found.id, "x", "0:0", "済んだもの")
    comments.settle(office.ctx, office.author, gone.id)
    answer = officer.post(f"{at(found)}return/", at(found), point=str(gone.id), reason="数字の時点")
    assert answer.status_code == 422
    shown = html.document_fromstring(answer.text)
    (wrong,) = shown.xpath("//fieldset[@class='points']//p[@class='wrong']")
    assert "もう対応済み" in wrong.text
    assert shown.xpath("string(//textarea[@id='reason'])").strip() == "数字の時点"
    assert Submission.objects.get().state == "submitted"


def test_a_stranger_is_shown_nothing_of_it(office: Office, people: None, web_site: str) -> None:
    found = office.submit(office.post())
    comments.add(office.ctx, office.officer, found.id, "x", "0:0", "@shimin-leader 庁内だけの話")
    review.return_(office.ctx, office.officer, found.id, "数字の時点")
    assert "庁内だけの話" not in signed_in(web_site, "soumu-leader").get("/").text
