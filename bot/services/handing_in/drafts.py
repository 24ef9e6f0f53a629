"""Writing in the browser: drafts that are kept, and looked at exactly as they will appear. `handing_in` comes after."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bot.checks import registry as checks
from bot.checks.finding import Finding, Level, Replacement
from bot.content import frontmatter, post_form
from bot.content.form_words import AtField, at_field
from bot.content.identity import new_identity
from bot.content.post import Achievement, Post
from bot.content.post_form import Form, Shot
from bot.errors import ContentError, NotAllowed, NotFound, Place, WorkflowError
from bot.language import say
from bot.media import images
from bot.render.bundle import render
from bot.render.variant import Bundle
from bot.repository.mirror import is_safe
from bot.services.approval import review, suggestions
from bot.services.approval.subject import subject
from bot.services.handing_in import branch as branch
from bot.services.records import pictures as records
from bot.services.records.context import Context
from bot.store.drafts import Draft, DraftPicture
from bot.store.models import Submission
from bot.workflow.actors import Actor, Permission

MAX_UPLOAD = 20_000_000  # bytes of one picture, as a telephone makes it
MAX_PICTURES = 10
_POST = "post.md"


class StaleDraft(WorkflowError):
    """The draft was saved from another window meanwhile. Nothing was written over."""

    def __init__(self) -> None:
        super().__init__(
            "another revision was saved",
            summary="この下書きは、別の画面でも保存されています",
            next_step="この画面に残っている内容を確かめ、もう一度保存するとこちらに置きかわります",
        )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The revision that a page shows, and the page's own name ("" for one that has none)."""

    revision: int
    window: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldFinding:
    """A finding in the words of the form, at the field that it is about. `replacement` can be made with one press."""

    rule: str
    level: Level
    silenced: str
    field: AtField
    line: int = 1
    column: int = 1
    replacement: Replacement | None = None


@dataclass(frozen=True, kw_only=True)
class DraftPreview:
    """A draft as it would go out; `post` and `bundle` are None where it cannot be set at all."""

    findings: tuple[FieldFinding, ...]
    post: Post | None
    bundle: Bundle | None

    @property
    def ready(self) -> bool:
        return self.bundle is not None and not self.errors

    @property
    def errors(self) -> tuple[FieldFinding, ...]:
        return tuple(r for r in self.findings if r.level == "error")

    @property
    def told(self) -> tuple[FieldFinding, ...]:
        """While it is being written: what is still empty is no mistake yet."""
        return tuple(r for r in self.findings if not r.field.empty)

    @property
    def still_empty(self) -> tuple[FieldFinding, ...]:
        return tuple(r for r in self.findings if r.field.empty)


def mine(actor: Actor) -> QuerySet[Draft]:
    """The newest first."""
    return Draft.objects.filter(person=actor.person).order_by("-updated_at")


def find(actor: Actor, number: int, *, held: bool = False) -> Draft:
    """Raises NotFound for another person's draft as for none. `held` keeps others from it until the transaction ends, so that
    nothing is hung on a draft while it is thrown away."""
    rows = Draft.objects.select_for_update() if held else Draft.objects.all()
    if (draft := rows.filter(id=number, person=actor.person).first()) is None:
        raise NotFound("no such draft", summary="下書きがありません", next_step="「書く」の画面で選び直してください")
    return draft


def handed_in(actor: Actor, limit: int) -> list[Submission]:
    """What this person wrote and handed in, newest first, without the long texts."""
    own = Submission.objects.filter(author=actor.person).defer("bundle", "source")
    return list(own.order_by("-id")[:limit])


def begin(ctx: Context, actor: Actor) -> Draft:
    """A new post of this person's own. Raises NotAllowed for somebody whom people.yml does not know."""
    actor.require(Permission.SUBMIT)
    if actor.person not in ctx.library.people:
        raise NotAllowed(
            f"{actor.person} is not in people.yml",
            summary="職員の一覧（people.yml）に登録がないため、原稿を書けません",
            next_step="運用担当に登録を頼んでください",
        )
    form = empty(ctx, actor.person)
    return Draft.objects.create(person=actor.person, form=dict(post_form.fields(form)), updated_at=ctx.clock.now())


def empty(ctx: Context, person: str) -> Form:
    # A channel by hand is work for the office with each post, so it is chosen and not the default.
    usual = tuple(spec.key for spec in ctx.specs if spec.key in ctx.library.offered and not spec.by_hand)
    return Form(identity=new_identity(), author=person, channels=usual)


def reopen(ctx: Context, actor: Actor, submission_id: int) -> Draft:
    """The post of a submission, to be written anew; the draft that is open already, if there is one."""
    actor.require(Permission.SUBMIT)
    found = review.readable_by(ctx, actor, submission_id)
    _require_own(actor, found)
    # Two drafts of one file would overwrite each other at the second hand-in.
    if (open_one := mine(actor).filter(path=found.path).first()) is not None:
        return open_one
    # From the branch as it is, not from the submission: others may have gone on since.
    head, path = branch.head(ctx), Path(found.path)
    form = post_form.read(path, frontmatter.decode(path, branch.read(ctx, found.path, head) or found.source.encode()))
    # Another post may lie at this path by now.
    if (form.identity, form.author) != (post_form.read(path, found.source).identity, found.author):
        form = post_form.read(path, found.source)
    pictures = beside(ctx, found.path, form, head)
    with transaction.atomic():
        kept = dict(post_form.fields(form))
        draft = Draft.objects.create(person=actor.person, path=found.path, base=head, form=kept, updated_at=ctx.clock.now())
        DraftPicture.objects.bulk_create([DraftPicture(draft=draft, file=file, data=data) for file, data in pictures.items()])
    return draft


def beside(ctx: Context, path: str, form: Form, head: str) -> dict[str, bytes]:
    """The form's pictures that lie beside its file at this commit, by name. Raises GitFailed."""
    # By plain names only: the draft's pictures are laid out by them, and one may lead anywhere, or nowhere.
    plain = [shot.file for shot in form.pictures if shot.file and is_safe(shot.file) and "/" not in shot.file]
    read = {file: branch.read(ctx, str(Path(path).with_name(file)), head) for file in plain}
    return {file: data for file, data in read.items() if data is not None}


def may_reopen(ctx: Context, actor: Actor, found: Submission) -> bool:
    """Writing in the browser ends in a commit, so there must be a repository."""
    return writes(ctx, actor) and _is_own(actor, found)


def writes(ctx: Context, actor: Actor) -> bool:
    return bool(ctx.config.content_repository) and actor.may(Permission.SUBMIT)


def _is_own(actor: Actor, found: Submission) -> bool:
    return actor.person in (found.author, found.submitted_by) or actor.may(Permission.DECIDE)


def _require_own(actor: Actor, found: Submission) -> None:
    if not _is_own(actor, found):
        raise NotAllowed(
            "not theirs", summary="ほかの人の原稿は直せません", next_step="書いた人に頼むか、コメントを付けてください"
        )


def save(ctx: Context, actor: Actor, number: int, form: Form, seen: Seen) -> Draft:
    """Keep what was typed, if nothing newer than `seen` was saved from another page meanwhile. Raises StaleDraft."""
    actor.require(Permission.SUBMIT)
    draft = find(actor, number)
    # An answer may get lost on its way: what this very page saved last is not another's.
    ours = Q(revision=seen.revision) | (Q(window=seen.window) if seen.window else Q(pk__in=[]))
    kept = Draft.objects.filter(ours, id=draft.id).update(
        form=dict(post_form.fields(form)), revision=F("revision") + 1, window=seen.window, updated_at=ctx.clock.now()
    )
    if not kept:
        raise StaleDraft
    return find(actor, number)


@transaction.atomic
def discard(actor: Actor, number: int) -> None:
    suggestions.give_back(draft := find(actor, number, held=True))
    draft.delete()


def add_picture(ctx: Context, actor: Actor, number: int, data: bytes) -> Draft:
    """Clean a picture and put it at the end. Raises MediaError for what is none."""
    actor.require(Permission.SUBMIT)
    draft = find(actor, number)
    form = post_form.form_of(draft.form)
    require_room(form)
    cleaned, ending = _cleaned(data)
    file = f"{form.identity.lower()}-{secrets.token_hex(3)}{ending}"
    with transaction.atomic():
        DraftPicture.objects.create(draft=find(actor, number, held=True), file=file, data=cleaned)
        records.hand_up(ctx, actor.person, file, cleaned)
        return save(ctx, actor, number, replace(form, pictures=(*form.pictures, Shot(file=file))), as_it_is(draft))


def add_chart(ctx: Context, actor: Actor, number: int, key: str) -> Draft:
    """Put a chart of charts.yml at the end; one that is there already stays once."""
    actor.require(Permission.SUBMIT)
    draft = find(actor, number)
    form = post_form.form_of(draft.form)
    if key not in ctx.library.charts:
        raise NotAllowed("no such chart", summary="その図はありません", next_step="図を選び直してください")
    require_room(form)
    others = tuple(shot for shot in form.pictures if shot.chart != key)
    return save(ctx, actor, number, replace(form, pictures=(*others, Shot(file="", chart=key))), as_it_is(draft))


def require_room(form: Form) -> None:
    if len(form.pictures) >= MAX_PICTURES:
        raise NotAllowed(
            "too many",
            summary=say("画像は{max_pictures}枚までです", max_pictures=MAX_PICTURES),
            next_step="要らない画像を外してください",
        )


def remove_picture(ctx: Context, actor: Actor, number: int, file: str) -> Draft:
    """Take a picture out of the draft; what lies in the content folder stays there."""
    actor.require(Permission.SUBMIT)
    draft = find(actor, number)
    form = post_form.form_of(draft.form)
    left = tuple(shot for shot in form.pictures if shot.name != file)
    with transaction.atomic():
        draft.pictures.filter(file=file).delete()
        return save(ctx, actor, number, replace(form, pictures=left), as_it_is(draft))


def as_it_is(draft: Draft) -> Seen:
    return Seen(revision=draft.revision, window=draft.window)


def _cleaned(data: bytes) -> tuple[bytes, str]:
    if len(data) > MAX_UPLOAD:
        raise NotAllowed(
            f"{len(data)} bytes",
            summary=say("画像が大きすぎます（上限は{max_upload} MB）", max_upload=MAX_UPLOAD // 1000000),
            next_step="小さくしてから選び直してください",
        )
    with TemporaryDirectory() as folder:
        # The person sees this name in an error; what the browser sends as a name is not to be trusted as a path.
        path = Path(folder) / ("選んだ画像.png" if data.startswith(b"\x89PNG") else "選んだ画像.jpg")
        path.write_bytes(data)
        return images.cleaned(path, Place(path=path))


def files(draft: Draft) -> list[str]:
    """The names of the pictures that lie with the draft itself."""
    return list(draft.pictures.values_list("file", flat=True))


def picture(actor: Actor, number: int, file: str) -> bytes:
    """Raises NotFound."""
    if (found := DraftPicture.objects.filter(draft=find(actor, number), file=file).first()) is None:
        raise NotFound("no such picture", summary="画像がありません", next_step="選び直してください")
    return bytes(found.data)


@contextmanager
def laid_out(draft: Draft, form: Form) -> Iterator[Path]:
    """The form as a file with the draft's pictures beside it, for as long as it is looked at."""
    with TemporaryDirectory() as folder:
        for one in draft.pictures.all():
            (Path(folder) / one.file).write_bytes(bytes(one.data))
        path = Path(folder) / _POST
        path.write_text(post_form.compose(form), encoding="utf-8")
        yield path


def preview(ctx: Context, draft: Draft) -> DraftPreview:
    """What the checks say, and what would go out: even of a form that still has gaps."""
    form = post_form.form_of(draft.form)
    found, post, bundle = _looked_at(ctx, draft, form)
    # A form is shown while it is written: an empty field must not blank the whole page.
    if bundle is None:
        _, post, bundle = _looked_at(ctx, draft, _without_gaps(form), undeclared=not form.achievement)
    return DraftPreview(findings=tuple(dict.fromkeys(found)), post=post, bundle=bundle)


def _looked_at(
    ctx: Context, draft: Draft, form: Form, *, undeclared: bool = False
) -> tuple[list[FieldFinding], Post | None, Bundle | None]:
    """`undeclared`: nobody has said yet how far it is, and what is shown says nothing of it either."""
    text = post_form.compose(form)
    library, templates = ctx.library, ctx.templates
    with laid_out(draft, form) as path:
        try:
            post = library.read(path)
            found = [_of_finding(form, text, f) for f in checks.check_post(subject(ctx, post))]
            # For the texts alone: neither the checks nor the column know such a degree.
            shown = replace(post, achievement=cast(Achievement, "")) if undeclared else post
            return found, post, render(shown, ctx.specs, templates, library.city)
        except ContentError as e:
            return [_of_error(form, text, one) for one in (e, *e.others)], None, None


def _without_gaps(form: Form) -> Form:
    """For the eye alone: it is the form itself that is checked and handed in."""
    return replace(
        form,
        title=form.title or "（題名）",
        lead=form.lead or "（はじめの段落）",
        measure=form.measure or "（施策）",
        achievement=form.achievement or "done",
        reason=form.reason or "（できていない理由）",
        next=form.next or "（次にどうするか）",
        pictures=tuple(replace(s, alt=s.alt or "（画像の説明）", consent=s.consent or "（同意の記録）") for s in form.pictures),
    )


def _of_finding(form: Form, text: str, f: Finding) -> FieldFinding:
    place = Place(path=f.path, line=f.line, column=f.column)
    said = at_field(form, text, place, "", f.rule, f.message, f.advice)
    own = None if f.silenced else f.replacement
    if own and post_form.replaced(text, place, own.wrong, own.right) is None:
        own = None
    return FieldFinding(
        rule=f.rule, level=f.level, silenced=f.silenced, field=said, line=f.line, column=f.column, replacement=own
    )


def _of_error(form: Form, text: str, e: ContentError) -> FieldFinding:
    return FieldFinding(
        rule=e.rule, level="error", silenced="", field=at_field(form, text, e.place, e.field, e.rule, e.summary, e.next_step)
    )
