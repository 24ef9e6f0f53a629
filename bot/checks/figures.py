"""Figures: each comes from content/strategy/indicators.yml, with its source and date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import partial

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject
from bot.content.document import Text, inlines, leaves
from bot.text.tokens.quantities import AMOUNT, COUNT, NUMBER, PERCENT

_UNIT = r"[人件枚台校課戸社回か所世帯団体種類施設冊項目]{0,3}"
_RATE = rf"(?P<about>約|およそ)?(?P<rate>(?<![\d,.])\d+(?:\.\d+)?)\s*{PERCENT}"
_POINTS = (
    rf"(?P<before>{NUMBER})\s*{PERCENT}から、?(?P<after>{NUMBER})\s*{PERCENT}(?:に|へ|まで)、?"
    rf"[^。、\d]{{0,12}}?(?P<change>{NUMBER})\s*{PERCENT}(?!ポイント)"
)
_AMONG = r"(?:のうち|中)、?(?:[^。、\d\n（(]{1,15}[はが])?約?"
_OF_ALL = rf"(?P<all>{AMOUNT}){_UNIT}{_AMONG}(?P<part>{AMOUNT}){_UNIT}(?:が|は|で|、)?[（(]?(?:全体の)?{_RATE}"
_IN_BRACKETS = rf"{_RATE}[（(](?P<all>{AMOUNT}){_UNIT}{_AMONG}(?P<part>{AMOUNT}){_UNIT}[）)]"
_BY_STROKE = rf"{_RATE}[（(](?P<part>{AMOUNT}){_UNIT}[／/](?P<all>{AMOUNT}){_UNIT}[）)]"
# What is set by law or by a till, and what is computed beside it, needs no source of its own.
_TYPED = re.compile(
    rf"(?<![\d,.])(?<!税)(?<!税率)(?<!税率は)(?<!税は)\d[\d,.]*\s*{PERCENT}(?!引|オフ|割引|還元|増量|以[上下]|未満)|"
    r"(?<![\d,.])\d+\.\d+倍"
)
_COMPUTED = re.compile(r"(?:のうち|中)[^。\n]{0,20}[（(]?$")
_ABOUT = Decimal("2.5")  # points by which 「約30%」 may differ
_MYRIADS = {"億": 8, "万": 4, "": 0}


def _typed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """A rate typed by hand: the source shows digits there, not a reference."""
    source = subject.post.source
    if not any(map(partial(_TYPED.match, subject.whole), subject.numbers)):
        return
    for block in subject.post.document.blocks:
        for line in inlines(block):
            for leaf in leaves(line):
                if not isinstance(leaf, Text) or source.text.startswith("{{", leaf.offset):
                    continue
                for match in _TYPED.finditer(leaf.text):
                    if _COMPUTED.search(leaf.text[max(0, match.start() - 25) : match.start()]):
                        continue
                    yield at(
                        source.place(leaf.offset + match.start()),
                        rule.id,
                        rule.level,
                        f"「{match.group()}」の出典と時点が分かりません",
                        "strategy/indicators.yml に出典・時点を添えて登録し、{{ indicator.名前.value }} と書いてください",
                    )


def _value(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _percent_for_points(match: re.Match[str]) -> str:
    """Only where the arithmetic shows that the difference of two rates is meant."""
    if _value(match["before"]) == 100:
        return ""  # there both are the same
    difference = abs(_value(match["after"]) - _value(match["before"]))
    return f"率の差「{match['change']}%」が、% で書かれています" if difference == _value(match["change"]) else ""


def _between(text: str) -> tuple[Decimal, Decimal]:
    """The least and the greatest number that the text may stand for: one that ends in 万 or 億, or has a decimal point, was
    rounded there."""
    value, place = Decimal(0), 0
    for digits, unit in re.findall(r"([\d,.]+)([億万]?)", text):
        number = _value(digits)
        place = int(number.as_tuple().exponent) + _MYRIADS[unit]
        value += number.scaleb(_MYRIADS[unit])
    # 5万 may stand for anything from 4.5万 to 5.5万; a check that took it as exact would be wrong too often.
    slack = Decimal(5).scaleb(place - 1) if place else Decimal(0)
    return value - slack, value + slack


def _wrong_rate(match: re.Match[str]) -> str:
    """Recomputed at the printed precision; one that was cut off instead of rounded is right too."""
    (few, many), (least, most), rate = _between(match["part"]), _between(match["all"]), Decimal(match["rate"])
    if least <= 0:
        return ""
    step, slack = Decimal(1).scaleb(rate.as_tuple().exponent), _ABOUT if match["about"] else 0  # type: ignore[arg-type]
    # Cut off below, rounded above: offices print rates in either way.
    low, high = (100 * few / most).quantize(step, ROUND_DOWN), (100 * many / least).quantize(step, ROUND_HALF_UP)
    if low - slack <= rate <= high + slack:
        return ""
    shown = (50 * (few + many) / ((least + most) / 2)).quantize(step, ROUND_HALF_UP)
    return f"{match['all']}のうち{match['part']}は{shown}%で、「{match['rate']}%」と合いません"


_SUM = re.compile(
    rf"(?:計|合計|合わせて|全部で|延べ)[ 　]?(?P<all>{COUNT})(?P<unit>[人件枚台校課戸社本冊名円])"
    r"[（(](?P<parts>[^（()）\n]{3,60})[）)]"
    rf"|(?P<before>(?:[^。（()）\d\n]{{0,8}}(?<!\d){COUNT}(?P<own>[人件枚台校課戸社本冊名円])[、・と及びや ]{{0,2}}){{2,6}})"
    r"(?:の|で|、)?(?:合計|合わせて|計|全部で)"
    rf"[ 　]?(?P<total>{COUNT})(?P=own)"
)
_CHANGE = re.compile(
    rf"(?<![\d,])(?P<before>{COUNT})(?P<unit>分|人|件|枚|台|回|時間|万円|億円|千円|円|日|週間|"
    rf"か月|か所|世帯|校|冊|種類|メートル|キロ)から、?(?P<after>{COUNT})(?P=unit)(?:に|へ|まで)、?[^。\d\n]{{0,14}}?"
    rf"(?P<change>{COUNT})(?P=unit)(?:分)?、?(?:減|増|短|縮|少|多)"
)


def _wrong_sum(match: re.Match[str]) -> str:
    told, said, unit = match["parts"] or match["before"], match["all"] or match["total"], match["unit"] or match["own"]
    parts = re.findall(rf"({COUNT}){unit}", told)
    total = sum(_value(part) for part in parts)
    if len(parts) < 2 or re.search("うち|から|中|あたり|につき", told) or total == _value(said):
        return ""
    return f"内訳の合計は{total:,}{unit}で、「{said}{unit}」と合いません"


def _wrong_change(match: re.Match[str]) -> str:
    difference = abs(_value(match["after"]) - _value(match["before"]))
    if difference == _value(match["change"]):
        return ""
    unit = match["unit"]
    told = f"{match['before']}{unit}から{match['after']}{unit}の差は{difference:,}{unit}"
    return f"{told}です（「{match['change']}{unit}」とあります）"


_WHY_RECOUNTED, _ARITHMETIC = "割合の計算違いは、もとの数の転記の誤りを知らせてくれます。", "算術（印字された桁で計算し直す）"

RULES = (
    pattern(
        "figures.points",
        "warning",
        _POINTS,
        _percent_for_points,
        "率の差は「ポイント」で書いてください（40%から50%への変化は、10ポイント増、または25%増です）",
        why="40%から50%になったときの「10%増」は、44%になったとも読めます。",
        source="統計の慣行（率どうしの差はポイント）",
        bad="利用率は‸40%から50%に10%増えました。",
        good="利用率は40%から50%に10ポイント増えました。",
        hints="% ％",
        numeric=True,
    ),
    pattern(
        "figures.rate",
        "warning",
        _OF_ALL,
        _wrong_rate,
        "もとの数と割合を、資料で確かめてください",
        bad="申請は‸1,200件のうち300件（30%）です。",
        good="申請は1,200件のうち300件（25%）です。",
        why=_WHY_RECOUNTED,
        source=_ARITHMETIC,
        hints="% ％",
    ),
    pattern(
        "figures.rate-before",
        "warning",
        _IN_BRACKETS,
        _wrong_rate,
        "もとの数と割合を、資料で確かめてください",
        bad="取得率は‸47.5%（448,702人のうち208,794人）です。",
        good="取得率は46.5%（448,702人のうち208,794人）です。",
        why=_WHY_RECOUNTED,
        source=_ARITHMETIC,
        hints="% ％",
    ),
    pattern(
        "figures.rate-by-stroke",
        "warning",
        _BY_STROKE,
        _wrong_rate,
        "もとの数と割合を、資料で確かめてください",
        bad="取得率は‸47.5%（208,794人／448,702人）です。",
        good="取得率は46.5%（208,794人／448,702人）です。",
        why=_WHY_RECOUNTED,
        source=_ARITHMETIC,
        hints="% ％",
    ),
    Rule(
        id="figures.unsourced",
        level="warning",
        why="数値は、出典と時点がそろって初めて確かめられます。",
        source="本システムの決まり（数値は指標の台帳から引く）",
        bad="取得率は46.5%です。",
        good="取得率は{{ indicator.mynumber_kanazawa.rate }}%です。",
        check=_typed,
    ),
    pattern(
        "figures.sum",
        "warning",
        _SUM.pattern,
        _wrong_sum,
        "もとの数と内訳を、資料で確かめてください",
        why="内訳と合計の食い違いは、どちらかの転記の誤りです。",
        source=_ARITHMETIC,
        bad="参加者は‸計10人（大人6人、子ども5人）でした。",
        good="参加者は計11人（大人6人、子ども5人）でした。",
        hints="計 合わせて 全部で 延べ",
    ),
    pattern(
        "figures.change",
        "warning",
        _CHANGE.pattern,
        _wrong_change,
        "もとの数と差を、資料で確かめてください",
        why="差の計算違いは、もとの数の転記の誤りを知らせてくれます。",
        source=_ARITHMETIC,
        bad="待ち時間は‸28分から17分に12分減りました。",
        good="待ち時間は28分から17分に11分減りました。",
        hints="から",
        numeric=True,
    ),
    pattern(
        "figures.times-more",
        "warning",
        r"(?<![\d.])\d[\d.]*倍[ 　]?(?:増え|増加|多く|アップ|増し)",
        "「{0}」は、何倍になったかが分かりません",
        "「3倍になりました」のように書いてください",
        why="「3倍増えた」は、3倍になったとも、4倍になったとも読めます。",
        source="統計の慣行",
        bad="申請は前の年の‸3倍増えました。",
        good="申請は前の年の3倍になりました。",
        hints="倍",
        numeric=True,
    ),
    pattern(
        "figures.thousand-yen",
        "warning",
        r"(?<![\d,])\d[\d,]*(?:千円|百万円)",
        "「{0}」は、予算書の単位です",
        "「500万円」のように、万・億で書いてください",
        why="千円・百万円の単位は、桁を読み違えさせます。",
        source="公用文作成の考え方（文化審議会建議、2022年）",
        bad="費用は‸5,000千円です。",
        good="費用は500万円です。",
        hints="千円 百万円",
        numeric=True,
    ),
    pattern(
        "figures.commas",
        "warning",
        r"(?<![\d,.第])\d{1,3}(?:,\d{3})*,(?:\d{1,2}|\d{4,})(?![\d,])(?=[人件円枚台戸回冊万億])|(?<![\d,.])\d{4,},\d{3}(?!\d)",
        "「{0}」の、3桁ごとの区切りがずれています",
        "桁を確かめて直してください",
        why="桁の誤りは、金額や人数を10倍にします。",
        source=_ARITHMETIC,
        bad="人口は‸448,70人です。",
        good="人口は448,702人です。",
        hints=",",
        numeric=True,
    ),
)
