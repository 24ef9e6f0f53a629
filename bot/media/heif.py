"""HEIC, as telephones save their photographs. Read by libheif through pi-heif, which only decodes: its twin pillow-heif brings
an encoder under the GPL (ADR 4). The opener is registered when the first such file comes, since it loads a library."""

from __future__ import annotations

from functools import cache

FORMAT = "HEIF"
_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})  # still pictures; a burst or a film has others


def is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


@cache
def register() -> None:
    import pi_heif

    # One thread, as for the other formats; no small preview, which nobody asks for.
    pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
