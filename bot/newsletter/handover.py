"""流し込み原稿: the text that a typesetter pours into the page, with a sheet of counts behind it.

One paragraph a line, no hard breaks, ruby in 青空 notation. The text is the approved one, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import MissingGlyph
from bot.language import say
from bot.newsletter.encoding import twinned, unencodable
from bot.newsletter.issue import Roll
from bot.newsletter.profile import Profile
from bot.newsletter.setting import Setting

_READING = re.compile(r"《[^》]*》|｜")
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
    ]
    corrections = ["", "【訂正】", *article.corrections] if article.corrections else []
    parts = [f"■{number}", article.handover, *corrections, "", "【代替テキスト】", *alts, "", "【割付】", *sheet, ""]
    return "\n".join(parts)


def _status(profile: Profile) -> str:
    return "入稿用：確定した組版設定による" if profile.confirmed else "仮：紙面の寸法を確かめていないため、入稿には使えません"


def _bare(handover: str) -> str:
    return _READING.sub("", handover)


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
