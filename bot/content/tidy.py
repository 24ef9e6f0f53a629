"""What may be put right in a file without asking: nothing that anybody could read differently."""

from __future__ import annotations

import re
import unicodedata

from bot.text.control import in_lines

_BOM = "\ufeff"
# Only letters with marks behind them. Whole NFC would also exchange the letters of some people's names (神 U+FA19).
_PARTED = re.compile(r".[\u0300-\u036f\u3099\u309a]+")


def tidied(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file's bytes, put right, and what was done, in words. A file that is not UTF-8 stays as it is."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw, ()
    steps = (
        ("初めの見えない印（BOM）を除きました", lambda t: t.removeprefix(_BOM)),
        ("改行を LF にそろえました", lambda t: t.replace("\r\n", "\n").replace("\r", "\n")),
        ("スライドや文書ソフトの行の終わりを、ふつうの改行にしました", in_lines),
        ("離れていた濁点などを一文字にまとめました", lambda t: _PARTED.sub(lambda m: unicodedata.normalize("NFC", m[0]), t)),
    )
    done = []
    for words, step in steps:
        changed = step(text)
        if changed != text:
            text = changed
            done.append(words)
    return text.encode(), tuple(done)
