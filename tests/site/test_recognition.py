"""「この投稿は市のものですか」: the same answers on the server and in a browser, and near is never the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from bot.errors import MediaError, NotAllowed
from bot.render.variant import read_variant
from bot.services.pages import recognition
from bot.services.pages.recognition import CityRecord, Recognised
from bot.services.records.context import Context
from bot.store.likeness import Likeness
from bot.store.models import Blob, Delivery
from bot.text.recognition import plain
from tests.office import Office
from tests.site.conftest import URL
from tests.site.pages import publish
from tests.site.test_public_site import TITLE, take_down

STRANGE = "本日、臨時の給付金を配ります。次のアドレスから、銀行の口座の番号をお知らせください。期限は明日までです。"


def drawing(seed: int, size: tuple[int, int] = (900, 600)) -> Image.Image:
    """A picture like a leader's: shapes and a gradient, none like another's."""
    chance = random.Random(seed)  # noqa: S311 pictures
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.rectangle((x, y, x + chance.randrange(40, 300), y + chance.randrange(40, 200)), fill=colour)
    return image


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def saved_anew(data: bytes) -> bytes:
    """At quality 60 and half the size."""
    image = Image.open(BytesIO(data))
    return jpeg(image.resize((image.width // 2, image.height // 2)), 60)


class Ask(Protocol):
    def __call__(self, text: str = "", picture: bytes = b"") -> str: ...


@pytest.fixture
def out(office: Office) -> Office:
    """Two posts are out; the first has a picture."""
    drawing(1).save(office.folder / "media" / "red.png")
    publish(office, "a")
    publish(office, "b", title="カード取得率（見本）", channels="x", body="取得率は46.5%です（見本）。\n", images="")
    return office


def at_the_server(public: Context) -> Ask:
    def ask(text: str = "", picture: bytes = b"") -> str:
        record = recognition.record(public)
        if picture:
            return said(record.picture(picture))
        if recognition.address_key(text, public.specs):
            return said(record.address(text, public.specs))
        return said(record.text(text))

    return ask


def said(found: Recognised) -> str:
    """In the words of the page in the browser, as far as they say something."""
    head = {"same": "市の記録にあります", "near": "同じではありません", "none": "ありません", "plain": "比べられません"}
    words = [head[found.verdict], found.post.title if found.post else ""]
    if found.post and not found.post.shown:
        words.append("取り下げた投稿")
    elif found.taken_back:
        words.append("取り下げた文")
    words += [f"{c.at}字目 {c.record or '（なし）'}→{c.given or '（なし）'}" for c in found.changes]
    return " ".join(filter(None, words))


def in_the_browser(chromium: Browser, site: str) -> Iterator[Ask]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site)

    def ask(text: str = "", picture: bytes = b"") -> str:
        page.reload()
        page.fill("#text", text)
        if picture:
            page.set_input_files("#picture", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": picture})
        page.get_by_role("button", name="確かめる").click()
        page.locator("#answer .answer").wait_for()
        return _read(page)

    yield ask
    context.close()


def _read(page: Page) -> str:
    heading = page.locator("#answer h2").inner_text()
    known = ("市の記録にあります", "同じではありません", "比べられません", "ありません")
    words = [next(k for k in known if k in heading)]
    words += page.locator("#answer a").all_inner_texts()
    words += [each for each in ("取り下げた投稿", "取り下げた文") if page.locator("#answer").get_by_text(each).count()]
    for line in page.locator("#answer li").all():
        wrong, right = line.locator("mark").all_inner_texts()
        words.append(f"{line.inner_text().partition('　')[0]} {wrong}→{right}")
    return " ".join(words)


@pytest.fixture(params=["server", "http", "file"])
def ask(request: pytest.FixtureRequest, out: Office, public: Context, tmp_path: Path) -> Iterator[Callable[[], Ask]]:
    """Makes a way to ask, of the posts that are out when it is made."""
    made: list[Iterator[Ask]] = []

    def make() -> Ask:
        if request.param == "server":
            return at_the_server(public)
        request.getfixturevalue("built")()
        served = request.getfixturevalue("served")
        site = f"{served}/verify.html" if request.param == "http" else (tmp_path / "site" / "verify.html").as_uri()
        made.append(in_the_browser(request.getfixturevalue("chromium"), site))
        return next(made[-1])

    yield make
    for each in made:
        next(each, None)


def facebook_text() -> str:
    row = Delivery.objects.select_related("submission").get(channel="facebook")
    variant = read_variant(row.submission.bundle, "facebook")
    assert variant
    return variant.parts[0].text


def test_every_kind_of_question_has_its_answer(ask: Callable[[], Ask], out: Office) -> None:
    asked, text = ask(), facebook_text()
    picture = bytes(Blob.objects.filter(submission__title=TITLE).order_by("sha256")[0].data)
    url = Delivery.objects.get(channel="x", submission__title=TITLE).url
    assert asked(text) == f"市の記録にあります {TITLE}"
    assert asked(text.replace("\n", " \r\n　")) == f"市の記録にあります {TITLE}"
    changed = text.replace("入力", "人力")
    assert asked(changed) == f"同じではありません {TITLE} {plain(text).index('入力') + 1}字目 入→人"
    assert (
        asked(text.replace("職員が", "")) == f"同じではありません {TITLE} {plain(text).index('職員が') + 1}字目 職員が→（なし）"
    )
    swapped = text.replace("書く回数", "回く書数")
    assert asked(swapped) == f"同じではありません {TITLE} {plain(text).index('書く回数') + 1}字目 書く回→回く書"
    assert asked(STRANGE) == "ありません"
    assert asked("取得率は46.5%です（見本）。という文") == "ありません"
    assert asked(url) == f"市の記録にあります {TITLE}"
    assert asked(f"{url}?s=20&utm_source=line") == f"市の記録にあります {TITLE}"
    assert asked(f"{url}9") == "ありません"
    assert asked("https://x.example.com/a/status/1") == "ありません"
    assert asked(picture=picture) == f"市の記録にあります {TITLE}"
    assert asked(picture=saved_anew(picture)) == f"同じではありません {TITLE}"
    assert asked(picture=jpeg(drawing(2))) == "ありません"
    assert asked(picture=jpeg(Image.new("RGB", (600, 400), "white"))) == "比べられません"


def test_what_was_taken_down_is_the_citys_and_says_so_without_its_text(ask: Callable[[], Ask], out: Office) -> None:
    text, url = facebook_text(), Delivery.objects.get(channel="x", submission__title=TITLE).url
    take_down(out, "x", "instagram", "facebook")
    asked = ask()
    assert asked(text) == f"市の記録にあります {TITLE} 取り下げた投稿"
    assert asked(url) == f"市の記録にあります {TITLE} 取り下げた投稿"
    assert asked(text.replace("入力", "人力")) == f"同じではありません {TITLE} 取り下げた投稿"


def test_a_text_that_stands_nowhere_any_more_says_so_where_the_rest_stands(ask: Callable[[], Ask], out: Office) -> None:
    text = facebook_text()
    take_down(out, "facebook", "instagram")  # X has a shorter text
    asked = ask()
    assert asked(text) == f"市の記録にあります {TITLE} 取り下げた文"
    assert asked(text.replace("入力", "人力")) == f"同じではありません {TITLE} 取り下げた文"


def test_a_no_of_the_page_says_how_far_its_record_goes_and_what_is_in_doubt(
    out: Office, built: Callable[[], Path], chromium: Browser
) -> None:
    Delivery.objects.filter(channel="facebook").update(state="undecided", published_at=None)
    page = chromium.new_page()
    page.goto((built() / "verify.html").as_uri())
    page.fill("#text", STRANGE)
    page.get_by_role("button", name="確かめる").click()
    last = max(row.published_at for row in Delivery.objects.all() if row.published_at)
    page.get_by_text(f"この記録は、{out.ctx.said(last, with_year=True)}までのものです。").wait_for()
    assert page.get_by_text("出たかどうかを確かめている投稿があります").is_visible()
    page.close()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/kanazawa/status/123", "http://mobile.twitter.com/other/statuses/123/?s=20#a"),
        (
            "https://www.facebook.com/permalink.php?story_fbid=1&id=2",
            "https://m.facebook.com/permalink.php?id=2&story_fbid=1&ref=x",
        ),
        ("https://www.instagram.com/p/ABC/", "instagram.com/p/ABC?igsh=zzz"),
    ],
)
def test_an_address_is_the_same_in_all_its_forms(office: Office, one: str, other: str) -> None:
    key = recognition.address_key(one, office.ctx.specs)
    assert key is not None
    assert recognition.address_key(other, office.ctx.specs) == key
    assert recognition.address_key(one.replace("123", "124").replace("=1", "=7").replace("ABC", "ABD"), office.ctx.specs) != key


@pytest.mark.parametrize("given", ["取得率は46.5%です", "http://[", "x.com を見て", "ftp://x.com/a/status/1", "", "市役所"])
def test_what_is_no_address_has_no_key(office: Office, given: str) -> None:
    assert recognition.address_key(given, office.ctx.specs) is None


def test_a_page_of_the_public_site_is_the_citys_own(out: Office, public: Context) -> None:
    record = recognition.record(public)
    for post in record.posts:
        found = record.address(f"{URL}/posts/{post.name}.html", public.specs)
        assert found.post == post


@pytest.mark.parametrize("text", ["短い文", "長" * 5001])
def test_too_short_and_too_long_texts_are_refused(out: Office, public: Context, text: str) -> None:
    with pytest.raises(NotAllowed, match="characters"):
        recognition.record(public).text(text)


def test_what_is_no_picture_or_too_large_is_refused(out: Office, public: Context) -> None:
    record: CityRecord = recognition.record(public)
    with pytest.raises(MediaError):
        record.picture(b"%PDF-1.7")
    with pytest.raises(NotAllowed, match="bytes"):
        record.picture(bytes(recognition.LARGEST + 1))


def test_a_picture_is_looked_at_once_in_its_life(out: Office, public: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = recognition.record(public).marks
    assert marks == dict(Likeness.objects.values_list("sha256", "mark"))
    monkeypatch.setattr("bot.media.likeness.of_jpeg", None)
    assert recognition.record(public).marks == marks


def test_the_kept_record_follows_what_goes_out_and_what_is_taken_down(out: Office, public: Context) -> None:
    kept = recognition.RecordReader()
    before = kept.read(public)
    assert kept.read(public) is before
    publish(out, "c", title="三つ目（見本）", channels="x", body="三つ目の文です（見本）。\n", images="")
    assert len(kept.read(public).posts) == 3
    take_down(out, "facebook")
    assert [place.label for post in kept.read(public).posts for place in post.places if not place.stands] == ["Facebook"]
