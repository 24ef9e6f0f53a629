"""Shared by all tests: a clean environment, a real database, a real sandbox, a real web server, content for the occasion.

The database is a SQLite file; with DXBOT_TEST_DATABASE=postgresql the same tests run on a PostgreSQL server.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

# Nothing of the operator's own settings may leak into a test; the state lies in a folder of its own.
_OURS = ("DXBOT_REQUIRE_ALL", "DXBOT_TEST_DATABASE")
for name in [n for n in os.environ if n.startswith("DXBOT_") and n not in _OURS] + ["DATABASE_URL"]:
    os.environ.pop(name, None)
_VAR = tempfile.TemporaryDirectory(prefix="dxbot-tests-")
os.environ.update(DXBOT_VAR_DIR=_VAR.name, DXBOT_SANDBOX="true", DJANGO_SETTINGS_MODULE="bot.settings")

ON_POSTGRESQL = os.environ.get("DXBOT_TEST_DATABASE") == "postgresql"
if ON_POSTGRESQL:
    from tests.postgres import start

    os.environ["DATABASE_URL"] = start(durable=False)
collect_ignore = [] if ON_POSTGRESQL else ["postgresql"]

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash is slow for tests, too

from bot.errors import BotError  # noqa: E402
from bot.sandbox import server  # noqa: E402
from bot.sandbox.credentials import environment  # noqa: E402
from tests.office import Office  # noqa: E402
from tests.sandbox_client import SandboxClient  # noqa: E402


@pytest.fixture(autouse=True, scope="session")
def _a_refusal_has_words() -> Iterator[None]:
    """Whatever is refused in any test tells the log and the person in sentences: what is wrong, and what to do."""
    begun = BotError.__init__

    def checked(self: BotError, message: str, *, summary: str, next_step: str, field: str = "") -> None:
        begun(self, message, summary=summary, next_step=next_step, field=field)
        told = (message, self.summary, self.next_step)
        assert all(isinstance(words, str) and words.strip() for words in told), told
        assert isinstance(field, str)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotError, "__init__", checked)
        yield


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Sandbox]:
    with server.create(Path(tmp_path_factory.mktemp("sandbox"))) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: server.Sandbox) -> SandboxClient:
    client = SandboxClient(sandbox_server.base_url)
    client.reset()
    return client


# What the migrations themselves wrote.
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "store_bookmark"}


@pytest.fixture(scope="session")
def _database() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@pytest.fixture
def database(_database: None) -> Iterator[None]:
    """Empty tables in a real file: threads and servers see the same data as the test."""
    from django.core.cache import cache
    from django.core.management.color import no_style
    from django.db import connection, connections

    from bot.store import append_only

    tables = [t for t in connection.introspection.django_table_names(only_existing=True) if t not in _KEPT]
    statements = connection.ops.sql_flush(no_style(), tables)
    with connection.schema_editor() as editor:
        append_only.remove(editor)
    connection.ops.execute_sql_flush(statements)
    cache.clear()  # with it, how often somebody guessed
    Path(_VAR.name, "mark.json").unlink(missing_ok=True)  # of what the last test sent
    with connection.schema_editor() as editor:
        append_only.install(editor)
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
    # In its own loop: nothing is polled once it is closed. The last answer wakes the loop, too, so it may have closed by now.
    with suppress(OSError):
        http.trigger.pull_trigger(http.close)  # type: ignore[union-attr]


@pytest.fixture
def office(database: None, sandbox: SandboxClient, web_site: str, tmp_path: Path) -> Iterator[Office]:
    """The services on a clock that stands, with a content folder of their own, pointed at the sandbox."""
    desk = Office(tmp_path, environment(sandbox.base_url) | {"DXBOT_MEDIA_BASE_URL": web_site}, sandbox)
    yield desk
    desk.close()
