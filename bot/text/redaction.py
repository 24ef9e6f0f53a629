"""Where a text names one of the people whose names are given, however it is typed; and where it may name one.

A surname is often a common word or a place (森, 金沢): alone it is left and told, with a title or after a label it is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# The forms of one character that a register of residents tells apart and a keyboard does not (NFKC leaves them).
_FORMS = (
    "高髙 崎﨑嵜 辺邊邉 沢澤 斉齊齋斎 浜濱濵 吉𠮷 広廣 国國 島嶋嶌 桜櫻 真眞 恵惠 滝瀧 竜龍 徳德"
    " 弥彌 条條 蔵藏 静靜 栄榮 与與 寿壽"
    " 浅淺 将將 増增 礼禮 万萬 関關 実實 学學 来來 黒黑 富冨 館舘 桑桒 柳栁 船舩 鴎鷗 淵渕渊 桧檜 曽曾 荘莊"
    " 円圓 鉄鐵 村邨 野埜 清淸 青靑 穂穗 緒緖 児兒"
    " 教敎 横橫 槙槇 瀬瀨 頼賴 郷鄕 内內 戸戶 歩步 毎每 巌巖 峰峯 恒恆 尚尙 勲勳 伝傳 仏佛 並竝 乗乘 亜亞 ケヶヵ"
)
_ALIKE = {ord(other): forms[0] for forms in _FORMS.split() for other in forms[1:]}
_JOINED = "ﾞﾟ"
_APART = r"\s{0,2}"  # offices space names out: 山　田　花　子
_LETTER = "[一-龯々ぁ-んァ-ヴー]"
_PERSON = re.compile(rf"({_LETTER}{{1,5}})(?:\s+({_LETTER}{{1,6}}))?|([a-z][a-z'-]*)\s+([a-z][a-z'-]*)")
_NO_PERSON = re.compile("(?:[課局係]|課長|係長|部長|担当|リーダー|職員|窓口|センター|代表|広報)$")  # 服部 and 大室 are names
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
_RANK = "課長|係長|部長|次長|局長|室長|所長|館長|園長|校長|班長|主任|主査|主事|主幹|参事|理事|技師|技監|専門員"
_TITLE = rf"(?:{_RANK}|補佐|さん(?!ぽ)|さま|様(?![式々子態相])|氏(?![名族神])|殿(?![様下])|先生|君|くん)"
_LABEL = (
    rf"(?:{_RANK}|担当者?|文責|連絡先|問い?合わせ先|氏名|起案者?|作成者?|記入者|確認者|決裁者|承認者|発信者|執筆者?"
    "|取材者?|撮影者?)"
)
_UNIT = r"(?:[^\s:、。()]{1,12}[課係室部局]\s*)?"
_BETWEEN = r"\s*[、,・/と]\s*"
_ENDS = r"(?=$|[\s、。,.()・/「」|;:]|です|まで|より|[がはをにもとへ](?!ん))"
_PLACE = re.compile(r"[市県町村区駅港城橋川山道線]|大学|支所|地区|方面")
_KANJI = re.compile("[一-龯々]")
_BEFORE = "課係室部局科所日朝夜前後"  # a surname of one character may follow these without a blank
_WORD = re.compile("[a-z0-9]")
_AROUND = 12


@dataclass(frozen=True, kw_only=True)
class Left:
    """What may be a name and stays: the word, what stands around it, and why it was noticed."""

    word: str
    around: str
    why: str


class Redaction:
    """`names` are full names as registered, `keys` log-in names, both in any writing."""

    def __init__(self, names: Collection[str], keys: Collection[str], addresses: Collection[str]) -> None:
        told = [_plain(name) for name in names]
        people = [found for name in told if (found := _person(name))]
        self._sure = {p[0] for p in people} | {p[1] for p in people if p[1].isascii() and p[1]}
        self._given = {given for _, given in people if len(given) > 1 and not given.isascii()}
        surnames = self._sure | {guess for family, given in people if not given for guess in _families(family)}
        whole = {_spaced(name) for name in told} | {_spaced(f"{a} {b}") for a, b in people}
        whole |= {_spaced(f"{b} {a}") for a, b in people if a.isascii()}
        short = {family for family, given in people if not given and len(family) < 3}  # a surname alone is no full name
        whole |= {re.escape(_plain(key)) for key in (*keys, *addresses)}
        self._whole = _any(whole - {_spaced(s) for s in short} - {""})
        family = _any({_spaced(name) for name in surnames})
        self._titled = re.compile(rf"({family.pattern})\s{{0,2}}(?={_TITLE})")
        self._labelled = re.compile(
            rf"{_LABEL}[\s:・の(]{{1,3}}{_UNIT}((?:{family.pattern})(?:{_BETWEEN}(?:{family.pattern}))*){_ENDS}"
        )
        self._family = family
        self._seen = _any({_spaced(name) for name in self._sure | {s for s in surnames if len(s) == 2}})
        self._called = re.compile(rf"({_any({_spaced(name) for name in self._given}).pattern})(?=\s{{0,2}}{_TITLE})")
        self._within = _any({re.escape(_plain(key)) for key in keys if len(key) > 3})
        domains = {re.escape(_plain(address).rpartition("@")[2]) for address in addresses}
        self._address = re.compile(rf"[\w.+-]+@(?:{_any(domains).pattern})")

    def hide(self, text: str, shown: str) -> str:
        """With `shown` in the place of each name."""
        folded, places = _folded(text)
        parts, at = [], 0
        for start, end in self._spans(folded):
            first, last = places[start][0], places[end - 1][1]
            parts += [text[at:first], shown]
            at = last
        return "".join([*parts, text[at:]])

    def left(self, text: str) -> Iterator[Left]:
        """What a person should look at, in its order in the text for each reason."""
        folded, places = _folded(text)
        hidden = self._spans(folded)
        for why, found in self._doubts(folded):
            start, end = found.span()
            if any(start < last and first < end for first, last in hidden):
                continue
            first, last = places[start][0], places[end - 1][1]
            around = text[max(0, first - _AROUND) : last + _AROUND]
            yield Left(word=text[first:last], around=" ".join(around.split()), why=why)

    def _doubts(self, folded: str) -> Iterator[tuple[str, re.Match[str]]]:
        for found in self._seen.finditer(folded):
            if not _part_of_a_word(folded, found):
                yield "職員の姓と同じ語", found
        for found in self._called.finditer(folded):
            yield "職員の名と同じ語と敬称", found
        for found in self._within.finditer(folded):
            yield "識別名を含む語", found
        for found in self._address.finditer(folded):
            yield "職員と同じドメインのメールアドレス", found

    def _spans(self, folded: str) -> list[tuple[int, int]]:
        found = [m.span() for m in self._whole.finditer(folded) if _alone(folded, *m.span())]
        found += [m.span(1) for m in self._titled.finditer(folded) if _begins(folded, *m.span(1))]
        for labelled in self._labelled.finditer(folded):
            found += [m.span() for m in self._family.finditer(folded, *labelled.span(1))]
        joined: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def _plain(text: str) -> str:
    return _folded(text.strip())[0]


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the differences of writing, and for each of its characters where it stands in `text`."""
    parts, places, at = list[str](), list[tuple[int, int]](), 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (text[end] in _JOINED or unicodedata.combining(text[end]) or _unseen(text[end])):
            end += 1
        part = _same(text[at:end])
        parts.append(part)
        places += [(at, end)] * len(part)
        at = end
    return "".join(parts), places


def _unseen(character: str) -> bool:
    """Selectors of a variant among them: 辻󠄀 is 辻 to whoever searches."""
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return selector or (not character.isascii() and unicodedata.category(character) == "Cf")


@lru_cache(maxsize=8192)
def _same(cluster: str) -> str:
    bare = "".join(c for c in cluster if not _unseen(c))
    return unicodedata.normalize("NFKC", bare).casefold().translate(_ALIKE)


def _person(name: str) -> tuple[str, str] | None:
    """(surname, given name) of a folded name; all of it is the first where no blank parts it. None for what is no person's."""
    bare = _ASIDE.sub("", name)
    found = _PERSON.fullmatch(bare)
    if found is None or any(_NO_PERSON.search(part) for part in bare.split()):
        return None
    return (found[1] or found[3], found[2] or found[4] or "")


def _families(name: str) -> Iterable[str]:
    """Where a surname may end in a name without a blank."""
    return {name[:length] for length in (1, 2, 3) if length < len(name)} | ({name} if len(name) < 3 else set())


def _spaced(name: str) -> str:
    """An expression for a folded name, with and without blanks."""
    if name.isascii():
        return r"[\s.,]{1,3}".join(re.escape(part) for part in name.split())
    return _APART.join(re.escape(c) for c in name if not c.isspace())


def _any(expressions: Collection[str]) -> re.Pattern[str]:
    """The longest first; of none, what matches nowhere."""
    return re.compile("|".join(sorted(expressions, key=lambda each: (-len(each), each))) or r"(?!)")


def _alone(text: str, start: int, end: int) -> bool:
    """Not within a longer word of Latin letters: `ito` is not in `monitor`."""
    before = start > 0 and bool(_WORD.match(text[start - 1])) and bool(_WORD.match(text[start]))
    behind = end < len(text) and bool(_WORD.match(text[end])) and bool(_WORD.match(text[end - 1]))
    return not before and not behind


def _begins(text: str, start: int, end: int) -> bool:
    """林 begins no name in 森林課長, nor in 小林課長."""
    single = end - start == 1 and start > 0 and _KANJI.match(text[start - 1])
    return _alone(text, start, end) and (not single or text[start - 1] in _BEFORE)


def _part_of_a_word(text: str, found: re.Match[str]) -> bool:
    """金沢 in 金沢市, 林 in 森林."""
    start, end = found.span()
    if _PLACE.match(text, end) or not _alone(text, start, end):
        return True
    near = text[start - 1 : start] + text[end : end + 1]
    return end - start == 1 and bool(_KANJI.search(near))
