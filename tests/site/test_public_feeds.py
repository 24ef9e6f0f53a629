"""What machines read of the public site, read by the programs of others."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import fastfeedparser
import feedparser
from pyld import jsonld

from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.site.conftest import URL
from tests.site.pages import page_of, publish
from tests.site.test_public_site import TITLE

Build = Callable[[], Path]


def test_both_feeds_are_read_by_parsers_of_others(office: Office, built: Build) -> None:
    publish(office, "a")
    publish(office, "b", title="1 < 2 & 3（見本）", channels="x")
    site = built()
    atom, feed = (site / "feed.xml").read_text("utf-8"), (site / "feed.json").read_text("utf-8")
    one = feedparser.parse(atom)
    assert not one.bozo
    found = [[(e.title, e.link) for e in one.entries]]
    found += [[(e.title, e.link) for e in fastfeedparser.parse(text).entries] for text in (atom, feed)]
    assert found[0] == found[1] == found[2]
    assert [title for title, _ in found[0]] == ["1 < 2 & 3（見本）", TITLE]
    for _, link in found[0]:
        assert (site / link.removeprefix(f"{URL}/")).is_file()
    assert "職員がお話を聞いて入力します。" in one.entries[1].summary
    assert json.loads(feed)["version"] == "https://jsonfeed.org/version/1.1"
    ids = {item["id"] for item in json.loads(feed)["items"]}
    assert len(ids) == 2


def test_the_sitemap_names_every_page(office: Office, built: Build) -> None:
    publish(office, "a")
    site = built()
    tree = ElementTree.parse(site / "sitemap.xml")  # noqa: S314 our own
    named = {node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert named == {f"{URL}/{page.relative_to(site).as_posix()}" for page in site.rglob("*.html")}


def linked(page: Path) -> dict[str, object]:
    text = page.read_text("utf-8").partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found: dict[str, object] = json.loads(text)
    return found


def _vocabulary(url: str, options: object) -> dict[str, object]:
    """Schema.org's context, as far as it concerns us: every name is one of its vocabulary."""
    assert url == "https://schema.org"
    context = {"@context": {"@vocab": "https://schema.org/"}}
    return {"contextUrl": None, "documentUrl": url, "document": context, "contentType": "application/ld+json"}


def test_each_post_is_linked_data(office: Office, built: Build) -> None:
    publish(office, "a")
    site = built()
    page = page_of(site, TITLE)
    (found,) = jsonld.expand(linked(page), {"documentLoader": _vocabulary})
    said = {name.removeprefix("https://schema.org/"): value for name, value in found.items()}
    assert said["@type"] == ["https://schema.org/Article"]
    assert said["@id"] == f"{URL}/posts/{page.name}"
    assert said["headline"] == [{"@value": TITLE}]
    assert said["datePublished"][0]["@value"].startswith("2026-12-01T")
    assert {each["@value"] for each in said["sameAs"]} == {row.url for row in Delivery.objects.all()}
    assert said["publisher"][0]["@type"] == ["https://schema.org/GovernmentOrganization"]
    (image,) = said["image"]
    assert (site / image["@value"].removeprefix(f"{URL}/")).is_file()


def test_no_text_ends_the_script_that_holds_it(office: Office, built: Build) -> None:
    """The files of posts refuse such a title; a row of an older version, or of another hand, may still hold one."""
    publish(office, "a")
    evil = "</script><img src=x onerror=alert(1)><!--"
    Submission.objects.update(title=evil)
    site = built()
    (page,) = (site / "posts").glob("*.html")
    assert linked(page)["headline"] == evil
    assert not any("<img src=x" in path.read_text("utf-8") for path in site.rglob("*.html"))
