"""Drafts: kept, seen by nobody else, looked at as they would go out."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.content import post_form
from bot.content.post_form import Form
from bot.errors import ConfigError, MediaError, NotAllowed, NotFound
from bot.services.handing_in import branch, browser, draft_preview, drafts
from bot.store.drafts import Draft, DraftPicture
from bot.store.models import Submission
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.sync.desk import KOKUSAI, Desk
from tests.web.browser import Browser

GPS, MAKE = 0x8825, 0x010F


def form_of(draft: Draft) -> Form:
    return post_form.form_of(draft.form)


def photo(size: tuple[int, int] = (800, 600)) -> bytes:
    """As a telephone makes it: with the place where it was taken."""
    image = Image.new("RGB", size, "navy")
    exif = image.getexif()
    exif[MAKE] = "見本の電話"
    exif.get_ifd(GPS).update({1: "N", 2: (36.0, 33.0, 39.0)})
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def filled(office: Office, draft: Draft) -> Draft:
    form = replace(
        form_of(draft),
        title="書かない窓口（見本）",
        measure="1",
        achievement="done",
        lead="窓口で書く回数を減らします（見本）。",
        answers=("何度も書いていました。", "職員が入力します。", "書くのは署名だけです。"),
        channels=("x", "newsletter"),
    )
    return drafts.save(office.ctx, office.author, draft.id, form, drafts.Seen(revision=draft.revision))


def test_a_new_draft_belongs_to_its_writer_alone(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    assert form_of(draft).author == "shimin-leader"
    assert list(drafts.mine(office.author)) == [draft]
    for other in (office.leader, office.officer, office.operator):
        assert list(drafts.mine(other)) == []
        with pytest.raises(NotFound):
            drafts.find(other, draft.id)


def test_nobody_begins_whom_the_list_of_people_does_not_know(office: Office) -> None:
    with pytest.raises(NotAllowed) as refused:
        drafts.begin(office.ctx, Actor(person="dareka", role=Role.LEADER))
    assert "people.yml" in refused.value.summary


def test_an_auditor_writes_nothing(office: Office) -> None:
    with pytest.raises(NotAllowed):
        drafts.begin(office.ctx, Actor(person="shimin-leader", role=Role.AUDITOR))


def test_an_empty_draft_says_what_is_missing_and_a_filled_one_shows_every_channel(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    empty = draft_preview.preview(office.ctx, draft)
    assert not empty.ready
    assert {r.field.element for r in empty.still_empty} == {"title", "measure", "achievement", "lead"}
    assert empty.told == ()
    assert empty.bundle
    assert "（題名）" in empty.bundle.variants[0].parts[0].text
    seen = draft_preview.preview(office.ctx, filled(office, draft))
    assert seen.ready
    assert seen.bundle
    assert [v.channel for v in seen.bundle.variants] == ["x", "newsletter"]
    assert "書くのは署名だけです。" in seen.bundle.variants[1].parts[0].text


def test_a_finding_names_the_field_of_the_form(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    form = replace(form_of(filled(office, draft)), answers=("", "取得率は46.5%です。", ""))
    seen = draft_preview.preview(office.ctx, drafts.save(office.ctx, office.author, draft.id, form, drafts.Seen(revision=1)))
    assert [(r.field.element, r.field.label) for r in seen.findings if "46.5" in r.field.message] == [
        ("answer-2", "何を変えたか")
    ]


def test_what_another_window_has_saved_is_not_written_over(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    here, there = drafts.Seen(revision=0, window="here"), drafts.Seen(revision=0, window="there")
    drafts.save(office.ctx, office.author, draft.id, replace(form_of(draft), title="こちら"), here)
    with pytest.raises(drafts.StaleDraft):
        drafts.save(office.ctx, office.author, draft.id, replace(form_of(draft), title="あちら"), there)
    assert form_of(drafts.find(office.author, draft.id)).title == "こちら"


def test_a_page_whose_answer_was_lost_goes_on_saving(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    here = drafts.Seen(revision=0, window="here")
    for title in ("一", "一二"):  # the answer to the first never came: the page still thinks of revision 0
        drafts.save(office.ctx, office.author, draft.id, replace(form_of(draft), title=title), here)
    assert form_of(drafts.find(office.author, draft.id)).title == "一二"


def test_a_picture_is_kept_without_its_place_and_camera(office: Office) -> None:
    draft = drafts.add_picture(office.ctx, office.author, drafts.begin(office.ctx, office.author).id, photo())
    (shot,) = form_of(draft).pictures
    kept = Image.open(BytesIO(drafts.picture(office.author, draft.id, shot.file)))
    assert kept.size == (800, 600)
    assert not kept.getexif()
    assert shot.file.endswith(".jpg")


@pytest.mark.parametrize("data", [b"", b"not a picture", b"%PDF-1.7", photo()[:300]])
def test_what_is_no_picture_is_refused_and_nothing_is_kept(office: Office, data: bytes) -> None:
    draft = drafts.begin(office.ctx, office.author)
    with pytest.raises(MediaError):
        drafts.add_picture(office.ctx, office.author, draft.id, data)
    assert not DraftPicture.objects.exists()
    assert form_of(drafts.find(office.author, draft.id)).pictures == ()


def test_a_picture_taken_out_is_gone(office: Office) -> None:
    draft = drafts.begin(office.ctx, office.author)
    for _ in range(2):
        draft = drafts.add_picture(office.ctx, office.author, draft.id, photo())
    first, second = form_of(draft).pictures
    left = drafts.remove_picture(office.ctx, office.author, draft.id, first.file)
    assert form_of(left).pictures == (second,)
    with pytest.raises(NotFound):
        drafts.picture(office.author, draft.id, first.file)


def test_another_persons_picture_is_not_shown(office: Office) -> None:
    draft = drafts.add_picture(office.ctx, office.author, drafts.begin(office.ctx, office.author).id, photo())
    with pytest.raises(NotFound):
        drafts.picture(office.leader, draft.id, form_of(draft).pictures[0].file)


def test_a_post_that_was_handed_in_is_written_anew_with_its_pictures(desk: Desk) -> None:
    office = desk.office
    desk.origin.write("posts/beside.png", (office.folder / "media" / "blue.png").read_bytes())
    desk.write(images="{file: beside.png, alt: 青い四角の見本, people: none}")
    desk.taken()
    submission = Submission.objects.get()
    draft = drafts.reopen(office.ctx, office.author, submission.id)
    assert form_of(draft).title == "書かない窓口（見本）"
    assert (draft.path, draft.base) == (submission.path, desk.origin.head)
    assert drafts.reopen(office.ctx, office.author, submission.id) == draft
    seen = draft_preview.preview(office.ctx, draft)
    assert seen.ready
    assert seen.bundle
    assert seen.bundle.digest == submission.digest


def test_another_leader_does_not_write_it_anew(desk: Desk) -> None:
    office = desk.office
    desk.write(author="kokusai-trainee")
    desk.taken(KOKUSAI)
    with pytest.raises(NotAllowed) as refused:
        drafts.reopen(office.ctx, office.leader, Submission.objects.get().id)
    assert "ほかの人の原稿" in refused.value.summary


def test_without_a_repository_nothing_can_be_handed_in_and_the_draft_stays(office: Office) -> None:
    draft = filled(office, drafts.begin(office.ctx, office.author))
    with pytest.raises(ConfigError):
        browser.hand_in(office.ctx, office.author, draft.id)
    assert drafts.find(office.author, draft.id)


@pytest.mark.parametrize("role", [Role.HEAD, Role.OPERATOR, Role.AUDITOR])
def test_who_may_not_submit_neither_hands_in_nor_writes_anew(desk: Desk, role: Role) -> None:
    office, before = desk.office, desk.origin.head
    draft = filled(office, drafts.begin(office.ctx, office.author))
    stranger = Actor(person="shimin-leader", role=role)
    with pytest.raises(NotAllowed):
        browser.hand_in(office.ctx, stranger, draft.id)
    with pytest.raises(NotAllowed):
        browser.settle(office.ctx, stranger, draft.id, post_form.compose(form_of(draft)), before)
    desk.write()
    desk.taken()
    with pytest.raises(NotAllowed):
        drafts.reopen(office.ctx, stranger, Submission.objects.get().id)
    assert drafts.find(office.author, draft.id).revision == draft.revision


def test_one_that_is_thrown_away_while_it_is_committed_is_handed_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office, commit = desk.office, branch.commit_as
    draft = filled(office, drafts.begin(office.ctx, office.author))

    def in_another_window(*given: Any) -> object:
        made = commit(*given)
        drafts.discard(office.author, draft.id)
        return made

    monkeypatch.setattr(branch, "commit_as", in_another_window)
    assert isinstance(browser.hand_in(office.ctx, office.author, draft.id), Submission)
    assert not Draft.objects.exists()


def wishing(office: Office, publish: str) -> draft_preview.DraftPreview:
    draft = drafts.begin(office.ctx, office.author)
    form = replace(form_of(filled(office, draft)), publish=publish)
    return draft_preview.preview(office.ctx, drafts.save(office.ctx, office.author, draft.id, form, drafts.Seen(revision=1)))


def test_a_time_that_cannot_be_met_is_told_while_writing_at_its_field(office: Office) -> None:
    seen = wishing(office, "2026-12-13 22:00")  # a Sunday
    assert [(r.field.label, r.rule) for r in seen.findings] == [("配信の時刻", "timing.closed")]
    assert seen.bundle
    assert not seen.ready
    assert wishing(office, "2026-12-14 12:15").ready


def test_a_schedule_that_cannot_be_read_is_told_at_the_time_that_waits_for_it(office: Office, tmp_path: Path) -> None:
    office.ctx = replace(office.ctx, config=replace(office.ctx.config, schedules_dir=tmp_path / "nowhere"))
    seen = wishing(office, "2026-12-14 12:15")
    assert [(r.field.label, r.rule) for r in seen.findings] == [("配信の時刻", "content.settings")]
    assert seen.bundle
    assert not seen.ready
    assert wishing(office, "").ready


def test_only_the_channels_that_the_city_offers_can_be_chosen(office: Office, leader: Browser) -> None:
    city = office.folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8").removesuffix("}") + ", channels: [facebook, note]}", encoding="utf-8")
    draft = drafts.begin(office.ctx, office.author)
    assert post_form.form_of(draft.form).channels == ("facebook",)
    page = leader.get(f"/write/{draft.id}/").text
    assert re.findall(r'name="channels" value="(\w+)"', page) == ["facebook", "note"]
