"""The dialect is closed: what an author writes reaches the citizen as meant, or is refused where it stands."""

from __future__ import annotations

import pytest

from bot import registry
from bot.config import ROOT
from bot.content.document import Strong, leaves
from bot.content.library import Library
from bot.content.post import Post
from bot.errors import ContentError
from bot.render.bundle import parts
from bot.render.environment import Templates
from tests.office import TOKYO, write_content, write_post

_BODY_BEGINS = 11  # the line of the file on which a body begins


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("dialect")
    write_content(folder)
    return Library(folder, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def read(library: Library, body: str) -> Post:
    return library.read(write_post(library.root, body=body))


def shown(library: Library, post: Post, channel: str) -> str:
    return "\n".join(p.text for p in parts(post, registry.specs()[channel], Templates(ROOT / "templates"), library.city))


KEPT = [
    ("救急の相談は #7119 へ。", "救急の相談は #7119 へ。"),
    ("#7119 に電話してください。", "#7119 に電話してください。"),
    ("お知らせします。\n#金沢市DX\n#子育て", "お知らせします。\n#金沢市DX\n#子育て"),
    ("料金*1は500円、手数料*2は無料です。", "料金*1は500円、手数料*2は無料です。"),
    ("箱の大きさは5*3*2です。", "箱の大きさは5*3*2です。"),
    ("会場*、時間*は変わります。", "会場*、時間*は変わります。"),
    ("ファイルは一覧_令和8年_確定です。", "ファイルは一覧_令和8年_確定です。"),
    ("氏名は_名_と書きます。", "氏名は_名_と書きます。"),
    ("くわしくは https://example.lg.jp/_page_/a_b_c です。", "くわしくは https://example.lg.jp/_page_/a_b_c です。"),
    ("**https://example.lg.jp/_a_/** です。", "https://example.lg.jp/_a_/ です。"),
    ("<https://example.lg.jp/_a_> です。", "https://example.lg.jp/_a_ です。"),
    ("<shimin_1_@example.lg.jp> へ。", "shimin_1_@example.lg.jp へ。"),
    ("@kanazawa_city_ をご覧ください。", "@kanazawa_city_ をご覧ください。"),
    (r"記号の \*\*、\_、\#、\{\}、\[\] です。", "記号の **、_、#、{}、[] です。"),
    ("5 < 6 で、<お知らせ>です。", "5 < 6 で、<お知らせ>です。"),
    ("10~20人、30~40人です。", "10~20人、30~40人です。"),
    ("**「書かない窓口」**を始めます。", "「書かない窓口」を始めます。"),
    ("***大切***です。*注意*です。", "大切です。注意です。"),
    ("前の文です。\n\n## C#\n\n文です。", "C#"),
    ("前の文です。\n\n## 7119番 ##\n\n文です。", "7119番】"),
    ("## 1. 概要\n\n文です。", "1. 概要"),
]
# Where print has a form of its own: a heading without brackets, and emphasis as a notation for the typesetter.
IN_PRINT = {
    "7119番】": "◆7119番\n",
    "https://example.lg.jp/_a_/ です。": "［＃太字］https://example.lg.jp/_a_/［＃太字終わり］ です。",
    "「書かない窓口」を始めます。": "［＃太字］「書かない窓口」［＃太字終わり］を始めます。",
    "大切です。注意です。": "［＃太字］大切［＃太字終わり］です。［＃傍点］注意［＃傍点終わり］です。",
}


@pytest.mark.parametrize(("body", "wanted"), KEPT)
@pytest.mark.parametrize("channel", ["facebook", "instagram", "newsletter"])
def test_a_sign_that_is_no_mark_reaches_the_citizen(library: Library, channel: str, body: str, wanted: str) -> None:
    text = shown(library, read(library, body), channel)
    assert (IN_PRINT.get(wanted, wanted) if channel == "newsletter" else wanted) in text


LINES = [
    ("持ち物は次のとおりです。\n- 印鑑\n- 本人確認書類", "持ち物は次のとおりです。\n\n・印鑑\n・本人確認書類"),
    ("流れは次のとおりです。\n1. 聞き取る\n2. 入力する", "流れは次のとおりです。\n\n1. 聞き取る\n2. 入力する"),
    ("続きです。\n\n3. 確かめる\n4. 署名する", "続きです。\n\n3. 確かめる\n4. 署名する"),
    ("・印鑑\n・本人確認書類", "・印鑑\n・本人確認書類"),
    ("持ち物は、\n・印鑑\n・本人確認書類", "持ち物は、\n\n・印鑑\n・本人確認書類"),
    ("１．聞き取る\n２．入力する", "１．聞き取る\n２．入力する"),
    ("①申請書\n②本人確認書類", "①申請書\n②本人確認書類"),
    ("(1)申請書\n(2)本人確認書類", "(1)申請書\n(2)本人確認書類"),
    ("※予約は要りません。\nどうぞお越しください。", "※予約は要りません。\nどうぞお越しください。"),
    ("日時　12月1日（火）\n場所　本庁舎\nぜひお越しください。", "日時　12月1日（火）\n場所　本庁舎\nぜひお越しください。"),
    ("日時：12月1日（火）\n場所：本庁舎", "日時：12月1日（火）\n場所：本庁舎"),
    ("対象 市内に住む方\n定員 20人", "対象 市内に住む方\n定員 20人"),
    ("金沢市役所\n金沢市広坂1-1-1\n電話 076-220-2111", "金沢市役所\n金沢市広坂1-1-1\n電話 076-220-2111"),
    ("くわしくは次のページへ。\nhttps://example.lg.jp/\nお待ちしています。", "次のページへ。\nhttps://example.lg.jp/\nお待ち"),
    ("一行目です。\\\n二行目です。", "一行目です。\n二行目です。"),
    ("一行目です。  \n二行目です。", "一行目です。\n二行目です。"),
    ("市は、長い行を\n折り返して書いています。", "市は、長い行を折り返して書いています。"),
    ("始めました。\n使えます。", "始めました。使えます。"),
    ("> 一つ目の文です。\n> 二つ目の文です。\n>\n> 次の段落です。", "一つ目の文です。二つ目の文です。\n次の段落です。"),
    ("Kanazawa\nCity です。", "Kanazawa City です。"),
    ("### 小見出し\n\n文です。", "【小見出し】\n文です。"),
]


@pytest.mark.parametrize(("body", "wanted"), LINES)
def test_what_the_writer_sees_as_lines_stays_lines(library: Library, body: str, wanted: str) -> None:
    assert wanted in shown(library, read(library, f"はじめの段落です。\n\n{body}\n"), "facebook")


def test_a_list_begins_where_the_author_says_on_every_channel(library: Library) -> None:
    post = read(library, "はじめの段落です。\n\n3. 確かめる\n4. 署名する\n")
    for channel in ("facebook", "instagram", "newsletter"):
        assert "3. 確かめる\n4. 署名する" in shown(library, post, channel)


REFUSED = [
    ("‸[^1]", "脚注"),
    ("‸[^1]: 注の文です。", "脚注"),
    ("‸[申込み][1]", "番号や名前で引くリンク"),
    ("‸~~古い料金~~です。", "取り消し線"),
    ("‸`x`です。", "コード"),
    ("題です\n‸====", "横線"),
    ("題です\n‸----", "横線"),
    ("- ‸[ ] 申し込む", "チェックの欄"),
    ("‸| 料金 | 円 |\n|---|---|", "表"),
    ("料金 | 円\n‸--- | ---", "表"),
    ("空ける‸&nbsp;ところ", "文字参照"),
    ("‸[申込み] (https://example.lg.jp/)", "空白"),
    ("‸[申込み]（https://example.lg.jp/）", "全角"),
    ("‸[申込み](https://example.lg.jp/", "閉じて"),
    ('‸[申込み](https://example.lg.jp/ "題")', "空白か余分な言葉"),
    ("‸[申込み](form.html)", "form.html"),
    ("‸[申込み]()", "空です"),
    ("‸[申込み](javascript:alert)", "javascript"),
    ("‸[](https://example.lg.jp/)", "リンクの言葉"),
    ("‸[[申込み]]", "[[ ]]"),
    ("大切な‸**お知らせです。", "閉じていません"),
    ("大切な‸** お知らせ **です。", "空白"),
    ("波‸{かっこ}です。", "波かっこ"),
    ("波かっこ‸}です。", "波かっこ"),
    ("‸[メモ]: # (内部の覚え)", "見えないメモ"),
    ("‸[//]: # (内部の覚え)", "見えないメモ"),
    ("‸%%内部の覚え%%", "隠したメモ"),
    ("‸<!-- 内部の覚え -->", "HTML"),
    ("これは‸*強調*です。", "強調なのか記号そのものなのか"),
    ("（‸_名_）です。", "強調なのか記号そのものなのか"),
    ("（‸__名__）です。", "強調なのか記号そのものなのか"),
    ("‸==大切==です。", "マーカー"),
    ("- 一つ\n ‸- 二つ", "箇条書きの中"),
    ("- 一つ\n  ‸- 二つ", "箇条書きの中"),
    ("- 一つ\n   ‸- 二つ", "箇条書きの中"),
    ("- 一つ\n\n  ‸続きの段落です。", "箇条書きの中"),
    ("- ‸- 一つ", "箇条書きの中"),
    ("‸-", "言葉がありません"),
    ("1. 一つ\n‸3. 三つ", "番号が続いていません"),
    ("行の終わり‸\\", "行の終わり"),
    ("    ‸四つの空白です。", "コード"),
    ("‸＃＃ 見出し", "全角"),
    ("‸#### 見出し", "深すぎる"),
    ("> ‸- 一つ", "引用の中"),
    ("‸:::note", "囲み"),
]


@pytest.mark.parametrize(("body", "words"), REFUSED)
def test_what_would_be_lost_or_laid_bare_is_refused_where_it_stands(library: Library, body: str, words: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(library, f"はじめの段落です。\n\n{body.replace('‸', '')}\n")
    before = body[: body.index("‸")]
    error = caught.value
    assert words in error.summary
    assert error.next_step
    wanted = (_BODY_BEGINS + 2 + before.count("\n"), len(before) - (before.rfind("\n") + 1) + 1)
    assert (error.place.line, error.place.column) == wanted


def test_strong_text_is_strong(library: Library) -> None:
    post = read(library, "**「大切」**なことです。")
    (strong, _) = post.document.blocks[0].children  # type: ignore[union-attr]  # a paragraph
    assert isinstance(strong, Strong)
    assert [leaf.text for leaf in leaves(strong.children)] == ["「大切」"]  # type: ignore[union-attr]  # text alone


def test_a_suppression_is_not_read_and_moves_no_place(library: Library) -> None:
    body = "文です。<!-- 点検: style.comma 引用のため -->\n\n<!-- 点検: style.comma 引用のため -->\n波‸{かっこ}です。"
    with pytest.raises(ContentError) as caught:
        read(library, body.replace("‸", ""))
    assert (caught.value.place.line, caught.value.place.column) == (_BODY_BEGINS + 3, 2)
