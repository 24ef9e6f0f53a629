"""The public site of posts that were put right: what was wrong is said, and the text is the right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.services.pages import published
from tests.office import Office
from tests.services.test_corrections import corrected, publish, settle
from tests.site.pages import everything, text_of

Build = Callable[[], Path]
SAID = "「12月5日」は、正しくは「12月6日」です。おわびして訂正します。"
REPLACED = "訂正したものに替えました"


def words(office: Office, site: Path) -> str:
    return text_of(site, office.deliveries()[0].submission.title)


def test_what_was_edited_shows_the_right_text_and_what_was_wrong(office: Office, built: Build) -> None:
    publish(office)
    corrected(office, "x: none, instagram: none", "facebook")
    settle(office)
    (post,) = published.posts(office.ctx)
    assert post.corrections == (SAID,)
    assert post.shown
    assert (post.shown.channel, post.shown.version) == ("facebook", 2)
    assert "12月6日に始まります" in post.shown.text
    found = words(office, built())
    assert SAID in found
    assert found.count(REPLACED) == 1
    assert "取り下げました" not in found


def test_what_is_corrected_by_another_post_keeps_its_text_below_the_correction(office: Office, built: Build) -> None:
    publish(office, "x")
    assert published.posts(office.ctx)[0].corrections == ()
    corrected(office, channels="x")
    settle(office)
    (post,) = published.posts(office.ctx)
    assert post.shown
    assert post.shown.version == 1
    found = words(office, built())
    assert found.index(SAID) < found.index("12月5日に始まります")
    assert found.count("訂正の投稿") == 1
    assert REPLACED not in found


def test_what_was_posted_again_is_not_said_to_be_taken_back(office: Office, built: Build) -> None:
    publish(office, "x")
    corrected(office, "x: repost", "x")
    settle(office)
    (post,) = published.posts(office.ctx)
    assert [(p.version, p.stands, p.replaced) for p in post.places] == [(1, False, True), (2, True, False)]
    site = built()
    found = words(office, site)
    assert found.count(REPLACED) == 1
    assert "取り下げました" not in found
    assert "12月6日に始まります" in everything(site)
    assert "12月5日に始まります" not in everything(site)


def test_a_correction_that_waits_is_not_said_yet(office: Office) -> None:
    publish(office, "x")
    corrected(office, channels="x")
    (post,) = published.posts(office.ctx)
    assert post.corrections == ()
