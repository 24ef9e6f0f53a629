"""A post as a form asks for it: fields ↔ the text of its file.

Any post can be read into the form and written back: what the form has no field for is carried along (`rest`, `remainder`).
Comments in the front matter are the one thing that does not come back; git keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bot.content import frontmatter
from bot.content.frontmatter_lines import SENTENCES
from bot.content.post import Source
from bot.content.source_text import of_value
from bot.errors import ContentError, Place
from bot.text.control import in_lines
from bot.values.node import Node

QUESTIONS = ("何が不便だったか", "何を変えたか", "どう変わったか")
# What `dxbot new` leaves where an answer is still to come; the checks know it again, so that none of it goes out.
_OTHER_PROSE = ("remainder", "reason", "next")
UNSAID = " "  # of a time that is wished for and not yet said
OPEN = "（ ）"
LEAD_TO_COME = "（市民にとって何が変わるかを、はじめの1段落に60字ほどで書きます。）"
FIGURES_TO_COME = "（数字と、いつの数字かも書きます。）"
LAST_YEAR = "（去年の原稿です。日付・場所・数字を今年のものに直し、読み終えたらこの行を消します。）"
HEADING = re.compile(r"^## +(\S(?:.*\S)?)\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A picture of the form; `file` lies beside the post or among the shared pictures, and is "" for a `chart`. `crop` by
    channel, as the file has it."""

    file: str
    alt: str = ""
    people: str = ""
    consent: str = ""
    credit: str = ""
    chart: str = ""
    focus: str = ""
    crop: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.chart or self.file


@dataclass(frozen=True, kw_only=True)
class Form:
    """All as typed, unchecked. `answers` belong to QUESTIONS. `remainder` is Markdown after them, `rest` what else stands in
    the front matter."""

    identity: str = ""
    title: str = ""
    author: str = ""
    measure: str = ""
    achievement: str = ""
    reason: str = ""
    next: str = ""
    channels: tuple[str, ...] = ()
    publish: str = ""
    slot: str = ""
    expires: str = ""
    hashtags: tuple[str, ...] = ()
    link: str = ""
    contact: str = ""
    pictures: tuple[Shot, ...] = ()
    lead: str = ""
    answers: tuple[str, str, str] = ("", "", "")
    remainder: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict)


def compose(form: Form) -> str:
    """The file's text. Empty fields are left out, but for those that every post must have: the checks ask for them."""
    front: dict[str, Any] = {
        "id": form.identity,
        "title": form.title,
        "author": form.author,
        "measure": form.measure,
        "achievement": form.achievement,
        "reason": form.reason,
        "next": form.next,
        "channels": list(form.channels),
        "publish": form.publish.replace("T", " "),
        "slot": form.slot,
        "expires": form.expires.replace("T", " "),
        "hashtags": list(form.hashtags),
        "link": form.link,
        "contact": form.contact,
        "images": [_shot(s) for s in form.pictures],
    }
    needed = ("title", "author", "measure", "achievement", "channels")
    kept = {key: value for key, value in front.items() if value or key in needed} | dict(form.rest)
    lines = [_entry(key, value) for key, value in kept.items()]
    return "---\n" + "".join(lines) + "---\n" + _body(form)


def _shot(shot: Shot) -> dict[str, object]:
    if shot.chart:
        return {key: value for key, value in (("chart", shot.chart), ("credit", shot.credit)) if value}
    given = {key: getattr(shot, key) for key in ("file", "alt", "people", "consent", "credit", "focus")}
    given["crop"] = {channel: said for channel, said in shot.crop.items() if said}
    return {key: value for key, value in given.items() if value or key == "alt"}


def _entry(key: str, value: object) -> str:
    names = isinstance(value, list) and all(isinstance(v, str) for v in value)
    if names:
        return f"{key}: {yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)}"
    return str(yaml.safe_dump({key: value}, allow_unicode=True, width=10_000, sort_keys=False, default_flow_style=False))


def _body(form: Form) -> str:
    sections = [form.lead.strip()]
    sections += [f"## {q}\n\n{a.strip()}" for q, a in zip(QUESTIONS, form.answers, strict=True) if a.strip()]
    sections.append(form.remainder.strip())
    return "\n\n".join(_normal(section) for section in sections if section) + "\n"


def _normal(text: str) -> str:
    return in_lines(text.replace("\r\n", "\n").replace("\r", "\n"))


def read(path: Path, text: str) -> Form:
    """The form of a file's text. Raises FrontMatterError for a front matter that is not one, or that names one value twice."""
    root, body_at = frontmatter.split(path, text)
    source = Source(path=path, text=text, places={})
    front: dict[str, Any] = {key: _meant(source, value) for key, value in _entries(root)}
    lead, answers, remainder = _sections(text[body_at:])
    return Form(
        identity=_text(front.pop("id", "")),
        title=_text(front.pop("title", "")),
        author=_text(front.pop("author", "")),
        measure=_text(front.pop("measure", "")),
        achievement=_text(front.pop("achievement", "")),
        reason=_text(front.pop("reason", "")),
        next=_text(front.pop("next", "")),
        channels=_texts(front.pop("channels", ())),
        publish=_text(front.pop("publish", "")),
        slot=_text(front.pop("slot", "")),
        expires=_text(front.pop("expires", "")),
        hashtags=_texts(front.pop("hashtags", ())),
        link=_text(front.pop("link", "")),
        contact=_text(front.pop("contact", "")),
        pictures=tuple(_picture(p) for p in front.pop("images", None) or ()),
        lead=lead,
        answers=answers,
        remainder=remainder,
        rest=front,
    )


def _entries(root: Node) -> Iterator[tuple[str, Node]]:
    for name, value in root.entries():
        yield name.text(), value


def _meant(source: Source, value: Node) -> object:
    """As the post is read: a sentence that goes on in the next line has no blank there in Japanese."""
    if isinstance(value.content, str) and " " in value.content and value.key in SENTENCES:
        return of_value(source.text, source.offset(value.place), value.content).text
    return value.plain()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(v) for v in value) if isinstance(value, list) else ()


def _picture(value: object) -> Shot:
    given = value if isinstance(value, dict) else {}
    own = given.get("crop")
    crop = {str(channel): _text(said) for channel, said in own.items()} if isinstance(own, dict) else {}
    texts = {key: _text(given.get(key)) for key in ("file", "alt", "people", "consent", "credit", "chart", "focus")}
    return Shot(**texts, crop=crop)


def _sections(body: str) -> tuple[str, tuple[str, str, str], str]:
    """What stands before the first heading, the answers, and the rest. The questions are looked for in their order."""
    marks = list(HEADING.finditer(body))
    lead = body[: marks[0].start()] if marks else body
    answers = ["", "", ""]
    asked = 0
    for number, mark in enumerate(marks):
        wanted = [i for i in range(asked, 3) if QUESTIONS[i] == mark[1]]
        if not wanted:
            return lead.strip(), _three(answers), body[mark.start() :].strip()
        end = marks[number + 1].start() if number + 1 < len(marks) else len(body)
        answers[wanted[0]] = body[mark.end() : end].strip()
        asked = wanted[0] + 1
    return lead.strip(), _three(answers), ""


def _three(answers: list[str]) -> tuple[str, str, str]:
    return answers[0], answers[1], answers[2]


def replaced(text: str, place: Place, wrong: str, right: str) -> Form | None:
    """The form of a file that `compose` wrote, with the words at this place put right; None where it is not those that stand
    there, or where the file would say something else then."""
    at = Source(path=place.path, text=text, places={}).offset(place)
    if not text.startswith(wrong, at):
        return None
    changed = text[:at] + right + text[at + len(wrong) :]
    try:
        form = read(place.path, changed)
    except ContentError:
        return None
    return form if compose(form) == changed else None


def prose(form: Form) -> dict[str, str]:
    """What is written in sentences, by the form's field."""
    answers = {f"answer-{number}": text for number, text in enumerate(form.answers, 1)}
    return {"title": form.title, "lead": form.lead, **answers, **{name: getattr(form, name) for name in _OTHER_PROSE}}


def with_prose(form: Form, name: str, text: str) -> Form:
    number = name.partition("-")[2]
    if not number:
        kept: dict[str, Any] = {name: text}
        return replace(form, **kept)
    answers = [text if at == int(number) else own for at, own in enumerate(form.answers, 1)]
    return replace(form, answers=_three(answers))


def answer(form: Form, channel: str, option: str) -> str:
    """What a channel's yes-or-no option says: "yes", "no", or "" where nothing is written."""
    own = form.rest.get(channel)
    written = str(own.get(option, "")).lower() if isinstance(own, Mapping) else ""
    return {"true": "yes", "false": "no"}.get(written, "")


def answered(form: Form, channel: str, option: str, said: str) -> Form:
    """The form with that option as said; "" takes it out."""
    before = form.rest.get(channel)
    own = {key: value for key, value in before.items() if key != option} if isinstance(before, Mapping) else {}
    own |= {option: said == "yes"} if said else {}
    rest = {key: value for key, value in form.rest.items() if key != channel}
    return replace(form, rest=rest | ({channel: own} if own else {}))


def fields(form: Form) -> Iterator[tuple[str, Any]]:
    """What can be kept as JSON, and read back by `form_of`."""
    for name in Form.__dataclass_fields__:
        value = getattr(form, name)
        yield name, [vars(s) for s in value] if name == "pictures" else list(value) if isinstance(value, tuple) else value


def form_of(kept: Mapping[str, Any]) -> Form:
    """What `fields` kept, of an earlier or a later version as well: what it lacks is empty, what is not known is left out."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in _known(Form, kept)}
    given["pictures"] = tuple(Shot(**{"file": "", **dict(_known(Shot, shot))}) for shot in kept.get("pictures", ()))
    return Form(**given)


def _known(form: type[Form | Shot], kept: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in kept.items() if name in form.__dataclass_fields__)
