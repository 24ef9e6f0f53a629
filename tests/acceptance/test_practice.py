"""The repository of make serve: whoever tries the pages can write and hand in at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.cli import practice
from bot.config import ROOT
from bot.content import post_form
from bot.registry import load
from bot.services.handing_in import browser, drafts
from bot.services.records.context import context
from bot.store.models import Submission
from bot.workflow.actors import Actor, Role
from tests.office import Office


def test_the_citys_posts_are_committed_by_their_authors_and_a_new_one_can_be_handed_in(office: Office, tmp_path: Path) -> None:
    city = replace(office.ctx, config=replace(office.ctx.config, content_dir=ROOT / "content"))
    settings = practice.repository(city, tmp_path / "practice")
    ctx = context(load(office.env | settings), office.clock)
    posts = {path.name for path in city.library.paths()}
    handed = Submission.objects.filter(state="submitted")
    assert {Path(s.path).name for s in handed} == posts
    assert all(s.submitted_by == s.author for s in handed)
    leader = Actor(person=handed[0].author, role=Role.LEADER)
    draft = drafts.begin(ctx, leader)
    form = replace(
        post_form.form_of(draft.form),
        title="新しい原稿（見本）",
        measure="1",
        achievement="done",
        lead="始めます。",
        channels=("x",),
    )
    drafts.save(ctx, leader, draft.id, form, drafts.Seen(revision=0))
    made = browser.hand_in(ctx, leader, draft.id)
    assert isinstance(made, Submission)
    assert (made.title, made.state) == ("新しい原稿（見本）", "submitted")
    assert practice.repository(city, tmp_path / "practice") == settings
    assert Submission.objects.filter(state="submitted").count() == len(posts) + 1
