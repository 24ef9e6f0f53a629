"""Submissions by channel: kept as a list, asked for by one key, on both databases."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from bot.services.pages import queue
from bot.store.models import Submission
from tests.office import Office

BEFORE = ("store", "0017_gate")


@pytest.mark.parametrize(("channel", "titles"), [("x", ["A", "B"]), ("facebook", ["B"]), ("face", []), ('"x', []), ("%", [])])
def test_the_queue_is_asked_for_a_channel_by_its_whole_key(office: Office, channel: str, titles: list[str]) -> None:
    office.submit(office.post("a", title="A", channels="x"))
    office.submit(office.post("b", title="B", channels="x, facebook"))
    found = queue.waiting(office.ctx, office.officer, queue.Wanted(channel=channel))
    assert [row.title for row in queue.rows(found)] == titles


def test_a_database_of_before_keeps_its_channels_there_and_back(office: Office) -> None:
    numbers = [office.submit(office.post(name, channels=channels)).id for name, channels in (("a", "x"), ("b", "x, facebook"))]
    none = office.submit(office.post("c"))
    Submission.objects.filter(id=none.id).update(channels=[])
    try:
        call_command("migrate", *BEFORE, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT channels FROM store_submission ORDER BY id")
            assert [row[0] for row in cursor.fetchall()] == [",x,", ",x,facebook,", ""]
    finally:
        call_command("migrate", verbosity=0)  # all of them again, for the tests that follow
    found = Submission.objects.in_bulk([*numbers, none.id])
    assert [found[n].channels for n in (*numbers, none.id)] == [["x"], ["x", "facebook"], []]
