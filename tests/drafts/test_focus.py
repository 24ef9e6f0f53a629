"""What is to stay of a picture, said on the form: by keyboard, by mouse, without scripts; and seen in each channel's frame."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from bot.content import post_form
from bot.content.post_form import Shot
from bot.store.drafts import Draft
from tests.chromium import barriers
from tests.drafts.people_at_work import SLOW
from tests.office import Office
from tests.sync.desk import Desk


@pytest.fixture(autouse=True)
def _city(desk: Desk) -> Desk:
    return desk


def two_colours(size: tuple[int, int] = (1200, 600)) -> bytes:
    """Red on the left, blue on the right."""
    image, buffer = Image.new("RGB", size, "blue"), BytesIO()
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    image.save(buffer, "PNG")
    return buffer.getvalue()


def with_pictures(page: Page, channels: tuple[str, ...] = ("Instagram",)) -> None:
    """A square, and a picture twice as wide as high."""
    page.goto("/write/")
    page.get_by_role("button", name="新しい原稿を書く").click()
    page.wait_for_url("**/write/*/")
    for label in ("X", "Instagram", "Facebook"):
        page.get_by_role("checkbox", name=label, exact=True).set_checked(label in channels)
    files = [("a.png", two_colours((600, 600))), ("b.png", two_colours())]
    page.get_by_label("画像を選ぶ").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    )
    page.get_by_role("button", name="選んだ画像を加える").click()
    page.get_by_role("heading", name="画像 2枚").wait_for()


def second() -> Shot:
    return post_form.form_of(Draft.objects.get().form).pictures[1]


def shown(page: Page) -> tuple[int, int, int]:
    """The colour in the middle of the second slide."""
    panel = page.locator("#preview .pictures .panel").nth(1)
    panel.scroll_into_view_if_needed()
    image = Image.open(BytesIO(panel.screenshot())).convert("RGB")
    colour = image.getpixel((image.width // 2, image.height // 4))
    assert isinstance(colour, tuple)
    return colour  # type: ignore[return-value]


def shot(page: Page, number: int = 2) -> Locator:
    return page.get_by_role("group", name=f"{number}枚目")


def is_red(colour: tuple[int, int, int]) -> bool:
    return colour[0] > 200 and colour[2] < 60


@pytest.mark.parametrize("scripts", [True, False])
def test_a_point_is_typed_into_two_fields(scripts: bool, office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader", java_script_enabled=scripts).new_page()
    with_pictures(page)
    point = shot(page).get_by_role("group", name="残すところ")
    point.get_by_label("左から").fill("10")
    page.get_by_role("button", name="保存して確かめる").click()
    page.get_by_text("保存しました。").first.wait_for()
    assert second().focus == "10% 50%"
    assert is_red(shown(page))
    expect(shot(page).get_by_role("group", name="残すところ").get_by_label("上から")).to_have_value("50")
    assert shot(page).locator(".aim path").first.get_attribute("d") == "M10 0V100M0 50H100"


def test_a_picture_is_pressed_and_what_stays_shows_at_once(office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader").new_page()
    with_pictures(page)
    aim = shot(page).locator(".aim")
    aim.scroll_into_view_if_needed()
    box = aim.bounding_box()
    assert box
    with page.expect_response("**/live/", timeout=SLOW):
        aim.click(position={"x": box["width"] * 0.2, "y": box["height"] * 0.5})
    assert second().focus == "20% 50%"
    assert is_red(shown(page))
    assert barriers(page) == []


def test_the_keyboard_alone_moves_the_point(office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader").new_page()
    with_pictures(page)
    field = shot(page).get_by_role("group", name="残すところ").get_by_label("左から")
    field.focus()
    with page.expect_response("**/live/", timeout=SLOW):
        for _ in range(3):
            page.keyboard.press("ArrowUp")
    assert second().focus == "3% 50%"
    assert shot(page).locator(".aim path").first.get_attribute("d") == "M3 0V100M0 50H100"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_channel_gets_a_shape_and_a_point_of_its_own(
    scripts: bool, office: Office, signed_in: Callable[..., BrowserContext]
) -> None:
    page = signed_in("shimin-leader", java_script_enabled=scripts).new_page()
    with_pictures(page, ("Instagram", "Facebook"))
    shot(page).get_by_text("配信先ごとに切り方を変える").click()
    own = shot(page).get_by_role("group", name="Instagram")
    own.get_by_label("切る形").select_option("4:5")
    own.get_by_label("左から").fill("0")
    page.get_by_role("button", name="保存して確かめる").click()
    page.get_by_text("保存しました。").first.wait_for()
    assert (second().focus, dict(second().crop)) == ("", {"instagram": "4:5 0% 50%"})
    expect(shot(page).get_by_role("group", name="Instagram").get_by_label("切る形")).to_have_value("4:5")
    text = post_form.compose(post_form.form_of(Draft.objects.get().form))
    assert "instagram: 4:5 0% 50%" in text.replace("'", "")


def test_what_is_no_point_is_told_at_its_field(office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader", java_script_enabled=False).new_page()
    with_pictures(page)
    draft = Draft.objects.get()
    form = dict(draft.form)
    form["pictures"][1]["focus"] = "300% 1%"
    draft.form = form
    draft.save()
    page.reload()
    told = page.locator("#preview a", has_text="2枚目の残すところ")
    assert told.get_attribute("href") == f"#focus-{second().file}"
    assert page.locator(f"[id='focus-{second().file}']").count() == 1
