"""Hashtags as X reads them: what it takes for none leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.text.tokens import is_hashtag

_SOURCE = "X の文字の決まり（twitter-text）"
# A sign right behind a word; F# and C# are names.
_JOINED = re.compile(
    r"(?<=[0-9A-Za-zぁ-ゖァ-ヺー々一-龠])(?<![^A-Za-z][A-Z])(?<!^[A-Z])[#＃][ぁ-ゖァ-ヺ一-龠A-Za-z][0-9A-Za-zぁ-ゖァ-ヺー々一-龠_]*"
)


def _malformed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    lists = {"hashtags": subject.post.hashtags}
    lists |= {f"{channel}.hashtags": own.hashtags or () for channel, own in subject.post.overrides.items()}
    for key, tags in lists.items():
        for tag in tags:
            if not is_hashtag(tag):
                said = f"「#{tag}」は、途中で切れるか、ハッシュタグになりません"
                advice = "空白や記号を入れず、文字を一つは入れてください（数字だけのものは、ただの文になります）"
                yield at(subject.place_of(key, "hashtags"), rule.id, rule.level, said, advice)


# In the running text: a sign with a blank behind it, a year alone, and what a mark cuts short.
_BROKEN = re.compile(
    r"(?:(?<=[\s。、])|^)[#＃](?:[ 　]+[0-9A-Za-zぁ-ゖァ-ヺー々一-龠]+|(?:19|20)\d\d(?![\w々ー-])|"
    r"[\w々ー]+[\-－&＆!！/+][ぁ-ゖァ-ヺ一-龠A-Za-z][\w々ー]*)"
)


def _broken(subject: Subject, rule: Rule) -> Iterator[Finding]:
    yield from _malformed(subject, rule)
    if not subject.senders or not ("#" in subject.letters or "＃" in subject.letters):
        return
    for span in subject.prose:
        for match in _BROKEN.finditer(span.text) if not span.link else ():
            said = f"「{match[0]}」は、途中で切れるか、ハッシュタグになりません"
            advice = "「#」の後ろに、空白や記号を入れずに続け、文字を一つは入れてください"
            yield at(span.place(match.start()), rule.id, rule.level, said, advice)


def _joined(subject: Subject, rule: Rule) -> Iterator[Finding]:
    if not subject.senders or not _JOINED.search(subject.whole):
        return
    for span in subject.prose:
        for match in _JOINED.finditer(span.text) if not span.link else ():
            said = f"「{match[0]}」は、前の言葉とつながっていて、ハッシュタグになりません"
            yield at(span.place(match.start()), rule.id, rule.level, said, "「#」の前に空白を入れてください")


RULES = (
    Rule(
        id="tags.malformed",
        level="warning",
        why="形の違うハッシュタグは、押せず、探す人に見つかりません。",
        source=_SOURCE,
        bad="hashtags: ‸[金沢市・DX!]",
        good="hashtags: [金沢市DX, 7月のお知らせ]",
        check=_broken,
    ),
    Rule(
        id="tags.joined",
        level="warning",
        why="言葉のすぐ後ろの「#」は、ハッシュタグになりません。",
        source=_SOURCE,
        bad="窓口が変わりました‸#金沢市DX",
        good="窓口が変わりました #金沢市DX",
        check=_joined,
    ),
)
