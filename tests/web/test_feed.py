"""The feed as another calendar program takes it: zones, changes, what is cancelled, and installations side by side."""

from __future__ import annotations

from typing import Any

import requests
import vobject

from bot.config import ROOT
from bot.services.delivery import scheduling
from bot.services.pages import feeds
from bot.store.models import User
from tests.cli.conftest import shell
from tests.cli.shell import Shell
from tests.office import Office
from tests.web.browser import Browser
from tests.web.test_calendar import address_of

__all__ = ["shell"]


def _events(address: str) -> dict[str, Any]:
    """By the first part of the UID. Read by another library than the one that writes: it takes the zone from the feed alone."""
    found = vobject.readOne(requests.get(address, timeout=10).content.decode())
    found.validate()
    assert len({event.uid.value for event in found.vevent_list}) == len(found.vevent_list)
    return {event.uid.value.partition("@")[0]: event for event in found.vevent_list}


def test_another_program_follows_a_move_and_a_cancelling(office: Office, officer: Browser) -> None:
    office.approved(extra="publish: 2026-12-03 10:20", channels="x")
    (delivery,), address = office.deliveries(), address_of(officer)
    first = _events(address)[f"delivery-{delivery.id}"]
    assert (first.status.value, first.dtstart.value.isoformat()) == ("CONFIRMED", "2026-12-03T10:20:00+09:00")
    assert first.dtstart.value.tzinfo.tzname(first.dtstart.value) == "JST"
    officer.post(f"/deliveries/{delivery.id}/move/", "/calendar/", at="2026-12-04T10:00", version=str(delivery.fence))
    moved = _events(address)[f"delivery-{delivery.id}"]
    assert (moved.uid.value, moved.dtstart.value.isoformat()) == (first.uid.value, "2026-12-04T10:00:00+09:00")
    scheduling.cancel(office.ctx, office.officer, delivery.id)
    gone = _events(address)[f"delivery-{delivery.id}"]
    assert (gone.uid.value, gone.status.value) == (first.uid.value, "CANCELLED")
    assert int(first.sequence.value) < int(moved.sequence.value) < int(gone.sequence.value)


def test_a_wish_is_tentative_until_it_is_none_any_more(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-03 10:20"))
    address = address_of(officer)
    wish = _events(address)[f"wish-{submission.id}"]
    office.approve(submission)
    after = _events(address)
    assert (wish.status.value, after[f"wish-{submission.id}"].status.value) == ("TENTATIVE", "CANCELLED")
    assert int(wish.sequence.value) < int(after[f"wish-{submission.id}"].sequence.value)
    assert {event.status.value for name, event in after.items() if "delivery" in name} == {"CONFIRMED"}


def test_a_copy_deadline_that_moves_is_taken_over_whichever_way_it_moves(office: Office, people: None) -> None:
    """A calendar program takes another day only with a higher number; what does not move keeps its own."""
    profile = office.schedules() / "newsletter.yml"
    written = (ROOT / "schedules" / "newsletter.yml").read_text(encoding="utf-8")
    user = User.objects.get(username="kouhou")
    key = feeds.issue(office.ctx, user).reveal()
    told = []
    for day in ("2027-02-03", "2027-02-03", "2027-02-10", "2027-02-01"):
        profile.write_text(written.replace("issues: []", f"issues: [{{issue: 2027-02, deadline: {day}}}]"), encoding="utf-8")
        calendar = vobject.readOne(feeds.feed(office.ctx, key, "").decode())
        found = {e.uid.value.partition("@")[0]: e for e in calendar.vevent_list}
        moved, other = found["deadline-2027-02"], found["deadline-2027-03"]
        assert moved.dtstart.value.isoformat() == day
        told.append((int(moved.sequence.value), int(other.sequence.value)))
    assert told == [(0, 0), (0, 0), (1, 0), (2, 0)]


def test_two_installations_have_no_event_in_common(office: Office, officer: Browser, shell: Shell) -> None:
    ours = {event.uid.value for event in _events(address_of(officer)).values()}
    code = (
        "from bot.cli.office import office; ctx = office(); from bot.services.pages import feeds;"
        "from bot.services.people import accounts as a; from bot.workflow.actors import Role;"
        "u = a.set_up_user(ctx, 'kouhou', Role.OFFICER, 'a-long-enough-passphrase');"
        "print(feeds.feed(ctx, feeds.issue(ctx, u).reveal(), '').decode())"
    )
    shell.env.pop("DATABASE_URL", None)  # on PostgreSQL it would be ours
    other = shell.python("-c", code)
    assert other.returncode == 0, other.stderr
    theirs = {event.uid.value for event in vobject.readOne(other.stdout).vevent_list}
    assert {uid.partition("@")[0] for uid in ours} & {uid.partition("@")[0] for uid in theirs}  # the paper's deadlines
    assert ours & theirs == set()
