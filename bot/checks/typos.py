"""Slips of the hand: what was typed twice, left open, or is another word that looks alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject

_SOURCE = "各地の自治体の訂正の記録"
_PAIRS = {"「": "」", "『": "』", "（": "）", "【": "】", "〔": "〕"}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_JA = "ぁ-んァ-ヶー一-龠々"
# wrong → right: words of a city hall that are mistaken for others that sound or look alike.
_WORDS = {
    "住民表": "住民票",
    "国民健康保健": "国民健康保険",
    "介護保健": "介護保険",
    "保健証": "保険証",
    "コンビ二": "コンビニ",
    "マイナンバカード": "マイナンバーカード",
    "マイナンバーカド": "マイナンバーカード",
    "マイナンーカード": "マイナンバーカード",
    "印鑑証名": "印鑑証明",
    "戸籍騰本": "戸籍謄本",
    "戸籍膳本": "戸籍謄本",
    "確定申請告": "確定申告",
    "申込書書": "申込書",
    "補助金金": "補助金",
    "避難場場所": "避難場所",
    "講議": "講義",
    "専問": "専門",
    "訪門": "訪問",
    "危検": "危険",
    "価値感": "価値観",
    "完壁": "完璧",
    "万善": "万全",
    "お問い合せせ": "お問い合わせ",
    "お問いわせ": "お問い合わせ",
    "お申し込くだ": "お申し込みくだ",
    "ホームぺージ": "ホームページ",
    "オンライ申請": "オンライン申請",
    "スマートホン": "スマートフォン",
    "アンケト": "アンケート",
    "シュミレーション": "シミュレーション",
    "コミニュケーション": "コミュニケーション",
    "コミニュティ": "コミュニティ",
    "リラクゼイション": "リラクゼーション",
    "デジタ化": "デジタル化",
}


def _instead(match: re.Match[str]) -> str:
    return f"「{match[0]}」は「{_WORDS[match[0]]}」の書き間違いではありませんか"


def _open(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """A link or a strong word may stand inside, so a partner in one of the next spans counts."""
    if all(subject.whole.count(a) == subject.whole.count(b) for a, b in _PAIRS.items()):
        return
    for number, span in enumerate(subject.prose):
        for where, sign in _unmatched(span.text):
            if not _closes_elsewhere(subject, number, sign):
                message = f"「{sign}」と対になる括弧がありません"
                yield at(span.place(where), rule.id, rule.level, message, "括弧の始まりと終わりをそろえてください")


def _unmatched(text: str) -> Iterator[tuple[int, str]]:
    waiting: list[tuple[int, str]] = []
    for at_, sign in enumerate(text):
        if sign in _PAIRS:
            waiting.append((at_, sign))
        elif sign in _CLOSING:
            if waiting and waiting[-1][1] == _CLOSING[sign]:
                waiting.pop()
            elif not _is_number(text, at_):
                yield at_, sign
    yield from waiting


def _is_number(text: str, closing: int) -> bool:
    """1） numbers the items of a list."""
    return text[closing] == "）" and bool(re.search(r"(?:^|[\s。、])[\dａ-ｚa-zア-ン①-⑳]{1,2}$", text[:closing]))


def _closes_elsewhere(subject: Subject, number: int, sign: str) -> bool:
    partner = _PAIRS.get(sign) or _CLOSING[sign]
    near = subject.prose[max(0, number - 4) : number + 5]
    others = [s.text for s in near if s is not subject.prose[number]]
    return any(text.count(partner) > text.count(sign) for text in others)


RULES = (
    pattern(
        "typos.doubled-particle",
        "warning",
        # Not in ものの, こととする, 人と, なにに, までで: there the two are of two words.
        rf"(?<=[{_JA}A-Za-z\d」）])(?:をを|がが|(?<![なく])にに(?!ん)|(?<!ま)でで(?!き|す|は)|"
        rf"(?<![ひこも])とと(?![もき])|(?<!も)のの|"
        r"へへ|からから(?!に)|までまで|よりより|ですです|ますます(?=。))",
        "「{0}」と、同じ言葉が続いています",
        "どちらか1つにしてください",
        why="書き直したあとに残る、一番多い打ち間違いです。",
        source=_SOURCE,
        bad="申請書‸をを提出してください。",
        good="申請書を提出してください。ますます便利になります。始めたものの、続けることとします。18日までで終わります。",
        hints="をを がが にに でで とと のの へへ からから までまで よりより ですです ますます",
    ),
    pattern(
        "typos.word",
        "warning",
        "|".join(sorted(_WORDS, key=len, reverse=True)),
        _instead,
        "辞書で確かめて直してください",
        why="似た字や似た音の言葉は、読み返しても見落とします。",
        source=_SOURCE,
        bad="‸住民表の写しを取れます。",
        good="住民票の写しを取れます。",
    ),
    pattern(
        "typos.look-alike",
        "warning",
        r"(?<=[ァ-ヶー])[二口力夕卜八工](?=[ァ-ヶー])|(?<=[ァ-ヶー])二(?![一-龠])|(?<=[ァ-ヴ])[一―](?=[ァ-ヴ])",
        "片仮名の中に、よく似た漢字や記号「{0}」があります",
        "片仮名（ニ・ロ・カ・タ・ト・ハ・エ・ー）で打ち直してください",
        why="見た目では分からず、検索されず、読み上げが乱れます。",
        source=_SOURCE,
        bad="コンビ‸二で取れます。",
        good="コンビニで取れます。二つあります。",
        hints="二 口 力 夕 卜 八 工 一 ―",
    ),
    Rule(
        id="typos.bracket",
        level="warning",
        why="閉じ忘れた括弧は、どこまでが引用や補足かを分からなくします。",
        source=_SOURCE,
        bad="‸「書かない窓口を始めました。",
        good="「書かない窓口」を始めました（市民課）。1）から読みます。",
        check=_open,
    ),
    pattern(
        "typos.no-stop",
        "warning",
        r"(?:です|ます|ました|ません)(?=(?!場合|時点|以上|際|方|皆様|通り|中で|件|旨|所|頃)[一-龠]{2}"
        r"[^。\n]{3,60}(?:です|ます|ました|ません|ください)。)",
        "「{0}」のあとに「。」がありません",
        "文の終わりに「。」を付けてください",
        why="文の切れ目が分からないと、二つの文がつながって読まれます。",
        source="公用文作成の考え方（文化審議会建議、2022年）",
        bad="受付を始め‸ました市民課でお待ちしています。",
        good="受付を始めました。お申し込みになりました場合は、番号をお知らせします。",
    ),
)
