"""Suggestions: told of the consequence, accepted exactly at their place, and never approved by whoever made them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from lxml import html

from bot.content import post_form
from bot.errors import NotAllowed, NotFound
from bot.services.approval import review, suggestions
from bot.services.handing_in import accepting, browser, drafts
from bot.services.people import hands
from bot.services.telling import notices
from bot.store.drafts import Draft
from bot.store.models import AuditEntry, Submission, User
from bot.store.notices import Notice
from bot.store.talk import Suggestion
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.sync.desk import Desk
from tests.web.browser import Browser, signed_in

BEFORE, AFTER, WHY = "書く回数を減らします", "書く回数を5回から1回に減らします", "数字があると伝わります"
CHIEF = Actor(person="kouhou-kacho", role=Role.OFFICER)


@pytest.fixture
def found(desk: Desk) -> Submission:
    desk.write()
    desk.taken()
    User.objects.create(username="kouhou-kacho", role=Role.OFFICER)
    return Submission.objects.get()


def suggest(office: Office, found: Submission, before: str = BEFORE, after: str = AFTER) -> Suggestion:
    return suggestions.suggest(office.ctx, office.officer, found.id, before, after, reason=WHY, known=True)


def lead(draft: Draft) -> str:
    return post_form.form_of(draft.form).lead


def test_an_accepted_one_changes_that_place_and_its_suggester_can_no_longer_approve(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    draft = drafts.reopen(office.ctx, office.author, found.id)
    untouched = post_form.form_of(draft.form)
    draft = accepting.accept(office.ctx, office.author, draft.id, made.id)
    assert post_form.form_of(draft.form) == replace(untouched, lead=f"窓口で{AFTER}（見本）。")
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(Submission.objects.get())
    newer = browser.hand_in(office.ctx, office.author, draft.id)
    assert isinstance(newer, Submission)
    assert "kouhou" in hands.contributors(newer)
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(newer)
    assert office.approve(newer, CHIEF)


def test_the_hand_counts_though_the_post_was_approved_meanwhile_without_it(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    draft = drafts.reopen(office.ctx, office.author, found.id)
    accepting.accept(office.ctx, office.author, draft.id, made.id)
    office.approve(Submission.objects.get(), CHIEF)
    newer = browser.hand_in(office.ctx, office.author, draft.id)
    assert isinstance(newer, Submission)
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(newer)


def test_what_the_author_writes_over_by_hand_counts_alike(desk: Desk, found: Submission) -> None:
    suggest(desk.office, found)
    desk.write(body=f"窓口で{AFTER}（見本）。\n")
    desk.taken()
    assert Suggestion.objects.get().accepted
    with pytest.raises(NotAllowed, match="had a hand"):
        desk.office.approve(Submission.objects.latest("id"))


def test_words_set_around_the_old_ones_count_alike(desk: Desk, found: Submission) -> None:
    after = f"とても{BEFORE}"  # the old words still stand, within the new ones
    suggest(desk.office, found, after=after)
    desk.write(body=f"窓口で{after[:3]}\n{after[3:]}（見本）。\n")
    desk.taken()
    assert Suggestion.objects.get().accepted
    with pytest.raises(NotAllowed, match="had a hand"):
        desk.office.approve(Submission.objects.latest("id"))


def test_what_was_declined_and_is_written_all_the_same_is_a_hand_until_others_approve_it(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    suggestions.decline(office.ctx, office.author, made, "まだ数えていません")
    desk.write(body=f"窓口で{AFTER}（見本）。\n")
    desk.taken()
    newer = Submission.objects.latest("id")
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(newer)
    office.approve(newer, CHIEF)
    desk.write(body=f"窓口で{AFTER}（見本）。ほかは変わりません（見本）。\n")
    desk.taken()
    assert office.approve(Submission.objects.latest("id"))


def test_a_new_place_of_words_that_stand_there_anyway_decides_nothing(desk: Desk, found: Submission) -> None:
    made = suggest(desk.office, found, after="見本")
    desk.write(body=f"窓口で{BEFORE}（見本）。見本です（見本）。\n")
    desk.taken()
    made.refresh_from_db()
    assert made.accepted is None
    assert desk.office.approve(Submission.objects.latest("id"))


def test_the_hand_counts_though_the_file_was_moved_meanwhile(office: Office) -> None:
    office.register()
    User.objects.create(username="kouhou-kacho", role=Role.OFFICER)
    path = office.post()
    found = office.submit(path)
    made = suggest(office, found)
    with transaction.atomic():
        suggestions.accept(office.ctx, office.author, made, found.path)
    moved = path.rename(path.with_name("moved.md"))
    assert office.submit(moved).id == found.id
    with pytest.raises(NotAllowed, match="had a hand"):
        office.approve(Submission.objects.get())


def test_a_draft_that_is_thrown_away_leaves_its_suggestions_to_be_decided(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    draft = drafts.reopen(office.ctx, office.author, found.id)
    accepting.accept(office.ctx, office.author, draft.id, made.id)
    drafts.discard(office.author, draft.id)
    assert [one.id for one in suggestions.waiting(found.path)] == [made.id]
    draft = drafts.reopen(office.ctx, office.author, found.id)
    assert AFTER in lead(accepting.accept(office.ctx, office.author, draft.id, made.id))


def test_where_the_passage_was_changed_meanwhile_nothing_is_lost(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    draft = drafts.reopen(office.ctx, office.author, found.id)
    form = replace(post_form.form_of(draft.form), lead="まったく別の文です（見本）。")
    draft = drafts.save(office.ctx, office.author, draft.id, form, drafts.Seen(revision=draft.revision))
    with pytest.raises(NotAllowed) as caught:
        accepting.accept(office.ctx, office.author, draft.id, made.id)
    assert "書き変わっています" in caught.value.summary
    assert lead(drafts.find(office.author, draft.id)) == "まったく別の文です（見本）。"
    assert Suggestion.objects.get().accepted is None
    assert "kouhou" not in hands.contributors(Submission.objects.get())
    moved = replace(form, lead=f"はじめに。窓口で{BEFORE}（見本）。")
    drafts.save(office.ctx, office.author, draft.id, moved, drafts.Seen(revision=draft.revision))
    assert lead(accepting.accept(office.ctx, office.author, draft.id, made.id)) == f"はじめに。窓口で{AFTER}（見本）。"


def test_one_that_was_declined_leaves_its_suggester_free_and_is_told_to_them(desk: Desk, found: Submission) -> None:
    office, made = desk.office, suggest(desk.office, found)
    for person in ("kouhou", "shimin-leader"):
        User.objects.update_or_create(username=person, defaults={"email": f"{person}@example.jp", "role": Role.OFFICER})
    draft = drafts.reopen(office.ctx, office.author, found.id)
    with pytest.raises(NotAllowed) as caught:
        accepting.decline(office.ctx, office.author, draft.id, made.id, " ")
    assert caught.value.field == f"answer-to-{made.id}"
    accepting.decline(office.ctx, office.author, draft.id, made.id, "まだ数えていません")
    for act in (accepting.accept, lambda *a: accepting.decline(*a, "もう一度")):
        with pytest.raises(NotFound):
            act(office.ctx, office.author, draft.id, made.id)
    notices.take_in(replace(office.ctx, config=replace(office.ctx.config, smtp_server="mail.example.jp:25")))
    told = list(Notice.objects.filter(kind="suggestion").order_by("id").values_list("address", "line"))
    assert [address for address, _ in told] == ["shimin-leader@example.jp", "kouhou@example.jp"]
    assert WHY in told[0][1]
    assert "まだ数えていません" in told[1][1]
    assert AuditEntry.objects.filter(verb="decline_suggestion", object=f"submission:{found.id}").count() == 1
    assert office.approve(Submission.objects.get())


@pytest.mark.parametrize(
    ("before", "after", "field", "words"),
    [
        ("", AFTER, "before", "もとの文がありません"),
        ("どこにもない文", AFTER, "before", "原稿の文にありません"),
        ("見本", "例", "before", "か所あります"),
        (BEFORE, " ", "after", "直した文がありません"),
        (BEFORE, BEFORE, "after", "同じです"),
    ],
)
def test_one_that_fits_no_place_is_refused_at_its_field(
    desk: Desk, found: Submission, before: str, after: str, field: str, words: str
) -> None:
    with pytest.raises(NotAllowed) as caught:
        suggest(desk.office, found, before, after)
    assert (caught.value.field, words in caught.value.summary) == (field, True)
    assert not Suggestion.objects.exists()


def test_only_those_who_decide_or_confirm_suggest_and_nobody_to_themselves(desk: Desk, found: Submission) -> None:
    office = desk.office
    with pytest.raises(NotAllowed):
        suggestions.suggest(office.ctx, office.author, found.id, BEFORE, AFTER, reason=WHY, known=True)
    for stranger in (office.leader, office.trainee):
        with pytest.raises(NotFound):
            suggestions.suggest(office.ctx, stranger, found.id, BEFORE, AFTER, reason=WHY, known=True)
    with pytest.raises(NotAllowed):
        suggestions.suggest(office.ctx, office.operator, found.id, BEFORE, AFTER, reason=WHY, known=True)
    office.approve(found, CHIEF)
    with pytest.raises(NotAllowed):
        suggestions.suggest(office.ctx, office.officer, found.id, BEFORE, AFTER, reason=WHY, known=True)
    assert not Suggestion.objects.exists()


def test_on_the_pages_without_a_script(desk: Desk, found: Submission, people: None, web_site: str) -> None:
    officer, leader = signed_in(web_site, "kouhou"), signed_in(web_site, "shimin-leader")
    page = f"/submissions/{found.id}/"
    given = {"before": BEFORE, "after": AFTER, "why": WHY}
    assert "確認も承認もできなくなります" in officer.get(page).text
    untold = officer.post(f"{page}suggest/", page, **given)
    assert untold.status_code == 422
    (box,) = html.document_fromstring(untold.text).xpath("//*[@aria-invalid='true']")
    assert box.get("name") == "known"
    assert officer.post(f"{page}suggest/", page, **given, known="1").status_code == 200
    assert "この原稿の確認も承認も" not in leader.get(page).text
    assert (WHY in leader.get("/").text, WHY in officer.get("/").text) == (True, False)
    draft = drafts.reopen(desk.office.ctx, desk.office.author, found.id)
    _decide(leader, draft)
    assert f"窓口で{AFTER}（見本）。" in leader.get(f"/write/{draft.id}/").text
    assert "受け入れ済み" in officer.get(page).text
    assert WHY not in leader.get("/").text
    answer = officer.post(f"{page}approve/", page, digest=found.digest, when="wish")
    assert answer.status_code == 403
    assert Submission.objects.get().state == "submitted"


def _decide(leader: Browser, draft: Draft) -> None:
    """Declined without a reason: at its field. Then accepted."""
    number = Suggestion.objects.get().id
    address = f"/write/{draft.id}/"
    shown = html.document_fromstring(leader.get(address).text)
    assert shown.xpath("//section[@aria-labelledby='h-suggestions']//del/span[@class='hidden']")
    for wish, status in (("decline", 422), ("accept", 200)):
        (form,) = html.document_fromstring(leader.get(address).text).xpath("//form[@id='write']")
        fields = {name: value for name, value in form.form_values() if name not in ("csrfmiddlewaretoken", "channels")}
        fields["channels"] = [value for name, value in form.form_values() if name == "channels"]
        assert leader.post(address, address, **fields, do=f"{wish}:{number}").status_code == status


def test_a_return_still_shows_them_beside_the_form(desk: Desk, found: Submission, people: None, web_site: str) -> None:
    suggest(desk.office, found)
    review.return_(desk.office.ctx, desk.office.officer, found.id, "数字の時点")
    draft = drafts.reopen(desk.office.ctx, desk.office.author, found.id)
    text = signed_in(web_site, "shimin-leader").get(f"/write/{draft.id}/").text
    assert text.index("数字の時点") < text.index(WHY)
