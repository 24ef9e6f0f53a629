"""make serve, as a newcomer meets it: a story of the past, two posts to decide on, and a clock to move."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from bot.cli import ports
from bot.config import ROOT
from bot.errors import ConfigError
from tests.acceptance.visitor import TOLD, approve, free_ports, move_clock, on_the_public_site, visit, waiting


def test_what_waits_is_left_to_the_visitor_across_restarts_and_goes_out_when_they_move_the_clock(tmp_path: Path) -> None:
    with visit(tmp_path) as there:
        told = there.sandbox.posts()
        assert len(told) == TOLD
        assert all(datetime.fromisoformat(post["created_at"]) < datetime.now(UTC) for post in told)
        officer = there.log_in("kouhou-demo")
        left = waiting(officer)
        assert len(left) == 2
        known = on_the_public_site(there, 6)
        assert f'href="{there.public}/index.html"' in officer.get("/").text
    with visit(tmp_path) as there:  # on other ports
        officer = there.log_in("kouhou-demo")
        assert waiting(officer) == left
        assert there.sandbox.posts() == told
        assert "何がどこに出たか" not in there.printed
        approve(officer, left[0])
        pages = [move_clock(officer) for _ in range(3)]
        assert all("へ進めました" in page for page in pages)
        out = there.sandbox.posts()
        assert len(out) == len(told) + 3
        ahead = max(datetime.fromisoformat(post["created_at"]) for post in out)
        assert ahead > datetime.now(UTC)
        new = set(on_the_public_site(there, 7)) - set(known)
        assert f'href="{there.public}{new.pop()}"' in officer.get(left[0].replace("submissions", "history")).text
    with visit(tmp_path) as there:  # its clock does not go back behind what went out
        officer = there.log_in("kouhou-demo")
        assert waiting(officer) == left[1:]
        assert there.sandbox.posts() == out
        page = officer.get("/deliveries/?state=published").text
        addresses = {line.partition('"')[0] for line in page.split('href="') if line.startswith("http://127.0.0.1:")}
        posts = {address for address in addresses if address.rstrip("/") != there.timelines}
        assert len(posts) >= TOLD // 2
        assert all(address.startswith(there.timelines) for address in posts)
        assert {requests.get(address, timeout=10).status_code for address in posts} == {200}
        move_clock(officer)
        refused = _second_start(tmp_path)  # two on one state would have two clocks
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "この練習は、もう動いています" in refused.stderr


def test_a_first_post_is_written_approved_seen_and_taken_back(tmp_path: Path) -> None:
    with visit(tmp_path) as there:
        leader = there.log_in("shimin-leader")
        before = there.sandbox.posts()
        assert "原稿を書く" in leader.post("/practice/training/begin/", page="/").text
        form = leader.post("/write/new/", page="/write/")
        fields = {"title": "はじめての投稿（見本）", "lead": "手続きを一つ、画面でできるようにしました。", "measure": "1"}
        fields |= {"achievement": "done", "channels": "x", "contact": "市民課", "do": "hand_in", **_hidden(form.text)}
        handed_in = leader.send(leader.path(form), form, **fields)
        assert "申請しました" in handed_in.text
        assert "練習の広報担当に承認してもらう" in handed_in.text
        approved = leader.post("/practice/training/partner/", page=leader.path(handed_in))
        assert "出るのを見る" in approved.text
    with visit(tmp_path) as there:  # it goes on where it was
        leader, officer = there.log_in("shimin-leader"), there.log_in("kouhou-demo")
        assert "出るのを見る" in leader.get("/queue/").text
        assert len(waiting(officer)) == 2
        assert "これで一回りです" in move_clock(leader)
        (mine,) = [post for post in there.sandbox.posts() if post not in before]
        assert "画面でできるように" in mine["text"]
        assert "片付けました" in leader.post("/practice/training/end/", page="/").text
        assert [post["deleted"] for post in there.sandbox.posts() if post["id"] == mine["id"]] == [True]
        assert not any(post["deleted"] for post in there.sandbox.posts() if post["id"] != mine["id"])


def _hidden(page: str) -> dict[str, str]:
    """What the form carries along."""
    form = page.partition('id="draft"')[2].partition("</form>")[0] or page
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name not in ("csrfmiddlewaretoken", "next")}


def _second_start(folder: Path) -> subprocess.CompletedProcess[str]:
    web, sandbox = free_ports()
    command = [sys.executable, "-m", "bot", "demo", "--serve", "--port", str(web), "--sandbox-port", str(sandbox)]
    env = {"DXBOT_VAR_DIR": str(folder / "var"), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, env=env, cwd=ROOT, timeout=60, check=False, encoding="utf-8")


def test_a_port_that_is_taken_is_named_with_what_has_it_and_another_one() -> None:
    web, sandbox = free_ports()
    ports.require_free(web, sandbox)
    with socket.create_server(("127.0.0.1", web)), pytest.raises(ConfigError) as found:
        ports.require_free(web, sandbox)
    assert f"ポート {web} は、ほかのプログラムが使っています" in found.value.summary
    assert f"make serve PORT={web + 10}" in found.value.next_step
    with pytest.raises(ConfigError) as found:
        ports.require_free(web, web)
    assert "SANDBOX_PORT" in found.value.next_step


def test_a_sandbox_on_the_port_is_recognised(tmp_path: Path) -> None:
    from bot.sandbox import server

    web, sandbox = free_ports()
    with server.create(tmp_path, sandbox), pytest.raises(ConfigError) as found:
        ports.require_free(web, sandbox)
    assert "動いている dxbot の練習用サーバー" in found.value.summary
    assert f"SANDBOX_PORT={sandbox + 10}" in found.value.next_step
