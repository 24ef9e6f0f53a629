"""Pictures made ready for a channel: upright, without metadata, cut only where the author asks for it, the same bytes
every time."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import MediaError, Place
from bot.language import say
from bot.media import container, heif, timing
from bot.media.frames import Box
from bot.media.limits import ImageLimits
from bot.media.notes import Notes, notes

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 30_000_000  # of a file: a camera's largest, and no film
_HALVED_ABOVE = 24_000_000  # pixels; half of it in each direction is still all that a channel or the paper shows
_SMALLER_BY_TELEPHONE = (
    "スマートフォンの「設定」の「カメラ」の「フォーマット」で12MPにして撮るか、長い辺を4000画素ほどに縮めてください"
)
_STRIP = 4_000_000  # pixels
# Tried in this order; a format whose plugin is not loaded makes Pillow load all forty of them.
_FORMATS: tuple[str, ...] = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
# What Pillow's readers raise for damaged files, found by feeding them such.
_DAMAGED = (OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, struct.error)
_LYING = (5, 6, 7, 8)  # the orientations of EXIF under which width and height change places
_MIXED, _GREY = ("P", "PA"), ("1", "L", "LA", "La")  # modes whose colours are true only as RGB, and those that have none
MAX_SIDE = 4096
_KEPT = ImageLimits(max_width=MAX_SIDE, max_height=MAX_SIDE, max_bytes=12_000_000)
_KEPT_AS_PNG = 4_200_000  # pixels: a large screen
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF orientation to Transpose, by number since Pillow comes late
_QUALITIES = (88, 80, 72, 62, 50, 38)
_KEPT_QUALITIES = (92, *_QUALITIES)
_PADDING = (242, 242, 242)


@dataclass(frozen=True, kw_only=True)
class FittedImage:
    """A JPEG: its bytes, size in pixels, and SHA-256 in hex."""

    data: bytes = field(repr=False)
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """Width and height as shown (upright), and what a camera wrote into the file: whether it was `taken` with one, and whether
    it says where (`located`)."""

    width: int
    height: int
    taken: bool
    located: bool


def probe(path: Path, place: Place) -> Header:
    """From the file's parts alone: a photo cut off in the middle passes, `fit` finds it. Raises MediaError."""
    with timing.counted(place), _open(path, place) as (image, said):
        width, height = image.size
        if said.orientation in _LYING:
            width, height = height, width
        return Header(width=width, height=height, taken=said.taken, located=said.located)


def fit(path: Path, limits: ImageLimits, place: Place, part: Box | None = None) -> FittedImage:
    """The picture, or the `part` of it that is wanted, within `limits`. Too wide or too tall, it gets a quiet margin; too many
    bytes, it is saved more coarsely, and then smaller. Raises MediaError."""
    with timing.counted(place):
        image, data = _saved(_part(upright(path, place), part), limits, _QUALITIES, place)
    return FittedImage(data=data, width=image.width, height=image.height, sha256=hashlib.sha256(data).hexdigest())


def _part(image: Image, part: Box | None) -> Image:
    if part is None:
        return image
    left, top = round(part.left * image.width), round(part.top * image.height)
    width, height = max(round(part.width * image.width), 1), max(round(part.height * image.height), 1)
    return image.crop((left, top, min(left + width, image.width), min(top + height, image.height)))


def fit_drawn(png: bytes, limits: ImageLimits, place: Place) -> FittedImage:
    """A picture of our own drawing within `limits`; it comes from no stranger, so nothing of it is distrusted."""
    import PIL.Image

    image, data = _saved(_plain(PIL.Image.open(BytesIO(png))), limits, _QUALITIES, place)
    return FittedImage(data=data, width=image.width, height=image.height, sha256=hashlib.sha256(data).hexdigest())


def cleaned(path: Path, place: Place) -> tuple[bytes, str]:
    """The picture to be kept, and the end of its file's name: upright, without the place and the camera that a photo
    tells of, at most MAX_SIDE pixels long. Raises MediaError."""
    image = upright(path, place)
    if path.suffix.lower() == ".png" and image.width * image.height <= _KEPT_AS_PNG:
        buffer = BytesIO()
        image.save(buffer, "PNG")
        if len(buffer.getvalue()) <= _KEPT.max_bytes:
            return buffer.getvalue(), ".png"
    return _saved(image, _KEPT, _KEPT_QUALITIES, place)[1], ".jpg"


def _saved(upright: Image, limits: ImageLimits, qualities: tuple[int, ...], place: Place) -> tuple[Image, bytes]:
    allowed = limits
    while True:
        image = _within(upright, allowed)
        for quality in qualities:
            data = _jpeg(image, quality)
            if len(data) <= limits.max_bytes:
                return image, data
        width, height = image.width * 3 // 4, image.height * 3 // 4
        if width < limits.min_width or not height:
            raise _error(place, "too large", "画像を上限の大きさまで小さくできません", "細かい模様の少ない画像にしてください")
        allowed = replace(limits, max_width=width, max_height=height)


def _jpeg(image: Image, quality: int) -> bytes:
    subsampling = 0 if quality > 80 else 2
    for optimize in (True, False):
        buffer = BytesIO()
        # For better tables Pillow keeps one byte a pixel, and a photograph with much detail may need more (ADR 21).
        with suppress(OSError):
            image.save(buffer, "JPEG", quality=quality, optimize=optimize, subsampling=subsampling)
            return buffer.getvalue()
    raise AssertionError("without tables of its own any picture can be written")


@contextmanager
def _open(path: Path, place: Place) -> Iterator[tuple[Image, Notes]]:
    """What is to be seen in the file, opened and not yet decoded, and what is noted beside it."""
    import PIL.Image
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    with _reading(path, place):
        parts = container.apart(_bytes(path, place))
        said = notes(parts)
    if parts.size:  # before Pillow sees it
        _require_decodable(parts.size, parts.limit, path, place)
    formats = _FORMATS
    if heif.is_heif(parts.shown):
        heif.register()
        formats = (heif.FORMAT,)
    try:
        image = PIL.Image.open(BytesIO(parts.shown), formats=formats)
    except _DAMAGED:
        raise _error(
            place,
            "not a picture",
            say("「{name}」は画像として開けません", name=path.name),
            "JPEG か PNG の画像に差し替えてください",
        ) from None
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise _too_many_pixels(path, place) from None
    with image, _reading(path, place):
        limit = heif.most_pixels(image) if image.format == heif.FORMAT else parts.limit
        _require_decodable(image.size, limit, path, place)
        if parts.moving or (image.format == "WEBP" and getattr(image, "n_frames", 1) > 1):
            raise _error(place, "animated", say("「{name}」は動く画像です", name=path.name), "動かない画像に差し替えてください")
        yield image, said


def _bytes(path: Path, place: Place) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a name with NUL
        raise _error(
            place, "missing", f"画像「{path.name[:80]}」が見つかりません", "ファイルの名前と場所を確かめてください"
        ) from None
    if len(data) > MAX_BYTES:
        raise _error(
            place,
            "too many bytes",
            f"画像「{path.name}」が大きすぎます（上限は {MAX_BYTES // 1_000_000} MB）",
            "長い辺を4000画素ほどに縮めてください",
        )
    return data


def _require_decodable(size: tuple[int, int], limit: int, path: Path, place: Place) -> None:
    if size[0] * size[1] > limit or max(size) > container.MAX_LENGTH:
        raise _too_many_pixels(path, place)


@contextmanager
def _reading(path: Path, place: Place) -> Iterator[None]:
    """Whatever a reader trips over inside the file becomes one sentence."""
    try:
        yield
    except _DAMAGED:
        raise _error(
            place, "damaged", say("画像「{name}」が壊れています", name=path.name), "元の画像からもう一度保存してください"
        ) from None


def _too_many_pixels(path: Path, place: Place) -> MediaError:
    advice = _SMALLER_BY_TELEPHONE if path.suffix.lower() in (".heic", ".heif") else "長い辺を4000画素ほどに縮めてください"
    return _error(place, "too many pixels", say("画像「{name}」が大きすぎます", name=path.name), advice)


def upright(path: Path, place: Place) -> Image:
    """Decoded, turned as its EXIF says, sRGB without transparency, at most MAX_SIDE pixels long. Raises MediaError."""
    import PIL.Image

    with _open(path, place) as (image, said):
        width, height = image.size
        if width * height > _HALVED_ABOVE:
            image.draft(None, (width // 2, height // 2))  # JPEG alone can
        plain = _plain(image)
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    turn = _TURNS.get(said.orientation)
    return plain if turn is None else plain.transpose(PIL.Image.Transpose(turn))


def _plain(image: Image) -> Image:
    """sRGB without transparency; half the size where that was very large. Strip by strip, since each step keeps a second
    picture of the size of what it is given (ADR 21)."""
    import PIL.Image

    image.load()
    width, height = image.size
    factor = 2 if width * height > _HALVED_ABOVE else 1
    rows = max(_STRIP // width // 2 * 2, 2)
    plain = PIL.Image.new("RGB", (ceil(width / factor), ceil(height / factor)))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        plain.paste(_opaque(_srgb(_eight_bits(strip))).reduce(factor), (0, top // factor))
    return plain


def _eight_bits(image: Image) -> Image:
    """Scanners save grey in 16 bits; Pillow would cut that off at 255 rather than scale it."""
    return image.point(lambda value: value * (1 / 256)).convert("L") if image.mode.startswith("I;16") else image


def _srgb(image: Image) -> Image:
    """Colours converted by the embedded profile, if there is one that can be read: a palette's, too. What is transparent is
    kept apart meanwhile, for a profile knows nothing of it."""
    import PIL.Image
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile:
        return image
    covered = image.convert("RGBA") if image.has_transparency_data or image.mode in _MIXED else None
    inked = image.convert("L") if image.mode in _GREY else covered.convert("RGB") if covered else image
    try:
        source, target = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        true = ImageCms.profileToProfile(inked, source, target, outputMode="RGB") or inked
    except ImageCms.PyCMSError:
        return image
    return PIL.Image.merge("RGBA", (*true.split(), covered.getchannel("A"))) if covered else true


def _opaque(image: Image) -> Image:
    """RGB, on white paper where it was transparent, without the notes that Pillow would carry into the file."""
    import PIL.Image

    if not image.has_transparency_data:
        bare = image.convert("RGB")
        bare.info = {}
        return bare
    paper = PIL.Image.new("RGB", image.size, "white")
    pixels = image.convert("RGBA")
    paper.paste(pixels, mask=pixels.getchannel("A"))
    return paper


def _within(image: Image, limits: ImageLimits) -> Image:
    """Scaled first and given its margin after that: the margin of a long, thin picture may be many times its size."""
    import PIL.Image

    scale = _scale(image.width, image.height, limits)
    width, height = (max(int(side * scale + 1e-6), 1) for side in image.size)
    scaled = image if (width, height) == image.size else image.resize((width, height), PIL.Image.Resampling.LANCZOS)
    canvas = _canvas(width, height, limits)
    if canvas == scaled.size:
        return scaled
    padded = PIL.Image.new("RGB", canvas, _PADDING)
    padded.paste(scaled, ((canvas[0] - width) // 2, (canvas[1] - height) // 2))
    return padded


def _scale(width: int, height: int, limits: ImageLimits) -> float:
    """The factor with which the picture, its margin included, is within the limits; never more than the least width needs."""
    padded_width = max(width, height * limits.min_ratio)
    padded_height = max(height, width / limits.max_ratio)
    scale = min(limits.max_width / padded_width, limits.max_height / padded_height, 1.0)
    return max(scale, limits.min_width / padded_width)


def _canvas(width: int, height: int, limits: ImageLimits) -> tuple[int, int]:
    """The smallest size that holds the picture and has an allowed ratio."""
    if width / height < limits.min_ratio:
        return ceil(height * limits.min_ratio - 1e-6), height
    if width / height > limits.max_ratio:
        return width, ceil(width / limits.max_ratio - 1e-6)
    return width, height


def _error(place: Place, message: str, summary: str, next_step: str) -> MediaError:
    return MediaError(message, summary=summary, next_step=next_step, place=place)
