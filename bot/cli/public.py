"""The public site of a practice: built anew once something happened, and shown beside the timelines."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.site import chart

if TYPE_CHECKING:
    from bot.services.pages.recognition import CityRecord
    from bot.services.records.context import Context

log = logging.getLogger(__name__)


class ShownSite:
    """By the same program as `dxbot site build`, so that what is not out is not on it."""

    def __init__(self, ctx: Context, folder: Path) -> None:
        from bot.services.pages.recognition import RecordReader

        self._ctx, self._folder = ctx, folder
        self._reader = RecordReader()
        self._built: CityRecord | None = None

    def follow(self) -> None:
        """What goes wrong here ends no practice: the site stays as it was, and the next happening tries again."""
        from bot.services.pages import public_site

        try:
            record = self._reader.read(self._ctx)
            if record is not self._built:
                self._built = record
                public_site.build(self._ctx, self._folder, chart)
        except Exception:
            log.exception("the public site was not built")
