"""Which channels there are, and which of them leaders may choose."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot import registry
from tests.cli.shell import Shell
from tests.office import write_post


def test_every_channel_tells_the_settings_that_it_reads_and_no_value(shell: Shell) -> None:
    env = {"DXBOT_X_CONSUMER_KEY": "hunter2", "DXBOT_X_ACCESS_TOKEN_FILE": __file__}
    shown = {c["channel"]: c for c in json.loads(shell.run("channels", "--json", **env).stdout)}
    given = {s["name"]: s["given"] for s in shown["x"]["settings"]}
    assert {name for name in given if given[name]} == {"DXBOT_X_CONSUMER_KEY", "DXBOT_X_ACCESS_TOKEN"}
    assert "DXBOT_X_CONSUMER_SECRET" in given
    assert "DXBOT_GRAPH_BASE_URL" in {s["name"] for s in shown["instagram"]["settings"]}
    words = shell.run("channels", **env).stdout
    assert re.search(r"DXBOT_X_CONSUMER_KEY（_FILE）  X のアプリの鍵　設定済み", words)
    assert "hunter2" not in words + str(shown)


def test_a_channel_that_cannot_be_chosen_says_so(shell: Shell) -> None:
    offer(shell, "[facebook]")
    shown = shell.run("channels").stdout
    assert re.search(r"^x  X（自動で投稿する）.*選べません", shown, re.MULTILINE)
    assert re.search(r"^facebook  Facebook（自動で投稿する）$", shown, re.MULTILINE)


def test_a_new_post_goes_to_the_channels_that_the_city_offers(shell: Shell) -> None:
    offer(shell, "[facebook, newsletter, note]")
    made = shell.run("new", "見本の題名", "--author", "shimin-leader")
    assert "\nchannels: [facebook, newsletter]\n" in Path(made.stdout.strip()).read_text(encoding="utf-8")


def offer(shell: Shell, channels: str) -> None:
    city = shell.content / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + f", channels: {channels}}}", encoding="utf-8")


def test_a_channel_that_the_city_does_not_offer_is_refused_with_those_that_it_does(shell: Shell) -> None:
    post = write_post(shell.content, channels="x, facebook")
    assert shell.run("check", post).returncode == 0
    offer(shell, "[facebook, newsletter]")
    done = shell.run("check", post)
    assert done.returncode == 1
    (line,) = (line for line in done.stdout.splitlines() if "「x」は使えません" in line)
    assert re.search(r":\d+:\d+: ", line)
    assert {key for key in registry.specs() if key in line.partition("使えません")[2]} == {"facebook", "newsletter"}


@pytest.mark.parametrize("channels", ["[x, tiktok]", "tiktok"])
def test_a_city_that_offers_what_does_not_exist_is_told_what_does(shell: Shell, channels: str) -> None:
    offer(shell, channels)
    done = shell.run("check", write_post(shell.content))
    assert done.returncode == 2
    assert "city.yml" in done.stderr
    assert "channels" in done.stderr
    assert channels == "tiktok" or all(key in done.stderr for key in ("tiktok", *registry.specs()))
    assert "Traceback" not in done.stderr
