"""The office's pages over HTTP: what they show, whom they let act, and that nobody is tricked into acting."""

from __future__ import annotations

import re

import pytest

from bot.services.people.accounts import set_up_user
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Role
from tests.office import Office
from tests.web.browser import PASSWORD, Browser, signed_in


def test_the_queue_and_a_submission_show_exactly_what_will_go_out(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    assert "書かない窓口（見本）" in officer.get("/queue/").text
    page = officer.get(f"/submissions/{submission.id}/").text
    for variant in ("X", "Instagram", "Facebook", "新聞広報"):
        assert f">{variant}</h3>" in page
    assert submission.digest[:12] in page
    assert 'aria-label="赤い四角の見本"' in page
    picture = re.search(r'<image[^>]* href="([^"]+)"', page)
    assert picture
    assert officer.get(picture[1]).content.startswith(b"\xff\xd8\xff")


def test_an_officer_approves_and_the_plan_shows(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    page = f"/submissions/{submission.id}/"
    done = officer.post(f"{page}approve/", page, digest=submission.digest)
    assert "3件の配信を予定に入れました" in done.text
    assert Submission.objects.get().state == "approved"
    assert officer.get("/deliveries/").text.count("配信予定") == 3


def test_a_return_tells_the_author_why(office: Office, officer: Browser, leader: Browser) -> None:
    submission = office.submit(office.post())
    page = f"/submissions/{submission.id}/"
    officer.post(f"{page}return/", page, reason="<b>時点</b>を書いてください")
    shown = leader.get(page).text
    assert "&lt;b&gt;時点&lt;/b&gt;を書いてください" in shown


def test_a_leader_is_not_offered_approval_and_cannot_force_it(office: Office, leader: Browser) -> None:
    submission = office.submit(office.post())
    page = f"/submissions/{submission.id}/"
    assert "この内容で承認する" not in leader.get(page).text
    done = leader.post(f"{page}approve/", page, digest=submission.digest)
    assert done.status_code == 403
    assert "権限がありません" in done.text
    assert Submission.objects.get().state == "submitted"


def test_an_officer_cannot_approve_what_they_wrote(office: Office, people: None, web_site: str) -> None:
    set_up_user(office.ctx, "shimin-leader", Role.OFFICER, PASSWORD)
    browser = Browser(web_site)
    browser.log_in("shimin-leader")
    submission = office.submit(office.post())
    page = f"/submissions/{submission.id}/"
    assert "自分では承認できません" in browser.get(page).text
    assert browser.post(f"{page}approve/", page, digest=submission.digest).status_code == 403
    assert Submission.objects.get().state == "submitted"


def test_another_departments_draft_is_not_shown(office: Office, people: None, web_site: str) -> None:
    submission = office.submit(office.post())
    browser = Browser(web_site)
    browser.log_in("soumu-leader")
    assert browser.get(f"/submissions/{submission.id}/").status_code == 404
    assert "書かない窓口（見本）" not in browser.get("/queue/").text
    assert browser.get(f"/submissions/{submission.id}/media/{'0' * 64}.jpg").status_code == 404


def test_approving_a_stale_page_is_refused(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    office.post(body="あとから変えた文です（見本）。\n")
    page = f"/submissions/{submission.id}/"
    done = officer.post(f"{page}approve/", page, digest=submission.digest)
    assert done.status_code == 409
    assert "見ていた内容と、いまの内容が違います" in done.text
    assert Submission.objects.get().state == "stale"


def test_a_forged_form_changes_nothing(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    done = officer.session.post(
        f"{officer.base}/submissions/{submission.id}/approve/", data={"digest": submission.digest}, timeout=10
    )
    assert done.status_code == 403
    assert "操作を受け付けられません" in done.text
    assert Submission.objects.get().state == "submitted"


@pytest.mark.parametrize("path", ["/queue/", "/deliveries/", "/stop/", "/tokens/", "/submissions/1/"])
def test_nothing_is_shown_without_a_login(people: None, web_site: str, path: str) -> None:
    answer = Browser(web_site).get(path)
    assert "/login/" in answer.url


def test_a_wrong_password_gets_one_sentence(people: None, web_site: str) -> None:
    answer = Browser(web_site).log_in("kouhou", "wrong")
    assert "利用者名かパスワードが違います" in answer.text


POLICY = {
    "default-src 'none'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    "script-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


def test_every_page_forbids_foreign_and_inline_scripts_and_frames(officer: Browser) -> None:
    for path in ("/queue/", "/deliveries/", "/stop/", "/tokens/", "/login/", "/no-such-page/"):
        answer = officer.get(path)
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
        assert re.findall(r"<script(?! src=\"/static/[a-z]+\.js\")", answer.text) == []
        assert " style=" not in answer.text


def test_markup_in_a_title_or_an_alt_text_is_shown_not_run(office: Office, officer: Browser) -> None:
    path = office.post(title="'<script>alert(1)</script>の見本'")
    assert "HTML" in _refusal(office, path)
    office.post(title="1 < 2 & 3 の見本")
    submission = office.submit(path)
    assert "1 &lt; 2 &amp; 3 の見本" in officer.get(f"/submissions/{submission.id}/").text


def _refusal(office: Office, path: object) -> str:
    from bot.errors import ContentError

    with pytest.raises(ContentError) as caught:
        office.submit(path)  # type: ignore[arg-type]
    return caught.value.summary


def test_a_picture_is_public_only_once_approved(office: Office, web_site: str) -> None:
    submission = office.submit(office.post())
    sha256 = submission.blobs.first().sha256  # type: ignore[union-attr]
    stranger = Browser(web_site)
    assert stranger.get(f"/m/{sha256}.jpg").status_code == 404
    office.approve(submission)
    assert stranger.get(f"/m/{sha256}.jpg").content.startswith(b"\xff\xd8\xff")


def test_the_stop_switch_is_on_every_page_and_holds_everything(office: Office, officer: Browser) -> None:
    office.approved()
    assert "配信を止める" in officer.get("/queue/").text
    done = officer.post("/stop/", "/stop/", reason="地震のため", channel="")
    assert "3件を保留にしました" in done.text
    assert "配信を停止しています（全ての配信先）：地震のため" in officer.get("/queue/").text
    assert set(office.states().values()) == {"held"}


def test_stopping_says_what_can_no_longer_be_stopped(office: Office, officer: Browser) -> None:
    office.approved(channels="x")
    Delivery.objects.update(state="publishing", intent_at=office.clock.now())
    done = officer.post("/stop/", "/stop/", reason="地震のため", channel="")
    assert "0件を保留にしました" in done.text
    assert "ほかに1件は送信の途中で、止められません" in done.text


def test_a_key_for_the_command_line_is_shown_once_and_can_be_taken_back(office: Office, officer: Browser) -> None:
    from bot.clock import SystemClock
    from bot.errors import NotAllowed
    from bot.options import Secret
    from bot.services.people.accounts import actor_for
    from bot.store.models import PersonalToken

    office.clock.advance_to(SystemClock().now())
    officer.post("/account/reauthenticate/", "/account/reauthenticate/", password=PASSWORD)
    shown = officer.post("/tokens/new/", "/tokens/", label="自席", scopes="decide")
    key = re.search(r'class="key">(dxb_[^<]+)<', shown.text)
    assert key
    assert key[1] not in officer.get("/tokens/").text
    assert actor_for(office.ctx, Secret(key[1])).person == "kouhou"
    assert key[1] not in str(list(PersonalToken.objects.values()))
    officer.post(f"/tokens/{PersonalToken.objects.get().id}/revoke/", "/tokens/", sure="1")
    with pytest.raises(NotAllowed):
        actor_for(office.ctx, Secret(key[1]))


def test_the_audit_page_speaks_japanese_and_calls_people_by_name(office: Office, people: None, web_site: str) -> None:
    office.approve(office.submit(office.post()))
    page = signed_in(web_site, "unyou").get("/audit/").text
    assert '<td data-label="操作">申請</td>' in page
    assert '<td data-label="操作">承認</td>' in page
    assert "申請 1" in page or "申請 " in page
    assert '市民課（見本）<span class="sub">shimin-leader</span>' in page


def test_people_are_named_and_their_log_in_names_are_not_shown(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    for page in (f"/submissions/{submission.id}/", f"/submissions/{submission.id}/sheet/", "/queue/"):
        text = officer.get(page).text
        assert "市民課（見本）" in text, page
        assert "shimin-leader" not in text.replace('value="shimin-leader"', ""), page  # whom a comment may call
