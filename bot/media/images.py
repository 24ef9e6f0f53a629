"""Pictures made ready for a channel: upright, without metadata, nothing cropped away, the same bytes every time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import MediaError, Place
from bot.media.limits import ImageLimits

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 60_000_000
# Tried in this order; a format whose plugin is not loaded makes Pillow load all forty of them.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")
_QUALITIES = (88, 80, 72, 62, 50, 38)
_PADDING = (242, 242, 242)


@dataclass(frozen=True, kw_only=True)
class FittedImage:
    """A JPEG: its bytes, size in pixels, and SHA-256 in hex."""

    data: bytes = field(repr=False)
    width: int
    height: int
    sha256: str


def probe(path: Path, place: Place) -> tuple[int, int]:
    """Width and height as shown (upright), from the file's header alone. Raises MediaError."""
    with _open(path, place) as image:
        width, height = image.size
        return (height, width) if image.getexif().get(0x0112, 1) >= 5 else (width, height)


def fit(path: Path, limits: ImageLimits, place: Place) -> FittedImage:
    """The picture within `limits`. Too wide or too tall, it gets a quiet margin; too many bytes, it is saved more coarsely,
    and then smaller. Raises MediaError."""
    image = _within(_padded(_upright(path, place), limits), limits)
    while True:
        for quality in _QUALITIES:
            data = _jpeg(image, quality)
            if len(data) <= limits.max_bytes:
                sha256 = hashlib.sha256(data).hexdigest()
                return FittedImage(data=data, width=image.width, height=image.height, sha256=sha256)
        if image.width * 3 // 4 < limits.min_width:
            raise _error(place, "too large", "画像を上限の大きさまで小さくできません", "細かい模様の少ない画像にしてください")
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4))


def _jpeg(image: Image, quality: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True, subsampling=0 if quality > 80 else 2)
    return buffer.getvalue()


def _open(path: Path, place: Place) -> Image:
    """The opened file; the caller closes it."""
    import PIL.Image
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError  # noqa: F401

    if not path.is_file():
        raise _error(place, "missing", f"画像「{path.name}」が見つかりません", "ファイルの名前と場所を確かめてください")
    try:
        image = PIL.Image.open(path, formats=_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError):
        raise _error(
            place, "not a picture", f"「{path.name}」は画像として開けません", "JPEG か PNG の画像に差し替えてください"
        ) from None
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise _too_many_pixels(path, place) from None
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise _too_many_pixels(path, place)
    if getattr(image, "n_frames", 1) > 1:
        image.close()
        raise _error(place, "animated", f"「{path.name}」は動く画像です", "動かない画像に差し替えてください")
    return image


def _too_many_pixels(path: Path, place: Place) -> MediaError:
    return _error(place, "too many pixels", f"画像「{path.name}」が大きすぎます", "長い辺を4000画素ほどに縮めてください")


def _upright(path: Path, place: Place) -> Image:
    """Decoded, turned as its EXIF says, sRGB without transparency."""
    import PIL.Image
    from PIL import ImageOps

    with _open(path, place) as image:
        try:
            turned = ImageOps.exif_transpose(image)
            opaque = PIL.Image.new("RGB", turned.size, "white")
            pixels = _srgb(turned).convert("RGBA")
            opaque.paste(pixels, mask=pixels.getchannel("A"))
        except (OSError, SyntaxError, ValueError):
            raise _error(
                place, "damaged", f"画像「{path.name}」が壊れています", "元の画像からもう一度保存してください"
            ) from None
    return opaque


def _srgb(image: Image) -> Image:
    """Colours converted by the embedded profile, if there is one that can be read."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        source, target = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except ImageCms.PyCMSError:
        return image


def _padded(image: Image, limits: ImageLimits) -> Image:
    import PIL.Image

    ratio = image.width / image.height
    width, height = image.size
    if ratio < limits.min_ratio:
        width = -int(-image.height * limits.min_ratio // 1)
    elif ratio > limits.max_ratio:
        height = -int(-image.width / limits.max_ratio // 1)
    if (width, height) == image.size:
        return image
    canvas = PIL.Image.new("RGB", (width, height), _PADDING)
    canvas.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    return canvas


def _within(image: Image, limits: ImageLimits) -> Image:
    import PIL.Image

    scale = min(limits.max_width / image.width, limits.max_height / image.height, 1.0)
    if image.width * scale < limits.min_width:
        scale = limits.min_width / image.width
    if scale == 1.0:
        return image
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    return image.resize(size, PIL.Image.Resampling.LANCZOS)


def _error(place: Place, message: str, summary: str, next_step: str) -> MediaError:
    return MediaError(message, summary=summary, next_step=next_step, place=place)
