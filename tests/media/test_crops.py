"""Preview and timelines cut pictures as the platforms do: measured in a browser, against the table of the design paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from bot import registry
from bot.clock import ManualClock
from bot.platform_kit.state import Picture, State
from bot.registry import load
from bot.sandbox import server
from bot.services.approval import preview
from bot.services.records.context import context
from tests.media.crop_table import COUNTS, LAST_TILE, SHAPES, Seen, expected, in_grid
from tests.office import TUESDAY, write_content, write_post

_MARGIN = 242  # the grey that a picture gets where a platform would refuse its shape
_VEIL = 0.4  # of the light is left where a picture is darkened
_NEAR = 9  # of 255: what a JPEG, scaling and the rounding to pixels change
_EDGE = 0.08
_POINTS = (0.06, 0.3, 0.5, 0.7, 0.94)


def chart(size: tuple[int, int], number: int) -> bytes:
    """A picture that tells by its colours where in it a point lies: red grows to the right, green downwards; blue names it."""
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    buffer = BytesIO()
    Image.merge("RGB", (across, down, Image.new("L", size, 20 + 30 * number))).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Album:
    """Some pictures of one post: the first has the shape in question, the second a quite different one, and so on."""

    name: str
    sizes: list[tuple[int, int]]

    @property
    def veiled(self) -> int:
        return LAST_TILE if len(self.sizes) > LAST_TILE + 1 else -1


def albums(channel: str) -> Iterator[Album]:
    """Each shape alone, and as the first of several; how many those are goes round."""
    names, several = list(SHAPES), COUNTS[channel][1:]
    for at, name in enumerate(names):
        for count in (1, several[at % len(several)]):
            others = [names[(at + 5 * step) % len(names)] for step in range(count)]
            yield Album(name=f"{name}-{count}", sizes=[SHAPES[other] for other in others])


@pytest.fixture(scope="module")
def screen(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_context(viewport={"width": 1000, "height": 1300}).new_page()
    yield page
    page.context.close()


def assert_seen(panels: Locator, parts: Sequence[Seen], what: str, veiled: int = -1) -> None:
    """Each of the frames in these panels shows just its part of its picture, point by point; the `veiled` one, darkened."""
    frames = [image for panel in panels.all() for image in _frames(panel)]
    assert len(frames) == len(parts), what
    for number, (image, part) in enumerate(zip(frames, parts, strict=True)):
        for x, y in product(_POINTS, _POINTS):
            told = image.getpixel((round(x * (image.width - 1)), round(y * (image.height - 1))))
            wanted = _colour(part.left + x * (part.right - part.left), part.top + y * (part.bottom - part.top), number)
            if wanted is None or (number == veiled and y == 0.5):  # where it says how many more there are
                continue
            wanted = tuple(round(_VEIL * c) for c in wanted) if number == veiled else wanted
            assert isinstance(told, tuple)
            assert _is_near(told, wanted), f"{what} picture {number} at {x} {y}: {told}, not {wanted}"


def _frames(panel: Locator) -> list[Image.Image]:
    """What is seen in each of a panel's frames; in the panel itself, where it has none."""
    panel.scroll_into_view_if_needed()
    whole = Image.open(BytesIO(panel.screenshot(scale="css"))).convert("RGB")
    around, inside = panel.bounding_box(), [seam.bounding_box() for seam in panel.locator(".seam").all()]
    assert around
    found = [box for box in inside if box] or [around]
    lefts = [(box["x"] - around["x"], box["y"] - around["y"], box["width"], box["height"]) for box in found]
    return [whole.crop((round(x), round(y), round(x + w), round(y + h))) for x, y, w, h in lefts]


def _colour(x: float, y: float, number: int) -> tuple[int, ...] | None:
    """None near where margin and picture meet, which is but a pixel or two in the smallest frames."""
    outside = [max(-at, at - 1) for at in (x, y)]
    if max(outside) > _EDGE:
        return (_MARGIN, _MARGIN, _MARGIN)
    return None if max(outside) > -_EDGE else (round(255 * x), round(255 * y), 20 + 30 * number)


def _is_near(told: Sequence[int], wanted: Sequence[int]) -> bool:
    return all(abs(a - b) <= _NEAR for a, b in zip(told, wanted, strict=True))


@pytest.mark.parametrize("channel", COUNTS)
def test_the_preview_cuts_as_the_table_says(channel: str, screen: Page, tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_content(content)
    ctx = context(load({"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(tmp_path / "var")}), ManualClock(TUESDAY))
    for album in albums(channel):
        for number, size in enumerate(album.sizes):
            (content / "media" / f"{number}.png").write_bytes(chart(size, number))
        images = ", ".join(f"{{file: {n}.png, alt: 見本の{n}枚目, people: none}}" for n in range(len(album.sizes)))
        page = tmp_path / "page.html"
        page.write_text(preview.page(ctx, write_post(content, channels=channel, images=images)), encoding="utf-8")
        screen.goto(page.as_uri())
        shown = screen.locator(f"article#{channel} .pictures .panel")
        assert_seen(shown, expected(channel, album.sizes), f"{channel} {album.name}", album.veiled)
        grid = screen.locator(f"article#{channel} .ingrid .panel")
        assert_seen(grid, [in_grid(album.sizes[0])] if channel == "instagram" else [], f"grid {album.name}")


def sent(channel: str, data: bytes, folder: Path) -> bytes:
    """What the program uploads of a picture."""
    from bot.errors import Place
    from bot.media import images

    path = folder / "picture.png"
    path.write_bytes(data)
    return images.fit(path, registry.specs()[channel].images, Place(path=path)).data


@pytest.mark.parametrize("channel", COUNTS)
def test_the_timeline_cuts_as_the_table_says(channel: str, screen: Page, tmp_path: Path) -> None:
    state, posts = State(tmp_path / "sandbox"), dict[str, Album]()
    for album in albums(channel):
        posts[state.new_id()] = album
        uploaded = [state.keep(sent(channel, chart(size, n), tmp_path)) for n, size in enumerate(album.sizes)]
        pictures = [Picture(alt=f"見本の{n}枚目", sha256=sha256) for n, sha256 in enumerate(uploaded)]
        state.publish(channel, list(posts)[-1], album.name, pictures)
    state.close()
    with server.create(tmp_path / "sandbox") as running:
        screen.goto(f"{running.base_url}/{channel}")
        for identity, album in posts.items():
            shown = screen.locator(f"article#p-{identity} .pictures .panel")
            assert_seen(shown, expected(channel, album.sizes), f"{channel} {album.name}", album.veiled)
        covers = screen.locator(".grid .panel")
        newest = list(posts.values())[::-1] if channel == "instagram" else []
        assert covers.count() == len(newest)
        for number, album in enumerate(newest):
            assert_seen(covers.nth(number), [in_grid(album.sizes[0])], f"grid {album.name}")


def test_what_does_not_fit_on_the_tiles_is_counted_on_the_last(screen: Page, tmp_path: Path) -> None:
    state = State(tmp_path / "sandbox")
    one = Picture(alt="見本", sha256=state.keep(chart((600, 600), 0)))
    identity = state.new_id()
    state.publish("facebook", identity, "七枚", [one] * 7)
    state.close()
    with server.create(tmp_path / "sandbox") as running:
        screen.goto(f"{running.base_url}/facebook")
        assert screen.locator("svg text").all_text_contents() == ["＋2"]
