"""What was released for printing (校了), kept to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.store.models import SignOff, Submission
from bot.store.released import Release, ReleasedFile


def keep(sign_off: SignOff, files: Sequence[Path], printed: Sequence[Submission], text: str) -> None:
    """Call it inside the transaction of the 校了."""
    release = Release.objects.create(sign_off=sign_off, text=text)
    release.submissions.set(printed)
    ReleasedFile.objects.bulk_create(ReleasedFile(release=release, name=f.name, data=f.read_bytes()) for f in files)


def latest(issue: str) -> Release | None:
    """The last 校了 of the issue, whether or not posts have changed since."""
    releases = Release.objects.select_related("sign_off").filter(sign_off__issue=issue)
    return releases.order_by("-sign_off__at", "-id").first()
