"""How the channels look, as data, and that both template languages show it alike."""

from __future__ import annotations

import re
from decimal import Decimal

import jinja2
import pytest
from django.template.loader import render_to_string

from bot import registry
from bot.config import ROOT
from bot.content.people import City
from bot.render.appearance import Appearance, Column, appearance
from bot.render.environment import CHANNELS
from bot.render.variant import Media, Part, Variant

CITY = City(name="金沢市", office="広報広聴課", paper="紙", accounts={"x": "kanazawa_city", "instagram": "仮"})
COLUMN = Column(
    title="題 <名>",
    address="data:,x",
    layout="15字×20行×4段",
    provisional=True,
    summary="枠63行、使用63行、4行（60字）あふれ",
    room=63,
    used=67,
    fits=False,
    overflow=("一つ & 二つ",),
    cuts=("あと1字削れば1行減る：a／b",),
    knobs=("ぶら下げ：枠63行",),
    notices=("「題」の読み",),
)
PICTURE = Media(file="a.png", alt="<b>説明</b>の見本", width=1080, height=1350, sha256="0" * 64)


def look(channel: str, text: str, *more: str) -> Appearance:
    spec = registry.specs()[channel]
    parts = tuple(Part(text=t, length=spec.length(t), limit=spec.limit) for t in (text, *more))
    variant = Variant(channel=channel, parts=parts, media=(PICTURE,), cost_usd=Decimal("0.015"))
    return appearance(spec, variant, CITY, lambda m: f"/picture/{m.sha256[:4]}", COLUMN if channel == "newsletter" else None)


def test_nothing_of_the_text_is_lost_between_what_is_shown_and_what_is_folded() -> None:
    text = "一行目です。\n" * 30 + "#金沢市DX https://example.jp/a"
    (part,) = look("instagram", text).parts
    assert "".join(r.text for r in (*part.shown, *part.rest)) == text


def test_instagram_folds_after_three_lines_and_x_does_not() -> None:
    text = "一行目です。\n二行目です。\n三行目です。\n四行目です。"
    assert [r.text for r in look("instagram", text).parts[0].shown] == ["一行目です。\n二行目です。\n三行目です。"]
    assert look("x", text).parts[0].rest == ()


def test_a_fold_does_not_cut_a_tag_in_two() -> None:
    text = "あ" * 60 + " #とても長いハッシュタグです"
    (part,) = look("instagram", text).parts
    assert [r.text for r in part.rest] == ["#とても長いハッシュタグです"]


def test_tags_links_and_readings_are_told_apart() -> None:
    runs = look("newsletter", "【見出し】\n電子｜決裁《けっさい》と https://example.jp/a?b=1。").parts[0].shown
    assert [(r.kind, r.text) for r in runs if r.kind] == [
        ("heading", "【見出し】"),
        ("ruby", "決裁"),
        ("link", "https://example.jp/a?b=1"),
    ]


def test_a_number_sign_after_a_space_makes_a_tag() -> None:
    assert [r.text for r in look("x", "本文 #金沢市DX\n").parts[0].shown if r.kind == "tag"] == ["#金沢市DX"]


def test_an_account_that_is_not_confirmed_shows_no_name() -> None:
    assert look("instagram", "見本").handle == ""
    assert look("x", "見本").handle == "kanazawa_city"


@pytest.mark.parametrize("channel", ["x", "instagram", "facebook", "newsletter"])
def test_django_and_jinja_show_a_channel_alike(channel: str) -> None:
    shown = look(channel, "1 < 2 & 「引用」 'x'\n#金沢市DX\n" * 20, "続きです。")
    folders = [ROOT / "templates" / "web", CHANNELS]
    other = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders), autoescape=True, undefined=jinja2.StrictUndefined
    ).get_template(f"{channel}/appearance.html")
    assert _plain(other.render(look=shown)) == _plain(render_to_string(f"{channel}/appearance.html", {"look": shown}))


def _plain(html: str) -> str:
    """The two write the apostrophe's entity in different ways."""
    return re.sub(r"&#(39|x27);", "'", html).strip()


def test_markup_in_text_and_alt_is_escaped() -> None:
    html = render_to_string("x/appearance.html", {"look": look("x", "<script>alert(1)</script>")})
    assert "<script" not in html
    assert 'aria-label="&lt;b&gt;説明&lt;/b&gt;の見本"' in html
