"""The title cards of the sample posts, drawn from the posts and the list of figures. `python -m tests.media.pictures` writes
them anew after a title or a figure has changed."""

from __future__ import annotations

from collections.abc import Mapping

from bot import registry
from bot.config import ROOT, Config
from bot.content.library import Library
from bot.media.cards import title_card
from bot.render.plain import SOCIAL, Plain

LIBRARY = Library(ROOT / "content", Config().timezone, {s.key: s.options for s in registry.specs().values()})
MEDIA = LIBRARY.root / "media"


def drawn() -> Mapping[str, bytes]:
    """PNGs by file name."""
    figures = LIBRARY.indicators
    languages = figures["voicetra_languages"]
    steps = "1 聞き取る\n2 入力する\n3 確かめて署名する"
    return {
        "paperless.png": _card("paperless", "施策2-1　ペーパーレス化の推進"),
        "telework.png": _card("telework", "施策2-2　テレワークの推進"),
        "tell-citizens.png": _card("tell-citizens", "X・Instagram・Facebook・新聞広報"),
        "no-writing-desk.png": _card("no-writing-desk", "書かない、待たない市役所に！"),
        "no-writing-steps.png": title_card(steps, "書かない窓口の流れ（見本）", _footer("no-writing-desk")),
        "voicetra.png": _card("voicetra", f"VoiceTra（ボイストラ）は{languages.field('value')}の言語に対応"),
        "evaluation.png": _card("evaluation", "金沢市デジタル戦略の達成度評価"),
    }


def _card(slug: str, kicker: str) -> bytes:
    (path,) = LIBRARY.posts_dir.rglob(f"{slug}.md")
    return title_card(Plain(SOCIAL).line(LIBRARY.read(path).title), kicker, _footer(slug))


def _footer(slug: str) -> str:
    (path,) = LIBRARY.posts_dir.rglob(f"{slug}.md")
    return f"{LIBRARY.city.name} {LIBRARY.read(path).author.department}（見本）"


if __name__ == "__main__":
    for name, data in drawn().items():
        (MEDIA / name).write_bytes(data)
