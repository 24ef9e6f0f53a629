"""Characters that some readers, screen readers and printers cannot deal with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject

_SOURCE = "JIS X 0208、みんなの公共サイト運用ガイドライン"

_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+")
_NARROW = re.compile(r"\d")


def _mixed_widths(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """Once a post: at the first full-width letter or digit, if there are half-width digits too."""
    wide = ((s, match) for s in subject.prose if (match := _WIDE.search(s.text)))
    first = next(wide, None)
    if first and any(_NARROW.search(re.sub(r"[０-９]", "", s.text)) for s in subject.prose):
        span, match = first
        place = span.place(match.start())
        message = f"全角の「{match[0]}」と、半角の数字が混ざっています"
        yield at(place, rule.id, rule.level, message, "数字と英字は半角にそろえてください（紙面では、組むときに直します）")


RULES = (
    Rule(
        id="orthography.mixed-widths",
        level="warning",
        why="全角と半角が混ざると、探す人に見つからず、読み上げも変わります。",
        source=_SOURCE,
        bad="受付は‸１０時から12時までです。",
        good="受付は10時から12時までです。",
        check=_mixed_widths,
    ),
    pattern(
        "orthography.dependent",
        "warning",
        r"[①-⑳⑴-⒇Ⅰ-Ⅻⅰ-ⅻ㈠-㉃㊀-㋾㌀-㏾№℡㍻-㍿]",
        "機種依存文字「{0}」があります",
        "(1)、「株式会社」、kg のように、ふつうの文字で書いてください",
        why="機種依存文字は、読み上げられなかったり、別の文字に化けたりします。",
        source=_SOURCE,
        bad="手順‸①を読みます。",
        good="手順1を読みます。",
    ),
    pattern(
        "orthography.half-kana",
        "warning",
        r"[ｦ-ﾟ]+",
        "半角カタカナ「{0}」があります",
        "全角のカタカナで書いてください",
        why="半角カタカナは、読み上げが乱れ、紙面では字の幅がそろいません。",
        source=_SOURCE,
        bad="‸ｵﾝﾗｲﾝで申し込めます。",
        good="オンラインで申し込めます。",
    ),
    pattern(
        "orthography.spaced-word",
        "warning",
        r"(?<![一-龠々ぁ-んァ-ヶ])(?:日[ 　]+時|場[ 　]+所|会[ 　]+場|対[ 　]+象|定[ 　]+員|費[ 　]+用|内[ 　]+容|期[ 　]+間)",
        "言葉の途中に空白があります（「{0}」）",
        "空白を入れずに続けて書いてください",
        why="「日　時」は、画面読み上げでは「ひ」「とき」と読まれます。",
        source=_SOURCE,
        bad="‸日　時は12月1日です。",
        good="日時は12月1日です。",
    ),
    pattern(
        "orthography.emoji-flood",
        "warning",
        r"(?:[\U0001F300-\U0001FAFF\u2600-\u27BF]\uFE0F?[ 　]?){4,}",
        "絵文字が続いています（「{0}」）",
        "絵文字は、1つの投稿に3つまでにしてください",
        why="画面読み上げは、絵文字の名前を一つずつ読み上げます。",
        source=_SOURCE,
        bad="始まります‸🎉🎉🎉🎉",
        good="始まります🎉",
    ),
)
