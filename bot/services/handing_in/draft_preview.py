"""What the checks say of a draft, in the words of its form, and how it would go out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from bot.checks import registry as checks
from bot.checks.finding import Finding, Level, Replacement
from bot.content import post_form
from bot.content.form_words import AtField, at_field
from bot.content.post import Achievement, Post
from bot.content.post_form import Form
from bot.errors import ContentError, Place
from bot.render.bundle import render
from bot.render.variant import Bundle
from bot.services.approval.subject import subject
from bot.services.records.context import Context
from bot.store.drafts import Draft

_POST = "post.md"


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
