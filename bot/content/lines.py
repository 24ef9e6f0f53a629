"""What the beginning of a line says: which block it opens, and whether the line is one of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING = re.compile(r"(?P<signs>#{1,6})(?:[ \t]+|(?<=##)(?=[^#\s])|$)(?P<text>.*)")
QUOTE = re.compile(r"> ?")
_BULLET = re.compile(r"(?P<sign>[-*+])(?:[ \t]+|$)|(?P<dot>[・･])(?![・･])[ \t　]*")
_NUMBER = re.compile(r"(?P<number>\d{1,9})(?P<sign>[.)])(?:[ \t]+|$)", re.ASCII)
# What a block may not hold at its beginning: another block.
OPENS = re.compile(r"#{1,6}(?:[ \t]|$)|>|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)", re.ASCII)
TASK = re.compile(r"\[[ xX]\][ \t]")

# Signs with which people begin items by hand; each such line stays one.
_BY_HAND = re.compile(
    r"[・･※→⇒●○◎■□◆◇▲△▼▽★☆✓✔►▶►☎℡〒①-⓿❶-❿㋐-㋾]|[（(][0-9０-９一二三四五六七八九十ア-ンあ-んa-zA-Z]{1,2}[）)]"
    r"|[0-9０-９]{1,2}[.．)）、](?![0-9０-９])|[一二三四五六七八九十]{1,2}[、．]|[ア-ンａ-ｚＡ-Ｚa-zA-Z][.．)）](?=\D)|[-+*–—−‐][^\s*]"
)
_WORDS = (  # 広報 writes what an event needs in lines that begin so
    "日時 日程 期日 期間 時間 開場 開演 場所 会場 集合 対象 定員 料金 費用 参加費 入場料 持ち物 内容 講師 出演 申込 申込み "
    "申し込み 締切 締め切り 受付 問合せ 問い合わせ お問い合わせ 問合せ先 問い合わせ先 連絡先 電話 ファックス FAX TEL "
    "Tel メール 住所 所在地 ホームページ 主催 共催 後援 担当 備考 注意"
)
_LABEL = re.compile(
    rf"(?:{'|'.join(sorted(_WORDS.split(), key=len, reverse=True))})(?:[ \t　：:／/]|(?=[0-9０-９]))"
    r"|【[^】\n]{1,12}】|[^\s。、：:　]{1,10}(?:：|　)|[^\s。、：:　]{1,8}:[ \t]"
)
_ADDRESS = re.compile(r"<?(?:https?://|www\.)[!-~]+|[\w.+-]{1,64}@[\w.-]{1,190}", re.ASCII)
_PARTICLE = re.compile(r"[をがはにでともへや](?![ぁ-ん])|から|まで|より|など|では|には|とは|での|への|との|[、。）)」』】]")
_GOES_ON = re.compile(r"[ぁ-ん、，,「『（(［\[…ー〜～・]$")
_SHORT = 20  # characters: lines of running text that were broken by hand are longer


@dataclass(frozen=True, kw_only=True)
class Item:
    """The mark of a list's item: `number` None for a bullet; `sign` tells one list from another; `length` in characters."""

    number: int | None
    sign: str
    length: int


def item(line: str) -> Item | None:
    """What begins an item, in a line without its indent."""
    if found := _BULLET.match(line):
        return Item(number=None, sign=found["sign"] or "・", length=len(found[0]))
    if found := _NUMBER.match(line):
        return Item(number=int(found["number"]), sign=found["sign"], length=len(found[0]))
    return None


def stays(before: str, after: str) -> bool:
    """Is the end of a line one for the citizen, too? It is where the writer made a list, a table or an address by hand; it is
    none within running text (the house's own rule: Markdown knows none)."""
    if after[:1] in "#＃@" or _BY_HAND.match(after) or _LABEL.match(after) or _alone(after) or _alone(before):
        return True
    if _GOES_ON.search(before) or _PARTICLE.match(after):
        return False
    return bool(_BY_HAND.match(before) or _LABEL.match(before)) or _is_short(before)


def _is_short(line: str) -> bool:
    """A name, an address, a line of a list: it ends with no full stop, well before the edge."""
    return len(line) <= _SHORT and not line.isascii() and line[-1:] not in "。．！？!?"


def _alone(line: str) -> bool:
    found = _ADDRESS.match(line)
    return found is not None and not line[found.end() :].strip(" 　>")
