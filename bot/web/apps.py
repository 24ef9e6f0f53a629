"""Django's app for the pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "bot.web"
    label = "web"
