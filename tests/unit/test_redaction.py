"""Names of the staff in a text, however they are written; and words that are only alike."""

from __future__ import annotations

import pytest

from bot.text.redaction import Redaction

STAFF = Redaction(
    (
        "山田 花子",
        "金沢 太郎",
        "森　一郎",
        "林 次郎",
        "石川 三郎",
        "髙橋 健",
        "渡邉 澄子",
        "佐藤四郎",
        "服部 半蔵",
        "Anna Lee",
        "市民課 リーダー（見本）",
        "齊藤 學（係長）",
    ),
    ("yamada-h", "ito", "kanazawa.t"),
    ("hanako@city.example.jp",),
)


def hidden(text: str) -> str:
    return STAFF.hide(text, "■")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("山田花子が書いた", "■が書いた"),
        ("山田 花子・山田　花子・山　田　花　子", "■・■・■"),
        ("山田課長に確認した", "■課長に確認した"),
        ("本日山田さんと金沢係長が", "本日■さんと■係長が"),
        ("金沢 主査、石川　様、林氏、森先生", "■ 主査、■　様、■氏、■先生"),
        ("市民課林課長の指示", "市民課■課長の指示"),
        ("担当：山田", "担当：■"),
        ("担当者：広報課 森（内線12）", "担当者：広報課 ■（内線12）"),
        ("文責 金沢、連絡先:林・石川まで", "文責 ■、連絡先:■・■まで"),
        ("課長の林が答えます。", "課長の■が答えます。"),
        ("高橋健、髙橋　健、高橋さん", "■、■、■さん"),
        ("渡辺澄子と渡邊さん", "■と■さん"),
        ("渡邉\U000e0101さん、斉藤学、齋藤係長", "■さん、■、■係長"),
        ("佐藤四郎と佐藤主任", "■と■主任"),
        ("ｙａｍａｄａ－ｈ が YAMADA-H を見た。ito: 済", "■ が ■ を見た。■: 済"),
        ("服部部長と服部半蔵", "■部長と■"),
        ("Lee Anna、ANNA LEE、Leeさん", "■、■、■さん"),
        ("ＨＡＮＡＫＯ＠city.example.jp へ", "■ へ"),
        ("posts/kanazawa.t/1.md", "posts/■/1.md"),
    ],
)
def test_a_name_is_hidden_however_it_is_written(text: str, shown: str) -> None:
    assert hidden(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "金沢市の森林課長と石川県庁の林業係",
        "金沢の森で石川を渡り、林を抜ける",
        "小林課長、森林課長（見本）",
        "金沢様式の家、石川さんぽ、森づくり",
        "担当：金沢市、担当：森林整備課、連絡先：石川県",
        "monitor と itoya",
        "市民課のリーダー",
        "市民課さんへ",
        "金沢市長",
        "",
    ],
)
def test_a_word_or_a_place_does_not_blind_the_text(text: str) -> None:
    assert hidden(text) == text


def test_what_may_be_a_name_and_was_left_is_told_with_its_reason() -> None:
    text = "金沢の森で、山田に聞く。花子さん。山田課長。金沢市の森林。yamada-h2 と koho@city.example.jp"
    assert [(each.word, each.why) for each in STAFF.left(text)] == [
        ("金沢", "職員の姓と同じ語"),
        ("森", "職員の姓と同じ語"),
        ("山田", "職員の姓と同じ語"),
        ("花子", "職員の名と同じ語と敬称"),
        ("yamada-h", "識別名を含む語"),
        ("koho@city.example.jp", "職員と同じドメインのメールアドレス"),
    ]
    assert next(STAFF.left(text)).around == "金沢の森で、山田に聞く。花子"


def test_nobody_known_hides_nothing() -> None:
    nobody = Redaction((), (), ())
    assert nobody.hide("山田さん a@b.jp 担当：森", "■") == "山田さん a@b.jp 担当：森"
    assert list(nobody.left("山田さん a@b.jp")) == []
