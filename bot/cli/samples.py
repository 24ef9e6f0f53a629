"""Posts to try the whole road with, where a city has written none yet. The city's own folder stays as it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bot import folders
from bot.cli.console import tell
from bot.cli.init import CITY, START
from bot.config import Config
from bot.content import post_form
from bot.content.people import load_city
from bot.language import say
from bot.registry import specs


def bring(config: Config, folder: Path) -> None:
    """Without a city's folder those that came with the program; in one without posts, those that bear the city's name, in
    `folder`, which is made anew."""
    own = config.content_dir
    if any((own / "posts").rglob("*.md")):
        return
    if not (own / "city.yml").is_file():
        tell("市のフォルダではないため、付属の原稿（金沢市の見本）を使います。市のフォルダは dxbot init DIR で作れます。")
        os.environ["DXBOT_CONTENT_DIR"] = str(folders.SHIPPED / "content")
        return
    tell("原稿がまだないため、見本の原稿を使います。content/ には何も書きません。")
    _make(config, folder)
    os.environ["DXBOT_CONTENT_DIR"] = str(folder)


def _make(config: Config, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    citys = load_city(config.content_dir / "city.yml", tuple(specs()))
    for file in sorted((START / "sample").rglob("*.*")):
        target = folder / file.relative_to(START / "sample")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text(encoding="utf-8").replace(CITY, citys.name), encoding="utf-8", newline="\n")
    for name in ("city.yml", "phrases.yml", "hashtags.yml", "words.yml"):
        if (config.content_dir / name).is_file():
            shutil.copyfile(config.content_dir / name, folder / name)
    _draw(folder, citys.name)


def _draw(folder: Path, city: str) -> None:
    """The pictures of the samples: cards with their titles."""
    from bot.media.cards import title_card

    (folder / "media").mkdir(exist_ok=True)
    for path in (folder / "posts").glob("*.md"):
        title = post_form.read(path, path.read_text(encoding="utf-8")).title
        (folder / "media" / f"{path.stem}.png").write_bytes(title_card(title, say("見本"), f"{city} 市民課"))
