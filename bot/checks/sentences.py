"""Whole sentences: how long they are, and whether they end alike."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject
from bot.content.document import Document, Heading, LineBreak, Paragraph, Ruby, Text, inlines, leaves
from bot.errors import Place

LONGEST = 100  # characters; at 80 every fourth sentence of ordinary prose would be found
_SOURCE = "公用文作成の考え方（文化審議会建議、2022年）"
_SENTENCE = re.compile(r"[^。！？]+[。！？]*[」』）]*")
_RUNS_ON = re.compile(rf"[^。！？]{{{LONGEST - 20}}}")  # with its end and what closes it, such a sentence may be too long
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|（[^（）]*）")
_POLITE = re.compile(r"(?:です|ます|ました|ません|でした|でしょう|ましょう|ください)[か]?[。！？]")
# Not in lists, where a line in plain form is usual.
_PLAIN = re.compile(
    r"(?:である|であった|であろう|だった|だ|[一-龠いきしちにりえけせてねべめれっん](?<!まし)(?<!でし)[るた]|ている|"
    r"[かさなまらわ]ない)。$"
)
_PLAIN_SOMEWHERE = re.compile(_PLAIN.pattern.removesuffix("$"))


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """`leaf` and `inside` are where its first character stands."""

    text: str
    leaf: Text | Ruby
    inside: int


def sentences(document: Document, least: int = 0) -> Iterator[Sentence]:
    """Those of the body, headings left out, in paragraphs of at least so many characters. A sentence may run over several
    lines of the source."""
    for block in document.blocks:
        if not isinstance(block, Heading):
            for line in inlines(block):
                yield from _of_line([leaf for leaf in leaves(line) if not isinstance(leaf, LineBreak)], least)


def _of_line(line: list[Text | Ruby], least: int) -> Iterator[Sentence]:
    shown = [leaf.text if isinstance(leaf, Text) else leaf.base for leaf in line]
    ends = list(accumulate(map(len, shown)))
    text = "".join(shown)
    if len(text) < least or (least and not _RUNS_ON.search(text)):
        return
    for match in _SENTENCE.finditer(text):
        start = match.end() - len(match[0].lstrip())
        number = bisect_right(ends, start)
        leaf = line[number] if number < len(line) else line[-1]
        inside = start - ends[number] + len(shown[number]) if number < len(line) and isinstance(leaf, Text) else 0
        yield Sentence(text=match[0].strip(), leaf=leaf, inside=inside)


def _place(subject: Subject, sentence: Sentence) -> Place:
    return subject.post.source.place(sentence.leaf.offset + sentence.inside)


def _long(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for sentence in sentences(subject.post.document, LONGEST):
        if len(sentence.text) > LONGEST:
            message = f"一文が{len(sentence.text)}字あります（目安は60字、{LONGEST}字まで）"
            yield at(_place(subject, sentence), rule.id, rule.level, message, "二つの文に分けてください")


_ENDS = re.compile(r"(?:です|ます|ました|ません|でした|ください|ましょう)$")
_ENDS_SOMEWHERE = re.compile(_ENDS.pattern, re.MULTILINE)


def _no_stop(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """Behind a sentence that ends with one: a notice of one line may go without."""
    if not _ENDS_SOMEWHERE.search(subject.whole):
        return
    for block in subject.post.document.blocks:
        for line in inlines(block) if isinstance(block, Paragraph) else ():
            said = list(_of_line([leaf for leaf in leaves(line) if not isinstance(leaf, LineBreak)], 0))
            if len(said) > 1 and _ENDS.search(said[-1].text):
                last = said[-1]
                message = f"文の終わりに「。」がありません（「{last.text[-12:]}」）"
                yield at(_place(subject, last), rule.id, rule.level, message, "文の終わりに「。」を付けてください")


def _mixed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """In prose that is polite at all; what is quoted may end as it does."""
    if not _PLAIN_SOMEWHERE.search(subject.whole):
        return
    bare = [(_QUOTED.sub("", sentence.text), sentence) for sentence in sentences(subject.post.document)]
    if not any(_POLITE.search(text) for text, _ in bare):
        return
    for text, sentence in bare:
        if ending := _PLAIN.search(text):
            message = f"「です・ます」の文に、「{ending[0]}」で終わる文が混ざっています"
            yield at(_place(subject, sentence), rule.id, rule.level, message, "「です」「ます」にそろえてください")


RULES = (
    pattern(
        "sentences.of-of-of",
        "warning",
        r"(?:[一-龠ァ-ヶーA-Za-z\d]{1,8}の){4,}",
        "「の」が続いています（「{0}」）",
        "言葉を入れかえるか、文を分けてください",
        why="「の」が重なると、何がどれにかかるかが分かりません。",
        source=_SOURCE,
        bad="‸窓口の係の人の机の上の書類を使います。",
        good="窓口の係の人は、机の上の書類を使います。",
        hints="の",
    ),
    Rule(
        id="sentences.long",
        level="warning",
        why="長い文は、何が何にかかるかが分からなくなります。",
        source=_SOURCE,
        bad="はじめです。‸" + "窓口で書く回数を減らすために、職員が話を聞いて入力し、" * 4 + "確かめてもらいます。",
        good="窓口で書く回数を減らしました。職員が話を聞いて入力し、確かめてもらいます。",
        check=_long,
    ),
    Rule(
        id="sentences.no-stop-at-end",
        level="warning",
        why="前の文に「。」があるのに最後の文にないと、文が途中で切れたように見えます。",
        source=_SOURCE,
        bad="受付を始めます。‸市民課へお尋ねください",
        good="受付を始めます。市民課へお尋ねください。\n\nどなたでもお越しください",
        check=_no_stop,
    ),
    Rule(
        id="sentences.mixed-endings",
        level="warning",
        why="文末が混ざると、引用なのか、別の人が書いたのかが分からなくなります。",
        source=_SOURCE,
        bad="窓口で書く回数を減らしました。‸これは市で初めてである。",
        good="窓口で書く回数を減らしました。これは市で初めてです。",
        check=_mixed,
    ),
)
