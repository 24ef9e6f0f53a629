"""What people say to each other about a post: whom a comment calls, and what a return asks for, place by place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.approval import comments, mentions, returned, review
from bot.services.telling import notices
from bot.store.models import AuditEntry, Comment, Submission, User
from bot.store.notices import Notice
from bot.store.talk import Mention
from bot.workflow.actors import Actor, Role
from tests.office import Office

CHIEF = Actor(person="kouhou-kacho", role=Role.OFFICER)


@pytest.fixture
def found(office: Office) -> Submission:
    for person in ("kouhou", "kouhou-kacho"):
        User.objects.create(username=person, role=Role.OFFICER, email=f"{person}@example.jp")
    User.objects.filter(username="shimin-leader").update(email="shimin@example.jp")
    return office.submit(office.post())


def say(office: Office, found: Submission, body: str, tell: str = "") -> list[str]:
    made = comments.add(office.ctx, office.officer, found.id, "x", "0:0", body, tell)
    return [m.person for m in made.mentions.order_by("id")]


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("@kouhou-kacho 見てください", ["kouhou-kacho"]),
        ("課長＠kouhou-kachoさん、数字を", ["kouhou-kacho"]),
        ("@市民課（見本）さんへ", ["shimin-leader"]),
        ("@shimin-leader と @kouhou-kacho と @shimin-leader", ["shimin-leader", "kouhou-kacho"]),
        ("問い合わせは shimin@example.jp へ", []),
        ("「@city_kanazawa」を付けてください", []),
        ("@kouhou 自分です", []),
    ],
)
def test_a_comment_calls_whom_it_names(office: Office, found: Submission, body: str, called: list[str]) -> None:
    assert say(office, found, body) == called


@pytest.mark.parametrize("name", ["tanaka", "kouhou-kach", "kouhou-2", "soumu-leader", "総務課（見本）", ""])
def test_a_name_that_nobody_has_who_may_see_the_post_is_refused_alike(office: Office, found: Submission, name: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        say(office, found, f"@{name} 見て")
    assert (caught.value.field, caught.value.summary.count("見られる人の中にいません")) == ("body", 1)
    assert not Comment.objects.exists()


def test_two_people_of_one_name_are_called_by_their_log_in_names(office: Office, found: Submission) -> None:
    people = office.folder / "people.yml"
    twin = "kouhou-kacho: {name: 市民課（見本）, department: 広報広聴課, role: leader}\n"
    people.write_text(people.read_text(encoding="utf-8") + twin, encoding="utf-8")
    with pytest.raises(NotAllowed, match="several"):
        say(office, found, "@市民課（見本）さん")
    assert say(office, found, "@kouhou-kacho さん") == ["kouhou-kacho"]


def test_whoever_may_not_see_the_post_cannot_be_chosen(office: Office, found: Submission) -> None:
    with pytest.raises(NotAllowed) as caught:
        say(office, found, "見て", tell="soumu-leader")
    assert caught.value.field == "tell"
    assert say(office, found, "見て", tell="kouhou-kacho") == ["kouhou-kacho"]


@pytest.mark.parametrize("author", ["shimin-leader", "kokusai-trainee"])
def test_readers_are_exactly_those_to_whom_the_post_is_shown(office: Office, found: Submission, author: str) -> None:
    User.objects.create(username="hacho", role=Role.HEAD, heads=["市民課"])
    User.objects.create(username="kansa", role=Role.AUDITOR)
    User.objects.create(username="gone", role=Role.OFFICER, is_active=False)
    post = office.submit(office.post("b", author=author), office.author if author == "shimin-leader" else office.trainee)
    shown = {
        user.username
        for user in User.objects.filter(is_active=True)
        if Submission.objects.filter(review.readable(office.ctx, user.actor), id=post.id).exists()
    }
    assert set(mentions.readers(office.ctx, post)) == shown


def test_who_is_called_is_told_by_mail_and_on_the_first_page_until_they_look(office: Office, found: Submission) -> None:
    say(office, found, "@kouhou-kacho いつの数字ですか")
    ctx = replace(office.ctx, config=replace(office.ctx.config, smtp_server="mail.example.jp:25"))
    notices.take_in(ctx)
    (told,) = Notice.objects.filter(kind="mention")
    assert told.address == "kouhou-kacho@example.jp"
    assert "いつの数字ですか" in told.line
    assert f"/submissions/{found.id}/" in told.line
    assert [m.comment.body for m in mentions.waiting(office.ctx, CHIEF)] == ["@kouhou-kacho いつの数字ですか"]
    assert mentions.waiting(office.ctx, office.author) == []
    mentions.see(office.ctx, CHIEF, found)
    assert mentions.waiting(office.ctx, CHIEF) == []
    assert Mention.objects.get().seen_at == office.clock.now()
    assert AuditEntry.objects.get(verb="mention").object == f"submission:{found.id}"


def test_a_call_is_not_shown_to_whoever_may_no_longer_see_the_post(office: Office, found: Submission) -> None:
    say(office, found, "見て", tell="kouhou-kacho")
    assert mentions.waiting(office.ctx, replace(CHIEF, role=Role.LEADER)) == []


def remark(office: Office, found: Submission, place: int, body: str) -> Comment:
    chosen = list(comments.sentences(found, "facebook"))[place]
    return comments.add(office.ctx, office.officer, found.id, "facebook", f"{chosen.part}:{chosen.start}", body)


def test_a_return_quotes_several_places_and_each_is_ticked(office: Office, found: Submission) -> None:
    first, second, other = (remark(office, found, place, f"{place}番目") for place in (1, 2, 0))
    review.return_(office.ctx, office.officer, found.id, "", [second.id, first.id])
    asked = returned.of(Submission.objects.get(id=found.id))
    assert asked is not None
    assert [point.body for point in asked.points] == ["1番目", "2番目"]
    assert [point.body for point in asked.remarks] == [other.body]
    assert asked.reason == "2か所を、コメントのとおりに直してください"
    told = AuditEntry.objects.get(verb="return").detail
    assert told.splitlines()[1:] == [f"「{first.quote}」について：1番目", f"「{second.quote}」について：2番目"]
    comments.settle(office.ctx, office.author, first.id)
    newer = office.submit(office.post(title="直した題名（見本）"))
    before = returned.before(office.ctx, office.officer, newer)
    assert before is not None
    assert [(point.body, point.settled_by) for point in before.points] == [("1番目", "shimin-leader"), ("2番目", "")]
    assert before.unticked == [second]


def test_a_tick_is_taken_back_by_whoever_may_set_it(office: Office, found: Submission) -> None:
    point = remark(office, found, 1, "いつ")
    review.return_(office.ctx, office.officer, found.id, "", [point.id])
    comments.settle(office.ctx, office.author, point.id)
    with pytest.raises(NotFound):
        comments.unsettle(office.ctx, office.leader, point.id)
    for _ in range(2):
        comments.unsettle(office.ctx, office.author, point.id)
    asked = returned.of(Submission.objects.get(id=found.id))
    assert asked is not None
    assert [(one.id, one.settled_by) for one in asked.unticked] == [(point.id, "")]
    assert AuditEntry.objects.get(verb="unsettle").detail == f"comment:{point.id}"


def test_after_an_approval_nothing_is_asked_any_more(office: Office, found: Submission) -> None:
    review.return_(office.ctx, office.officer, found.id, "数字", [remark(office, found, 1, "いつ").id])
    office.approve(office.submit(office.post(title="直した題名（見本）")))
    newer = office.submit(office.post(title="訂正のない題名（見本）"))
    assert returned.before(office.ctx, office.officer, newer) is None


def test_a_return_with_neither_reason_nor_place_or_with_a_settled_one_is_refused(office: Office, found: Submission) -> None:
    point = remark(office, found, 1, "いつ")
    with pytest.raises(NotAllowed) as caught:
        review.return_(office.ctx, office.officer, found.id, " ")
    assert caught.value.field == "reason"
    comments.settle(office.ctx, office.author, point.id)
    with pytest.raises(NotAllowed) as caught:
        review.return_(office.ctx, office.officer, found.id, "数字", [point.id])
    assert caught.value.field == "point"
    elsewhere = office.submit(office.post("b"))
    with pytest.raises(NotAllowed):
        review.return_(office.ctx, office.officer, found.id, "数字", [remark(office, elsewhere, 1, "よそ").id])
    assert Submission.objects.get(id=found.id).state == "submitted"
