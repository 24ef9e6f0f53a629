"""A refused form comes back on the page that it came from: what was typed stands in its fields again, what is wrong stands at
its field and, linked to it, in a summary above, whose heading has the focus.

This is done to the finished page, for every form alike: no form has to know how to show itself again, and none can forget to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from lxml import html
from lxml.html import builder

from bot.errors import BotError, NotFound, ScheduleError
from bot.language import say
from bot.text.control import visible
from bot.web.office import page_before

MARKED = 422  # "Unprocessable Content": understood, and not what was asked for
_MARKS = ("version", "planned")  # of what the page showed, which is newer by now
_NEVER_SHOWN_AGAIN = ("password", "file", "hidden", "submit")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`element` is the id of a field, or its name; "" where the whole form is meant."""

    element: str
    label: str
    sentence: str


@contextmanager
def asked_at(field: str) -> Iterator[None]:
    """A time that cannot be met was asked for at this field."""
    try:
        yield
    except ScheduleError as e:
        e.field = e.field or field
        raise


def sentence(error: BotError) -> str:
    return f"{error.summary}。{error.next_step}。"


def given_back(request: HttpRequest, error: BotError, status: int) -> HttpResponse | None:
    """The page from which this refused POST came, with all that was typed; None where there is no such page to show."""
    if request.method != "POST" or (isinstance(error, NotFound) and not error.field):
        return None
    for address in _came_from(request):
        if (page := _shown_again(request, address)) is not None:
            fault = Fault(element=error.field, label="", sentence=sentence(error))
            page.content = marked(page.content.decode(), [fault], request).encode()
            page.status_code = MARKED if error.field else status
            return page
    return None


def _came_from(request: HttpRequest) -> Iterator[str]:
    """The page that sent the form, as the browser says; otherwise the nearest above the address of the act."""
    if before := page_before(request):
        yield before
    parts = request.path.strip("/").split("/")
    for end in range(len(parts), 0, -1):
        yield f"/{'/'.join(parts[:end])}/"


def _shown_again(request: HttpRequest, address: str) -> HttpResponse | None:
    """What a GET of this address of ours shows to the same person; None where it shows nothing."""
    path, _, query = address.partition("?")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    again: Any = copy(request)
    again.method, again.path, again.path_info = "GET", path, path
    again.META = request.META | {"REQUEST_METHOD": "GET", "QUERY_STRING": query, "PATH_INFO": path}
    again.GET, again._post, again._files, again.resolver_match = QueryDict(query), QueryDict(), {}, match
    try:
        page: HttpResponse = match.func(again, *match.args, **match.kwargs)
    except (BotError, Http404):
        return None
    if hasattr(page, "render"):
        page.render()
    is_page = page.status_code == 200 and page.get("Content-Type", "").startswith("text/html")
    return page if is_page else None


def marked(page: str, faults: Sequence[Fault], sent: HttpRequest | None = None) -> str:
    """The page with these faults at their fields and in a summary. Where `sent` is given, its fields are filled in anew."""
    # A draft's page holds its pictures: more than lxml reads by itself, and the fields behind them would be missing.
    document = html.document_fromstring(page.encode(), parser=html.HTMLParser(huge_tree=True, encoding="utf-8"))
    form = _form(document, sent) if sent is not None else None
    if form is not None and sent is not None:
        _fill(form, sent.POST)
    told = [(_at(document, form, fault), fault) for fault in faults]
    main = document.find(".//main")
    if main is not None:
        main.insert(0, _summary(told))
    title = document.find(".//title")
    if title is not None:
        title.text = say("できませんでした：{title}", title=title.text or "")
    return f"<!doctype html>\n{html.tostring(document, encoding='unicode')}"


def filled(page: str, sent: HttpRequest) -> str:
    """The page with the form that was sent filled in anew, for whoever wants to change it after a look."""
    document = html.document_fromstring(page.encode(), parser=html.HTMLParser(huge_tree=True, encoding="utf-8"))
    if (form := _form(document, sent)) is not None:
        _fill(form, sent.POST)
        _open_around(form)
    return f"<!doctype html>\n{html.tostring(document, encoding='unicode')}"


def _form(document: Any, sent: HttpRequest) -> Any:
    """The form that was sent: by its address, by what it holds hidden, and of several such by the fields that were sent. None
    where the page has it no more."""
    found = _alike(document, sent)
    return max(found, key=lambda form: sum(f.get("name") in sent.POST for f in _fields(form)), default=None)


def _alike(document: Any, sent: HttpRequest) -> Iterator[Any]:
    for form in document.iter("form"):
        address = urlsplit(form.get("action") or sent.path).path
        hidden = [i for i in _fields(form) if i.get("type") == "hidden" and i.get("name") != "csrfmiddlewaretoken"]
        alike = all(i.get("value", "") in sent.POST.getlist(i.get("name")) for i in hidden if i.get("name") not in _MARKS)
        if address == sent.path and form.get("method", "").lower() == "post" and alike:
            yield form


def _fields(form: Any) -> Iterator[Any]:
    """Those inside it, and those elsewhere on the page that say they are its."""
    yield from (e for e in form.iter("input", "select", "textarea") if e.get("name"))
    if own := form.get("id"):
        everywhere = form.getroottree().getroot().iter("input", "select", "textarea")
        yield from (e for e in everywhere if e.get("form") == own and e.get("name"))


def _fill(form: Any, given: QueryDict) -> None:
    for field in _fields(form):
        values = given.getlist(field.get("name"))
        kind = field.get("type", "text") if field.tag == "input" else field.tag
        if kind in _NEVER_SHOWN_AGAIN:
            continue
        if kind in ("radio", "checkbox"):
            _set(field, "checked", field.get("value", "on") in values)
        elif kind == "select":
            for option in field.iter("option"):
                _set(option, "selected", option.get("value", option.text or "") in values)
        elif values and kind == "textarea":
            field.text = "\n" + _storable(values[0])  # the first line end of a textarea is not part of it
            _open_around(field)
        elif values:
            field.set("value", _storable(values[0]))


def _storable(text: str) -> str:
    """lxml takes no control characters; spelt out, whoever pasted one sees what to delete."""
    return visible(text.replace("\r\n", "\n"))


def _set(element: Any, name: str, on: bool) -> None:
    if on:
        element.set(name, name)
        _open_around(element)
    else:
        element.attrib.pop(name, None)


def _open_around(element: Any) -> None:
    """What was typed or is wrong must not be hidden behind a fold."""
    for around in element.iterancestors("details"):
        around.set("open", "open")


def _at(document: Any, form: Any, fault: Fault) -> str:
    """Puts the sentence at its field and returns the id to link to; "" where the page has no such field."""
    field = _field(document, form, fault.element)
    if field is None:
        field = form
    if field is None:
        return ""
    own = field.get("id") or f"field-{fault.element or 'form'}"
    wrong = builder.P(visible(fault.sentence))
    wrong.set("id", f"wrong-{own}")
    wrong.set("class", "wrong")
    field.set("id", own)
    _open_around(field)
    if field is form:
        field.insert(0, wrong)
        field.set("tabindex", "-1")
        return own
    field.set("aria-invalid", "true")
    field.set("aria-describedby", " ".join(filter(None, (field.get("aria-describedby"), f"wrong-{own}"))))
    _put_before(field, wrong)
    return own


def _field(document: Any, form: Any, name: str) -> Any:
    if not name:
        return None
    if form is not None:
        found = next((f for f in _fields(form) if f.get("name") == name and f.get("type") != "hidden"), None)
        if found is not None:
            return found
    return document.get_element_by_id(name, None)


def _put_before(field: Any, wrong: Any) -> None:
    """Above the field; above the whole choice where it is one of several, but below the question."""
    group = next(field.iterancestors("fieldset"), None) if field.get("type") in ("radio", "checkbox") else None
    if group is not None:
        legend = group.find("legend")
        group.insert(0 if legend is None else group.index(legend) + 1, wrong)
        return
    inside = next(field.iterancestors("label"), None)
    (field if inside is None else inside).addprevious(wrong)


def _summary(told: Sequence[tuple[str, Fault]]) -> Any:
    heading = builder.H2(say("できませんでした"))
    heading.set("tabindex", "-1")
    heading.set("autofocus", "autofocus")
    heading.set("id", "refused")
    lines = builder.UL()
    for target, fault in told:
        words = visible(f"{fault.label}：{fault.sentence}" if fault.label else fault.sentence)
        line = builder.A(words, href=f"#{target}") if target else builder.SPAN(words)
        lines.append(builder.LI(line))
    box = builder.DIV(heading, lines)
    box.set("class", "card problem refusals")
    box.set("role", "alert")
    return box
