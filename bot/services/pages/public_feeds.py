"""What machines read of the public site: Atom, JSON Feed, the sitemap, and each post as JSON-LD (schema.org)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from django.utils.feedgenerator import Atom1Feed
from markupsafe import Markup

from bot.content.people import City
from bot.services.pages.published import PublicPost

NEWEST = 50  # posts in a feed
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def page(url: str, post: PublicPost) -> str:
    return f"{url}/posts/{post.name}.html"


def atom(url: str, city: City, posts: Sequence[PublicPost]) -> str:
    """The newest ones, with their texts."""
    feed = Atom1Feed(
        title=title(city),
        link=f"{url}/",
        description="",
        language="ja",
        feed_url=f"{url}/feed.xml",
        author_name=f"{city.name} {city.office}",
    )
    for post in posts[:NEWEST]:
        address = page(url, post)
        feed.add_item(post.title, address, _text(post), unique_id=address, pubdate=post.at, updateddate=post.changed_at)
    return feed.writeString("utf-8")


def json_feed(url: str, city: City, posts: Sequence[PublicPost]) -> str:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title(city),
        "home_page_url": f"{url}/",
        "feed_url": f"{url}/feed.json",
        "language": "ja",
        "authors": [{"name": f"{city.name} {city.office}"}],
        "items": [_item(url, post) for post in posts[:NEWEST]],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _item(url: str, post: PublicPost) -> dict[str, object]:
    pictures = [f"{url}/media/{m.sha256}.jpg" for m in post.shown.media] if post.shown else []
    return {
        "id": page(url, post),
        "url": page(url, post),
        "title": post.title,
        "content_text": _text(post),
        "date_published": post.at.isoformat(),
        "date_modified": post.changed_at.isoformat(),
        **({"image": pictures[0]} if pictures else {}),
    }


def _text(post: PublicPost) -> str:
    return post.shown.text if post.shown else "この投稿は取り下げました。"


def sitemap(url: str, pages: Iterable[tuple[str, datetime | None]]) -> str:
    """`pages` are paths below the site, each with when it last changed (None: not known)."""
    lines = [
        f"<url><loc>{escape(f'{url}/{path}')}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if at else ''}</url>"
        for path, at in pages
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}">\n' + "\n".join(lines) + "\n</urlset>\n"


def linked_data(url: str, city: City, post: PublicPost) -> Markup:
    """For a `script` element: nothing in it can end that element. Without the site's address it names none of our pages."""
    address = page(url, post) if url else ""
    found: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": post.title,
        "inLanguage": "ja",
        "datePublished": post.at.isoformat(),
        "dateModified": post.changed_at.isoformat(),
        "publisher": {"@type": "GovernmentOrganization", "name": city.name, "department": _department(city.office)},
        "author": {"@type": "GovernmentOrganization", "name": f"{city.name} {post.department}"},
        "sameAs": [place.url for place in post.standing if place.url],
    }
    if post.shown:
        found["articleBody"] = post.shown.text
    if address:
        found |= {"@id": address, "url": address, "mainEntityOfPage": address}
        found["image"] = [f"{url}/media/{m.sha256}.jpg" for m in post.shown.media] if post.shown else []
    if post.corrections:
        found["correction"] = list(post.corrections)
    # The text is ours, and still holds whatever somebody wrote: `</script>` and `<!--` would end the element or hide its end.
    return Markup(json.dumps(found, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704


def _department(name: str) -> dict[str, str]:
    return {"@type": "GovernmentOrganization", "name": name}


def title(city: City) -> str:
    return f"{city.name} デジタル化の取組"
