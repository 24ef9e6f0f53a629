"""What a citizen is to be told stands in each channel's text, or the author is told that it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks.test_examples import Desk, desk
from tests.office import write_post

__all__ = ["desk"]
PARTLY = "achievement: partly\nreason: 窓口の数が足りないため\nnext: 来年度に増やします\n"


def post(desk: Desk, extra: str = "", body: str = "はじめです（見本）。\n", title: str = "書かない窓口") -> Path:
    path = write_post(desk.content, title=title, extra=extra, body=body, channels="x, instagram, facebook, newsletter")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("achievement: done\n", "") if "achievement" in extra else text, encoding="utf-8")
    return path


def found(desk: Desk, path: Path) -> list[tuple[str, str]]:
    """Rule and channel of each finding of this family."""
    out = json.loads(desk.run("check", str(path), "--json").output)
    return [(f["rule"], f["message"].partition("の文に")[0]) for f in out if f["rule"].startswith("left-out.")]


def texts(desk: Desk, path: Path) -> dict[str, list[str]]:
    variants = json.loads(desk.run("render", str(path), "--json").output)["variants"]
    return {v["channel"]: [p["text"] for p in v["parts"]] for v in variants}


@pytest.mark.parametrize("extra", [PARTLY, PARTLY.replace("partly", "not_yet"), ""])
def test_every_channel_says_how_far_it_is_and_where_to_ask(desk: Desk, extra: str) -> None:
    path = post(desk, f"{extra}contact: 市民課\nlink: https://www.example.lg.jp/a\nx: {{link: true}}")
    degree = "一部達成" if "partly" in extra else "未達成" if extra else "達成"
    for channel, parts in texts(desk, path).items():
        shown = "\n".join(parts)
        assert degree in shown, channel
        assert "市民課" in shown, channel
        assert ("https://www.example.lg.jp/a" in shown) is (channel != "newsletter"), channel  # print takes no address
        assert ("窓口の数が足りないため" in shown) is bool(extra), channel
    assert found(desk, path) == []


def test_x_is_one_post_and_tells_what_it_had_no_room_for(desk: Desk) -> None:
    path = post(desk, f"{PARTLY}contact: 市民課", body=f"{'あ' * 110}。\n")
    (text,) = texts(desk, path)["x"]
    assert "達成度：一部達成" in text
    assert "市民課" in text
    assert "窓口の数が足りない" not in text
    assert found(desk, path) == [("left-out.reason", "X")]


def test_a_link_on_x_is_a_choice_and_its_price_is_told(desk: Desk) -> None:
    link = "link: https://www.example.lg.jp/a"
    out = desk.run("check", str(post(desk, link))).output
    assert "入れると1投稿 0.20ドル、入れなければ 0.015ドル" in out
    assert found(desk, post(desk, f"{link}\nx: {{link: false}}")) == []
    assert found(desk, post(desk, f"{link}\nx: {{link: true}}")) == []


def test_a_text_of_ones_own_is_held_to_the_same(desk: Desk) -> None:
    path = post(desk, f"{PARTLY}contact: 市民課\nlink: https://www.example.lg.jp/a\nx: {{text: 窓口の話です。, link: false}}")
    assert found(desk, path) == [("left-out.contact", "X"), ("left-out.degree", "X"), ("left-out.reason", "X")]


def test_instagram_points_to_the_profile_where_the_city_says_so(desk: Desk) -> None:
    city = desk.content / "city.yml"
    city.write_text(
        city.read_text(encoding="utf-8").replace("{name:", "{links_in_profile: [instagram], name:"), encoding="utf-8"
    )
    path = post(desk, "link: https://www.example.lg.jp/a\nx: {link: false}")
    (text,) = texts(desk, path)["instagram"]
    assert "プロフィールのリンク" in text
    assert "https://" not in text
    assert found(desk, path) == []


def test_a_citys_own_template_that_leaves_the_contact_out_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own" / "posts").mkdir(parents=True)
    (tmp_path / "own" / "posts" / "facebook.txt").write_text("{{ title }} {{ lead }} {{ achievement }}", encoding="utf-8")
    monkeypatch.setenv("DXBOT_TEMPLATES_DIR", str(tmp_path / "own"))
    assert found(desk, post(desk, "contact: 市民課")) == [("left-out.contact", "Facebook")]


def test_two_equal_parts_of_a_thread_are_refused(desk: Desk) -> None:
    same = "同じ文です。" + "あ" * 132 + "。"
    path = post(desk, f"x: {{thread: true, text: {same}{same}}}")
    assert "Xのスレッドの1つ目と2つ目が同じ文です" in desk.run("check", str(path)).output
