"""What reads differently on paper: it arrives on different days, and nobody can press a link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject
from bot.checks.spans import Span
from bot.errors import Place


def _in_print(subject: Subject, _: Span) -> bool:
    return "newsletter" in subject.post.channels


_ISSUE = re.compile(r"\d{4}-\d{2}|[^\s/\\\\.]{1,20}")


def _issue_name(subject: Subject, rule: Rule) -> Iterator[Finding]:
    issue = str(subject.post.override("newsletter").options.get("issue", ""))
    if issue and not _ISSUE.fullmatch(issue):
        advice = "newsletter: の issue を、2026-12 のように書いてください"
        yield at(subject.place_of("newsletter"), rule.id, rule.level, f"号の名前「{issue[:20]}」は使えません", advice)


def _glyphs(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for spec in subject.wanted:
        shown = dict.fromkeys(c for part in subject.texts[spec.key] for c in spec.lacks(part.text))
        for character in shown:
            yield at(_place_of(subject, character), rule.id, rule.level, *_told(character))


def _told(lacking: str) -> tuple[str, str]:
    """Of a character, or of an address."""
    if lacking.isascii() and len(lacking) > 1:
        return (
            f"紙面に載せられないアドレス「{lacking[:60]}」があります",
            "「市の名前 手続きの名前」で検索、のように書くか、newsletter: に紙面だけの文を書いてください",
        )
    code = "・".join(f"U+{ord(c):04X}" for c in lacking)
    message = f"紙面では「{lacking}」（{code}）を印刷できません"
    return message, "ほかの字か言葉にするか、newsletter: に紙面だけの文を書いてください"


def _place_of(subject: Subject, character: str) -> Place:
    """Where it is written first; a character that a figure brings in is told at the title."""
    # A composed character may have been written in two.
    found = (subject.post.source.text.find(piece) for piece in (character, character[0]))
    offset = next((at for at in found if at >= 0), None)
    return subject.place_of("title") if offset is None else subject.post.source.place(offset)


RULES = (
    Rule(
        id="paper.glyph",
        level="error",
        why="紙面の書体か、印刷会社に渡すファイルにない字（絵文字など）は、印刷できません。アドレスは、紙面では押せません。",
        source="付属の書体と schedules/newsletter.yml の書体・文字コード",
        bad="窓口が新しくなりました‸\U0001f600",
        good="窓口が新しくなりました！ 葛\U000e0100城市の𠮷野さん、20㎡です。",
        check=_glyphs,
    ),
    Rule(
        id="paper.issue",
        level="error",
        why="号の名前は、紙面のファイルの名前になります。",
        source="本システムの決まり",
        bad='newsletter: ‸{issue: "2026/12"}',
        good='newsletter: {issue: "2026-12"}',
        check=_issue_name,
    ),
    pattern(
        "paper.first-come",
        "warning",
        r"先着(?!順?(?:を(?:やめ|廃止|改め)|では(?:な|あり)))順?",
        "紙面に「{0}」とあります",
        "申込みの受付を始める日を、配り終える日より後にするか、抽選にしてください",
        why="広報紙の届く日は地区で違うため、先着順は不公平になります。",
        source="各地の自治体の広報紙の掲載基準",
        bad="申込みは‸先着順です。",
        good="申込みは抽選です。",
        where=_in_print,
        hints="先着",
    ),
    pattern(
        "paper.relative-day",
        "warning",
        # 今日まで, 今日の: nowadays; 昨日の新聞 tells of a thing, not of a day to come.
        r"(?:本日|明日|昨日|明後日|あさって)(?=[はにまか、](?!晴天))|(?:本日|明日|明後日)(?:の|開催|締切)|今日(?=[はにか、])|"
        r"(?:今週|来週|再来週|先週)(?:末|の?[月火水木金土日]曜|中|から|まで|に|は)|(?:今月|来月|先月)(?:から|末|に|は|、|中|"
        r"の?\d)|"
        r"(?<![一-龠ぁ-ん])(?:あす|あした|きのう|おととい)(?:[のはに、]|から|まで)|さ来週",
        "紙面に「{0}」とあります",
        "「12月1日」のように日付で書いてください",
        why="紙面が読まれる日は、書いた日とも届いた日とも違います。",
        source="各地の自治体の広報紙の掲載基準",
        bad="‸本日は休館です。",
        good="12月1日は休館です。今日の社会では、昔から今日まで続く習慣が変わっています。",
        where=_in_print,
        hints="本日 明日 昨日 明後日 あさって 今日 今週 来週 再来週 先週 今月 来月 先月 あす あした きのう おととい さ来週",
    ),
    pattern(
        "paper.follow",
        "warning",
        r"フォロー(?=し|く|を|お|・|して)|(?:いいね|シェア|リツイート|リポスト|ハッシュタグ|タップ|クリック|スワイプ|"
        r"DM)(?=[しでをすくお])|このアカウント|プロフィールのリンク|(?:上|下|固定)の投稿|リンク先|こちらの(?:リンク|"
        r"URL)|スレッド|動画を(?:再生|見|ご覧)|プロフィール欄|ストーリーズ|固定ポスト|コメント欄|リプライ|QRコードをタップ|"
        r"リンクから",
        "紙面に「{0}」とあります",
        "紙を読む人にもできることを書いてください",
        why="紙面では、押すことも、たどることもできません。",
        source="各地の自治体の広報紙の掲載基準",
        bad="市の公式アカウントを‸フォローしてください。",
        good="市のホームページをご覧ください。",
        where=_in_print,
        hints=(
            "フォロー いいね シェア リツイート リポスト ハッシュタグ タップ クリック スワイプ DM アカウント "
            "プロフィール の投稿 リンク こちらの スレッド 動画を ストーリーズ 固定ポスト コメント欄 リプライ QRコード"
        ),
    ),
)
