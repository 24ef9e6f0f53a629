"""What the program's log says: one line for each thing that happened to a post, and no secret, whatever happens."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.db import transaction

from bot import logs
from bot.config import Config
from bot.options import Secret, options_of
from bot.services.delivery import pause
from bot.services.pages import feeds
from bot.services.people import accounts
from bot.services.records import audit
from bot.store.models import Attempt, AuditEntry, User
from bot.workflow.actors import Role
from tests.office import Office
from tests.people.browser import PASSWORD, Browser
from tests.web.site import work_on


class Log:
    """The lines as JSON, from the real formatter."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]


def formatter(config: Config, *, terminal: bool = False) -> logging.Formatter:
    made: logging.Formatter = logs.settings(config, ["django-secret-key"], terminal=terminal)["formatters"]["line"]["()"]()
    return made


@pytest.fixture
def log(office: Office) -> Iterator[Log]:
    made = Log()
    handler = logging.StreamHandler(made.stream)
    handler.addFilter(logs.settings(office.ctx.config)["filters"]["news"]["()"]())
    handler.setFormatter(formatter(replace(office.ctx.config, log="json")))
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield made
    root.removeHandler(handler)
    ours.setLevel(before)


def test_a_post_is_told_from_hand_to_platform_each_step_once(office: Office, log: Log) -> None:
    office.approved(channels="x")
    office.publish_all()
    told = [(line["event"], line.get("by"), line["post"], line.get("channel")) for line in log.lines]
    post = "posts/madoguchi.md"
    assert told == [
        ("submit", "shimin-leader", post, None),
        ("approve", "kouhou", post, None),
        ("leave", None, post, "x"),
        ("accept", None, post, "x"),
    ]
    assert all(line["time"].endswith("Z") and line["level"] == "info" for line in log.lines)
    assert log.of("leave")[0]["delivery"] == office.deliveries()[0].id


def test_a_refusal_says_its_class_and_code_and_not_the_platforms_words(office: Office, log: Log) -> None:
    office.sandbox.fault("x", "500_after")
    office.approved(channels="x")
    office.publish_all()
    (line,) = log.of("OutcomeUnknown")
    assert (line["level"], line["channel"]) == ("warning", "x")
    assert len([one for one in log.lines if one.get("channel") == "x"]) == 2  # it left, and nobody knows


def test_what_a_stop_holds_is_told_post_by_post(office: Office, log: Log) -> None:
    office.approved(channels="x, facebook")
    pause.pause(office.ctx, office.operator, "秘密の理由")
    assert sorted(line["channel"] for line in log.of("hold")) == ["facebook", "x"]
    assert len(log.of("pause")) == 1
    assert "秘密の理由" not in log.text


def test_what_comes_to_be_planned_during_a_stop_is_told_as_held(office: Office, log: Log) -> None:
    pause.pause(office.ctx, office.operator, "訓練のため")
    office.approved(channels="x")
    office.runner().beat()
    assert office.states() == {"x": "held"}
    assert [line["channel"] for line in log.of("hold")] == ["x"]


def test_what_was_rolled_back_is_not_told(office: Office, log: Log) -> None:
    with transaction.atomic():
        audit.record(office.clock.now(), "kouhou", "approve", "submission:1")
        transaction.set_rollback(True)
    assert log.lines == []


def test_every_entry_of_the_audit_log_about_a_post_has_its_line(office: Office, log: Log) -> None:
    office.sandbox.fault("facebook", "500_before")
    office.approved(channels="x, instagram, facebook")
    office.approved("two", channels="x", extra="publish: 2026-12-08 10:00")
    office.publish_all()
    entries = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    events = [line["event"] for line in log.lines]
    for verb in set(entries):
        assert events.count(verb) >= entries.count(verb)
    assert len(log.of("leave")) == Attempt.objects.count()


def test_what_a_person_does_in_the_web_site_carries_the_number_of_the_request(
    office: Office, log: Log, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_on(office.ctx, monkeypatch)
    accounts.set_up_user(office.ctx, "kouhou", Role.OFFICER, PASSWORD)
    browser = Browser(web_site)
    browser.log_in("kouhou")
    answer = browser.post("/stop/", reason="試験")
    (line,) = log.of("pause")
    assert line["request"] == answer.history[0].headers["X-Request-Id"] != answer.headers["X-Request-Id"]


def test_an_address_that_is_a_key_by_itself_is_not_in_the_log(
    office: Office, log: Log, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_on(office.ctx, monkeypatch)
    key = feeds.issue(office.ctx, User.objects.create(username="someone", role=Role.LEADER)).reveal()
    assert requests.get(f"{web_site}/feeds/{key}x.ics", timeout=10).status_code == 404
    (line,) = [line for line in log.lines if "feeds" in line["event"]]
    assert line["event"] == "GET /feeds/<str:key>.ics"
    assert key not in log.text


def test_a_probe_that_finds_no_publisher_fills_no_log(
    office: Office, log: Log, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_on(office.ctx, monkeypatch)
    assert requests.get(f"{web_site}/health/publisher", timeout=10).status_code == 503
    assert requests.get(f"{web_site}/no-such-page", timeout=10).status_code == 404
    assert [line["status"] for line in log.lines] == [404]


def test_no_secret_shows_however_it_is_written(office: Office, log: Log) -> None:
    config = office.ctx.config
    secrets = [
        value.reveal()
        for options in (config, *config.declared)
        for option in options_of(type(options)).values()
        if isinstance(value := getattr(options, option.name), Secret) and value
    ]
    assert len(secrets) > 5
    for secret in secrets:
        logging.getLogger("urllib3").warning("GET /me?access_token=%s failed", secret)
        logging.getLogger("bot").warning("once more", extra={"why": secret})
        try:
            raise ValueError(secret)
        except ValueError:
            logging.getLogger("bot").exception("with an error")
    assert "***" in log.text
    assert [secret for secret in secrets if secret in log.text] == []


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_secret_is_found_in_any_dress(office: Office, form: str) -> None:
    key = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIOf/+x"y==\n-----END PRIVATE KEY-----'
    config = replace(
        office.ctx.config,
        log=form,  # type: ignore[arg-type]
        audit_key=Secret(key),
        database_url=Secret("postgresql://dxbot:p%40ss-word@db/dxbot"),
    )
    record = logging.makeLogRecord({"levelno": logging.ERROR, "levelname": "ERROR", "name": "x"})
    record.msg = f"{key} p@ss-word p%40ss-word django-secret-key"
    line = formatter(config).format(record)
    for part in ("MC4C", "ss-word", "django-secret"):
        assert part not in line


def test_of_a_client_librarys_error_only_the_place_is_told(log: Log) -> None:
    try:
        try:
            raise requests.ConnectionError("the platform's own words")
        except requests.ConnectionError as e:
            raise ValueError("ours") from e
    except ValueError:
        logging.getLogger("bot").exception("no clear outcome")
    (line,) = log.of("no clear outcome")
    assert "the platform's own words" not in log.text
    assert "ValueError: ours" in line["exception"]
    assert "requests.exceptions.ConnectionError" in line["exception"]
    assert "test_lines_of_the_log.py" in line["exception"]


@pytest.mark.parametrize(("chosen", "terminal", "is_json"), [("", True, False), ("", False, True), ("json", True, True)])
def test_a_terminal_gets_plain_lines_and_all_else_json_unless_told(
    office: Office, chosen: str, terminal: bool, is_json: bool
) -> None:
    config = replace(office.ctx.config, log=chosen)  # type: ignore[arg-type]
    record = logging.makeLogRecord({"levelno": logging.INFO, "levelname": "INFO", "msg": "待つ", "name": "bot"})
    line = formatter(config, terminal=terminal).format(record)
    assert line.startswith("{") == is_json
    assert "待つ" in line


def test_a_line_that_cannot_be_made_is_told_without_what_it_was_to_say(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Log()
    handler = logs.settings(office.ctx.config)["handlers"]["console"]["()"](made.stream)
    handler.setFormatter(formatter(office.ctx.config))
    handler.handle(logging.makeLogRecord({"msg": "%d", "args": ("a key in no option",)}))
    (line,) = made.lines
    assert line["why"] == "TypeError"
    assert "a key" not in made.text + "".join(capsys.readouterr())
