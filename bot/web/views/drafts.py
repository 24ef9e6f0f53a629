"""Writing a post in the browser. Everything works without a script; with one, what is typed is kept and shown at once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bot.content import post_form
from bot.content.post import Post
from bot.content.post_form import Form
from bot.errors import BotError, ConfigError
from bot.language import say
from bot.media import charts
from bot.render.appearance import Appearance, appearance
from bot.render.variant import ChannelSpec, Media, Question, Variant
from bot.schedule.rules import Slot
from bot.services.approval import comments, returned, suggestions
from bot.services.handing_in import accepting, browser, copying, draft_preview, drafts, hashtags, rewording
from bot.services.paper import layout
from bot.services.records.context import Context
from bot.strategy.charts import Chart
from bot.text.difference import difference
from bot.values import reading
from bot.web import refusals, shots
from bot.web.asking import asks
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import LABELS, SubmissionState

if TYPE_CHECKING:
    from bot.store.drafts import Draft

HANDED = 20
_EARLIER = 5
_LINES = ("title", "measure", "achievement", "reason", "next", "link", "contact", "expires")
_PROSE = ("lead", "remainder")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the page needs of a draft: the form, and how it would look."""

    draft: Draft
    form: Form
    preview: draft_preview.DraftPreview
    looks: list[Appearance]


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What this person is writing, and what they have handed in."""
    ctx, actor = office(), actor_of(request)
    rows = [(one, LABELS[SubmissionState(one.state)]) for one in drafts.handed_in(actor, HANDED)]
    shown = {
        "drafts": drafts.mine(actor),
        "handed": rows,
        "returned": returned.mine(actor),
        "writes": drafts.writes(ctx, actor),
        "out": copying.OUT,
    }
    return render(request, "drafts.html", shown)


@login_required
def write(request: HttpRequest, number: int) -> HttpResponse:
    """The form. A POST keeps what was typed first, whatever else it asks for."""
    ctx, actor = office(), actor_of(request)
    draft = drafts.find(actor, number)
    if request.method != "POST":
        return _page(request, ctx, draft)
    form = typed(post_form.form_of(draft.form), request.POST, ctx.specs)
    try:
        draft = drafts.save(ctx, actor, number, form, _seen(request))
    except drafts.StaleDraft as stale:
        # What was typed stays on the page: a refusal must not cost anybody their text.
        return _page(request, ctx, _unsaved(draft, form), stale, 409)
    return _asked_for(request, ctx, draft)


def _asked_for(request: HttpRequest, ctx: Context, draft: Draft) -> HttpResponse:
    wish, _, which = request.POST.get("do", "").partition(":")
    try:
        if wish == "add":
            draft = _with_pictures(request, ctx, draft)
        elif wish == "chart":
            draft = drafts.add_chart(ctx, actor_of(request), draft.id, request.POST.get("chart", ""))
        elif wish == "hashtags":
            draft = hashtags.add(ctx, actor_of(request), draft.id, which)
        elif wish == "remove":
            draft = drafts.remove_picture(ctx, actor_of(request), draft.id, which)
        elif wish == "reword":
            return _reworded(request, ctx, draft, which)
        elif wish == "pictures":
            return redirect(f"{reverse('pictures')}?draft={draft.id}")
        elif wish == "settle":
            comments.settle(ctx, actor_of(request), reading.ordinal(which) or 0)
        elif wish == "unsettle":
            comments.unsettle(ctx, actor_of(request), reading.ordinal(which) or 0)
        elif wish == "accept":
            accepting.accept(ctx, actor_of(request), draft.id, reading.ordinal(which) or 0)
        elif wish == "decline":
            said = request.POST.get(f"answer-to-{which}", "")
            accepting.decline(ctx, actor_of(request), draft.id, reading.ordinal(which) or 0, said)
        elif wish == "hand_in":
            return _hand_in(request, ctx, draft)
    except BotError as refused:
        if not refused.field:
            return _page(request, ctx, draft, refused, 409)
        page = _page(request, ctx, draft, status=refusals.MARKED)
        fault = refusals.Fault(element=refused.field, label="", sentence=refusals.sentence(refused))
        page.content = refusals.marked(page.content.decode(), [fault]).encode()
        return page
    messages.success(request, say("保存しました。"))
    return redirect("write", draft.id)


def _reworded(request: HttpRequest, ctx: Context, draft: Draft, which: str) -> HttpResponse:
    line, column, wrong = [*which.split(":", 2), "", "", ""][:3]
    place = (reading.ordinal(line) or 0, reading.ordinal(column) or 0)
    made = rewording.reword(ctx, actor_of(request), draft.id, place, wrong)
    _with_pictures(request, ctx, draft)  # those that were chosen and not yet added would be lost with the page
    messages.success(request, say("「{wrong}」を「{right}」に直しました。", wrong=made.wrong, right=made.right))
    return redirect(f"{reverse('write', args=[draft.id])}#{made.element}")


def _hand_in(request: HttpRequest, ctx: Context, draft: Draft) -> HttpResponse:
    seen = draft_preview.preview(ctx, draft)
    if not seen.ready:
        return _with_faults(_page(request, ctx, draft, status=refusals.MARKED), seen.errors)
    made = browser.hand_in(ctx, actor_of(request), draft.id)
    if isinstance(made, browser.Clash):
        return _clash(request, draft, made)
    if made is None:
        messages.success(request, say("申請しました。まもなく承認待ちの一覧に出ます。"))
        return redirect("drafts")
    messages.success(request, say("申請しました。広報担当の承認を待ちます。"))
    return redirect("submission", made.id)


def _with_faults(page: HttpResponse, errors: Iterable[draft_preview.FieldFinding]) -> HttpResponse:
    """All of them at once, each at its field."""
    faults = [
        refusals.Fault(element=e.field.element, label=e.field.label, sentence=f"{e.field.message}。{e.field.advice}。")
        for e in errors
    ]
    page.content = refusals.marked(page.content.decode(), faults).encode()
    return page


def _clash(request: HttpRequest, draft: Draft, clash: browser.Clash, refused: BotError | None = None) -> HttpResponse:
    pieces = difference(clash.theirs, clash.mine)
    shown = {"draft": draft, "clash": clash, "pieces": pieces, "refused": refused}
    return render(request, "clash.html", shown, status=409)


@login_required
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """The merged text, as the writer left it."""
    ctx, actor, given = office(), actor_of(request), request.POST
    draft, text, head = drafts.find(actor, number), _prose(given.get("text", "")) + "\n", given.get("head", "")
    try:
        browser.settle(ctx, actor, number, text, head)
    except BotError as refused:
        theirs = _prose(given.get("theirs", ""))
        kept = browser.Clash(mine=text, theirs=theirs, proposal=text, clean=False, head=head)
        return _clash(request, draft, kept, refused)
    messages.success(request, say("二つの文を合わせました。見え方を確かめてから申請してください。"))
    return redirect("write", number)


def _with_pictures(request: HttpRequest, ctx: Context, draft: Draft) -> Draft:
    for upload in request.FILES.getlist("picture"):
        assert isinstance(upload, UploadedFile)  # noqa: S101 nothing else is in FILES
        # One byte more than allowed is read, so that too large a file is seen without being read whole.
        draft = drafts.add_picture(ctx, actor_of(request), draft.id, upload.read(drafts.MAX_UPLOAD + 1))
    return draft


@login_required
@require_POST
def live(request: HttpRequest, number: int) -> HttpResponse:
    """For the script: keep what was typed, and answer with how it would look. 409 if another window has saved meanwhile."""
    ctx, actor = office(), actor_of(request)
    form = typed(post_form.form_of(drafts.find(actor, number).form), request.POST, ctx.specs)
    try:
        draft = drafts.save(ctx, actor, number, form, _seen(request))
    except drafts.StaleDraft:
        return HttpResponse(status=409)
    answer = render(request, "draft_preview.html", {"shown": _shown(ctx, draft)})
    answer["X-Revision"] = str(draft.revision)
    return answer


def _named(request: HttpRequest, number: int) -> str:
    return str(drafts.find(actor_of(request), number).form.get("title", ""))


@login_required
@require_POST
@asks("この下書きを捨てますか。書いた内容は戻せません", "捨てる", _named)
def discard(request: HttpRequest, number: int) -> HttpResponse:
    drafts.discard(actor_of(request), number)
    messages.success(request, say("下書きを捨てました。"))
    return redirect("drafts")


@login_required
@require_GET
def chart(request: HttpRequest, chart: str) -> HttpResponse:
    """A chart of charts.yml as it would be drawn now, to choose from."""
    actor_of(request).require(Permission.SUBMIT)
    if (found := {c.key: c for c in _charts(office())}.get(chart)) is None:
        raise Http404
    return HttpResponse(charts.svg(found), content_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


def typed(form: Form, given: QueryDict, specs: Iterable[ChannelSpec]) -> Form:
    """The form with what was typed. What has no field on the page stays as it was."""
    known = tuple(specs)
    for spec in known:
        for option in spec.questions:
            if (said := given.get(f"{spec.key}-{option}")) is not None:
                form = post_form.answered(form, spec.key, option, said if said in ("yes", "no") else "")
    when = given.get("when", "")
    plain: dict[str, Any] = {name: " ".join(given.get(name, "").split()) for name in _LINES}
    plain |= {name: _prose(given.get(name, "")) for name in _PROSE}
    return replace(
        form,
        **plain,
        answers=(_prose(given.get("answer-1", "")), _prose(given.get("answer-2", "")), _prose(given.get("answer-3", ""))),
        channels=tuple(given.getlist("channels")),
        # A time that is wished for and not said must not become "the next free slot".
        publish=given.get("publish", "").replace("T", " ") or post_form.UNSAID if when == "at" else "",
        slot=when.removeprefix("slot:") if when.startswith("slot:") else "",
        hashtags=tuple(tag for word in given.get("hashtags", "").split() if (tag := word.lstrip("#＃"))),
        pictures=tuple(shots.typed(shot, given, known) for shot in form.pictures),
    )


def _prose(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


@dataclass(frozen=True, kw_only=True)
class ShownQuestion:
    """A channel's question on the page, and what was answered."""

    name: str
    label: str
    question: Question
    answer: str


def _asked(ctx: Context, form: Form) -> list[ShownQuestion]:
    return [
        ShownQuestion(
            name=f"{spec.key}-{option}",
            label=spec.label,
            question=question,
            answer=post_form.answer(form, spec.key, option),
        )
        for spec in ctx.specs
        if spec.key in ctx.library.offered
        for option, question in spec.questions.items()
    ]


def _seen(request: HttpRequest) -> drafts.Seen:
    revision = reading.ordinal(request.POST.get("revision", ""))
    return drafts.Seen(revision=-1 if revision is None else revision, window=request.POST.get("window", "")[:32])


def _unsaved(draft: Draft, form: Form) -> Draft:
    """The page keeps what was typed though it was not saved; sent again, it is."""
    draft.form = dict(post_form.fields(form))
    return draft


def _page(request: HttpRequest, ctx: Context, draft: Draft, refused: BotError | None = None, status: int = 200) -> HttpResponse:
    offered, form, slots = ctx.library.offered, post_form.form_of(draft.form), _slots(ctx)
    shown = {
        "shown": _shown(ctx, draft),
        "asked_for": returned.at_path(draft.path),
        "suggestions": suggestions.waiting(draft.path),
        "earlier": copying.earlier(ctx, actor_of(request), form, _EARLIER),
        # Names this page, so that its own lost answer is not taken for another page's change.
        "window": secrets.token_hex(8),
        "shots": shots.shown(form, [spec for spec in ctx.specs if spec.key in offered], drafts.files(draft)),
        "publish": form.publish.strip().replace(" ", "T")[:16],
        "refused": refused,
        "questions": list(zip(("answer-1", "answer-2", "answer-3"), post_form.QUESTIONS, strict=True)),
        "measures": ctx.library.measures,
        "specs": [spec for spec in ctx.specs if spec.key in offered],
        "asked": _asked(ctx, form),
        "slots": slots,
        "unknown_slot": "" if form.slot in (slot.name for slot in slots) else form.slot,
        "charts": _charts(ctx),
        "hashtag_sets": hashtags.offered(ctx),
        "most": drafts.MAX_PICTURES,
    }
    return render(request, "write.html", shown, status=status)


def _slots(ctx: Context) -> list[Slot]:
    """None while the rules cannot be read: a text can be written and kept all the same."""
    try:
        return list(ctx.rules.slots.values())
    except ConfigError:
        return []


def _charts(ctx: Context) -> list[Chart]:
    """None while the figures cannot be read."""
    try:
        return list(ctx.library.charts.values())
    except ConfigError:
        return []


def _shown(ctx: Context, draft: Draft) -> Shown:
    seen = draft_preview.preview(ctx, draft)
    looks = [_look(ctx, seen.post, v) for v in seen.bundle.variants] if seen.post and seen.bundle else []
    return Shown(draft=draft, form=post_form.form_of(draft.form), preview=seen, looks=looks)


def _look(ctx: Context, post: Post, variant: Variant) -> Appearance:
    return appearance(ctx.spec(variant.channel), variant, ctx.library.city, _as_data, layout.column(ctx, post, variant))


def _as_data(media: Media) -> str:
    """The prepared picture within the page itself: it is made anew at each look, and kept nowhere."""
    return f"data:image/jpeg;base64,{base64.b64encode(media.data).decode()}"
