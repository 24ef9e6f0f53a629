"""Characters that some readers, screen readers and printers cannot deal with."""

from __future__ import annotations

import re
import unicodedata
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


_LETTERS = re.compile(r"[Ａ-Ｚａ-ｚ]{2,}")


def _mixed_letters(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """The same word in both widths: one of them is not found by whoever looks for the other."""
    for span in subject.prose if _LETTERS.search(subject.whole) else ():
        for match in _LETTERS.finditer(span.text):
            narrow = unicodedata.normalize("NFKC", match[0])
            if re.search(rf"(?<![A-Za-z]){narrow}(?![A-Za-z])", subject.whole):
                message = f"「{match[0]}」と「{narrow}」の両方が使われています"
                yield at(span.place(match.start()), rule.id, rule.level, message, "半角にそろえてください")


RULES = (
    Rule(
        id="orthography.mixed-letters",
        level="warning",
        why="同じ言葉の全角と半角が混ざると、探す人に見つかりません。",
        source=_SOURCE,
        bad="‸ＤＸ推進とDX推進を書きます。",
        good="DX推進を書きます。",
        check=_mixed_letters,
    ),
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
        r"(?<![一-龠々ぁ-んァ-ヶ])(?:日[ 　]+時|場[ 　]+所|会[ 　]+場|対[ 　]+象|定[ 　]+員|費[ 　]+用|内[ 　]+容|期[ 　]+間)|"
        r"(?<![一-龠々ぁ-んァ-ヶ　])[一-龠](?:　+[一-龠ぁ-ん]){1,3}(?=　|[：:]|$)",
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
    pattern(
        "orthography.invisible",
        "warning",
        r"[\u200b\u200c\u2060\ufeff\u00ad\u180e]",
        "見えない文字があります",
        "前後の文字ごと消して、打ち直してください",
        why="見えない文字は、検索や読み上げを乱し、紙面では字の間が空きます。",
        source=_SOURCE,
        bad="窓口‸\u200bで書く回数が減りました。",
        good="窓口で書く回数が減りました。",
    ),
    pattern(
        "orthography.radical",
        "warning",
        r"[\u2e80-\u2fd5\uf900-\ufa6a]",
        "「{0}」は、よく似た別の文字です",
        "同じ形のふつうの漢字で打ち直してください",
        why="PDF から写した漢字は、見た目が同じでも検索されず、読み上げられません。",
        source="Unicode（康熙部首、CJK互換漢字）",
        bad="‸⼀つの手続です。",
        good="一つの手続です。",
    ),
    pattern(
        "orthography.apart",
        "warning",
        r"[か-とは-ほカ-トハ-ホウう][\u3099\u309a゛゜]",
        "濁点が離れた文字「{0}」があります",
        "打ち直すか、dxbot check --fix で直してください",
        why="Mac から写した文字は、検索されず、紙面で崩れます。",
        source="Unicode 正規化（NFC）",
        bad="‸か\u3099んばります。",
        good="がんばります。",
        hints="\u3099 \u309a ゛ ゜",
    ),
)
