"""The hand-over's encoding: what it lacks, and which signs stand for which in it; and what the paper lacks, asked quickly."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.render.variant import ChannelSpec

CP932 = "cp932"
# Signs that Windows' Shift_JIS has under another code, and no reader tells apart. Taken for one another, they stop nobody.
_TWINS = str.maketrans(
    {
        "—": "―",
        "–": "－",
        "−": "－",
        "‑": "‐",
        "〜": "～",
        "‖": "∥",
        "¥": "￥",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
        "•": "・",
        "·": "・",
        "\u00a0": " ",
    }
)
_SELDOM = frozenset("‾≒@")  # not in Noto's Japanese typefaces, though in JIS X 0208; and what may be an address
_MAYBE_ADDRESS = re.compile(r"://|\.[A-Za-z]")


def twinned(text: str, encoding: str) -> str:
    """The text with the signs that the encoding has for those it lacks."""
    return text.replace("m²", "㎡").translate(_TWINS) if encoding == CP932 else text


def unencodable(text: str, encoding: str) -> str:
    """The first character that the encoding lacks; else nothing."""
    try:
        twinned(text, encoding).encode(encoding)
    except UnicodeEncodeError as e:
        return str(e.object[e.start])
    return ""


def is_common(text: str) -> bool:
    """JIS X 0208, which Japanese typefaces and every encoding have, and no address: most texts, and quick to see."""
    if not _SELDOM.isdisjoint(text) or _MAYBE_ADDRESS.search(text):
        return False
    try:
        text.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def as_printed(spec: ChannelSpec, rules_dir: Path) -> ChannelSpec:
    """A channel that is printed, with what the paper of these rules lacks; any other as it is."""
    return spec if spec.publishes else replace(spec, lacks=_lacks(rules_dir / "newsletter.yml"))


def _lacks(path: Path) -> Callable[[str], tuple[str, ...]]:
    def ask(text: str) -> tuple[str, ...]:
        # Typefaces and profile are read for the first uncommon character: most checks never meet one.
        if is_common(text) or not path.is_file():
            return ()
        try:
            from bot.newsletter import printable
        except ModuleNotFoundError:  # the checker's bundle carries no typefaces: the desk's own check tells
            return ()
        return printable.missing_by(path, text)

    return ask
