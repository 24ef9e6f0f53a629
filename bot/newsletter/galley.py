"""An article as set passages (棒組み), before they are poured into the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.content.document import Block, Heading, Inline, ItemList, LineBreak, Quote, Strong, Text, inlines, leaves
from bot.newsletter.article import Article
from bot.newsletter.cells import Style, Unit, units
from bot.newsletter.compose import Kind, Line, Rules, compose
from bot.newsletter.frame import Passage
from bot.newsletter.kinsoku import opens
from bot.newsletter.profile import Profile
from bot.newsletter.qr import rows_of
from bot.newsletter.story import item_mark
from bot.text.tokens import urls


def galley(article: Article, profile: Profile) -> list[Passage]:
    """The lead first, then the body, then where to ask."""
    setter = _Setter(profile)
    passages = [setter.paragraph(article.lead, strong=True), *_codes(article.lead, profile)] if article.lead else []
    for block in article.body:
        passages += [*setter.block(block), *(code for line in inlines(block) for code in _codes(line, profile))]
    if article.contact:
        contact = (Strong((Text("問い合わせ"),)), Text(f"　{article.contact}"))
        passages += [setter.paragraph(contact), *_codes(contact, profile)]
    return passages


def _codes(line: tuple[Inline, ...], profile: Profile) -> Iterator[Passage]:
    """QR codes for the addresses of the line, behind it; they stay in the text, for who has no telephone."""
    if profile.addresses != "qr":
        return
    # A line end or a ruby ends an address: what follows it is none of it.
    text = "".join(leaf.text if isinstance(leaf, Text) else "\n" for leaf in leaves(line))
    for address in dict.fromkeys(found.text for found in urls(text)):
        yield Passage(lines=(), rows=rows_of(profile.pitch_pt), address=address)


def style_of(profile: Profile) -> Style:
    return Style(direction=profile.direction, numbers=profile.numbers, times=profile.times)


class _Setter:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.style = style_of(profile)
        self.rules = Rules(level=profile.kinsoku, hang=profile.hang)

    def block(self, block: Block) -> Iterator[Passage]:
        match block:
            case Heading():
                yield self._heading(block)
            case ItemList():
                for number, item in enumerate(block.items, start=block.start):
                    mark = Text(item_mark(number, ordered=block.ordered))
                    yield self._body(units((mark, *item), self.style), indent=1)
            case Quote():
                yield self._body(units(block.children, self.style), first=2, indent=1)
            case _:
                yield self.paragraph(block.children)

    def paragraph(self, children: Sequence[Inline], *, strong: bool = False) -> Passage:
        """One cell of indent (一字下げ), save before an opening bracket, as newspapers have it."""
        found = list(units(children, self.style, strong=strong))
        head = found[0] if found else None
        return self._body(found, first=0 if isinstance(head, Unit) and opens(head.text[0]) else 1)

    def _heading(self, heading: Heading) -> Passage:
        """Its lines, and what is left of its 行取り around them; a heading of level 3 takes no more than its lines."""
        # 行取り: whole rows, so that the lines of neighbouring columns stay side by side.
        lines = self._lines(units(heading.children, self.style, strong=True), first=1, indent=1, kind="heading")
        room = self.profile.heading_lines - 1 if heading.level == 2 else 0
        return Passage(lines=lines, rows=room + len(lines), heading=True)

    def _body(self, found: Iterable[Unit | LineBreak], *, first: int = 0, indent: int = 0) -> Passage:
        lines = self._lines(found, first=first, indent=indent, kind="body")
        return Passage(lines=lines, rows=len(lines))

    def _lines(self, found: Iterable[Unit | LineBreak], *, first: int, indent: int, kind: Kind) -> tuple[Line, ...]:
        """An asked-for line break ends the line; what follows is indented as the later lines are."""
        lines: list[Line] = []
        for run in _runs(found):
            head = indent if lines else first
            lines += compose(run, self.profile.chars, self.rules, first=head, indent=indent, kind=kind)
        return tuple(lines)


def _runs(found: Iterable[Unit | LineBreak]) -> list[list[Unit]]:
    runs: list[list[Unit]] = [[]]
    for unit in found:
        if isinstance(unit, LineBreak):
            runs.append([])
        else:
            runs[-1].append(unit)
    return runs
