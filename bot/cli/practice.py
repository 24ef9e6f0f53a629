"""A content repository to practise with: made of the content folder, so that writing in the browser can be tried at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.repository.git import Git
    from bot.services.records.context import Context

OPERATOR = "unyou-demo"
_BRANCH = "main"
_SYSTEM = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "dxbot"), ("EMAIL", "dxbot@localhost"))
}


def repository(ctx: Context, var: Path) -> dict[str, str]:
    """Settings of an office whose posts come from a repository below `var`, which is made at the first start. Its posts are
    handed in by their authors. Nothing without git."""
    from bot.repository.git import Git
    from bot.services.handing_in import sync
    from bot.services.people import requests

    requests.accept_all(ctx)
    if shutil.which("git") is None:
        return {}
    folder = var / "content.git"
    if not folder.exists():
        git = Git(folder=folder)
        git.run("init", "--bare", "--quiet", f"--initial-branch={_BRANCH}", str(folder))
        _fill(git, ctx)
    config = replace(ctx.config, content_repository=f"file://{folder}", content_branch=_BRANCH, content_dir=var / "content")
    sync.sync(replace(ctx, config=config))
    return {
        "DXBOT_CONTENT_REPOSITORY": config.content_repository,
        "DXBOT_CONTENT_BRANCH": _BRANCH,
        "DXBOT_CONTENT_DIR": str(config.content_dir),
    }


def _fill(git: Git, ctx: Context) -> None:
    """What everybody shares first; then each author's posts, in a commit of their own."""
    from bot.services.handing_in import commits

    library = ctx.library
    authors = {path: library.read(path).author for path in library.paths()}
    beside = {p for path in authors for p in library.read(path).pictures if p.path.parent == path.parent}
    own = {path.resolve() for path in (*authors, *(p.path for p in beside))}
    shared = [p for p in sorted(library.root.rglob("*")) if p.is_file() and p.resolve() not in own]
    head = _commit(git, library.root, shared, _SYSTEM, "", "はじめ")
    commits.note_own(ctx, OPERATOR, head)
    for author in dict.fromkeys(authors.values()):
        files = [path for path, writer in authors.items() if writer == author]
        name = {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": next(iter(author.emails), "dxbot@localhost")}
        head = _commit(git, library.root, files, _SYSTEM | name, head, "原稿")
        commits.note_own(ctx, author.key, head)


def _commit(git: Git, root: Path, files: Iterable[Path], who: Mapping[str, str], parent: str, message: str) -> str:
    for path in files:
        blob = git.run("hash-object", "-w", "--stdin", data=path.read_bytes()).decode().strip()
        git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path.relative_to(root).as_posix()}")
    tree = git.run("write-tree").decode().strip()
    parents = ("-p", parent) if parent else ()
    made = git.run("commit-tree", tree, *parents, data=message.encode(), env=dict(who)).decode().strip()
    git.run("update-ref", f"refs/heads/{_BRANCH}", made)
    return made
