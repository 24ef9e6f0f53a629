"""Every page in a real browser, light and dark, wide and on a phone: axe finds nothing, and nothing runs off the side."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.schedule.changes import RuleChange
from bot.schedule.rules import Blackout
from bot.services.approval import comments, picture_records
from bot.services.delivery import blackouts, pause, rule_changes
from bot.services.files import viewed
from bot.services.handing_in import drafts, words
from bot.store.drafts import Draft
from bot.store.models import Delivery, Submission
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Role
from tests.chromium import barriers, log_in
from tests.office import Office
from tests.web.browser import PASSWORD


@pytest.fixture
def pages(office: Office, people: None) -> list[str]:
    """An address of every page, each with something on it."""
    (office.folder / "phrases.yml").write_text("時点: いつの数字ですか。\n", encoding="utf-8")
    first = office.submit(office.post(extra="publish: 2026-12-01 12:15"))
    comments.add(office.ctx, office.officer, first.id, "x", "0:0", "時点は？")
    second = office.submit(office.post(extra="publish: 2026-12-02 12:15", body="変えた文です（見本）。\n"))
    Submission.objects.filter(id=second.id).update(
        findings=[{"rule": "見本", "level": "warning", "line": 1, "column": 1, "message": "見本", "advice": "見本"}]
    )
    done = office.approved("b", title="決裁の見本", channels="x, facebook")
    office.publish_all()
    office.submit(office.post("c", title="翻訳の見本", author="kokusai-trainee"), office.trainee)
    viewed.record(
        office.ctx, office.officer, office.submit(office.post("y", title="まとめての見本", body="別の文です（見本）。\n"))
    )
    planned = office.approved("d", title="予定の見本", extra="publish: 2026-12-03 10:20")
    Delivery.objects.filter(id=planned[0].id).update(state="undecided", intent_at=office.clock.now())
    _broken_thread(office)
    office.at(office.clock.now() + datetime.timedelta(minutes=1))
    pause.pause(office.ctx, office.officer, "地震のため", "facebook")
    _blackouts(office)
    _words(office)
    draft = drafts.begin(office.ctx, Actor(person="shimin-leader", role=Role.OFFICER))
    Draft.objects.update(person="kouhou")
    Image.new("RGB", (800, 600), "green").save(other := office.folder / "media" / "green.png")  # in no post
    draft = drafts.add_picture(office.ctx, office.officer, draft.id, other.read_bytes())
    picture = _pictures(office)
    return [
        "/",
        f"/pictures/?draft={draft.id}",
        "/pictures/?q=ありません",
        f"/pictures/{picture}/",
        "/queue/",
        "/queue/?q=ありません",
        f"/submissions/{first.id}/",
        f"/submissions/{second.id}/",
        f"/submissions/{second.id}/?against=approved",
        f"/submissions/{second.id}/sheet/",
        f"/submissions/{done[0].submission_id}/",
        "/connections/",
        "/calendar/?date=2026-12-01",
        "/calendar/?date=2026-12-01&view=week",
        "/calendar/?date=2026-12-01&view=list",
        f"/deliveries/{planned[1].id}/move/",
        f"/deliveries/{done[0].id}/move/",
        "/deliveries/",
        f"/deliveries/posts/?chosen={planned[1].submission_id}",
        f"/deliveries/posts/?chosen={planned[1].submission_id}&chosen={done[0].submission_id}",
        "/deliveries/posts/?chosen=999999",
        "/held/",
        "/stop/",
        "/texts/",
        "/settings/",
        f"/settings/{_rules(office)}/",
        "/blackouts/",
        "/words/?wrong=子供",
        "/disasters/",
        "/issues/",
        "/issues/2026-12/",
        "/issues/2027-01/",
        "/achievement/",
        "/history/",
        f"/history/{second.id}/",
        "/tokens/",
        "/account/second-factor/",
        "/account/second-factor/totp/activate/",
        "/account/second-factor/webauthn/",
        "/account/second-factor/webauthn/add/",
        "/account/sessions/",
        "/account/password/",
        "/account/reauthenticate/",
        "/write/",
        f"/write/{draft.id}/",
        "/submissions/999999/",
        "/nowhere/",
    ]


def _parts(count: int) -> str:
    return "".join(f"{n}番目に、職員がお話を聞いて、入力します（見本）。\n\n" for n in range(count))


def _broken_thread(office: Office) -> None:
    """Two parts stand, the third was refused."""
    thread = {"channels": "x", "extra": "publish: 2026-12-04 10:20\nx: {thread: true}"}
    rows = office.approved("t", title="スレッドの見本", body=_parts(20), **thread)
    numbers = [row.id for row in rows]
    Delivery.objects.filter(id__in=numbers[:2]).update(state="published", remote_id="1", url="https://x.com/i/status/1")
    Delivery.objects.filter(id__in=numbers[2:]).update(state="failed", problem="配信先が掲載を断りました")


def _pictures(office: Office) -> int:
    """One that is held back, one that may be chosen."""
    record = PictureRecord.objects.latest("id")
    ended = {"until": datetime.date(2026, 11, 30), "not_from": datetime.date(2026, 12, 1), "why": "本人の申し出"}
    told = picture_records.Told(people="consented", consent="承諾書 1", **ended)
    picture_records.record(office.ctx, office.officer, record.id, told, "")
    return record.id


def _words(office: Office) -> None:
    """One of one's own, one of another, and one to decide on."""
    words.propose(office.ctx, office.officer, "障碍", "障害", "手引き")
    words.propose(office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), "子供", "子ども")


def _rules(office: Office) -> int:
    """One rule that was changed, and one that waits for a second person; its number."""
    narrower = RuleChange(topic="limit", item="x", value={"most": 9})
    rule_changes.make(office.ctx, office.officer, narrower, "多すぎるため", 0)
    more = {"days": ["mon"], "at": "10:00", "gap": 30, "channels": ["x"], "if_closed": "later"}
    wanted = RuleChange(topic="slot", item="shinki", value=more)
    return rule_changes.make(office.ctx, office.officer, wanted, "朝に見る人のため", 1).number


def _blackouts(office: Office) -> None:
    """One in force, one that somebody asks to lift, one that is lifted; what the first one holds, and what missed its time."""
    now, other = office.clock.now(), Actor(person="kouhou-kacho", role=Role.OFFICER)
    held = office.approved("e", title="保留の見本", channels="x, note", extra="publish: 2026-12-08 12:15")
    Delivery.objects.filter(id=held[1].id).update(state="missed")
    office.approved("f", title="止まる見本", channels="x", extra="publish: 2026-12-09 12:15")
    for days, why in ((0, "保守の期間"), (1, "市議会議員選挙"), (2, "取りやめた期間")):
        wanted = Blackout(
            start=now, end=now + datetime.timedelta(days=20 + days), kind="選挙", why=why, set_by="", channels=frozenset({"x"})
        )
        number = blackouts.enter(office.ctx, office.officer, wanted).number
        if days:
            blackouts.ask_to_lift(office.ctx, other, number, "無投票のため")
    blackouts.lift(office.ctx, office.officer, number)


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, chromium: Browser, web_site: str) -> Iterator[Page]:
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=web_site)
    yield context.new_page()
    context.close()


def test_no_page_has_a_barrier_and_none_runs_off_the_side(page: Page, pages: list[str]) -> None:
    page.goto("/login/")
    found = barriers(page)
    log_in(page, "kouhou")
    for address in pages:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found += barriers(page)
    submission = [address for address in pages if re.fullmatch(r"/submissions/\d+/", address)][1]
    page.goto(submission)
    page.evaluate("document.querySelector('[name=digest]').value = '0'")
    page.get_by_role("button", name="この内容で承認する").click()
    assert page.get_by_role("heading", name="この操作はしていません").is_visible()
    found += barriers(page)
    found += _of_refusals_and_questions(page, submission)
    found += _of_entering_a_blackout(page)
    found += _of_approving_several(page)
    assert not found, "\n".join(found)


def _of_refusals_and_questions(page: Page, submission: str) -> list[str]:
    """A form that came back, and an act that is asked about."""
    page.goto(submission)
    for point in page.locator("[name=point]:checked").all():
        point.uncheck()  # which would be reason enough
    page.get_by_role("button", name="差し戻す").click()
    assert page.get_by_role("heading", name="できませんでした").is_visible()
    found = barriers(page)
    page.goto(submission)
    page.get_by_role("button", name="取り下げる").click()
    expect(page.get_by_role("link", name="やめる")).to_be_visible(timeout=15_000)
    return found + barriers(page)


def _of_approving_several(page: Page) -> list[str]:
    """The page that shows the minutes, then the one with the button that takes it back."""
    page.goto("/queue/")
    page.get_by_role("checkbox", name="を選ぶ").first.check()
    page.get_by_role("button", name="まとめて承認").click()
    assert page.get_by_role("heading", name="まとめて承認する").is_visible()
    found = barriers(page)
    page.get_by_role("button", name="この時刻で承認する").click()
    assert page.get_by_role("button", name="元に戻す").is_visible()
    return found + barriers(page)


def _of_entering_a_blackout(page: Page) -> list[str]:
    """The form with everything wrong that can be, then the look at what it holds."""
    page.goto("/blackouts/")
    page.get_by_label("理由", exact=False).last.fill("弔意")
    page.get_by_label("いつから").fill("2026-12-08T00:00")
    page.get_by_label("いつまで", exact=False).fill("2026-12-07T00:00")
    page.get_by_role("button", name="止まる配信を確かめる").click()
    assert page.get_by_text("終わりが始まりより前か同じです").first.is_visible()
    found = barriers(page)
    page.get_by_label("いつまで", exact=False).fill("2026-12-12T00:00")
    page.get_by_role("button", name="止まる配信を確かめる").click()
    expect(page.get_by_role("heading", name="この期間に止まる配信")).to_be_visible(timeout=15_000)
    return found + barriers(page)


def test_no_page_of_the_operator_has_a_barrier_either(page: Page, office: Office, people: None) -> None:
    office.submit(office.post())
    log_in(page, "unyou")
    found = []
    for address in ("/people/", "/audit/"):
        page.goto(address)
        found += barriers(page)
    page.goto("/people/")
    page.get_by_label("利用者名", exact=False).last.fill("atarashii")
    page.get_by_role("button", name="招待する", exact=True).click()
    found += barriers(page)  # the page that asks who it is
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_text("招待しました").wait_for()
    invitation = page.locator("code.key").inner_text()
    found += barriers(page)
    page.get_by_role("button", name="ログアウト").click()
    page.goto(urlsplit(invitation).path)
    found += barriers(page)
    assert not found, "\n".join(found)


def test_two_small_buttons_side_by_side_are_a_barrier(chromium: Browser) -> None:
    page = chromium.new_page()
    small = '<button style="width: 10px; height: 10px; padding: 0; border: 0">{}</button>'
    buttons = "".join(small.format(name) for name in "一二")
    page.set_content(f'<!doctype html><html lang="ja"><title>見本</title><main><h1>見本</h1>{buttons}</main></html>')
    found = barriers(page)
    page.close()
    assert ["target-size" in line for line in found] == [True, True]
