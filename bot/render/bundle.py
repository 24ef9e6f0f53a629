"""Post → Variants → Bundle: what each channel will show, to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bot.content.correction import Way
from bot.content.document import Block, Inline, without_breaks
from bot.content.people import City
from bot.content.post import Achievement, Picture, Post
from bot.errors import MediaError, NotInstalled
from bot.media import charts, images
from bot.media.frames import Box
from bot.render.cropping import wanted
from bot.render.environment import CORRECTIONS, Templates
from bot.render.plain import Plain
from bot.render.variant import Bundle, ChannelSpec, Media, Part, Variant
from bot.strategy.charts import Chart
from bot.workflow.kinds import Kind


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """The charts that are drawn already, by channel and rule, and whether others are drawn: whoever only compares does not, and
    needs nothing to draw with (ADR 40)."""

    known: Mapping[tuple[str, str], Media] = field(default_factory=dict)
    draws: bool = True


DRAW_ALL = Drawings()
ACHIEVEMENT_LABELS: Mapping[Achievement, str] = {"done": "達成", "partly": "一部達成", "not_yet": "未達成"}


def parts(post: Post, spec: ChannelSpec, templates: Templates, city: City) -> tuple[Part, ...]:
    """The channel's text, as one part or as a thread if the post asks for one. Raises TemplateError."""
    override = post.override(spec.key)
    # A text that the author wrote for a channel goes out as it is: a template would add what was left out on purpose.
    threaded = spec.split is not None and override.options.get("thread") is True
    text = override.text if override.text is not None else _from_template(post, spec, templates, city, threaded)
    text = _corrected(text, post, spec, templates, city)
    texts = spec.split(text, city.protected_words) if threaded and spec.split else (text,)
    return tuple(Part(text=t, length=spec.length(t), limit=spec.limit) for t in texts)


def _from_template(post: Post, spec: ChannelSpec, templates: Templates, city: City, threaded: bool) -> str:
    """With all there is to say, where the channel has room for it; otherwise with what the template keeps when `brief`."""
    context = _context(post, spec, city)
    text = templates.text(spec.key, context)
    if threaded or spec.limit is None or spec.length(text) <= spec.limit:
        return text
    # What is left out then is told to the author by the checks (bot/checks/left_out.py): it is never dropped in silence.
    return templates.text(spec.key, context | {"brief": True})


def _corrected(text: str, post: Post, spec: ChannelSpec, templates: Templates, city: City) -> str:
    """With the words that the office puts before a correction, where it is one."""
    if not post.correction or not (way := spec.way(post.correction)):
        return text
    said = {
        "way": str(way),
        "kind": str(post.correction.kind),
        "wrong": post.correction.wrong,
        "right": post.correction.right,
    }
    return templates.text(spec.key, {**_context(post, spec, city), **said, "text": text}, CORRECTIONS)


def render(post: Post, specs: Iterable[ChannelSpec], templates: Templates, city: City, drawn: Drawings = DRAW_ALL) -> Bundle:
    """Everything that the post's channels will show. Raises TemplateError and MediaError with their place."""
    wanted = {spec.key: spec for spec in specs}
    # In the order in which the author named the channels, which is the same on every machine.
    shown = (wanted[key] for key in post.channels if key in wanted)
    variants = tuple(_variant(post, spec, templates, city, drawn) for spec in shown if not _is_left(post, spec))
    # The wish is part of the digest: an approval for noon is none for midnight (ADR 2).
    wish = {
        "publish": post.publish.isoformat() if post.publish else "",
        "slot": post.slot,
        "expires": post.expires.isoformat() if post.expires else "",
        "channels": ",".join(post.channels),
        "issue": str(post.override("newsletter").options.get("issue", "")),
        # What holds it belongs to what is approved.
        **({"tags": ",".join(post.tags)} if post.tags else {}),
        **({"kind": str(Kind.EMERGENCY)} if post.emergency else {}),
        **({"important": "true"} if post.important else {}),
    }
    if post.series:
        wish["series"] = f"{post.series.name} {post.series.part}"
    # Only where there is one: what was approved before there were corrections keeps its digest.
    if post.correction:
        wish["correction"] = json.dumps(post.correction.as_json(), ensure_ascii=False, sort_keys=True)
    return Bundle(identity=post.identity, author=post.author.key, wish=wish, variants=variants)


def _is_left(post: Post, spec: ChannelSpec) -> bool:
    """This correction leaves the channel as it is."""
    return post.correction is not None and spec.way(post.correction) == Way.NONE


def _variant(post: Post, spec: ChannelSpec, templates: Templates, city: City, drawn: Drawings) -> Variant:
    own = parts(post, spec, templates, city)
    return Variant(
        channel=spec.key,
        parts=own,
        media=tuple(_media(p, spec, drawn, part) for p, part in zip(post.pictures, wanted(post.pictures, spec), strict=True)),
        cost_usd=sum((spec.cost(p.text) for p in own), start=Decimal(0)),
    )


def _media(picture: Picture, spec: ChannelSpec, drawn: Drawings, part: Box | None) -> Media:
    # The bytes are made here and kept: what is approved is what goes out, to the last byte (ADR 2).
    if picture.chart is not None:
        return _chart(picture, picture.chart, spec, drawn)
    return _fitted(picture, images.fit(picture.path, spec.images, picture.place, part))


def _chart(picture: Picture, chart: Chart, spec: ChannelSpec, drawn: Drawings) -> Media:
    rule = charts.rule(chart)
    if (known := drawn.known.get((spec.key, rule))) is not None:
        return replace(known, file=picture.file, alt=picture.alt)
    if not drawn.draws:
        return Media(file=picture.file, alt=picture.alt, width=0, height=0, sha256="", rule=rule)
    try:
        data = charts.png(chart)
    except NotInstalled as e:
        raise MediaError(e.message, summary=e.summary, next_step=e.next_step, place=picture.place, rule="media.chart") from None
    return replace(_fitted(picture, images.fit_drawn(data, spec.images, picture.place)), rule=rule)


def _fitted(picture: Picture, image: images.FittedImage) -> Media:
    return Media(
        file=picture.file, alt=picture.alt, width=image.width, height=image.height, sha256=image.sha256, data=image.data
    )


def passages(post: Post, channel: str) -> tuple[tuple[Inline, ...], tuple[Inline, ...], tuple[Block, ...]]:
    """Title, lead and body of what the channel is to say: the post's, or what is said there instead."""
    override = post.override(channel)
    lead = override.lead or (post.document.lead.children if post.document.lead else ())
    body = override.body.blocks if override.body else post.document.after_lead
    return override.title or post.title, lead, body


def _context(post: Post, spec: ChannelSpec, city: City) -> dict[str, Any]:
    """The names a template may use. All are text, but `options` (the channel's own keys), `link_in_profile` (where links in a
    text cannot be followed) and `brief` (the whole was longer than the channel's limit)."""
    override = post.override(spec.key)
    in_profile = spec.key in city.links_in_profile
    # An address in the body is lost where only its words are shown; who wrote `link: true` has seen its price.
    shown = spec.style.links or override.options.get("link") is True
    plain = Plain(replace(spec.style, links=shown and not in_profile))
    tags = override.hashtags if override.hashtags is not None else post.hashtags
    title, lead, body = passages(post, spec.key)
    picture = post.pictures[0] if post.pictures else None
    return {
        "title": plain.line(without_breaks(title)),
        "lead": plain.line(lead),
        "body": plain.blocks(body),
        "hashtags": " ".join(f"#{tag}" for tag in tags),
        "link": post.link,
        "link_in_profile": in_profile,
        "contact": post.contact,
        "department": post.author.department,
        # Who has not agreed to be named in public stands as their department.
        "author": post.author.name if post.author.public else post.author.department,
        # A draft whose author has not said it yet is shown with a place for it; no file is read without.
        "achievement": ACHIEVEMENT_LABELS.get(post.achievement, "（達成度）"),
        "reason": post.reason,
        "next": post.next,
        "city": city.name,
        "alt": picture.alt if picture else "",
        "credit": picture.credit if picture else "",
        "brief": False,
        "options": {key: override.options.get(key, kind()) for key, kind in spec.options.items()},
    }
