"""A reader of InDesign tagged text, written apart from the writer: what a typesetter's program would take in."""

from __future__ import annotations

import re

from bot.content.document import Inline, LineBreak, Ruby, Strong, Text

_TOKEN = re.compile(
    r"\\(?P<escaped>[\\<>])|<0x(?P<code>[0-9A-F]{4})>|<(?P<tag>[A-Za-z]+):(?P<value>(?:\\.|[^>])*)>|(?P<plain>[^<>\\])"
)
_ESCAPE = re.compile(r"\\(.)")
_RUBY = ("cMojiRuby", "cRuby", "cRubyString")

Read = tuple[str, tuple[Inline, ...]]


def decode(data: bytes) -> str:
    """The text behind the mark of its encoding; the first line must name the same one."""
    if data.startswith(b"\xff\xfe"):
        text = data[2:].decode("utf-16-le")
        assert text.startswith("<UNICODE-WIN>\r\n")
        return text
    text = data.decode("cp932")
    assert text.startswith("<SJIS-WIN>\r\n")
    return text


def read(data: bytes) -> list[Read]:
    """Style name and inlines of each paragraph. Fails for a tag it does not know and for one that is not closed."""
    _, version, *lines, last = decode(data).split("\r\n")
    assert version.startswith("<Version:")
    assert last == ""
    return [_paragraph(line) for line in lines]


def _paragraph(line: str) -> Read:
    match = re.match(r"<ParaStyle:([^<>]*)>", line)
    assert match, line
    reader = _Reader()
    at = match.end()
    while at < len(line):
        token = _TOKEN.match(line, at)
        assert token, line[at:]
        reader.take(token)
        at = token.end()
    return match[1], reader.whole()


class _Reader:
    def __init__(self) -> None:
        self.done: list[Inline] = []
        self.text = ""
        self.tags: dict[str, str] = {}
        self.outer: list[Inline] | None = None

    def take(self, token: re.Match[str]) -> None:
        if token["tag"]:
            self._tag(token["tag"], _ESCAPE.sub(r"\1", token["value"]))
        elif token["code"] == "000A":
            self._flush()
            self.done.append(LineBreak())
        else:
            self.text += token["escaped"] or token["plain"] or chr(int(token["code"], 16))

    def whole(self) -> tuple[Inline, ...]:
        self._flush()
        assert not self.tags, self.tags
        assert self.outer is None
        return tuple(self.done)

    def _tag(self, name: str, value: str) -> None:
        if name == "CharStyle":
            self._flush()
            self._strong(bool(value))
            return
        assert name in _RUBY, name
        if value:
            if not self.tags:
                self._flush()
            self.tags[name] = value
            return
        if self.text:
            self._ruby()
        del self.tags[name]

    def _ruby(self) -> None:
        reading = self.tags["cRubyString"]
        readings = tuple(reading.split(" ")) if self.tags["cMojiRuby"] == "1" else (reading,)
        self.done.append(Ruby(self.text, readings))
        self.text = ""

    def _strong(self, begins: bool) -> None:
        if begins:
            self.outer, self.done = self.done, []
            return
        assert self.outer is not None
        self.done = [*self.outer, Strong(tuple(self.done))]
        self.outer = None

    def _flush(self) -> None:
        assert not (self.text and self.tags)
        if self.text:
            self.done.append(Text(self.text))
            self.text = ""
