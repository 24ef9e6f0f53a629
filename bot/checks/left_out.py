"""What a citizen is to be told on every channel, and a channel's text does not say: how far it is and why, where to ask, where
to read more. The text itself is looked at, whoever made it: the program's template, the city's, or the author."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.content.document import LineBreak, Link, Ruby, Text, inlines, leaves, links
from bot.content.post import Post
from bot.render.bundle import ACHIEVEMENT_LABELS, passages
from bot.render.variant import ChannelSpec

_SEARCH = "」で検索"  # how paper, which takes no addresses, tells where to read more
_ROOM = "はじめの段落か題名を短くするか、"


def _squeezed(text: str) -> str:
    """Without white space, which a thread's seams and a template may put anywhere."""
    return "".join(unicodedata.normalize("NFC", text).split())


def _lack(subject: Subject, *wanted: str) -> Iterator[ChannelSpec]:
    """The channels whose text holds none of these words."""
    for spec in subject.wanted:
        whole = _squeezed("".join(part.text for part in subject.texts[spec.key]))
        if not any(_squeezed(words) in whole for words in wanted):
            yield spec


def _advice(subject: Subject, spec: ChannelSpec, what: str) -> str:
    if subject.post.override(spec.key).text is not None:
        return f"{spec.key}: の text: に{what}を書き足してください"
    if spec.limit is None or spec.split is None:
        return f"ひな型に{what}が入っているか、運用担当に確かめてください"
    return f"{_ROOM}{spec.key}: {{thread: true}} で続きの投稿にするか、{spec.key}: の text: に短い文を書いてください"


def _degree(subject: Subject, rule: Rule) -> Iterator[Finding]:
    post = subject.post
    if post.achievement == "done":
        return  # a text that says nothing of it claims nothing that is not so
    for spec in _lack(subject, ACHIEVEMENT_LABELS[post.achievement]):
        message = f"{spec.label}の文に、達成度（{ACHIEVEMENT_LABELS[post.achievement]}）がありません"
        yield at(
            subject.place_of(f"{spec.key}.text", "achievement"), rule.id, rule.level, message, _advice(subject, spec, "達成度")
        )


def _reason(subject: Subject, rule: Rule) -> Iterator[Finding]:
    if subject.post.achievement == "done":
        return
    for spec in _lack(subject, subject.post.reason):
        message = f"{spec.label}の文に、できていない理由が入っていません"
        advice = _advice(subject, spec, "理由")
        yield at(subject.place_of(f"{spec.key}.text", "reason"), rule.id, rule.level, message, advice)


def _contact(subject: Subject, rule: Rule) -> Iterator[Finding]:
    if not subject.post.contact.strip():
        return
    for spec in _lack(subject, subject.post.contact):
        message = f"{spec.label}の文に、問い合わせ先が入っていません"
        advice = _advice(subject, spec, "問い合わせ先")
        yield at(subject.place_of(f"{spec.key}.text", "contact"), rule.id, rule.level, message, advice)


def _link(subject: Subject, rule: Rule) -> Iterator[Finding]:
    link = subject.post.link
    if not link:
        return
    for spec in _lack(subject, link):
        override = subject.post.override(spec.key)
        if spec.lacks(link):  # the paper takes no address, as long as its profile says so
            continue
        # Who wrote `link: false` has seen the price and chosen; a text in the profile's stead is the city's choice.
        if override.options.get("link") is False or spec.key in subject.city.links_in_profile:
            continue
        message, advice = f"{spec.label}の文に、詳しいページのアドレスが入っていません", _advice(subject, spec, "アドレス")
        if override.text is None and "link" in spec.options:
            message += f"（入れると1投稿 {spec.cost(link):.2f}ドル、入れなければ {spec.cost(''):.3f}ドル）"
            advice = f"入れるなら {spec.key}: {{link: true}}、入れないなら {spec.key}: {{link: false}} と書いてください"
        yield at(subject.place_of(f"{spec.key}.text", f"{spec.key}.link", "link"), rule.id, rule.level, message, advice)


def _address(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """Of links whose words a channel shows. What is not shown there at all is seen in the preview."""
    for spec in subject.wanted:
        # What its author wrote for the channel alone holds no links.
        found = tuple(_links(subject.post, spec.key)) if subject.post.override(spec.key).text is None else ()
        whole = "\n".join(part.text for part in subject.texts[spec.key]) if found else ""
        for link in found:
            if link.stands_in(whole) or _is_chosen(subject, spec, link):
                continue
            if _has_words(_squeezed(whole), link) and not (spec.lacks(link.address) and _SEARCH in whole):
                yield _unseen(subject, spec, link, rule)


def _links(post: Post, channel: str) -> Iterator[Link]:
    title, lead, body = passages(post, channel)
    for line in (title, lead, *(line for block in body for line in inlines(block))):
        yield from links(line)


def _has_words(whole: str, link: Link) -> bool:
    words = [leaf.text if isinstance(leaf, Text) else leaf.base for leaf in _letters(link)]
    return bool(words) and all(_squeezed(word) in whole for word in words)


def _letters(link: Link) -> Iterator[Text | Ruby]:
    yield from (leaf for leaf in leaves(link.children) if not isinstance(leaf, LineBreak))


def _is_chosen(subject: Subject, spec: ChannelSpec, link: Link) -> bool:
    """By who wrote `link: false`, or by the city, whose text leads to its profile for the post's own address."""
    in_profile = spec.key in subject.city.links_in_profile and link.href == subject.post.link
    return in_profile or subject.post.override(spec.key).options.get("link") is False


def _unseen(subject: Subject, spec: ChannelSpec, link: Link, rule: Rule) -> Finding:
    first = next(_letters(link))
    words = "".join(leaf.text if isinstance(leaf, Text) else leaf.base for leaf in _letters(link))
    message = f"{spec.label}の文には「{words}」とだけ出て、リンクのアドレス（{link.address}）は出ません"
    return at(subject.post.source.place(first.offset), rule.id, rule.level, message, _way_out(subject, spec, link))


def _way_out(subject: Subject, spec: ChannelSpec, link: Link) -> str:
    if spec.key in subject.city.links_in_profile:
        return "プロフィールのリンクから開けるか確かめるか、先頭の設定の link: にそのアドレスを書いてください"
    if "link" in spec.options:
        return (
            f"出すなら {spec.key}: {{link: true}}（1投稿 {spec.cost(link.href):.2f}ドル）、"
            f"出さないなら {spec.key}: {{link: false}}（{spec.cost(''):.3f}ドル）と書いてください"
        )
    if spec.lacks(link.address):
        return f"「市の名前 手続きの名前」で検索、のように文で案内するか、{spec.key}: に紙面だけの文を書いてください"
    return f"{spec.label}にも要るなら、アドレスを文の中に書いてください"


_SOURCE = "国の指針（2011年4月5日）、稲継提言（達成・未達成とその理由を伝える）"
_PARTLY = "achievement: partly\nreason: まだ数えていないため\nnext: 来月数える"

RULES = (
    Rule(
        id="left-out.degree",
        level="error",
        why="一部だけの達成や未達成を、その言葉なしで伝えると、できたと読まれます。",
        source=_SOURCE,
        bad=f"{_PARTLY}\nx: {{text: 窓口の話です。}}",
        good=_PARTLY,
        check=_degree,
    ),
    Rule(
        id="left-out.reason",
        level="warning",
        why="できていない理由は、どの配信先で読む人にも伝わるべきことです。",
        source=_SOURCE,
        bad=f"{_PARTLY}\nx: {{text: 一部達成です。}}",
        good=_PARTLY,
        check=_reason,
    ),
    Rule(
        id="left-out.contact",
        level="warning",
        why="どこに聞けばよいかが分からない知らせは、役に立ちません。",
        source=_SOURCE,
        bad="contact: 市民課\nx: {text: 窓口の話です。}",
        good="contact: 市民課",
        check=_contact,
    ),
    Rule(
        id="left-out.link",
        level="warning",
        why="書いたアドレスが黙って消えると、読む人は元のページにたどり着けません。",
        source=f"{_SOURCE}、X の料金（2026年4月20日）",
        bad="link: https://www4.city.kanazawa.lg.jp/",
        good="link: https://www4.city.kanazawa.lg.jp/\nx: {link: true}",
        check=_link,
    ),
    Rule(
        id="left-out.address",
        level="info",  # it is so with each link in print: whoever must answer a rule with each post passes over all of them
        why="リンクの言葉だけが出ると、読む人は行き先を開けず、書いた人はアドレスも出たと思います。",
        source="みんなの公共サイト運用ガイドライン、X の料金（2026年4月20日）",
        bad="くわしくは[申込みの案内](https://www.example.lg.jp/a)へ。",
        good="くわしくは[申込みの案内](https://www.example.lg.jp/a)へ。\nx: {link: true}",
        check=_address,
    ),
)
