"""The preview as a leader opens it: from a file, in a real browser, with the network cut."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot.config import ROOT
from tests.cli.shell import Shell
from tests.office import write_post

_RUBY = re.compile(r"｜([^《》｜\n]+)《([^》\n]+)》")


@pytest.fixture
def cut_off(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page that no network reaches, and every address it asked for."""
    context = chromium.new_context(offline=True, java_script_enabled=True)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    yield page, asked
    context.close()


def preview(shell: Shell, post: Path) -> Path:
    target = shell.content.parent / "下見 share" / "preview.html"
    done = shell.run("preview", post, "-o", target)
    assert done.returncode == 0, done.stderr
    return target


def test_with_the_network_cut_every_channel_shows_what_render_gives(shell: Shell, cut_off: tuple[Page, list[str]]) -> None:
    page, asked = cut_off
    post = write_post(
        shell.content,
        title="新しい{決裁|けっさい}の見本 1 < 2 & 3",
        body="電子{決裁|けっさい}の見本です。\n" * 20 + "\n## 何を\n\n- 一つ\n",
    )
    target = preview(shell, post)
    page.goto(target.as_uri())
    shown = json.loads(shell.run("render", post, "--json").stdout)["variants"]
    assert [v["channel"] for v in shown] == [a.get_attribute("id") for a in page.locator("article.channel").all()]
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for variant in shown:
        channel = page.locator(f"article#{variant['channel']}")
        texts = [part["text"] for part in variant["parts"]]
        assert [pre.evaluate("e => e.textContent") for pre in channel.locator("pre").all()] == texts
        assert _seen(channel.evaluate(_LOOK)) == _seen(_RUBY.sub(r"\1\2", "".join(texts)))
        assert [i.get_attribute("aria-label") for i in channel.locator(".pictures [role=img]").all()] == [
            m["alt"] for m in variant["media"]
        ]
        assert all(image.evaluate(_LOADED) for image in channel.locator(".pictures image").all())
        for part in variant["parts"]:
            assert str(part["length"]) in channel.locator(".meter").first.inner_text()
    assert [a for a in asked if not a.startswith("data:")] == [target.as_uri()]


_LOADED = "async (image) => { const i = new Image(); i.src = image.href.baseVal; await i.decode(); return i.naturalWidth > 0 }"
_LOOK = """(article) => [...article.querySelectorAll('.text, .fold > span')].map((e) => {
    const own = e.cloneNode(true);
    if (article.id === 'instagram') own.querySelector(':scope > b')?.remove();
    return own.textContent;
}).join('')"""


def _seen(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_finding_stands_beside_its_line(shell: Shell, cut_off: tuple[Page, list[str]]) -> None:
    page, _ = cut_off
    page.goto(preview(shell, write_post(shell.content, extra="x: {text: " + "あ" * 141 + "}")).as_uri())
    line = page.locator("ol.source > li.marked")
    assert line.count() == 1
    assert line.locator(".at").inner_text() == "9"
    assert "直してください" in line.inner_text()
    assert page.locator("article#x .meter.urgent").count() == 1


@pytest.mark.parametrize("case", ["unknown key", "missing picture", "euc-jp", "megabyte"])
def test_a_post_that_cannot_be_read_still_shows_its_source_and_what_is_wrong(
    shell: Shell, cut_off: tuple[Page, list[str]], case: str
) -> None:
    page, _ = cut_off
    post = write_post(shell.content, extra="titel: a" if case == "unknown key" else "")
    text = post.read_text(encoding="utf-8")
    spoilt = {
        "missing picture": text.replace("red.png", "none.png").encode(),
        "euc-jp": text.encode("euc_jp"),
        "megabyte": (text + "あ" * 350_000).encode(),
    }
    post.write_bytes(spoilt.get(case, text.encode()))
    page.goto(preview(shell, post).as_uri())
    assert page.locator("article.channel").count() == 0
    assert page.locator("section .findings li.error").count() >= 1
    assert "title:" in page.locator("ol.source").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_preview_has_no_barrier_and_does_not_run_off_the_side(
    shell: Shell, chromium: Browser, scheme: str, width: int
) -> None:
    context = chromium.new_context(offline=True, viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(preview(shell, write_post(shell.content, extra="x: {text: " + "あ" * 141 + "}")).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']} {v['nodes'][0]['html'][:200]}" for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_there_is_no_script_unless_the_post_is_watched(shell: Shell) -> None:
    assert "<script" not in preview(shell, write_post(shell.content)).read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="ends the watch by SIGINT")
def test_the_watch_rebuilds_when_the_post_changes_and_ends_without_a_script(shell: Shell, tmp_path: Path) -> None:
    post, target = write_post(shell.content), tmp_path / "out.html"
    command = [sys.executable, "-m", "bot", "preview", str(post), "-o", str(target), "--watch"]
    with subprocess.Popen(command, env=shell.env, cwd=ROOT, stderr=subprocess.PIPE) as watch, ended(watch):
        _until(target.is_file)
        assert "location.reload" in target.read_text(encoding="utf-8")
        write_post(shell.content, title="変えた題名（見本）")
        _until(lambda: "変えた題名（見本）" in target.read_text(encoding="utf-8"))
        post.rename(post.with_suffix(".bak"))
        write_post(shell.content, "other", title="置き換えた題名（見本）").replace(post)
        _until(lambda: "置き換えた題名（見本）" in target.read_text(encoding="utf-8"))
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 0
        assert watch.stderr
        assert watch.stderr.read() == b""
    assert "location.reload" not in target.read_text(encoding="utf-8")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A process that a failing test leaves behind does not go on."""
    try:
        yield
    finally:
        process.kill()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_post_that_is_not_there_is_one_sentence(shell: Shell) -> None:
    done = shell.run("preview", shell.content / "posts" / "none.md")
    assert done.returncode == 1
    assert "ファイルを開けません" in done.stderr
    assert "Traceback" not in done.stderr
