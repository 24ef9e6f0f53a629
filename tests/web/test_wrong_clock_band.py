"""Every page says that a publisher sends nothing because of its clock."""

from __future__ import annotations

from datetime import timedelta

from bot.store.clocks import WrongClock
from tests.office import Office
from tests.web.browser import Browser


def test_a_clock_that_is_wrong_is_on_every_page_while_it_lasts(office: Office, officer: Browser) -> None:
    now = office.clock.now()
    WrongClock.objects.create(publisher="a:1", ahead=3600.0, since=now, seen_at=now, problem="a の時計が約60分進んでいます")
    died = now - timedelta(minutes=10)
    WrongClock.objects.create(publisher="b:1", ahead=None, since=died, seen_at=died, problem="b の時計")
    for page in ("/calendar/", "/deliveries/"):
        text = officer.get(page).text
        assert "a の時計が約60分進んでいます。" in text
        assert "b の時計" not in text
