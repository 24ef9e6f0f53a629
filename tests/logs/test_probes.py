"""What machines ask: alive, ready, a publisher at work, and the figures; without a log-in, a secret, or content."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from django.core.wsgi import get_wsgi_application
from django.db import connection
from waitress.server import create_server

from bot.cli.listening import _settings
from bot.options import Secret
from bot.services.delivery import heartbeats, pause
from bot.services.delivery.heartbeats import Heart
from bot.store.heartbeats import Heartbeat
from tests.office import Office
from tests.web.site import work_on

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(office: Office, web_site: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    work_on(replace(office.ctx, config=replace(office.ctx.config, metrics_token=Secret("a-monitor"))), monkeypatch)

    def get(path: str, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(web_site + path, headers=named, timeout=10, allow_redirects=False)

    return get


def figures(answer: requests.Response) -> dict[str, float]:
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(figure) for name, _, figure in (line.rpartition(" ") for line in lines)}


def test_the_web_site_lives_and_is_ready_by_any_name_without_content(office: Office, ask: Ask) -> None:
    shutil.rmtree(office.folder)
    for path in ("/health/live", "/health/ready"):
        answer = ask(path, Host="10.1.2.3:9000")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert not answer.cookies


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "UPDATE django_migrations SET app = 'elsewhere' WHERE app = 'store' AND name LIKE '0001%'",
            "UPDATE django_migrations SET app = 'store' WHERE app = 'elsewhere'",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_of_the_future', '2027-04-01')",
            "DELETE FROM django_migrations WHERE name = '9999_of_the_future'",
        ),
    ],
    ids=["older", "newer"],
)
def test_a_database_of_another_shape_is_not_ready(ask: Ask, before: str, after: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(before)
    try:
        answer = ask("/health/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(after)
    assert (answer.status_code, answer.json()["why"]) == (503, "schema")


def test_a_publisher_that_falls_silent_shows(office: Office, ask: Ask) -> None:
    assert ask("/health/publisher").json() == {"status": "failing", "why": "silent", "publishers": 0, "age_seconds": None}
    Heart(office.ctx, "machine:7").beat()
    assert ask("/health/publisher").json() == {"status": "ok", "publishers": 1, "age_seconds": 0.0}
    office.at(office.clock.now() + timedelta(seconds=office.ctx.config.watch_silence + 1))
    answer = ask("/health/publisher")
    assert (answer.status_code, answer.json()["why"], answer.json()["age_seconds"]) == (503, "silent", 81.0)


def test_a_heart_writes_now_and_then_and_again_after_its_row_went(office: Office) -> None:
    heart = Heart(office.ctx, "machine:7")
    heart.beat()
    Heartbeat.objects.all().delete()
    heart.beat()
    assert not Heartbeat.objects.exists()  # too soon to write again
    heart._next = 0.0
    heart.beat()
    row = Heartbeat.objects.get()
    assert (row.host, row.pid, row.ended_at) == ("machine", 7, None)
    heart.end()
    assert heartbeats.living(office.clock.now(), timedelta(seconds=80)) == []


def test_old_rows_go_but_the_last_one(office: Office) -> None:
    for pid in (1, 2):
        Heart(office.ctx, f"machine:{pid}").beat()
        office.at(office.clock.now() + timedelta(seconds=1))
    heartbeats.prune(office.clock.now() + timedelta(days=1))
    assert [row.pid for row in Heartbeat.objects.all()] == [2]


def test_monitoring_reads_what_there_is(office: Office, ask: Ask) -> None:
    office.approved(channels="x")
    office.publish_all()
    other = {"title": "ごみの分別（見本）", "body": "夜間に出せる場所を二か所に増やしました（見本）。\n"}
    office.approved("two", channels="x, facebook", extra="publish: 2026-12-08 10:00", **other)
    pause.pause(office.ctx, office.operator, "試験", "facebook")
    office.submit(office.post("three", channels="x", title="三つ目", body="図書館の席を見られます（見本）。\n"))
    Heart(office.ctx, "machine:7").beat()
    found = figures(ask("/metrics"))
    assert found['dxbot_deliveries{channel="x",state="published"}'] == 1
    assert found['dxbot_deliveries{channel="x",state="scheduled"}'] == 1
    assert found['dxbot_deliveries{channel="facebook",state="held"}'] == 1
    assert found['dxbot_lane{lane="x",state="open"}'] == 1
    assert found["dxbot_queue"] == 1
    assert found['dxbot_lateness_most_seconds{channel="x"}'] < 5
    assert [figure for name, figure in found.items() if "heartbeat" in name] == [0.0]
    assert "dxbot_backup_timestamp_seconds" not in found
    due = office.deliveries("scheduled")[0].due_at
    office.at(due + timedelta(minutes=3))
    (office.ctx.config.var_dir / "last-backup").touch()
    found = figures(ask("/metrics"))
    assert found['dxbot_due{channel="x"}'] == 1
    assert found['dxbot_due_age_seconds{channel="x"}'] == 180
    assert found["dxbot_backup_timestamp_seconds"] > 1_700_000_000


@pytest.fixture
def proxied(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """The site as it stands behind a server that ends TLS: the answer's status to a call that this server passes on."""
    config = replace(office.ctx.config, trusted_proxy="127.0.0.1", metrics_token=Secret("a-monitor"))
    work_on(replace(office.ctx, config=config), monkeypatch)
    # A map of its own: two servers of one process would listen for each other.
    door = create_server(get_wsgi_application(), map={}, host="127.0.0.1", port=0, **_settings(config))
    threading.Thread(target=door.run, daemon=True).start()

    def get(caller: str, scheme: str, authorization: str = "") -> int:
        headers = {"X-Forwarded-For": caller, "X-Forwarded-Proto": scheme, "Authorization": authorization}
        return requests.get(
            f"http://127.0.0.1:{door.effective_port}/metrics",
            headers={name: value for name, value in headers.items() if value},
            timeout=10,
        ).status_code

    yield get
    door.trigger.pull_trigger(door.close)


@pytest.mark.parametrize(
    ("caller", "scheme", "authorization", "status"),
    [
        ("", "", "", 200),  # past the server, on the machine itself
        ("192.0.2.7", "https", "", 403),
        ("192.0.2.7", "http", "", 403),
        ("", "https", "", 403),  # a server that does not say who calls
        ("192.0.2.7", "https", "Bearer a-monitor", 200),
        ("192.0.2.7", "https", "Bearer another", 403),
        ("192.0.2.7", "https", "Bearer é", 403),
    ],
)
def test_from_elsewhere_the_figures_need_the_token(
    proxied: Callable[..., int], caller: str, scheme: str, authorization: str, status: int
) -> None:
    assert proxied(caller, scheme, authorization) == status


def test_an_unset_token_is_no_key(office: Office, proxied: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    work_on(office.ctx, monkeypatch)
    for authorization in ("", "Bearer ", "Bearer"):
        assert proxied("192.0.2.7", "https", authorization) == 403
