"""What the paper cannot print is told of the post alone, before and in the issue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import qrcode

from bot.config import ROOT
from bot.content.document import Paragraph, Text
from bot.newsletter import handover, qr
from bot.newsletter.arrangement import IssueArrangement
from bot.newsletter.article import Article
from bot.newsletter.build import Press, build
from bot.newsletter.encoding import as_printed, is_common, twinned
from bot.newsletter.issue import roll_of
from bot.newsletter.printable import missing, refusal
from bot.newsletter.profile import Profile, load
from bot.registry import specs

VARIANT = "葛\U000e0100"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


def article(identity: str, text: str) -> Article:
    return Article(
        identity=identity,
        issue="2026-12",
        title=(Text("見出し"),),
        lead=(),
        body=(Paragraph((Text(text),)),),
        caption="",
        contact="",
        handover=f"【見出し】\n見出し\n\n【本文】\n{text}",
    )


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("窓口\U0001f600です\u2705", ("\U0001f600", "\u2705")),
        (f"{VARIANT}城市の𠮷野さん、か\u309a、20㎡、ℓ、€、—、〳〵、☎\ufe0f", ()),
        ("家族\U0001f468\u200d\U0001f469\u200d\U0001f467", ("\U0001f468\u200d\U0001f469\u200d\U0001f467",)),
        ("葛\U000e01ee", ("葛\U000e01ee",)),
    ],
)
def test_what_neither_typeface_has_is_lacking(profile: Profile, text: str, lacking: tuple[str, ...]) -> None:
    assert missing(text, profile) == lacking


def test_common_characters_are_in_every_typeface(profile: Profile) -> None:
    """The quick look passes them without asking."""
    characters = [chr(n) for n in range(0x20, 0x10000) if not 0xD800 <= n < 0xE000 and chr(n).isprintable()]
    common = "".join(c for c in characters if is_common(c))
    assert len(common) > 6900
    assert missing(f"{common}\U0001f600", profile) == ("\U0001f600",)


def test_windows_shift_jis_takes_its_twins_and_refuses_the_rest(profile: Profile) -> None:
    narrow = replace(profile, encoding="cp932")
    assert twinned("¥—–−·20m²〜", "cp932") == "￥―－－・20㎡～"
    assert twinned("¥—", "utf-8-sig") == "¥—"
    assert missing("¥—・𠮷", narrow) == ("𠮷",)
    assert missing("¥—・𠮷", profile) == ()
    assert handover._encoded("合併—その後", narrow) == "合併―その後".encode("cp932")


def test_a_post_that_cannot_be_printed_is_left_out_and_the_others_are_built(profile: Profile, tmp_path: Path) -> None:
    posts = [
        article("一", "はじめの原稿です。"),
        article("二", "絵文字\U0001f600の原稿です。"),
        article("三", "終わりの原稿です。"),
    ]
    press = Press(paper="新聞広報", profile=profile, protected=(), templates=ROOT / "templates")
    files = {path.suffix: path for path in build(posts, press, "2026-12", tmp_path) if "indesign" not in path.name}
    text = files[".txt"].read_bytes().decode("utf-8-sig")
    assert "はじめの原稿" in text
    assert "終わりの原稿" in text
    assert "絵文字" not in text.partition("【原稿ごとの長さ】")[0]
    assert "原稿 二 の1段目5行目「　絵文字\U0001f600の原稿です。」" in text.replace("「絵", "「　絵")
    assert "（載せていません）" in text


def test_a_fault_in_one_post_is_a_sentence_about_that_post(profile: Profile) -> None:
    broken = replace(article("二", "あ"), body=(None,))  # type: ignore[arg-type]
    error = refusal(broken, profile)
    assert error is not None
    assert error.summary.startswith("原稿 二 を、内部の問題で組めません")
    roll = roll_of([article("一", "い"), broken], IssueArrangement(issue="2026-12"), profile)
    assert [a.identity for a in roll.posts] == ["一"]
    assert roll.planned == ("一", "二")


def test_an_address_is_refused_unless_the_paper_takes_it(profile: Profile) -> None:
    text = "くわしくは https://example.jp/a_b/?c=1。問合せは a.b@example.jp へ"
    assert missing(text, profile) == ("https://example.jp/a_b/?c=1", "a.b@example.jp")
    assert missing(text, replace(profile, addresses="written")) == ()
    error = refusal(article("一", text), profile)
    assert error is not None
    assert "アドレス「https://example.jp/a_b/?c=1」" in error.summary


def test_an_address_without_its_beginning_is_one_too_beside_common_characters_alone(profile: Profile) -> None:
    assert missing("くわしくは www.example.jp へ", profile) == ("www.example.jp",)
    assert missing("3.5倍になりました。A.Bさん", profile) == ()


def test_an_address_whose_code_would_be_too_fine_to_read_keeps_its_post_out_alone(profile: Profile) -> None:
    paper, start = replace(profile, addresses="qr"), "https://example.jp/"
    longest = start.ljust(qr.MOST, "a")
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(longest)
    assert 20 / len(code.get_matrix()) >= 0.33  # millimetres for a module
    assert missing(f"{longest} へ", paper) == ()
    for count in (qr.MOST + 1, 2_900):  # the second is more than any code holds
        error = refusal(article("一", start.ljust(count, "a")), paper)
        assert error is not None
        assert "QR コードにするには長すぎます" in error.summary


def test_a_paper_that_is_not_there_or_cannot_be_read_lacks_nothing(tmp_path: Path) -> None:
    spec = specs()["newsletter"]
    assert as_printed(spec, tmp_path).lacks("\U0001f600") == ()
    (tmp_path / "newsletter.yml").write_text("name: [", encoding="utf-8")
    assert as_printed(spec, tmp_path).lacks("\U0001f600") == ()
    assert as_printed(spec, ROOT / "schedules").lacks("\U0001f600") == ("\U0001f600",)
    assert as_printed(specs()["x"], ROOT / "schedules").lacks("\U0001f600") == ()
