"""Which picture a refusal is about: the author has several, and each has a text of its own."""

from __future__ import annotations

from bot.errors import MediaRefused, Rejected
from bot.language import say
from bot.render.variant import Media

_MEND_ALT = "この画像の代替テキストを直して、もう一度申請してください"


def name(number: int, media: Media) -> str:
    """`number` counts from 1."""
    return f"{number}枚目の画像（{media.file}）"


def refused(refusal: Rejected, number: int, media: Media, *, alt: bool = False) -> MediaRefused:
    """The same refusal, with the picture's name. `alt`: it is about the alt text."""
    what = name(number, media) + ("の代替テキスト" if alt else "")
    summary = say("{what}を配信先が受け付けませんでした", what=what)
    return MediaRefused(refusal.message, code=refusal.code, summary=summary, next_step=_MEND_ALT if alt else "")
