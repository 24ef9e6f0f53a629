"""An office that tells people: a mail server, a chat, people with addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.options import Secret
from bot.services.records.context import Context
from bot.services.telling import messages
from bot.store.models import AuditEntry, User
from bot.store.notices import Bookmark, Message, Notice
from bot.workflow.actors import Role
from tests.notices.servers import Chat, MailServer, chat, mail_server
from tests.office import Office

PEOPLE = {
    "shimin-leader": Role.LEADER,
    "soumu-leader": Role.LEADER,
    "kokusai-trainee": Role.TRAINEE,
    "kouhou": Role.OFFICER,
    "kouhou-2": Role.OFFICER,
    "unyou": Role.OPERATOR,
    "kansa": Role.AUDITOR,
}


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def room() -> Iterator[Chat]:
    with chat() as opened:
        yield opened


class Desk:
    """The office of the other tests, with notices. `round` is what the publisher's process does every ten seconds."""

    def __init__(self, office: Office, ctx: Context) -> None:
        self.office, self.ctx = office, ctx

    @property
    def clock(self) -> Clock:
        return self.office.clock

    def round(self, after: timedelta = timedelta(0)) -> int:
        self.office.clock.advance_to(self.office.clock.now() + after)
        return messages.work(self.ctx)


@pytest.fixture
def desk(office: Office, mail: MailServer, room: Chat) -> Desk:
    Notice.objects.all().delete()
    Message.objects.all().delete()
    last = AuditEntry.objects.order_by("-id").first()
    Bookmark.objects.update(entry=last.id if last else 0)
    for person, role in PEOPLE.items():
        User.objects.update_or_create(username=person, defaults={"role": role, "email": f"{person}@example.jp"})
    config = replace(
        office.ctx.config,
        smtp_server=mail.address,
        smtp_tls="none",
        mail_from="広報配信 <dxbot@city.example.jp>",
        webhook_url=Secret(room.address),
        webhook_secret=Secret("a-signing-key"),
        site_url="https://bot.city.example.jp",
    )
    return Desk(office, replace(office.ctx, config=config))
