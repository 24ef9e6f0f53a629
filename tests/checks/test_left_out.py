"""What a citizen is to be told stands in each channel's text, or the author is told that it does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.config import ROOT
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


LEAD = "くわしくは[{提言|ていげん}の案内](https://www.example.lg.jp/a)へ（見本）。\n"


def addresses(desk: Desk, path: Path) -> list[tuple[str, int, int, str]]:
    """Channel, place and advice of each address that is told to be missing."""
    out = json.loads(desk.run("check", str(path), "--json").output)
    told = [f for f in out if f["rule"] == "left-out.address"]
    return [(f["message"].partition("の文には")[0], f["line"], f["column"], f["advice"]) for f in told]


def test_an_address_behind_a_links_words_is_told_where_only_the_words_go_out(desk: Desk) -> None:
    path = post(desk, body=LEAD)
    shown = {channel: "\n".join(parts) for channel, parts in texts(desk, path).items()}
    assert [key for key, text in shown.items() if "https://www.example.lg.jp/a" not in text] == ["x", "newsletter"]
    line = path.read_text(encoding="utf-8").split("\n").index(LEAD.strip()) + 1
    (x, paper) = sorted(addresses(desk, path), key=lambda told: told[0])
    assert (x[:3], paper[:3]) == (("X", line, 7), ("新聞広報", line, 7))
    assert "x: {link: true}（1投稿 0.20ドル）、出さないなら x: {link: false}" in x[3]
    assert "で検索、のように文で案内する" in paper[3]


def test_a_paper_that_takes_addresses_asks_for_it_in_the_text(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = Path(shutil.copytree(ROOT / "schedules", tmp_path / "rules"))
    file = rules / "newsletter.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("addresses: refuse", "addresses: qr"), encoding="utf-8")
    monkeypatch.setenv("DXBOT_SCHEDULES_DIR", str(rules))
    path = post(desk, "x: {link: true}", body=LEAD)
    assert [(told[0], told[3]) for told in addresses(desk, path)] == [
        ("新聞広報", "新聞広報にも要るなら、アドレスを文の中に書いてください")
    ]


def test_who_followed_the_advice_for_the_paper_is_not_asked_again(desk: Desk) -> None:
    path = post(desk, "x: {link: false}", body=f"{LEAD.strip()}「金沢市 見本」で検索もできます。\n")
    assert addresses(desk, path) == []


@pytest.mark.parametrize("answer", ["true", "false"])
def test_who_has_answered_for_x_is_not_asked_again(desk: Desk, answer: str) -> None:
    path = post(desk, f"x: {{link: {answer}}}", body=LEAD)
    assert [told[0] for told in addresses(desk, path)] == ["新聞広報"]


def test_an_address_that_is_told_in_words_or_is_not_among_them_is_not_lost(desk: Desk) -> None:
    below = "はじめです（見本）。\n\nくわしくは[案内](https://www.example.lg.jp/a)へ。\n"
    assert [told[0] for told in addresses(desk, post(desk, body=below))] == ["新聞広報"]  # X shows no word of the body
    said = "電話は[076-220-2111](tel:0762202111)、[shimin@example.lg.jp](mailto:shimin@example.lg.jp)（見本）です。\n"
    assert addresses(desk, post(desk, body=said)) == []


def test_a_number_and_an_address_of_mail_are_shown_as_people_read_them(desk: Desk) -> None:
    body = "[市民課](tel:076-220-2111)か[代表](mailto:shimin@example.lg.jp?subject=a)、[076-220-2000](tel:0762202000)へ。\n"
    shown = "市民課（076-220-2111）か代表（shimin@example.lg.jp）、076-220-2000へ。"
    assert shown in "\n".join(texts(desk, post(desk, body=body))["facebook"])


def test_the_profile_stands_for_the_posts_own_address_alone(desk: Desk) -> None:
    city = desk.content / "city.yml"
    city.write_text(
        city.read_text(encoding="utf-8").replace("{name:", "{links_in_profile: [instagram], name:"), encoding="utf-8"
    )
    own, other = "link: https://www.example.lg.jp/a\nx: {link: false}", "link: https://www.example.lg.jp/b\nx: {link: false}"
    assert [told[0] for told in addresses(desk, post(desk, own, body=LEAD))] == ["新聞広報"]
    assert sorted(told[0] for told in addresses(desk, post(desk, other, body=LEAD))) == ["Instagram", "新聞広報"]


def test_two_equal_parts_of_a_thread_are_refused(desk: Desk) -> None:
    same = "同じ文です。" + "あ" * 132 + "。"
    path = post(desk, f"x: {{thread: true, text: {same}{same}}}")
    assert "Xのスレッドの1つ目と2つ目が同じ文です" in desk.run("check", str(path)).output
