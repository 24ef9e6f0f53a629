"""What a channel would show in the end: marks that are none there, a tag with two signs, a minus that became a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.rule import MARK, Rule, Subject
from bot.content.document import ItemList, Text, leaves
from bot.errors import Place

# The dialect's marks, whole: in a text that goes out as it stands, each of them would be seen.
_BARE = re.compile(
    r"\*\*[^*\n]+\*\*|~~[^~\n]+~~|\]\((?:https?:|mailto:|tel:)[^)\n]{0,20}|\{[^{}|\n]+\|[^{}\n]+\}|｜[^《》｜\n]+《[^《》\n]+》"
    r"|`[^`\n]+`|^#{2,6} |\[\^[^\[\]\n]+\]|&(?:nbsp|amp|lt|gt|quot|[a-z]+sp);|<!--|</?[a-z]+>",
    re.MULTILINE,
)
_TWO_SIGNS = re.compile(r"(?<![#＃])[#＃]{2,}\w+")
_COLD = re.compile(r"\d+(?:\.\d+)?\s*(?:℃|°C|度(?![目合]))", re.ASCII)
_SOURCE = "本システムの決まり（使える書き方）"


def _bare(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for spec in subject.wanted:
        text = subject.post.override(spec.key).text
        for found in _BARE.finditer(text or ""):
            message = f"{spec.label}だけの文に、Markdown の記号「{found[0][:20]}」がそのまま出ます"
            advice = f"{spec.key}: の text: は書いたとおりに出ます。記号を消してください"
            yield at(_within(subject, f"{spec.key}.text", found[0]), rule.id, rule.level, message, advice)


def _within(subject: Subject, key: str, words: str) -> Place:
    """Where these words stand in the value of a key, or else the value."""
    source, place = subject.post.source, subject.place_of(key)
    found = source.text.find(words, source.offset(place))
    return source.place(found) if found >= 0 else place


def _two_signs(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for spec in subject.wanted:
        for found in (m for part in subject.texts[spec.key] for m in _TWO_SIGNS.finditer(part.text)):
            key = f"{spec.key}.text" if subject.post.override(spec.key).text is not None else "hashtags"
            message = f"{spec.label}の文に、「#」が続くハッシュタグがあります"
            yield at(_within(subject, key, found[0]), rule.id, rule.level, message, "ハッシュタグの「#」を1つにしてください")


def _cold(subject: Subject, rule: Rule) -> Iterator[Finding]:
    source = subject.post.source
    for block in subject.post.document.blocks:
        for item in block.items if isinstance(block, ItemList) and not block.ordered else ():
            first = next((leaf for leaf in leaves(item) if isinstance(leaf, Text)), None)
            if first and (cold := _COLD.match(first.text)) and source.text[: first.offset].rstrip(" \t").endswith("-"):
                mark = source.text.rindex("-", 0, first.offset)
                message = f"「- {cold[0]}」は箇条書きになり、マイナスは出ません"
                yield at(source.place(mark), rule.id, rule.level, message, f"氷点下なら「−{cold[0]}」と続けて書いてください")


RULES = (
    Rule(
        id="style.bare-marks",
        level="warning",
        why="配信先だけの文（text:）は書いたとおりに出るため、強調やリンクの記号も市民に見えます。",
        source=_SOURCE,
        bad='newsletter: {text: "' + MARK + '**大切な**お知らせです。"}',
        good='newsletter: {text: "大切なお知らせです。"}',
        check=_bare,
    ),
    Rule(
        id="style.double-tag",
        level="warning",
        why="「##」で始まる言葉は、ハッシュタグとして働かないことがあります。",
        source="各配信先の公開資料",
        bad='newsletter: {text: "窓口で書く回数が減りました。 ' + MARK + '##金沢市DX"}',
        good='newsletter: {text: "窓口で書く回数が減りました。 #金沢市DX"}',
        check=_two_signs,
    ),
    Rule(
        id="style.minus",
        level="warning",
        why="行の初めの「- 」は箇条書きの印です。氷点下のつもりなら、逆の意味になります。",
        source=_SOURCE,
        bad="今朝の気温です。\n\n" + MARK + "- 5℃でした。",
        good="今朝は−5℃でした。\n\n- 申請は5人でした。",
        check=_cold,
    ),
)
