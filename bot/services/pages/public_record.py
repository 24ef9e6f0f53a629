"""What the public page compares by in a browser: hashes and sketches of what is out, as scripts, so that a page opened as a
file may load them too. The texts themselves lie in a file for each post, which is loaded when one is near."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from bot.render.variant import ChannelSpec
from bot.services.pages.published import PublicPost
from bot.services.pages.recognition import CityRecord, CityText
from bot.text.moments import day, minute

INDEX = "verify-index.js"


def files(record: CityRecord, specs: Sequence[ChannelSpec]) -> Iterator[tuple[str, str]]:
    """By name. Of what stands nowhere any more there are hashes, and no text."""
    yield INDEX, f"window.cityRecord={_written(_index(record, specs))};\n"
    by_post: dict[str, list[CityText]] = {}
    for known in (known for known in record.texts if known.stands):
        by_post.setdefault(known.post.name, []).append(known)
    for name, texts in by_post.items():
        found = _written({_hash(known): known.plain for known in texts})
        yield f"texts/{name}.js", f'(window.cityTexts??={{}})["{name}"]={found};\n'


def _index(record: CityRecord, specs: Sequence[ChannelSpec]) -> dict[str, Any]:
    number = {post.identity: at for at, post in enumerate(record.posts)}
    return {
        "until": minute(record.until, with_year=True) if record.until else "",
        "doubt": record.in_doubt,
        "posts": [_post(post) for post in record.posts],
        "hosts": {host: spec.key for spec in specs for host in spec.hosts},
        "forms": {spec.key: spec.address.pattern for spec in specs if spec.address},
        "addresses": {key: number[post.identity] for key, post in record.addresses.items()},
        "texts": [_text(known, number[known.post.identity]) for known in record.texts],
        "pictures": [[sha, record.marks[sha], number[post.identity]] for sha, post in record.pictures.items()],
    }


def _post(post: PublicPost) -> dict[str, object]:
    return {"name": post.name, "title": post.title, "day": day(post.day, with_year=True), "stands": post.shown is not None}


def _text(known: CityText, at: int) -> list[object]:
    return [_hash(known), "".join(f"{h:08x}" for h in known.sketch), at, known.stands]


def _hash(known: CityText) -> str:
    return sha256(known.plain.encode()).hexdigest()


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
