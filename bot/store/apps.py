"""Django's app for the tables."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "bot.store"
    label = "store"
