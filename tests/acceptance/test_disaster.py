"""A quake is played in the sandbox, and the city's planned post stays unsent until a person has looked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.acceptance.test_desk import Person
from tests.acceptance.test_processes import CityHall, until
from tests.chromium import chromium
from tests.office import TOKYO
from tests.services.test_disasters import CITY

__all__ = ["chromium"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    made = CityHall(tmp_path, hears=True)
    (made.content / "city.yml").write_text(CITY, encoding="utf-8")
    yield made
    made.stop()


def test_the_quake_holds_the_post_and_a_person_goes_on(hall: CityHall, chromium: Browser, tmp_path: Path) -> None:
    officer = Person(chromium, hall, "kouhou", "mouse")
    officer.sign_in()
    moment = datetime.now(TOKYO) + timedelta(seconds=40)
    hall.approved_for(moment)
    port = str(urlsplit(hall.sandbox.base_url).port)
    assert "練習の電文を出しました" in hall.run("sandbox", "quake", "--intensity", "5+", "--port", port).stdout
    hall.start("run")
    until(lambda: {d["state"] for d in hall.deliveries()} == {"held"}, 60)
    until(lambda: datetime.now(TOKYO) > moment + timedelta(seconds=3), 60)
    assert hall.sandbox.posts() == []

    officer.page.goto("/held/")
    officer.page.get_by_text("震度５強（石川県加賀）").first.wait_for()
    officer.page.get_by_text("いま、これで3件を保留にしています。").wait_for()
    officer.page.get_by_text("この配信先はまだ停止中です。").first.wait_for()
    _picture(officer, tmp_path / "held.png")
    officer.page.goto("/disasters/")
    officer.page.get_by_role("heading", name="いま出ているもの").wait_for()
    officer.page.get_by_text("震源・震度に関する情報").first.wait_for()
    _picture(officer, tmp_path / "disasters.png")

    officer.page.goto("/held/")
    officer.press("button", "全ての配信先の停止を解除する")
    officer.page.get_by_text("まだ何も出ません").wait_for()
    x = officer.page.get_by_role("region", name=re.compile("^X "))
    x.get_by_text("この配信先だけ").click()
    x.get_by_label("いま出してよい内容か、見直しました").check()
    x.get_by_role("button", name="予定に戻す").click()
    until(lambda: len(hall.sandbox.posts()) == 1, 60)
    assert sorted(d["state"] for d in hall.deliveries()) == ["held", "held", "published"]


def _picture(person: Person, path: Path) -> None:
    person.page.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 10_000
