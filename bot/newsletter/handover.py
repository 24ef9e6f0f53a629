"""流し込み原稿: the text that a typesetter pours into the page, with a sheet of counts behind it.

One paragraph a line, no hard breaks; ruby, emphasis and quotations in 青空 notation. The text is the approved one, in the same
normal form as the proof, its numbers as written: the sheet says by which rules the proof has set them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.errors import MissingGlyph
from bot.language import say
from bot.newsletter.cells import TimeStyle, normal
from bot.newsletter.encoding import twinned, unencodable
from bot.newsletter.issue import Roll
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.profile import Profile
from bot.newsletter.setting import Setting

_NOTATION = re.compile(r"《[^》]*》|｜|［＃[^］]*］")
_KINSOKU: Mapping[Level, str] = {
    "strict": "強い（行頭の ー・小書き・々・！？も避ける）",
    "newspaper": "新聞（行頭の句読点と閉じ括弧、行末の開き括弧だけを避ける）",
}
NUMBERS: Mapping[NumberStyle, str] = {
    "arabic_tcy": "洋数字（2桁は縦中横、ほかは全角1字ずつ。コンマのある数は万・億で分ける。小数点は・）",
    "kanji_positional": "漢数字（二〇二二）",
    "kanji_unit": "漢数字（二十三。4桁の年と番号は一字ずつ）",
}
_TIMES: Mapping[TimeStyle, str] = {"colon": "９：30", "kanji": "９時30分"}
_UNITS = "単位　縦の行では読みにする（20m² は20平方メートル、10km は10キロ）"
_SHOWN = 30  # characters of a paragraph that tell a reader which one it is
_LABEL = re.compile(r"^【[^】]+】$")


def text(settings: Sequence[Setting], profile: Profile, issue: str, paper: str, roll: Roll) -> bytes:
    """The file's bytes, with Windows line ends. Raises MissingGlyph for a character that the encoding lacks."""
    head = [f"{paper}　{issue}　流し込み原稿", _status(profile), ""]
    blocks = [_block(number, setting, profile) for number, setting in enumerate(settings, start=1)]
    lengths = ["【原稿ごとの長さ】", *roll.as_lines(), ""]
    whole = "\n".join([*head, *blocks, *lengths])
    return _encoded(whole, profile)


def _block(number: int, setting: Setting, profile: Profile) -> str:
    article = setting.article
    characters = sum(len(p) for p in _bare(article.handover).split("\n") if not _LABEL.match(p))
    alts = [f"{n}　{m.file}　{m.alt}" for n, m in enumerate(article.media, start=1)]
    sheet = [
        f"組み　{profile.grid}（{profile.status}）",
        f"字数　{characters}字",
        f"行数　{setting.fit.summary}（全角ベタ換算）",
        f"写真　{len(article.media)}枚",
        *(f"QRコード　{address}（20ミリ角。その段落のあと）" for _, address in setting.filled.codes),
        *_rules(profile),
    ]
    corrections = ["", "【訂正】", *article.corrections] if article.corrections else []
    parts = [f"■{number}", normal(article.handover), *corrections, "", "【代替テキスト】", *alts, "", "【割付】", *sheet, ""]
    return "\n".join(parts)


def _rules(profile: Profile) -> list[str]:
    """What was done to the text in the proof, for who pours it anew."""
    return [
        f"禁則　{_KINSOKU[profile.kinsoku]}",
        f"ぶら下げ　{'する' if profile.hang else 'しない'}",
        *(
            [f"数字　{NUMBERS[profile.numbers]}", f"時刻　{_TIMES[profile.times]}", _UNITS]
            if profile.direction == "tate"
            else []
        ),
        "組み方の印　｜漢字《かんじ》、［＃太字］、［＃ここから引用］、◆小見出し",
    ]


def _status(profile: Profile) -> str:
    return "入稿用：確定した組版設定による" if profile.confirmed else "仮：紙面の寸法を確かめていないため、入稿には使えません"


def _bare(handover: str) -> str:
    return _NOTATION.sub("", handover)


def _encoded(whole: str, profile: Profile) -> bytes:
    """Raises MissingGlyph. A post that cannot be encoded never comes here: what is left was typed for the whole issue."""
    whole = twinned(whole, profile.encoding)
    if character := unencodable(whole, profile.encoding):
        paragraph = next(line for line in whole.split("\n") if character in line)
        raise MissingGlyph(
            f"{profile.encoding} lacks U+{ord(character):04X}",
            summary=say(
                "流し込み原稿の「{paragraph}」にある「{character}」（U+{code}）は、その文字コードにありません",
                paragraph=paragraph[:_SHOWN],
                character=character,
                code=f"{ord(character):04X}",
            ),
            next_step="別の字に変えるか、schedules/newsletter.yml の encoding を utf-8-sig にしてください",
        )
    return whole.replace("\n", "\r\n").encode(profile.encoding)
