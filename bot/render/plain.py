"""Document → plain text, in the style of a channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.content.document import Block, Heading, Inline, ItemList, LineBreak, Link, Quote, Ruby, Strong, Text


@dataclass(frozen=True, kw_only=True)
class Style:
    """`ruby`, `heading`, `strong`, `dots` and `quote` are formats. With `ruby_once` a reading is given at a word's first
    occurrence only. `links` shows a link's address behind its text (only where it can be followed). `escapes` stand for
    characters that mean something in the notation."""

    ruby: str = "{base}（{reading}）"
    ruby_once: bool = True
    heading: str = "【{text}】"
    strong: str = "{text}"
    dots: str = "{text}"
    quote: str = "{text}"
    links: bool = False
    escapes: Mapping[str, str] = field(default_factory=dict)


SOCIAL = Style()
SOCIAL_WITH_LINKS = Style(links=True)
# 青空文庫's notation, which every printer's typesetter reads.
PRINT = Style(
    ruby="｜{base}《{reading}》",
    ruby_once=False,
    heading="◆{text}",
    strong="［＃太字］{text}［＃太字終わり］",
    dots="［＃傍点］{text}［＃傍点終わり］",
    quote="［＃ここから引用］\n{text}\n［＃ここで引用終わり］",
    escapes={"｜": "※［＃縦線、1-1-35］", "《": "※［＃始め二重山括弧、1-1-52］", "》": "※［＃終わり二重山括弧、1-1-53］"},
)


@dataclass
class Plain:
    """One pass over a Post in one style; remembers which readings were given."""

    style: Style
    _given: set[str] = field(default_factory=set)

    def line(self, children: Iterable[Inline]) -> str:
        return "".join(self._inline(child) for child in children)

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Blocks with an empty line between them; a heading stands directly above its text."""
        out = ""
        for block in blocks:
            # A heading ends its line itself, so the text below follows without a gap.
            gap = "" if out.endswith("\n") else "\n\n"
            out += (gap if out else "") + self._block(block)
        return out.rstrip("\n")

    def _block(self, block: Block) -> str:
        match block:
            case Heading():
                return self.style.heading.format(text=self.line(block.children)) + "\n"
            case ItemList():
                marks = (f"{n}. " if block.ordered else "・" for n, _ in enumerate(block.items, start=block.start))
                return "\n".join(mark + self.line(item) for mark, item in zip(marks, block.items, strict=True))
            case Quote():
                return self.style.quote.format(text=self.line(block.children))
        return self.line(block.children)

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return self._escaped(inline.text)
            case Ruby():
                return self._ruby(inline)
            case LineBreak():
                return "\n"
            case Strong():
                emphasis = self.style.dots if inline.dots else self.style.strong
                return emphasis.format(text=self.line(inline.children))
            case Link():
                text = self.line(inline.children)
                # An address that is its own text is not shown twice.
                return f"{text}（{inline.address}）" if self.style.links and not inline.stands_in(text) else text

    def _escaped(self, text: str) -> str:
        """One sign after the other: what stands for a sign holds none of them."""
        for sign, stands_for in self.style.escapes.items():
            text = text.replace(sign, stands_for)
        return text

    def _ruby(self, ruby: Ruby) -> str:
        # In a post a reading at each occurrence makes the text unreadable; a typesetter wants all of them.
        if self.style.ruby_once and ruby.base in self._given:
            return ruby.base
        self._given.add(ruby.base)
        return self.style.ruby.format(base=ruby.base, reading=ruby.reading)
