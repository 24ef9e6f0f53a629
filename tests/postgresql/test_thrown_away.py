"""A draft is thrown away while a picture is handed up to it from another window: whoever is second sees what the first did."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from bot.errors import BotError
from bot.services.handing_in import drafts
from bot.store.drafts import Draft, DraftPicture
from tests.office import Office
from tests.postgres import somebody_waits

Act = Callable[[Office, int], object]


def hand_up(office: Office, number: int) -> object:
    return drafts.add_picture(office.ctx, office.author, number, (office.folder / "media" / "red.png").read_bytes())


def discard(office: Office, number: int) -> object:
    return drafts.discard(office.author, number)


@pytest.mark.parametrize(("first", "second", "refused"), [(hand_up, discard, ""), (discard, hand_up, "NotFound")])
def test_what_is_handed_up_goes_with_its_draft(office: Office, first: Act, second: Act, refused: str) -> None:
    draft = drafts.begin(office.ctx, office.author)
    with _waiting(second, office, draft.id) as heard:
        first(office, draft.id)
    assert heard == [refused]
    assert not Draft.objects.filter(id=draft.id).exists()
    assert not DraftPicture.objects.exists()


@contextmanager
def _waiting(act: Act, office: Office, number: int) -> Iterator[list[str]]:
    """`act` begins when what is within was done, and is over; the transaction ends when `act` waits for it."""
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(_heard(act, office, number)))
    with transaction.atomic():
        yield heard
        thread.start()
        while thread.is_alive() and not somebody_waits():
            thread.join(0.01)
        assert thread.is_alive()
    thread.join()


def _heard(act: Act, office: Office, number: int) -> str:
    try:
        act(office, number)
    except BotError as e:
        return type(e).__name__
    except Exception as e:
        return repr(e)
    finally:
        connection.close()
    return ""
