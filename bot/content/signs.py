"""The signs of the dialect: what may be a mark within a line, and what to say of those that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language import say


@dataclass(frozen=True)
class Wrong:
    """What is wrong, and what to write. `whole`: of a form that is looked for from its first character on."""

    summary: str
    next_step: str
    whole: bool = False


# Addresses, tags and names are text from end to end: their strokes and stars are no marks. None ends with what may close one.
_ADDRESS = r"https?://[!#-;=?-Z_a-z~]*[A-Za-z0-9/_#=&%+$-]"
_TAG = r"(?<![A-Za-z0-9_])[#＃@]\w+"
_ESCAPABLE = r"[!-/:-@\[-`{-~]"
FIGURE = r"\{\{(?P<reference>[^{}\n]*)\}\}"  # one way to read it, however much is left open
_SIGN = re.compile(
    rf"""(?P<literal>{_ADDRESS}|{_TAG}|_{{3,}})
    |(?P<end>(?:(?<![ ])[ ]++|\\)?(?P<feed>\n)[ \t]*)
    |(?P<escape>\\(?={_ESCAPABLE}))
    |(?P<backslash>\\\Z)
    |(?P<figure>{FIGURE})
    |(?P<ruby>\{{(?P<base>[^{{}}|\n]+)\|(?P<readings>[^{{}}\n]+)\}})
    |(?P<aozora>｜(?P<abase>[^《》｜\n]+)《(?P<areading>[^《》\n]+)》)
    |(?P<brace>[{{}}])
    |(?P<image>!\[)
    |(?P<bracket>\[)
    |(?P<stars>\*+)
    |(?P<strokes>_+)
    |(?P<tick>`)
    |(?P<struck>~~)
    |(?P<angle><(?:[A-Za-z/!?][^<>\n]*>|!--))
    |(?P<entity>&(?:[A-Za-z][A-Za-z0-9]{{1,31}}|\#[0-9]{{1,7}}|\#[xX][0-9A-Fa-f]{{1,6}});)
    |(?P<marked>==(?=[^=\s]))
    |(?P<hidden>%%(?=[^%\n]*%%))
    """,
    re.VERBOSE,
)
AUTOLINK = re.compile(r"<(https?://[!-;=?-~]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>", re.ASCII | re.IGNORECASE)
STROKES_BEHIND = re.compile(r"(?<=[^\s_\\])_{1,2}(?![\w])")
CLOSER = re.compile(rf"\\.|{_ADDRESS}|(?P<stars>\*+)", re.DOTALL)
TARGET = re.compile(r"\((?P<href>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)\)")
_KNOWN_KIND = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)  # all else may run a program, or leads nowhere
_AS_SIGN = "記号そのものを書くときは、前に \\ を置いてください"

WRONG_SIGNS = {
    "backslash": Wrong("行の終わりの「\\」のあとに、次の行がありません", "改行しないなら「\\」を消してください"),
    "brace": Wrong(
        "波かっこ「{ }」の書き方が、ふりがなとも数値とも違います",
        "ふりがなは {漢字|かんじ}、数値は {{ indicator.名前.value }} です。かっこそのものは \\{ \\} と書いてください",
    ),
    "image": Wrong("本文に画像は使えません", "画像は、ファイルの先頭の images: に書いてください"),
    "tick": Wrong("コード（`）は使えません", _AS_SIGN),
    "struck": Wrong("取り消し線（~~）は使えません", "消した言葉を残さずに、書き直してください"),
    "html": Wrong("HTML のタグは使えません", "Markdown の書き方に直してください"),
    "entity": Wrong("HTML の文字参照（&nbsp; など）は使えません", "その文字を、そのまま打ってください"),
    "marked": Wrong("マーカー（==）は使えません", "強調は **言葉** と書いてください"),
    "hidden": Wrong("隠したメモ（%%）は使えません", "メモは、原稿の外に書いてください"),
    "open_stars": Wrong("強調の「**」が閉じていません", "同じ段落の中で ** で閉じてください。記号そのものは \\*\\* と書きます"),
    "blank_stars": Wrong(
        "強調の「**」の内側に、空白があるか、言葉がありません", "**言葉** のように、記号と言葉の間を空けないでください"
    ),
    "star_or_stress": Wrong(
        "「*」が、強調なのか記号そのものなのか分かりません", "強調は **言葉**、記号そのものは \\* と書いてください"
    ),
    "stroke_or_stress": Wrong(
        "「_」で囲んだ言葉が、強調なのか記号そのものなのか分かりません", "強調は **言葉**、記号そのものは \\_ と書いてください"
    ),
}
_NOTE = Wrong("脚注（[^1]）は使えません", "文の中に（ ）で書いてください", whole=True)
_GAP = Wrong("リンクの [ ] と ( ) の間に空白があるか、( ) が全角です", "[文](https://…) のように、半角で続けて書いてください")
_BY_NAME = Wrong("番号や名前で引くリンク（[文][1]）は使えません", "[文](https://…) のように、アドレスをその場に書いてください")
_WIKI = Wrong("[[ ]] は使えません", "リンクは [文](https://…) と書いてください", whole=True)
WRONG_LINKS = (
    (re.compile(r"\[\^[^\]\n]+\]"), _NOTE),
    (re.compile(r"\[\[[^\[\]\n]+\]\]"), _WIKI),
    (re.compile(r"[ \t　]+\((?:https?:|mailto:|tel:|www\.)|[ \t　]*（(?:https?:|mailto:|tel:|www\.)"), _GAP),
    (re.compile(r"\[[^\]\n]*\]"), _BY_NAME),
)


# What a sign begins with. To look for one of these first takes a tenth of the time: most of Japanese is none.
_FIRST = re.compile(r"[\n \\{}｜!\[*_`~<&=%#＃@h]")


def next_sign(text: str, at: int, end: int) -> re.Match[str] | None:
    """The next sign from `at` on; its group tells which."""
    while first := _FIRST.search(text, at, end):
        if sign := _SIGN.match(text, first.start(), end):
            return sign
        at = first.end()
    return None


def address_problem(href: str, *, closed: bool, named: bool) -> Wrong | None:
    """What is wrong with a link: `closed` if its ( ) are whole and hold no blank, `named` if it has a text."""
    if not closed:
        if re.search(r"\s", href.strip()):
            return Wrong("リンク先のアドレスに、空白か余分な言葉があります", "( ) の中は、アドレスだけを続けて書いてください")
        return Wrong("リンク先の ( ) が閉じていないか、使えない文字があります", "[文](https://…) の形にしてください")
    if not href:
        return Wrong("リンク先が空です", "( ) の中に https:// から始まるアドレスを書いてください")
    if not _KNOWN_KIND.match(href):
        return Wrong(
            say("リンク先「{href}」は使えません", href=href[:40]),
            "https:// から始まるアドレス（メールは mailto:、電話は tel:）を書いてください",
        )
    return None if named else Wrong("リンクの言葉がありません", "[ ] の中に、行き先のページの名前を書いてください")


def is_star(text: str, at: int, end: int) -> bool:
    """Is a single * a sign of its own: 料金*1, 5*3, a blank behind it, or a bracket after a word?"""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : end][:1]
    return not after.strip() or after.isdigit() or (before.isalnum() and not after.isalnum() and after not in "「『*[{")
