"""Links: where they lead must be plain before they are followed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject
from bot.errors import Place
from bot.text.tokens import urls

_SHORT = frozenset({"bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "x.gd", "is.gd", "buff.ly"})


def _addresses(subject: Subject) -> Iterator[tuple[str, Place]]:
    """Of the post, of its links, and those typed into the running text, with a scheme or without."""
    post = subject.post
    if post.link:
        yield post.link, post.source.place_of("link")
    for span in subject.prose:
        if span.link:
            yield span.link, span.place(0)
        else:
            yield from ((url.text, span.place(url.start)) for url in urls(span.text))


def _shortened(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for address, place in _addresses(subject):
        host = address.split("://", 1)[-1].split("/", 1)[0].lower()
        if host in _SHORT:
            yield at(place, rule.id, rule.level, f"短縮されたアドレス（{host}）です", "もとのアドレスを書いてください")


def _not_https(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for address, place in _addresses(subject):
        if address.startswith("http://"):
            yield at(place, rule.id, rule.level, "アドレスが http:// で始まっています", "https:// のアドレスを書いてください")


_SOURCE = "みんなの公共サイト運用ガイドライン"

RULES = (
    Rule(
        id="links.shortened",
        level="warning",
        why="短縮されたアドレスは、どこへ行くかが分からず、なりすましに使われます。",
        source=_SOURCE,
        bad="link: ‸https://bit.ly/abc",
        good="link: https://www4.city.kanazawa.lg.jp/",
        check=_shortened,
    ),
    Rule(
        id="links.not-https",
        level="warning",
        why="https でないページは、途中で書きかえられることがあります。",
        source=_SOURCE,
        bad="link: ‸http://www.example.jp/",
        good="link: https://www.example.jp/",
        check=_not_https,
    ),
    pattern(
        "links.here",
        "warning",
        r"^(?:(?:[^、。]{1,8}は|くわしく)?、?(?:こちら|ここ|コチラ|下記|以下)(?:から|へ|まで)?(?:を(?:クリック|押す|タップ|"
        r"見る|参照|ご?覧))?"
        r"(?:のリンク|のページ|のURL)?(?:です|ください|くだ下さい)?[。！!]?|リンク(?:先)?|詳細(?:は|へ)?|"
        r"クリック(?:してください)?|もっと見る|"
        r"続きを?読む|"
        r"(?:詳|くわ)しく(?:は|見る)?|ページへ|URL|[Cc]lick here|[Hh]ere|[Mm]ore)$",
        "「{0}」だけでは、どこへ行くリンクか分かりません",
        "行き先のページの名前をリンクの言葉にしてください",
        why="画面読み上げを使う人は、リンクの言葉だけを拾って聞くことがあります。",
        source=_SOURCE,
        bad="申込みは[‸こちら](https://www.example.jp/)です。",
        good="[申込みのページ](https://www.example.jp/)をご覧ください。",
        where=lambda _, span: bool(span.link),
    ),
    pattern(
        "links.malformed",
        "warning",
        r"(?<![A-Za-z0-9:/])(?:https?:/(?!/)|https?//|https?;//|htp://|htps://|ttps?://|https?：//|https?:／／|"
        r"www[。、．，][A-Za-z]|h{1,3}t{1,3}p{1,2}s{0,2}[;；]/{1,3}|h+ttt+ps?://|hhttps?://|httpss+://|"
        r"ht?ps?://(?<!http://)(?<!https://)|"
        r"[hｈ][tｔ]{2}[pｐ][sｓ]?：/|ｈｔｔｐｓ?[:：][/／]+|https?://(?:https?:|[A-Za-z0-9.-]*(?:\.\.|,[a-z]{2}))|https?:// "
        r"+[a-z]|"
        r"www\.(?:[A-Za-z0-9.-]*(?:\.\.|,[a-z]{2})))[^\s。、）)」]*",
        "アドレス「{0}」の形が違います",
        "https:// で始まるアドレスを、写し直してください",
        why="形の違うアドレスは、押しても開きません。",
        source=_SOURCE,
        bad="くわしくは‸https:/www.example.lg.jp/ です。",
        good="くわしくは https://www.example.lg.jp/ です。",
        where=lambda _, span: not span.link,
        hints="http htp htps hps ttp www ｈｔｔｐ",
    ),
)
