"""All files of one issue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import NotFound
from bot.language import say
from bot.newsletter import docx, handover, html, idml, pdf, tagged
from bot.newsletter.advice import advise
from bot.newsletter.arrangement import issue_name, said_issue
from bot.newsletter.article import Article
from bot.newsletter.issue import Roll, frames_of, roll_of
from bot.newsletter.profile import Profile
from bot.newsletter.setting import Setting, set_article


@dataclass(frozen=True, kw_only=True)
class Press:
    """What every issue of this paper is built with. `protected` names are never broken in a headline."""

    paper: str
    profile: Profile
    protected: tuple[str, ...]
    templates: Path

    def ruled(self, issue: str) -> Press:
        """As this issue is built: with the rules of its own."""
        return replace(self, profile=self.profile.ruled(issue))


def build(articles: Sequence[Article], press: Press, issue: str, directory: Path) -> tuple[Path, ...]:
    """Write the files of the issue as it is planned; their paths. While the profile is 仮 their names say so.

    Nothing is written unless all of them can be made; a post that cannot be printed is left out and told. Raises NotFound when
    no article is left for the issue.
    """
    press = press.ruled(issue)
    profile, paper = press.profile, press.paper
    arrangement, name = profile.arrangement(issue), issue_name(issue)
    roll = roll_of(articles, arrangement, profile)
    _refuse_an_empty(roll, said_issue(issue))
    articles = frames_of(roll.posts, arrangement)
    settings = [set_article(article, profile, press.protected) for article in articles]
    contents = {
        ".pdf": pdf.build(settings, profile, name, paper),
        ".html": html.preview(settings, profile, name, paper, press.templates),
        "-article.html": html.accessible(articles, profile, name, paper, press.templates),
        "-fit.json": fit_file(settings, press, roll),
        ".txt": handover.text(settings, profile, name, paper, roll),
        "-indesign.txt": tagged.build(articles, profile),
        "-trial.idml": idml.build(articles, profile, f"{paper} {name}"),
        ".docx": docx.build(settings, profile, name, paper),
    }
    mark = "" if profile.confirmed else "-kari"
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for ending, data in contents.items():
        path = directory / f"column-{issue}{mark}{ending}"
        path.write_bytes(data)
        paths.append(path)
    return tuple(paths)


def _refuse_an_empty(roll: Roll, name: str) -> None:
    if not roll.posts and roll.refused:
        raise next(iter(roll.refused.values()))
    if not roll.posts:
        raise NotFound(
            f"nothing for {name}",
            summary=say("{name}に載せる、承認済みの原稿がありません", name=name),
            next_step="原稿の channels: に newsletter を入れて承認を受けるか、newsletter.yml の posts を見直してください",
        )


def fit_file(settings: Sequence[Setting], press: Press, roll: Roll) -> bytes:
    """The fit of every frame, what could be turned where it overflows, and how long every post is."""
    profile = press.profile
    articles = [
        {"identity": setting.article.identity} | advise(setting, profile, press.protected).as_json() for setting in settings
    ]
    shown = {"profile": profile.name, "grid": profile.grid, "status": profile.status, "articles": articles}
    shown |= roll.as_json()
    return (json.dumps(shown, ensure_ascii=False, indent=2) + "\n").encode()
