"""The page of the city's pictures: searched, filtered, chosen for a draft without a script, its record mended at its fields."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.content import post_form
from bot.errors import NotAllowed, NotFound, WorkflowError
from bot.services.approval import picture_records as records
from bot.services.handing_in import draft_preview, drafts, picking
from bot.store.drafts import Draft
from bot.store.models import AuditEntry
from bot.store.pictures import PictureFile, PictureRecord
from tests.office import Office
from tests.web.browser import signed_in

pytestmark = pytest.mark.usefixtures("people")
CREDITED = "{file: red.png, alt: 赤い四角の見本, people: none, credit: 市民課, focus: 30% 40%}"
BLUE = "{file: blue.png, alt: 青い四角の見本, people: none}"


def told(**changed: Any) -> records.Told:
    plain: dict[str, Any] = {"people": "consented", "consent": "承諾書 7", "until": None, "not_from": None, "why": ""}
    return records.Told(**plain | changed)


def write_down(office: Office, picture: PictureRecord, said: records.Told) -> None:
    picture.refresh_from_db()
    records.record(office.ctx, office.officer, picture.id, said, records.version(picture))


@pytest.fixture
def red(office: Office) -> PictureRecord:
    office.submit(office.post("a", title="窓口の写真（見本）", images=CREDITED))
    return PictureRecord.objects.get()


def test_a_picture_is_chosen_for_a_draft_with_all_that_is_known_of_it(
    office: Office, red: PictureRecord, web_site: str
) -> None:
    draft = drafts.begin(office.ctx, office.author)
    browser = signed_in(web_site, "shimin-leader")
    here = f"/write/{draft.id}/"
    page = browser.post(here, here, do="pictures", revision="0", title="書きかけの題名", when="")
    assert page.url.endswith(f"/pictures/?draft={draft.id}")
    assert "この画像を使う" in page.text
    page = browser.post(f"/write/{draft.id}/take/{red.id}/", f"/pictures/?draft={draft.id}")
    assert page.url.endswith(f"/write/{draft.id}/#h-pictures")
    form = post_form.form_of(Draft.objects.get().form)
    (shot,) = form.pictures
    assert form.title == "書きかけの題名"
    assert (shot.alt, shot.credit, shot.focus) == ("赤い四角の見本", "市民課", "30% 40%")
    assert (shot.people, shot.consent) == ("", "")  # its author declares it, each time
    assert drafts.picture(office.author, draft.id, shot.file) == (office.folder / "media" / "red.png").read_bytes()


def test_the_offices_word_answers_who_is_in_it(office: Office, red: PictureRecord) -> None:
    write_down(office, red, told())
    draft = drafts.begin(office.ctx, office.author)
    picking.take(office.ctx, office.author, draft.id, red.id)
    (shot,) = post_form.form_of(Draft.objects.get().form).pictures
    assert (shot.people, shot.consent) == ("consented", "承諾書 7")
    with pytest.raises(WorkflowError, match="there already"):
        picking.take(office.ctx, office.author, draft.id, red.id)


def test_what_must_not_be_used_is_not_offered_and_not_taken(office: Office, red: PictureRecord, web_site: str) -> None:
    write_down(office, red, told(until=date(2026, 11, 30)))
    draft = drafts.begin(office.ctx, office.author)
    page = signed_in(web_site, "shimin-leader").get(f"/pictures/?draft={draft.id}").text
    assert "承諾の期限（2026年11月30日）を過ぎています" in page
    assert "この画像を使う" not in page
    with pytest.raises(NotAllowed, match="not to be used"):
        picking.take(office.ctx, office.author, draft.id, red.id)


def test_a_draft_says_that_its_picture_may_not_be_shown_at_its_time(office: Office, red: PictureRecord) -> None:
    draft = drafts.begin(office.ctx, office.author)
    picking.take(office.ctx, office.author, draft.id, red.id)
    write_down(office, red, told(not_from=date(2026, 12, 1), why="本人の申し出"))
    form = post_form.form_of(Draft.objects.get().form)
    texts = {"title": "題名（見本）", "lead": "見本です。", "measure": "2-1", "achievement": "done"}
    Draft.objects.update(form=dict(post_form.fields(form)) | texts)
    Draft.objects.update(form=Draft.objects.get().form | {"pictures": [vars(form.pictures[0]) | {"people": "none"}]})
    found = draft_preview.preview(office.ctx, Draft.objects.get()).errors
    assert [one.rule for one in found] == ["consents.not-again"]
    assert "本人の申し出" in found[0].field.message


def test_a_picture_whose_file_is_gone_says_so(office: Office, red: PictureRecord) -> None:
    (office.folder / "media" / "red.png").unlink()
    draft = drafts.begin(office.ctx, office.author)
    with pytest.raises(NotFound, match="the file is gone"):
        picking.take(office.ctx, office.author, draft.id, red.id)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("赤い", ["red.png"]),
        ("市民課", ["red.png", "blue.png"]),  # a credit, and the name of whoever added both
        ("四角 題名の二", ["blue.png"]),
        ("BLUE", ["blue.png"]),
        ("shimin-leader", ["red.png", "blue.png"]),
        ("ありません", []),
    ],
)
def test_it_is_searched_by_all_that_is_known(office: Office, red: PictureRecord, words: str, found: list[str]) -> None:
    office.submit(office.post("b", title="題名の二（見本）", body="別の文です（見本）。\n", images=BLUE))
    rows = records.search(office.ctx, office.officer, words, "")
    assert sorted(row.file for row in rows) == sorted(found)


def test_it_is_filtered_by_whether_it_may_be_used(office: Office, red: PictureRecord) -> None:
    office.submit(office.post("b", title="題名の二（見本）", body="別の文です（見本）。\n", images=BLUE))

    def files(state: str) -> list[str]:
        return [row.file for row in records.search(office.ctx, office.officer, "", state)]

    assert files("usable") == ["blue.png", "red.png"]
    write_down(office, red, told(until=date(2026, 11, 30)))
    assert (files("usable"), files("ended"), files("not_again")) == (["blue.png"], ["red.png"], [])
    write_down(office, red, told(not_from=date(2027, 4, 1), why="古くなるため"))
    assert (files("usable"), files("ended"), files("not_again")) == (["blue.png", "red.png"], [], ["red.png"])


def test_a_refused_record_comes_back_at_its_field_with_what_was_typed(
    office: Office, red: PictureRecord, web_site: str
) -> None:
    browser = signed_in(web_site, "kouhou")
    here = f"/pictures/{red.id}/"
    typed = {"people": "consented", "consent": "承諾書 7", "until": "2027-13-40", "not_from": "", "why": ""}
    page = browser.post(f"{here}record/", here, **typed)
    assert page.status_code == 422
    assert 'id="wrong-until"' in page.text
    assert 'value="承諾書 7"' in page.text
    page = browser.post(f"{here}record/", here, **typed | {"until": "2027-03-31"})
    assert page.status_code == 200
    assert "承諾の期限 2027年3月31日" in page.text
    entry = AuditEntry.objects.get(verb="record_picture")
    assert (entry.actor, entry.object) == ("kouhou", f"picture:{red.id}")
    assert entry.detail == "people=none → people=consented consent=承諾書 7 until=2027-03-31"


def test_whoever_added_it_describes_it_and_nobody_else_but_the_office(office: Office, red: PictureRecord) -> None:
    records.describe(office.ctx, office.author, red.id, "直した説明", "直した提供")
    records.describe(office.ctx, office.officer, red.id, "直した説明", "広報戦略課")
    red.refresh_from_db()
    assert (red.alt, red.credit) == ("直した説明", "広報戦略課")
    with pytest.raises(NotAllowed):
        records.describe(office.ctx, office.operator, red.id, "いたずら", "")
    office.submit(office.post("b", title="題名の二（見本）", body="別の文です（見本）。\n", images=CREDITED))
    red.refresh_from_db()
    assert red.alt == "直した説明"


def test_one_that_was_never_handed_in_is_removed_by_its_owner_with_its_bytes(office: Office, red: PictureRecord) -> None:
    draft = drafts.begin(office.ctx, office.author)
    drafts.add_picture(office.ctx, office.author, draft.id, (office.folder / "media" / "blue.png").read_bytes())
    own = PictureRecord.objects.exclude(id=red.id).get()
    assert PictureFile.objects.filter(picture=own).exists()
    records.remove(office.ctx, office.author, own.id)
    assert not PictureFile.objects.exists()
    with pytest.raises(NotAllowed, match="in use"):
        records.remove(office.ctx, office.author, red.id)


def test_a_thumbnail_is_small_and_is_for_those_who_may_see_it(office: Office, red: PictureRecord, web_site: str) -> None:
    author, other = signed_in(web_site, "shimin-leader"), signed_in(web_site, "soumu-leader")
    got = author.get(f"/pictures/{red.id}/thumbnail.jpg")
    assert (got.status_code, got.content[:3]) == (200, b"\xff\xd8\xff")
    assert len(got.content) < 40_000
    assert other.get(f"/pictures/{red.id}/thumbnail.jpg").status_code == 404
    assert other.get(f"/pictures/{red.id}/").status_code == 404
    (office.folder / "media" / "red.png").unlink()  # it was kept
    assert author.get(f"/pictures/{red.id}/thumbnail.jpg").content == got.content
