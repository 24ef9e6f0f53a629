"""Slips of the hand: what was typed twice, left open, or is another word that looks alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from bot.checks.finding import Finding, Replacement, at
from bot.checks.prose import Hints, pattern
from bot.checks.rule import Rule, Subject
from bot.checks.slips import slips

_SOURCE = "各地の自治体の訂正の記録"
_PAIRS = {"「": "」", "『": "』", "（": "）", "【": "】", "〔": "〕", "(": ")"}
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
    "証名書": "証明書",
    "加人": "加入",
    "訓連": "訓練",
    "謄木": "謄本",
    "目本": "日本",
    "甲告": "申告",
    "甲請": "申請",
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


_SURE = "|".join(sorted(_WORDS, key=len, reverse=True))
# Words of their own that are wrong beside these.
_BESIDE = {
    r"(?<=[者人日員証品物用課])意外(?=[はのにを])": "以外",
    r"(?:(?<=[。、])|^)対称(?=は|者)|対称者": "対象",
    r"(?:(?<=アンケートに)|(?<=の質問に))解答": "回答",
    r"(?<=カードを|証明書を|受給証を)公布": "交付",
    r"(?<=介護|雇用|生命)保健(?=料|証|税|制度|に|の|を|は|、)|(?<=国民健康)保健": "保険",
    r"保険(?=所で|所に|所の|所へ|師)": "保健",
    r"住民[標俵]": "住民票",
    r"(?<=通信|配線|道路|交通|情報)綱(?=[をのがは、])": "網",
}
_LONG_WORDS = [
    "マイナンバーカード",
    "ホームページ",
    "スマートフォン",
    "オンライン",
    "アンケート",
    "コンビニエンスストア",
    "インターネット",
    "キャンペーン",
    "ボランティア",
    "プログラム",
    "パソコン",
    "タブレット",
    "デジタル",
    "コミュニティ",
    "シミュレーション",
    "コミュニケーション",
    "プラスチック",
    "ペットボトル",
    "リサイクル",
    "レクリエーション",
    "トレーニング",
    "リハビリテーション",
    "アレルギー",
    "インフルエンザ",
    "スケジュール",
    "パンフレット",
    "ガイドブック",
    "メールアドレス",
    "パスワード",
    "ダウンロード",
    "アップロード",
    "プライバシー",
    "バリアフリー",
    "ヘルパー",
    "ショートステイ",
    "デイサービス",
    "ワークショップ",
    "シンポジウム",
    "セミナー",
    "フォーラム",
    "コンクール",
    "コンサート",
    "フェスティバル",
    "マラソン",
    "スポーツ",
    "イベント",
    "カレンダー",
    "ポスター",
    "チラシ",
    "キャッシュレス",
    "クレジットカード",
    "バーコード",
    "アプリケーション",
    "メニュー",
    "アドレス",
    "ウェブサイト",
    "クーポン",
    "サービス",
    "カウンター",
]
_OTHER_WORDS = frozenset({"フォーム", "タレット", "カンター", "バリアリー"})  # near a long one, and words themselves
_KATAKANA = re.compile(r"[ァ-ヴー]{3,}")
_PART = 5  # characters: a shorter piece of a long word may be anything
_SHORTEST_UNLIKE = 7  # characters: プログラム and プログラマ are both words


_SURE_HINTS = Hints(" ".join(_WORDS))
_BESIDE_HINTS = Hints("意外 対称 解答 公布 保健 保険 住民標 住民俵 綱")


def _word(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """What may stand in the post at all is asked once; few posts have any of it."""
    looks: list[Callable[[str], Iterator[tuple[int, str, str]]]] = []
    looks += [_sure] if _SURE_HINTS.may_stand_in(subject) else []
    looks += [_beside] if _BESIDE_HINTS.may_stand_in(subject) else []
    looks += [partial(_slips, found)] if (found := subject.pairs & slips().keys()) else []
    looks += [_katakana] if any(_near(run) for run in _KATAKANA.findall(subject.whole)) else []
    for span in subject.prose if looks else ():
        for start, wrong, right in sorted({found for look in looks for found in look(span.text)}):
            message = f"「{wrong}」は「{right}」の書き間違いではありませんか"
            sure = Replacement(wrong=wrong, right=right) if _WORDS.get(wrong) == right else None
            yield at(span.place(start), rule.id, rule.level, message, "辞書で確かめて直してください", sure)


def _sure(text: str) -> Iterator[tuple[int, str, str]]:
    for match in re.finditer(_SURE, text):
        yield match.start(), match[0], _WORDS[match[0]]


def _beside(text: str) -> Iterator[tuple[int, str, str]]:
    for expression, right in _BESIDE.items():
        for match in re.finditer(expression, text):
            yield match.start(), match[0], right


def _slips(found: frozenset[str], text: str) -> Iterator[tuple[int, str, str]]:
    for wrong in found:
        right, anywhere = slips()[wrong]
        for match in re.finditer(wrong if anywhere else rf"(?<![一-龠々\d]){wrong}", text):
            yield match.start(), wrong, right


def _katakana(text: str) -> Iterator[tuple[int, str, str]]:
    for match in _KATAKANA.finditer(text):
        if near := _near(match[0]):
            yield match.start(), *near


@lru_cache(maxsize=4096)
def _near(run: str) -> tuple[str, str] | None:
    """What is wrong in a run of katakana, and the long word that is meant."""
    if run in _LONG_WORDS:
        return None
    near = _near_words()
    parts = (run[a:b] for a in range(len(run)) for b in range(a + _PART, len(run) + 1))
    wrong = run if run in near else next((part for part in parts if part in near), "")
    right = near.get(wrong) or _unlike(run)
    return (wrong or run, right) if right else None


@lru_cache(maxsize=1)
def _near_words() -> dict[str, str]:
    """The long words with one character left out inside, doubled, or changed with the next. One that ends without ー is right,
    and so is what is a word of its own."""
    near = {}
    for word in _LONG_WORDS:
        for at_ in range(1, len(word)):
            if at_ < len(word) - 1 and len(word) > 4:
                near[word[:at_] + word[at_ + 1 :]] = word
                near[word[:at_] + word[at_ + 1] + word[at_] + word[at_ + 2 :]] = word
            if at_ > 1:
                near[word[:at_] + word[at_ - 1 :]] = word
    return {wrong: right for wrong, right in near.items() if wrong not in _LONG_WORDS and wrong not in _OTHER_WORDS}


def _unlike(run: str) -> str:
    """The long word that has as many characters, all but one the same."""
    if len(run) < _SHORTEST_UNLIKE or run in _LONG_WORDS:
        return ""
    alike = (w for w in _LONG_WORDS if len(w) == len(run) and sum(a != b for a, b in zip(w, run, strict=True)) == 1)
    return next(alike, "")


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
    return text[closing] in "）)" and bool(re.search(r"(?:^|[\s。、])[\dａ-ｚa-zア-ン①-⑳]{1,2}$|[:;=^-]$", text[:closing]))


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
        rf"(?<=[{_JA}A-Za-z\d」）])(?:をを|がが|(?<![なく])にに(?!ん)|(?<!ま)でで(?!き|す|は|も)|"
        rf"(?<![ひこも])とと(?![もき])|(?<!も)のの(?!ち)|"
        r"へへ(?![へと])|からから(?![にだ])|までまで|よりより(?!どり|良|よ)|ですです|ますます(?=。)|(?:まし|でし)たた|"
        r"をが(?![まん])|がを(?!か))|"
        rf"(?<=[一-龠ァ-ヶー」）])はは(?=[\d一-龠、])|(?<![{_JA}])(?:ごご|おお)(?=[利確連相協案了質参意紹願知問申越待])|"
        r"(?<=[一-龠][課係所])のを(?=[一-龠]{2}[にへで])",
        "「{0}」と、同じ言葉が続いています",
        "どちらか1つにしてください",
        why="書き直したあとに残る、一番多い打ち間違いです。",
        source=_SOURCE,
        bad="申請書‸をを提出してください。",
        good="申請書を提出してください。ますます便利になります。始めたものの、続けることとします。18日までで終わります。",
        hints=(
            "をを がが にに でで とと のの へへ からから までまで よりより ですです ますます たた をが がを はは ごご おお のを"
        ),
    ),
    Rule(
        id="typos.word",
        level="warning",
        why="似た字や似た音の言葉は、読み返しても見落とします。",
        source=_SOURCE,
        bad="‸住民表の写しを取れます。",
        good="住民票の写しを取れます。左右対称の建物を、個人園芸の講座で見ます。登記人の名です。",
        check=_word,
    ),
    pattern(
        "typos.doubled-mark",
        "warning",
        r"、、+|。。(?!。)|、。|。、|，，",
        "「{0}」と、句読点が続いています",
        "どちらか1つにしてください",
        why="消し忘れた句読点は、読み上げの間を乱し、確かめていない文に見えます。",
        source=_SOURCE,
        bad="受付が始まります‸、、お待ちください。",
        good="受付が始まります。お待ちください。",
        hints="、、 。。 、。 。、 ，，",
    ),
    pattern(
        "typos.look-alike",
        "warning",
        r"(?<=[ァ-ヶー])[二口力夕卜八工](?=[ァ-ヶー])|(?<=[ァ-ヶー])二(?![一-龠つ])|(?<=[ァ-ヴ])[一―](?=[ァ-ヴ])|"
        r"(?<![一-龠ァ-ヶー])(?:力(?=ー|[ァ-ヴ]{2})(?!ワザ|コブ)|[工夕卜](?=[ァ-ヴー]{2})|二(?=[ュャョ]))|"
        r"(?<=[ァ-ヶー])[べぺ](?=[ァ-ヶー])|"
        r"(?<=[一-龠ぁ-ん])[リヘ](?=[をがはにのでともへ、。])|(?<=[一-龠])ヘ(?=[一-龠ぁ-ん])",
        "片仮名の中に、よく似た漢字や記号「{0}」があります",
        "片仮名（ニ・ロ・カ・タ・ト・ハ・エ・ー）で打ち直してください",
        why="見た目では分からず、検索されず、読み上げが乱れます。",
        source=_SOURCE,
        bad="コンビ‸二で取れます。",
        good="コンビニで取れます。二つあります。",
        hints="二 口 力 夕 卜 八 工 一 ― べ ぺ リ ヘ",
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
        r"(?:です|ます|ました|ません)(?=(?!場合|時点|以上|際|方|皆様|通り|中で|件|旨|所|場所|人|者|頃|間|上は|"
        r"時)(?:[一-龠][一-龠ぁ-ん]|[おご][一-龠]|くわし|なお|また)"
        r"[^。\n]{3,60}(?:です|ます|ました|ません|ください)。)",
        "「{0}」のあとに「。」がありません",
        "文の終わりに「。」を付けてください",
        why="文の切れ目が分からないと、二つの文がつながって読まれます。",
        source="公用文作成の考え方（文化審議会建議、2022年）",
        bad="受付を始め‸ました市民課でお待ちしています。",
        good="受付を始めました。お申し込みになりました場合は、番号をお知らせします。",
    ),
)
