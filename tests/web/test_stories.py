"""Days at the desk in a real browser: wide and narrow, with and without scripts, by keyboard alone. Clicks and page loads are
counted, and stand in docs/desk.md; with the seconds they are printed, which pytest -rP shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.store.newsletter import SignOff
from tests.issues.conftest import measured
from tests.office import Office
from tests.sync.conftest import desk
from tests.sync.desk import Desk
from tests.web.site import work_on
from tests.web.sitting import Person, needed, written

__all__ = ["desk", "measured"]

STEPS = [
    ("desktop", 1280, True, False),
    ("desktop-no-script", 1280, False, False),
    ("phone", 390, True, False),
    ("phone-no-script", 390, False, False),
    ("keyboard", 1280, False, True),
]


@pytest.fixture(params=STEPS, ids=lambda step: step[0])
def seat(
    request: pytest.FixtureRequest,
    chromium: Browser,
    people: None,
    web_site: str,
) -> Iterator[Callable[[], Person]]:
    """Somebody more at a browser of their own, until the end."""
    _, width, scripts, keys = request.param
    seated: list[Person] = []

    def sit() -> Person:
        context = chromium.new_context(base_url=web_site, viewport={"width": width, "height": 800}, java_script_enabled=scripts)
        seated.append(Person(context.new_page(), keys))
        return seated[-1]

    yield sit
    for one in seated:
        one.page.context.close()


@pytest.fixture
def person(seat: Callable[[], Person]) -> Person:
    return seat()


def test_a_morning_s_ten_approvals_with_every_text_opened(office: Office, person: Person) -> None:
    for number in range(10):
        office.submit(
            office.post(f"m{number}", title=f"{number}番目の見本", channels="x", body=f"{number}の文です（見本）。\n")
        )
    person.begin()
    person.link("^承認待ち")
    person.link("0番目の見本")
    for number in range(10):
        person.page.get_by_role("heading", name=f"{number}番目の見本").wait_for()
        person.button("承認して、次の申請を開く")
    person.page.get_by_text("承認を待っている申請はありません。").wait_for()
    assert {s.state for s in Submission.objects.all()} == {"approved"}
    assert needed(person) == written("朝の10件の承認（全文を開く）")
    assert person.loads <= 12


def test_a_campaign_is_moved_by_a_day(office: Office, person: Person) -> None:
    for day in (8, 9, 10):
        office.approved(
            str(day), title=f"{day}日の見本", body=f"{day}の文です（見本）。\n", extra=f"publish: 2026-12-{day:02} 12:15"
        )
    before = {d.id: d.due_at for d in Delivery.objects.all()}
    person.begin()
    person.link("^配信$")
    for day in (8, 9, 10):
        person.tick(person.page.get_by_role("checkbox", name=f"「{day}日の見本」を選ぶ"))
    person.button("選んだ原稿を移す・取り消す")
    person.page.get_by_label("ずらす日数").fill("1")
    person.button("移す")
    person.page.get_by_text("3件の原稿を").wait_for()
    assert {d.id: d.due_at - timedelta(days=1) for d in Delivery.objects.all()} == before
    assert needed(person) == written("3件（配信先9つ）の予定を1日後ろへ")
    person.button("元に戻す（10秒以内）")
    person.page.get_by_text("元に戻しました。").wait_for()
    assert {d.id: d.due_at for d in Delivery.objects.all()} == before


def test_stopping_and_going_on(office: Office, person: Person) -> None:
    for name in "ab":
        office.approved(name, title=f"{name}の見本", body=f"{name}の文です（見本）。\n")
    person.begin()
    person.press(person.page.get_by_role("link", name="配信を止める"))
    person.page.get_by_label("理由").fill("地震のため")
    person.button("いますぐ止める")
    person.page.get_by_role("heading", name="保留の見直し").wait_for()
    assert set(office.states().values()) == {"held"}
    person.press(person.page.get_by_role("button", name="全ての配信先の停止を解除する"))
    for name in "ab":
        article = person.page.get_by_role("article").filter(has_text=f"{name}の見本").first
        person.tick(article.get_by_role("checkbox").last)
        person.press(article.get_by_role("button", name="全ての配信先を予定に戻す"))
        person.page.get_by_text(f"「{name}の見本」の配信を予定に戻しました。").wait_for()
    assert set(office.states().values()) == {"scheduled"}
    assert needed(person) == written("止めて、2件（配信先6つ）を見直して再開")


def test_the_first_post_of_a_leader(desk: Desk, person: Person) -> None:
    desk.origin.write("strategy/plan.yml", "'1': {name: 見本の施策}\n'2-1': {name: 書かない窓口の推進}\n")
    desk.commit()
    desk.sync()
    person.begin("shimin-leader")
    person.button("新しい原稿を書く")
    page = person.page
    person.write(page.get_by_label("題名"), "書かない窓口（見本）")
    person.write(page.get_by_label("はじめの段落"), "窓口で書く回数を、5回から1回に減らします（見本）。")
    person.write(page.get_by_label("何が不便だったか"), "同じことを何度も書いていました。")
    person.write(page.get_by_label("何を変えたか"), "職員がお話を聞いて入力します。")
    person.write(page.get_by_label("どう変わったか"), "書くのは署名だけです。")
    person.choose(page.get_by_label("施策", exact=True), "2-1 書かない窓口の推進")
    person.tick(page.get_by_label("達成", exact=True))
    person.tick(page.get_by_role("checkbox", name="Instagram"))  # it wants a picture
    person.button("保存して確かめる")
    page.get_by_text("保存しました。").first.wait_for()
    expect(page.locator("#preview")).to_contain_text("5回から1回に減らします（見本）。")
    person.button("この内容で申請する")
    page.get_by_text("申請しました。広報担当の承認を待ちます。").wait_for()
    (made,) = Submission.objects.all()
    assert (made.author, made.state, made.title) == ("shimin-leader", "submitted", "書かない窓口（見本）")
    assert needed(person) == written("初めての原稿を書いて申請する")


def test_a_post_is_returned_mended_and_approved(desk: Desk, seat: Callable[[], Person]) -> None:
    desk.write()
    desk.taken()
    officer, author = seat(), seat()
    officer.begin()
    officer.link("^承認待ち")
    officer.link("書かない窓口")
    officer.write(officer.page.get_by_label("差し戻しの理由"), "いつの数字かを書いてください（見本）。")
    officer.button("差し戻す")
    officer.page.get_by_text("差し戻しました").wait_for()
    author.begin("shimin-leader")
    author.page.get_by_text("いつの数字かを書いてください（見本）。").first.wait_for()
    author.button("「書かない窓口（見本）」を直す")
    asked = author.page.get_by_role("region", name="差し戻しの理由")
    expect(asked).to_contain_text("いつの数字かを書いてください（見本）。")
    author.write(author.page.get_by_label("はじめの段落"), "2026年11月に、書く回数を1回に減らしました（見本）。")
    author.button("この内容で申請する")
    author.page.get_by_text("申請しました。広報担当の承認を待ちます。").wait_for()
    officer.link("^承認待ち")
    officer.link("書かない窓口")
    changed = officer.page.get_by_role("region", name="前からの違い")
    expect(changed.locator("ins").first).to_contain_text("2026年11月に")
    officer.button("この内容で承認する")
    officer.page.get_by_text("配信を予定に入れました").wait_for()
    assert list(Submission.objects.order_by("id").values_list("state", flat=True)) == ["returned", "approved"]
    assert needed(officer, author) == written("差し戻し、直して申請し、承認する（2人）")


def test_an_issue_is_arranged_read_and_released(
    office: Office, measured: Context, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("一つ目", "二つ目")):
        office.approved(f"n{number}", title=f"{name}の見本", channels="newsletter", body=f"{name}の文です（見本）。\n")
    work_on(measured, monkeypatch)
    person.begin()
    person.link("^紙面$")
    person.link("2026年12月号")
    page = person.page
    person.write(page.get_by_label("一つ目の見本の順"), "2")
    person.write(page.get_by_label("二つ目の見本の順"), "1")
    person.button("この割り付けにする")
    page.get_by_text("割り付けを決めました。").wait_for()
    person.link("校正刷り（PDF）")
    page.wait_for_url("**/column-2026-12.pdf")
    person.back()
    person.tick(page.get_by_role("checkbox", name="校正刷りを開いて、全ての行を確かめました"))
    person.button("校了にする")
    page.get_by_text("校了にしました。", exact=True).wait_for()
    (release,) = SignOff.objects.all()
    assert release.officer == "kouhou"
    assert release.text.index("二つ目の文です") < release.text.index("一つ目の文です")
    assert needed(person) == written("号の順を決め、校正刷りを開いて校了にする")
