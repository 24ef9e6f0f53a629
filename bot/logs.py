"""The program's log: lines on standard error for those who run it, as JSON for machines or plain for a terminal.

A line says when, how grave, what happened, to which post, and for which request of the web site. It never says a secret, and
never what a platform or a person wrote: those words stay in the database, where it is known who may read them (ADR 29).
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from base64 import b64encode
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import fields
from typing import Any, TextIO
from urllib.parse import quote, unquote, urlsplit

import structlog

from bot.config import Config
from bot.options import Secret
from bot.trouble import OneSentence

PROBES = ("/health/", "/metrics")  # addresses that machines ask for all day; their answers are no news
_HIDDEN = "***"
_SHORTEST = 4  # characters; less would blacken words that only look like it
# Errors of these packages say what is wrong with our own things. Those of a client library quote the platform, or an address
# with its key.
_OURS = frozenset({"builtins", "bot", "django", "sqlite3"})
_Event = MutableMapping[str, Any]


def settings(config: Config, secrets: Iterable[str] = (), *, terminal: bool | None = None) -> dict[str, Any]:
    """Django's LOGGING. `secrets` are those that no option holds. `terminal`: whether a person reads along; None to ask."""
    seen = sys.stderr.isatty() if terminal is None else terminal
    plain = config.log == "console" or (not config.log and seen)
    _configure()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": lambda: _formatter(_renderer(plain, seen), {*_secrets(config), *secrets})}},
        "filters": {"news": {"()": lambda: _is_news}, "one_sentence": {"()": OneSentence}},
        "handlers": {"console": {"()": _Lines, "formatter": "line", "filters": ["news", "one_sentence"]}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # A beat that is passed over because the last one is still at work is no news.
            "apscheduler": {"level": "ERROR"},
            # At a terminal, what somebody does by a command is answered by the command.
            "bot": {"level": "INFO" if config.log else "WARNING"},
        },
    }


def stay() -> None:
    """This process stays and works by itself: what happens is told by its log alone."""
    logging.getLogger("bot").setLevel(logging.INFO)


class _Lines(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's own name
        """Without memory, or where the disk is full. Python's own would print what the line was to be made of, secrets too."""
        line = {"level": "error", "event": "a line of the log could not be written", "why": type(sys.exc_info()[1]).__name__}
        with suppress(Exception):
            self.stream.write(json.dumps(line) + "\n")


def _configure() -> None:
    structlog.configure(
        processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _formatter(render: Any, secrets: set[str]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_PROCESSORS, _of_a_request],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _error, _in_order, render, _Redaction(secrets)],
    )


def _renderer(plain: bool, seen: bool) -> Any:
    if plain:
        colours = seen and not os.environ.get("NO_COLOR")
        return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _is_news(record: logging.LogRecord) -> bool:
    """A site that is down for an hour would fill the log with "not ready" otherwise; what is wrong has a line of its own."""
    path = getattr(getattr(record, "request", None), "path", "")
    return bool(record.exc_info) or not str(path).startswith(PROBES)


def _of_a_request(_: object, __: str, event: _Event) -> _Event:
    """Django's own lines quote the address, which may be a key by itself (a feed, an invitation); its pattern is none."""
    record = event.get("_record")
    request, status = getattr(record, "request", None), getattr(record, "status_code", None)
    if request is not None:
        match = getattr(request, "resolver_match", None)
        event["event"] = f"{getattr(request, 'method', '?')} /{match.route if match else '?'}"
    return event if status is None else {**event, "status": status}


def _error(_: object, __: str, event: _Event) -> _Event:
    """Where an error came from, and the words of our own ones alone."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _in_order(_: object, __: str, event: _Event) -> _Event:
    """What a person looks for comes first."""
    return {**{name: event.pop(name) for name in ("time", "level", "event") if name in event}, **event}


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "then:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    kind = type(error)
    words = str(error) if kind.__module__.partition(".")[0] in _OURS else "(its words are not shown)"
    yield f"{kind.__module__}.{kind.__qualname__}: {words}"


def _secrets(config: Config) -> Iterator[str]:
    """Every secret of the configuration, the channels' own ones included, and the password within an address."""
    for options in (config, *config.declared):
        for option in fields(options):  # type: ignore[arg-type]  # a dataclass each, see Config.of
            value = getattr(options, option.name)
            if isinstance(value, Secret) and value:
                yield value.reveal()
    password = urlsplit(config.database_url.reveal()).password if "@" in config.database_url.reveal() else None
    yield unquote(password or "")


class _Redaction:
    """The last net, over the finished line: a known secret goes, as it is and as it is written in JSON, in an address, and in
    the header of a log-in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        # The longest first: a secret may be the beginning of another.
        self._known = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))) if forms else None

    def __call__(self, _: object, __: str, line: Any) -> str:
        return self._known.sub(_HIDDEN, str(line)) if self._known else str(line)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="")
    yield b64encode(secret.encode()).decode().rstrip("=")
    yield from (line for line in secret.splitlines() if len(line) > len("-----BEGIN PRIVATE KEY-----"))


_PROCESSORS: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
)
