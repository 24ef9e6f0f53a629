"""Django's app for the tables."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import request_started

from bot.store import session


def _begin(**_: object) -> None:
    session.begin()


class StoreConfig(AppConfig):
    name = "bot.store"
    label = "store"

    def ready(self) -> None:
        request_started.connect(_begin, dispatch_uid="bot.store.session")
