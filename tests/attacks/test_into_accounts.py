"""An office that is at work is brought over: what its files said holds, and from then on they only ask."""

from __future__ import annotations

from importlib import import_module
from unittest.mock import patch

from django.apps import apps

from bot.services.people import registered, requests
from bot.store.models import ContentBranch, User
from tests.office import Office

step = import_module("bot.store.migrations.0032_people_into_accounts")


def bring_over(office: Office) -> None:
    with patch.dict("os.environ", {"DXBOT_CONTENT_DIR": str(office.folder)}):
        step._into_accounts(apps, None)


def test_what_the_files_said_until_now_is_in_the_accounts(office: Office) -> None:
    User.objects.all().delete()
    User.objects.create(username="soumu-leader", role="officer", email="s@example.jp")
    city = office.folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + ", heads: {市民課: kacho}}", encoding="utf-8")
    bring_over(office)
    assert registered.by_address(office.ctx) == {"shimin@example.jp": "shimin-leader"}
    assert registered.heads_of("市民課") == ["kacho"]
    assert {u.username: u.role for u in User.objects.all()} == {
        "soumu-leader": "officer",
        "shimin-leader": "leader",
        "kokusai-trainee": "trainee",
        "kacho": "head",
    }
    assert not User.objects.get(username="kacho").has_usable_password()
    assert requests.waiting(office.ctx) == []


def test_who_stands_there_without_a_role_is_left_to_the_operator(office: Office) -> None:
    with (office.folder / "people.yml").open("a", encoding="utf-8") as file:
        file.write("kouhou-1: {name: 広報（見本）, department: 広報広聴課}\n")
    User.objects.all().delete()
    User.objects.create(username="soumu-leader", role="officer")
    bring_over(office)
    assert not User.objects.filter(username="kouhou-1").exists()
    assert User.objects.filter(username="shimin-leader").exists()


def test_a_new_installation_begins_with_nobody(office: Office) -> None:
    User.objects.all().delete()
    bring_over(office)
    assert not User.objects.exists()
    assert len(requests.waiting(office.ctx)) == 3


def test_files_that_cannot_be_read_stop_no_upgrade(office: Office) -> None:
    User.objects.all().delete()
    ContentBranch.objects.create(repository="file:///x", branch="main")
    (office.folder / "people.yml").write_text("a: [", encoding="utf-8")
    bring_over(office)
    assert not User.objects.exists()
