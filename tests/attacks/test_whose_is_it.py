"""Somebody reaches for what is another's: a post by its id, its comments, a file of the server, a calendar of last year."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.approval import comments, review
from bot.services.pages import feeds
from bot.store.models import Delivery, Submission, User
from bot.workflow.actors import Actor, Role
from tests.office import TUESDAY, Office


def test_the_id_of_anothers_approved_post_in_a_file_of_ones_own(office: Office) -> None:
    office.approved()
    mine = office.post("mine", author="soumu-leader")
    mine.write_text(mine.read_text(encoding="utf-8").replace("01TESTmine", "01TESTmadoguchi"), encoding="utf-8")
    with pytest.raises(NotAllowed, match="another author"):
        office.submit(mine, office.leader)
    assert [s.state for s in Submission.objects.all()] == ["approved"]
    assert not Delivery.objects.filter(state="cancelled").exists()


def test_an_officer_hands_a_post_over_to_another_author_who_goes_on_with_it(office: Office) -> None:
    office.submit(office.post())
    office.submit(office.post(author="soumu-leader"), office.officer)
    assert office.submit(office.post(author="soumu-leader", title="引き継いだ（見本）"), office.leader)
    with pytest.raises(NotAllowed, match="another author"):
        office.submit(office.post())


def test_what_was_said_of_a_post_stays_with_those_who_could_read_it(office: Office) -> None:
    first = office.submit(office.post())
    comments.add(office.ctx, office.officer, first.id, "x", "0:0", "庁内だけの話です")
    second = office.submit(office.post(author="soumu-leader"), office.officer)
    assert comments.of_post(office.ctx, office.leader, second) == []
    assert len(comments.of_post(office.ctx, office.officer, second)) == 1
    assert not Submission.objects.filter(review.readable(office.ctx, office.leader), id=first.id).exists()


@pytest.mark.parametrize("link", [False, True])
def test_a_file_from_elsewhere(office: Office, tmp_path: Path, link: bool) -> None:
    inside = office.post()
    outside = tmp_path / "outside.md"
    inside.rename(outside)
    if link:
        inside.symlink_to(outside)
    with pytest.raises(NotAllowed, match="outside"):
        office.submit(inside if link else outside)


def test_a_calendars_address_ends_after_a_year(office: Office) -> None:
    user = User.objects.create(username="kouhou", role=Role.OFFICER)
    key = feeds.issue(office.ctx, user).reveal()
    assert feeds.feed(office.ctx, key, "https://example.jp")
    office.at(TUESDAY + timedelta(days=366))
    with pytest.raises(NotFound):
        feeds.feed(office.ctx, key, "https://example.jp")
    assert not feeds.is_issued(office.ctx, user)


def test_a_leader_reads_nothing_of_another_department(office: Office) -> None:
    found = office.submit(office.post())
    stranger = Actor(person="soumu-leader", role=Role.LEADER)
    for act in (
        lambda: review.readable_by(office.ctx, stranger, found.id),
        lambda: comments.add(office.ctx, stranger, found.id, "x", "0:0", "見た"),
    ):
        with pytest.raises(NotFound):
            act()
