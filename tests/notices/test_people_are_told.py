"""Who decides is told of what touches who decides."""

from __future__ import annotations

from dataclasses import replace

from bot.services.people import accounts, requests
from bot.services.telling import notices
from bot.store.models import User
from bot.store.notices import Notice
from bot.workflow.actors import Role
from tests.office import Office


def told(office: Office) -> list[tuple[str, str]]:
    config = replace(office.ctx.config, smtp_server="mail.example.jp:25")
    notices.take_in(replace(office.ctx, config=config))
    return [(n.address, n.line) for n in Notice.objects.order_by("id")]


def test_requests_grants_and_new_addresses_of_those_who_decide_are_told_to_the_others(office: Office) -> None:
    for person, role in (("unyou", Role.OPERATOR), ("unyou-2", Role.OPERATOR), ("kouhou", Role.OFFICER)):
        User.objects.create(username=person, role=role, email=f"{person}@example.jp")
    User.objects.filter(username="soumu-leader").update(role="trainee")  # people.yml says otherwise
    requests.tell(office.ctx)
    requests.tell(office.ctx)
    assert len(told(office)) == 3
    assert {"soumu-leader" in line for _, line in told(office)} == {True}
    Notice.objects.all().delete()
    accounts.invite(office.ctx, office.operator, "second-self", Role.OFFICER)
    assert {address for address, _ in told(office)} == {"unyou-2@example.jp", "kouhou@example.jp"}
    Notice.objects.all().delete()
    accounts.invite_again(office.ctx, office.operator, "shimin-leader")
    assert told(office) == []
    accounts.invite_again(office.ctx, office.operator, "kouhou")
    assert {address for address, _ in told(office)} == {"unyou-2@example.jp", "kouhou@example.jp"}
