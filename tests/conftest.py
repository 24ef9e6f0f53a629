"""Shared by all tests: a clean environment, a real database, a real sandbox, a real web server, content for the occasion.

The database is a SQLite file; with DXBOT_TEST_DATABASE=postgresql the same tests run on a PostgreSQL server.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Nothing of the operator's own settings may leak into a test; the state lies in a folder of its own.
_OURS = ("DXBOT_REQUIRE_ALL", "DXBOT_TEST_DATABASE")
for name in [n for n in os.environ if n.startswith("DXBOT_") and n not in _OURS] + ["DATABASE_URL"]:
    os.environ.pop(name, None)
_VAR = tempfile.TemporaryDirectory(prefix="dxbot-tests-")
os.environ.update(DXBOT_VAR_DIR=_VAR.name, DJANGO_SETTINGS_MODULE="bot.settings")

ON_POSTGRESQL = os.environ.get("DXBOT_TEST_DATABASE") == "postgresql"
if ON_POSTGRESQL:
    from tests.postgres import start

    os.environ["DATABASE_URL"] = start()
collect_ignore = [] if ON_POSTGRESQL else ["postgresql"]

import django  # noqa: E402

django.setup()

from bot.sandbox import server  # noqa: E402
from bot.sandbox.credentials import environment  # noqa: E402
from tests.office import Office  # noqa: E402
from tests.sandbox_client import SandboxClient  # noqa: E402


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Sandbox]:
    with server.create(Path(tmp_path_factory.mktemp("sandbox"))) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: server.Sandbox) -> SandboxClient:
    client = SandboxClient(sandbox_server.base_url)
    client.reset()
    return client


@pytest.fixture(scope="session")
def _database() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@pytest.fixture
def database(_database: None) -> Iterator[None]:
    """Empty tables in a real file: threads and servers see the same data as the test."""
    from django.db import connections

    from bot.store import models

    models.Delivery.objects.update(after=None)
    tables = (models.AuditEntry, models.Attempt, models.Decision, models.Pause, models.PersonalToken)
    for model in (*tables, models.Delivery, models.Lane, models.Submission.blobs.through, models.Submission, models.Blob):
        rows = model.objects.all()  # type: ignore[attr-defined]
        rows._raw_delete(rows.db)
    models.User.objects.all().delete()
    yield
    connections.close_all()


@pytest.fixture(scope="session")
def web_site(_database: None) -> Iterator[str]:
    """The real web site, over HTTP."""
    import threading

    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    http = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=http.run, daemon=True).start()
    yield f"http://127.0.0.1:{http.effective_port}"  # type: ignore[union-attr]
    http.close()


@pytest.fixture
def office(database: None, sandbox: SandboxClient, web_site: str, tmp_path: Path) -> Iterator[Office]:
    """The services on a clock that stands, with a content folder of their own, pointed at the sandbox."""
    desk = Office(tmp_path, environment(sandbox.base_url) | {"DXBOT_MEDIA_BASE_URL": web_site}, sandbox)
    yield desk
    desk.close()
