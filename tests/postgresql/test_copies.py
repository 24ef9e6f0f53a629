"""A copy of an installation on PostgreSQL, put back over what came after it."""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connections

from bot.config import Config
from bot.registry import load
from bot.services.delivery import pause
from bot.services.records import backup
from bot.store.models import AuditEntry, Pause, User
from tests.office import Office


def _config(office: Office) -> Config:
    return load(office.env | {"DATABASE_URL": os.environ["DATABASE_URL"]})


def test_a_copy_is_put_back_and_what_was_there_is_kept_aside(office: Office, tmp_path: Path) -> None:
    config, now = _config(office), office.clock.now()
    pause.pause(office.ctx, office.officer, "控えに入る停止")
    copy = backup.back_up(config, tmp_path / "copy.tar", now, ())
    newest = AuditEntry.objects.latest("id")
    User.objects.filter(username="shimin-leader").delete()
    pause.pause(office.ctx, office.officer, "控えのあとの停止")
    here = backup.newest_here(config)
    assert here is not None
    assert here[0] > newest.id
    connections.close_all()
    with backup.opened(config, copy, None) as (folder, manifest):
        assert (manifest.database, manifest.entry, manifest.hash) == ("postgresql", newest.id, newest.hash)
        aside = backup.put_back(config, folder, manifest, now)
    assert aside is not None
    assert (aside / "database").stat().st_size > 10_000
    assert Pause.objects.get().reason == "控えに入る停止"
    assert User.objects.filter(username="shimin-leader").exists()
    office.runner().beat()
    assert sorted(Pause.objects.filter(ended_at=None).values_list("cause", flat=True)) == ["behind", "stop"]
