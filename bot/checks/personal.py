"""Personal data that must never stand in a post: it cannot be taken back once it is out."""

from __future__ import annotations

import re
import unicodedata

from bot.checks.prose import pattern
from bot.text.tokens.telephones import LABEL, MOBILE

_SOURCE = "番号法、個人情報の保護に関する法律"
_ADVICE = "個人の番号でないかを確かめ、消してください"


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", match[0]))


def _my_number(match: re.Match[str]) -> str:
    """The check digit of a 個人番号 (行政手続における特定の個人を識別するための番号の利用等に関する法律施行規則 第5条)."""
    digits = [int(d) for d in _digits(match)]
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    if _INSIDE.search(before) or _TELEPHONE.search(before) or len(set(digits)) == 1:
        return ""
    rest = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(digits[:11]), start=1)) % 11
    return "マイナンバーの形をした12桁の数字があります" if digits[11] == (0 if rest <= 1 else 11 - rest) else ""


def _card(match: re.Match[str]) -> str:
    """Luhn's check."""
    digits = [int(d) for d in _digits(match)]
    if _INSIDE.search(match.string[max(0, match.start() - 1) : match.start()]):
        return ""
    doubled = [d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits))]
    return "カード番号の形をした16桁の数字があります" if any(digits) and sum(doubled) % 10 == 0 else ""


# In its form only, in one piece or by fours with the same sign between: a day and a time have digits, too.
_DIGIT, _NOT_AFTER = r"[\d０-９]", r"(?![\d０-９\-－‐])"
_MY_NUMBER = rf"(?:{_DIGIT}{{12}}|{_DIGIT}{{4}}(?P<between>[ 　\-－‐]){_DIGIT}{{4}}(?P=between){_DIGIT}{{4}}){_NOT_AFTER}"
_CARD = rf"(?:{_DIGIT}{{16}}|{_DIGIT}{{4}}(?P<between>[ 　\-－‐])(?:{_DIGIT}{{4}}(?P=between)){{2}}{_DIGIT}{{4}}){_NOT_AFTER}"
_BEFORE = 10  # characters: 「ファックス番号は 」 is the longest that says it is a telephone number
_INSIDE = re.compile(r"[\d０-９\-－‐]$")
_TELEPHONE = re.compile(f"{LABEL}$")


def in_name(name: str) -> str:
    """What a name of a file holds that it should not, in words; "" for nothing."""
    number = next(filter(None, map(_my_number, re.finditer(_MY_NUMBER, name))), "")
    return number or ("携帯電話などの番号があります" if re.search(MOBILE, name) else "")


RULES = (
    pattern(
        "personal.my-number",
        "error",
        _MY_NUMBER,
        _my_number,
        _ADVICE,
        why="マイナンバーを法律に定める場合のほかに公開することは、禁じられています。",
        source=_SOURCE,
        bad="番号は‸1234-5678-9018です。",
        good="番号は1234-5678-9012です。",
        numeric=True,
    ),
    pattern(
        "personal.card",
        "error",
        _CARD,
        _card,
        _ADVICE,
        why="カード番号は、見た人に使われます。",
        source=_SOURCE,
        bad="見本は‸4242 4242 4242 4242です。",
        good="見本は4242 4242 4242 4241です。",
        numeric=True,
    ),
    pattern(
        "personal.mobile",
        "warning",
        MOBILE,
        "携帯電話などの番号「{0}」があります",
        "個人の電話でないかを確かめ、役所の代表か課の電話にしてください",
        why="個人の電話は、公開すると消せません。",
        source=_SOURCE,
        bad="電話は‸090-1234-5678です。",
        good="電話は076-220-0000です。",
        numeric=True,
    ),
    pattern(
        "personal.plate",
        "warning",
        r"[一-龠]{2,4}[ 　]?\d{2,3}[ 　]?[ぁ-ん][ 　]?(?:\d{2}[\-－‐]\d{2}|・{1,3}\d{1,3})(?!\d)",
        "車の番号「{0}」があります",
        "消すか、分からないように書いてください",
        why="車の番号から、持ち主が分かることがあります。",
        source=_SOURCE,
        bad="車の番号は‸金沢300あ12-34です。",
        good="車の番号は載せません。",
    ),
    pattern(
        "personal.resident",
        "warning",
        r"[一-龠ぁ-んァ-ヶ]{2,6}さん?[（(]\d{1,3}(?:歳|才)?[、，・][^）)]{0,12}(?:町|丁目|番地|市|村)[^）)]*[）)]|"
        r"[（(]\d{1,3}歳、[^）)]*(?:丁目|番地?|町)[^）)]*[）)]|"
        r"さん?[（(][^）)\d]{0,12}(?:[町村市]|丁目|番地?)[^）)]{0,12}\d{1,3}[歳才][）)]|"
        r"さん[（(][^）)、]{2,14}[町村市\d番地丁目号]+[、・]\d{1,3}[歳才]?[）)]|"
        r"さん[（(]\d{1,3}[歳才]?[）)][＝=][^＝=\n]{2,12}[＝=]|さん?[（(]?(?:は|、)?(?:昭和|平成|令和|大正|(?:19|"
        r"20)\d\d年)[^）)。\n]{0,10}生(?:まれ)?",
        "人の名前と年齢・住所「{0}」があります",
        "本人の同意があるかを確かめ、要らないところは消してください",
        why="住所や年齢は、公開すると消せません。",
        source=_SOURCE,
        bad="‸見本太郎さん（45歳、見本町1丁目2番3号）です。",
        good="見本太郎さんです。",
        hints="歳 才 さん（ さん( 生",
    ),
    pattern(
        "personal.account",
        "warning",
        r"(?:普通|当座|総合)(?:預金|口座)?[ 　:：]?(?:口座番号)?[ 　:：]?\d{7}(?!\d)|"
        r"記号[ 　]?\d{5}[ 　、]*番号[ 　]?\d{6,8}|口座(?:番号)?[ 　:：はを]{0,3}\d{6,8}(?!\d)",
        "口座の番号「{0}」があります",
        "公開してよい口座かを確かめてください",
        why="口座の番号は、なりすましや詐欺に使われます。",
        source=_SOURCE,
        bad="振込先は‸普通 1234567です。",
        good="振込先は申込みの案内をご覧ください。",
        hints="普通 当座 総合 口座 記号",
    ),
    pattern(
        "personal.private-mail",
        "warning",
        r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@(?:gmail\.com|yahoo\.co\.jp|outlook\.(?:com|jp)|hotmail\.(?:com|"
        r"co\.jp)|icloud\.com|docomo\.ne\.jp|ezweb\.ne\.jp|au\.com|softbank\.ne\.jp|i\.softbank\.jp)",
        "個人で使うメールアドレス「{0}」があります",
        "市のアドレスにしてください",
        why="個人のアドレスは、公開すると消せず、引き継げません。",
        source=_SOURCE,
        bad="連絡は‸taro@gmail.comへ。",
        good="連絡はmadoguchi@example.lg.jpへ。",
        hints="@",
    ),
)
