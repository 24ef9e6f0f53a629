"""Which place a figure is of: by the code of 全国地方公共団体コード, with the name that published tables give it.

The code is the key: 府中市 lies in two prefectures, and one published file wrote 埼玉 in two code points. The sixth digit is a
check digit (総務省「全国地方公共団体コード仕様」), so that a slip of the keyboard is no other town.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.language import say
from bot.values.node import Node

NATION = "00000"  # as e-Stat has it; it is no code of a municipality and has no check digit
_NATION_NAME = "全国"
_NAMES = (  # JIS X 0401: 01 to 47
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
PREFECTURES = tuple(_NAMES.split())
_NONE = re.compile(r"[-－―‐…*※\s]*(?:調査なし|データなし)?")


@dataclass(frozen=True, kw_only=True)
class Area:
    """`code` has five digits, its check digit taken off; `name` is as tables have it, without the prefecture's."""

    code: str
    name: str

    @property
    def prefecture(self) -> str:
        """ "" for the nation."""
        return "" if self.code == NATION else PREFECTURES[int(self.code[:2]) - 1]

    @property
    def whole(self) -> bool:
        """The nation or a prefecture, and no municipality."""
        return self.code.endswith("000")

    @property
    def key(self) -> tuple[str, str]:
        """(prefecture, municipality) as in a table: the nation stands where prefectures do."""
        return (self.prefecture or _NATION_NAME, "" if self.whole else plain(self.name))


def plain(name: str) -> str:
    """A place's name with one code point for each character, and no spaces: ⽟ is 玉."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def is_none(text: str) -> bool:
    """A table's mark for "no data", or nothing at all: never a zero."""
    return _NONE.fullmatch(plain(text)) is not None


def parted(name: str) -> tuple[str, str]:
    """石川県加賀市 in its two parts; a name without a prefecture's is a whole one."""
    text = plain(name)
    prefecture = next((p for p in PREFECTURES if text.startswith(p)), "")
    return (prefecture, text.removeprefix(prefecture)) if prefecture else (text, "")


def digits(code: str) -> str | None:
    """The five digits of a code of five or six; None where it is none."""
    text = plain(code)
    if not re.fullmatch(r"\d{5,6}", text, re.ASCII) or not (len(text) == 5 or _fits(text)):
        return None
    return text[:5] if text == NATION or _is_prefectures(text) else None


def _is_prefectures(code: str) -> bool:
    return 1 <= int(code[:2]) <= len(PREFECTURES)


def _fits(six: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(six, (6, 5, 4, 3, 2), strict=False))
    return int(six[5]) == (11 - total % 11) % 10


def read(value: Node) -> Area:
    """`{code: "172014", name: 金沢市}`. Raises FileError."""
    entry = value.mapping(("code", "name"), required=("code", "name"))
    five = digits(entry["code"].required_text())
    if five is None:
        entry["code"].fail(
            say("「{code}」は団体コードではありません", code=entry["code"].text()[:20]),
            '全国地方公共団体コードの6桁を、code: "172014" のように書いてください。全国は "00000" です',
        )
    return Area(code=five, name=entry["name"].required_text())
