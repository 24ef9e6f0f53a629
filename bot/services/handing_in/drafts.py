"""Writing in the browser: drafts that are kept. `draft_preview` looks at one, `browser` hands it in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bot.content import frontmatter, post_form
from bot.content.identity import new_identity
from bot.content.post_form import Form, Shot
from bot.errors import NotAllowed, NotFound, Place, WorkflowError
from bot.language import say
from bot.media import images
from bot.repository.mirror import is_safe
from bot.services.approval import review, suggestions
from bot.services.handing_in import branch as branch
from bot.services.records import pictures as records
from bot.services.records.context import Context
from bot.store.drafts import Draft, DraftPicture
from bot.store.models import Submission
from bot.workflow.actors import Actor, Permission

MAX_UPLOAD = 20_000_000  # bytes of one picture, as a telephone makes it
MAX_PICTURES = 10


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
