"""Draw the pictures of the pages anew: docs/images/*.png, as their people see them in the demo.

    python -m tools.pictures        every page, from the demo in a folder that is thrown away, on one Monday

With libfaketime the day is always the same one; without it, it is today.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # Monday, 10:00 in Japan
WIDE, PHONE = 1280, 390
HIGHEST = 1900  # pixels: what is below is cut off
_COLOURS = 128
_PORTS = ("8461", "8462")
_LONGEST = 600.0  # seconds for the demo's story
_PATIENCE = 120_000.0  # milliseconds for a page
OFFICER, OPERATOR, LEADER = "kouhou-demo", "unyou-demo", "shimin-leader"


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it; `ready` does there what is to be seen, before."""

    name: str
    person: str
    path: str
    width: int = WIDE
    dark: bool = False
    ready: str = ""


PICTURES = (
    Picture("login", "", "/login/"),
    Picture("verify", "", "/verify/"),
    Picture("today", OFFICER, "/"),
    Picture("today-phone", OFFICER, "/", PHONE),
    Picture("queue", OFFICER, "/queue/"),
    Picture("queue-phone", OFFICER, "/queue/", PHONE),
    Picture("review", OFFICER, "{waiting}"),
    Picture("review-phone", OFFICER, "{waiting}", PHONE),
    Picture("review-dark", OFFICER, "{waiting}", dark=True),
    Picture("refused", OFFICER, "{waiting}", ready="差し戻す"),
    Picture("sheet", OFFICER, "{waiting}sheet/"),
    Picture("calendar", OFFICER, "/calendar/"),
    Picture("calendar-phone", OFFICER, "/calendar/", PHONE),
    Picture("deliveries", OFFICER, "/deliveries/"),
    Picture("move", OFFICER, "{move}"),
    Picture("posts", OFFICER, "{posts}"),
    Picture("issues", OFFICER, "/issues/"),
    Picture("issue", OFFICER, "{issue}"),
    Picture("achievement", OFFICER, "/achievement/"),
    Picture("history", OFFICER, "/history/"),
    Picture("timeline", OFFICER, "{timeline}"),
    Picture("blackouts", OFFICER, "/blackouts/"),
    Picture("words", OFFICER, "/words/?wrong=子供&right=こども"),
    Picture("stop", OFFICER, "/stop/"),
    Picture("stop-phone", OFFICER, "/stop/", PHONE),
    Picture("keys", OFFICER, "/tokens/"),
    Picture("second-factor", OFFICER, "/account/second-factor/"),
    Picture("today-leader", LEADER, "/"),
    Picture("drafts", LEADER, "/write/"),
    Picture("write", LEADER, "{draft}"),
    Picture("write-phone", LEADER, "{draft}", PHONE),
    Picture("write-refused", LEADER, "{draft}", ready="この内容で申請する"),
    Picture("today-operator", OPERATOR, "/"),
    Picture("connections", OPERATOR, "/connections/"),
    Picture("alarms", OPERATOR, "/alarms/"),
    Picture("people", OPERATOR, "/people/"),
    Picture("audit", OPERATOR, "/audit/"),
)
# What stops everything comes last.
STOPPED = (Picture("held", OFFICER, "/held/"), Picture("held-phone", OFFICER, "/held/", PHONE))


@dataclass(frozen=True)
class Demo:
    web: str
    password: str


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """`dxbot demo --serve` on a state of its own, until everything is drawn."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")}
    env = inherited | _fixed_day() | {"DXBOT_VAR_DIR": str(folder / "var"), "PYTHONUNBUFFERED": "1"}
    log = folder / "log"
    options = ["--serve", "--port", _PORTS[0], "--sandbox-port", _PORTS[1], "-o", str(folder / "out")]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 ourselves
            [sys.executable, "-m", "bot", "demo", *options], env=env, cwd=ROOT, stdout=output, stderr=output
        )
    try:
        yield _opened(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=90)


def _fixed_day() -> dict[str, str]:
    """As tests/dates.py does it."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        return {}
    offset = ceil((DAY - datetime.now(UTC)).total_seconds())
    faked = {"LD_PRELOAD": str(library), "FAKETIME": f"{offset:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return faked | {"TZ": "UTC", "PYTHONPATH": str(ROOT / "tests" / "faked")}


def _opened(process: subprocess.Popen[bytes], log: Path) -> Demo:
    end = time.monotonic() + _LONGEST
    while "Ctrl+C" not in (told := log.read_text("utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(told)
        time.sleep(0.5)
    password = re.search(rf"利用者名 {OFFICER}　パスワード (\S+)", told)
    if password is None:
        raise SystemExit(told)
    return Demo(f"http://127.0.0.1:{_PORTS[0]}", password[1])


class Photographer:
    """One browser; everybody signs in once."""

    def __init__(self, browser: Browser, there: Demo) -> None:
        self._browser, self._there = browser, there
        self._cookies: dict[str, Any] = {}

    def page(self, person: str = "", width: int = WIDE, dark: bool = False) -> Page:
        context = self._browser.new_context(
            base_url=self._there.web,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="ja-JP",
        )
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        if person in self._cookies:
            context.add_cookies(self._cookies[person])
        elif person:
            page.goto("/login/")
            page.get_by_label("利用者名").fill(person)
            page.get_by_label("パスワード").fill(self._there.password)
            page.get_by_role("button", name="ログイン", exact=True).click()
            page.wait_for_url(re.compile(r":\d+/$"))
            self._cookies[person] = context.cookies()
        return page

    def take(self, picture: Picture, path: str) -> None:
        page = self.page(picture.person, picture.width, picture.dark)
        page.goto(path)
        if picture.ready:
            page.get_by_role("button", name=picture.ready, exact=True).click()
            page.get_by_role("heading", name="できませんでした").wait_for()
        page.wait_for_load_state("networkidle")
        save(page.screenshot(full_page=True, animations="disabled"), IMAGES / f"{picture.name}.png")
        page.context.close()


def save(png: bytes, path: Path) -> None:
    """As few bytes as a page of text needs: a small palette of its own, not dithered."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, HIGHEST)))
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def places(officer: Page, leader: Page) -> dict[str, str]:
    """Where the demo has what its numbers are not known of before: something that waits, is planned, is out, is written."""

    def link(path: str, pattern: str) -> str:
        officer.goto(path)
        found = re.search(pattern, officer.content())
        if found is None:
            raise SystemExit(f"{path} has nothing like {pattern}")
        return found[1]

    waiting = re.findall(r'href="(/submissions/\d+/)"', _content(officer, "/queue/"))
    approve(officer, waiting[0])
    move = link("/calendar/", r'href="(/deliveries/\d+/move/)')
    return {
        "waiting": waiting[1],
        "move": move,
        "posts": link("/calendar/", r'href="(/deliveries/posts/\?[^"]+)"').replace("&amp;", "&"),
        "issue": link("/issues/", r'href="(/issues/[\d-]+/)"'),
        "timeline": link("/history/", r'href="(/history/\d+/)"'),
        "draft": write(leader),
    }


def _content(page: Page, path: str) -> str:
    page.goto(path)
    return page.content()


def approve(officer: Page, path: str) -> None:
    officer.goto(path)
    officer.get_by_role("button", name="この内容で承認する").click()
    officer.get_by_text("配信を予定に入れました").wait_for()


def write(leader: Page) -> str:
    """A draft in the middle of being written."""
    leader.goto("/write/")
    leader.get_by_role("button", name="新しい原稿を書く").click()
    leader.wait_for_url("**/write/*/")
    leader.get_by_label("題名").fill("転入の手続きを、予約できるようにしました")
    leader.get_by_label("はじめの段落").fill("転入の手続きを、前の日までに予約できます。待ち時間を短くするためです（見本）。")
    leader.get_by_label("何が不便だったか").fill("三月と四月は、窓口で長くお待たせしていました。")
    leader.get_by_label("何を変えたか").fill("市のページから、来る時刻を選べるようにしました。")
    leader.get_by_label("施策", exact=True).select_option(index=1)
    leader.get_by_label("達成", exact=True).check()
    leader.get_by_role("button", name="保存して確かめる").click()
    leader.get_by_text("保存しました。").first.wait_for()
    return re.sub(r"^https?://[^/]+", "", leader.url)


def stop(officer: Page) -> None:
    officer.goto("/stop/")
    officer.get_by_label("理由").fill("掲載した数字を確かめるため")
    officer.get_by_role("button", name="いますぐ止める").click()
    officer.get_by_role("heading", name="保留の見直し").wait_for()


def main() -> int:
    browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := which(name))), None)
    if browser is None:
        raise SystemExit("Chromium がありません。chromium を入れてください。")
    with TemporaryDirectory() as folder, demo(Path(folder)) as there, sync_playwright() as playwright:
        camera = Photographer(playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]), there)
        officer = camera.page(OFFICER)
        known = places(officer, camera.page(LEADER))
        for picture in PICTURES:
            camera.take(picture, picture.path.format(**known))
        stop(officer)
        for picture in STOPPED:
            camera.take(picture, picture.path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
