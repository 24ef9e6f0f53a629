"""`python -m tests.attacks.measured FOLDER`: each picture is looked at, fitted and cleaned in a process of its own, which is
ended after five seconds of work for each. Prints what came of it and its largest size in KB, by name, as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import PIL.BmpImagePlugin
import PIL.GifImagePlugin
import PIL.ImageCms
import PIL.JpegImagePlugin
import PIL.PngImagePlugin
import PIL.WebPImagePlugin  # noqa: F401 all loaded before, so that each process is as large as its picture makes it

from bot.errors import MediaError, Place
from bot.media.images import cleaned, fit, probe
from bot.media.limits import ImageLimits

SECONDS = 5
_PAPER = ImageLimits(max_width=3000, max_height=3000, max_bytes=8_000_000)


def _one(path: Path) -> dict[str, Any]:
    place = Place(path=Path("post.md"))
    try:
        header = probe(path, place)
        fitted = fit(path, _PAPER, place)
        kept, _ = cleaned(path, place)
    except MediaError as e:
        return {"refused": e.summary, "next_step": e.next_step}
    size = [header.width, header.height]
    return {"size": size, "located": header.located, "fitted": [fitted.width, fitted.height], "kept": len(kept)}


def _measured(path: Path) -> dict[str, Any]:
    answer, child_end = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))  # three things are asked
        os.write(child_end, json.dumps(_one(path)).encode())
        os._exit(0)
    os.close(child_end)
    with os.fdopen(answer, "rb") as said:
        text = said.read()
    _, status, used = os.wait4(child, 0)
    return {"status": status, "kilobytes": used.ru_maxrss, **(json.loads(text) if text else {})}


if __name__ == "__main__":
    json.dump({path.name: _measured(path) for path in sorted(Path(sys.argv[1]).iterdir())}, sys.stdout)
