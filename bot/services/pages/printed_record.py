"""The record of a post as one PDF/A-3a: the page to read with the pictures as they went out, the data attached, all sealed.

WeasyPrint comes with the extra dxbot[report]; without it the record is data and HTML.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from bot.media.lettering import font_path
from bot.services.pages import printed_report
from bot.services.records import signing
from bot.services.records.context import Context

NAME = "record.pdf"
_HERE = "https://record.invalid/"  # nothing is fetched from there: what the page names is in the record
_BLOCK = 4096  # bytes; what is changed is told by the block in which it lies


def as_pdf(ctx: Context, found: dict[str, bytes]) -> bytes:
    """Of what `record_files.files` gave. Raises NotInstalled, and BotError without Pango."""
    weasyprint, fetcher = printed_report.library()
    now = ctx.clock.now()
    data = weasyprint.Attachment(
        string=found["record.json"].decode(),
        name="record.json",
        description="この記録のデータ",
        created=now,
        modified=now,
        relationship="Source",
    )
    page = _printable(found["record.html"].decode()).replace("<style>", f"<style>{printed_report.faces()}", 1)
    given = {_HERE + name: content for name, content in found.items() if name.startswith("pictures/")}
    laid = weasyprint.HTML(string=page, base_url=_HERE, url_fetcher=fetcher(given))
    return _sealed(ctx, laid.write_pdf(pdf_variant="pdf/a-3a", attachments=[data]))


def _printable(page: str) -> str:
    """PDF/A allows no character without a glyph, such as most emoji: it is printed as its number, and stands in the data."""
    drawn = _drawn()
    return "".join(c if ord(c) in drawn or c in "\n\t" else f"〔U+{ord(c):04X}〕" for c in page)


@lru_cache(maxsize=1)
def _drawn() -> frozenset[int]:
    """The code points that both weights of our typeface have."""
    from fontTools.ttLib import TTFont

    with TTFont(font_path(), lazy=True) as regular, TTFont(font_path(bold=True), lazy=True) as bold:
        return frozenset(regular.getBestCmap()) & frozenset(bold.getBestCmap())


def _sealed(ctx: Context, pdf: bytes) -> bytes:
    """With the signed digests of its blocks in a comment before `startxref`: PDF/A allows nothing after the end."""
    blocks = [hashlib.sha256(pdf[at : at + _BLOCK]).hexdigest() for at in range(0, len(pdf), _BLOCK)]
    key = signing.own(ctx) or signing.make(ctx)
    seal = {"blocks": blocks, "key": signing.public(key), "signature": key.sign("".join(blocks).encode()).hex()}
    end = pdf.rindex(b"startxref")
    return pdf[:end] + f"%dxbot-seal {json.dumps(seal, separators=(',', ':'))}\n".encode() + pdf[end:]
