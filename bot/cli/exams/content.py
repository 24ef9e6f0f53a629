"""The content: shared files, rules of time, and the repository from which posts come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot import registry
from bot.cli.exams.exam import Told, bad, fine, problem
from bot.cli.exams.installation import Installation
from bot.repository.failure import GitFailed
from bot.repository.git import Git
from bot.shared_files import files

_NO_SUCH_BRANCH = 2


def shared(at: Installation) -> Iterator[Told]:
    config = at.config
    if not config.shared_dir.is_dir():
        yield bad(
            "原稿の置き場 {path} がありません",
            "DXBOT_CONTENT_DIR を確かめてください。原稿のリポジトリから取り込むなら、dxbot sync を実行してください",
            path=config.shared_dir,
        )
        return
    found = files.problems(config.shared_dir, config.rules_dir, config.timezone, tuple(registry.specs()))
    yield from (problem(e) for e in found)
    if not found:
        yield fine("共通のファイルと配信の決まりを、全て読めます")


def remote(at: Installation) -> Iterator[Told]:
    config = at.config
    if not config.content_repository:
        return
    protocols = ("file",) if config.sandbox else ("https", "ssh", "file")
    with tempfile.TemporaryDirectory() as folder:
        git = Git(folder=Path(folder), protocols=protocols, token=config.content_token)
        try:
            code, _ = git.ask("ls-remote", "--exit-code", config.content_repository, f"refs/heads/{config.content_branch}")
        except GitFailed:
            code = -1
    if code == _NO_SUCH_BRANCH:
        yield bad(
            "原稿のリポジトリに、ブランチ {branch} がありません",
            "DXBOT_CONTENT_BRANCH を確かめるか、リポジトリにそのブランチを作ってください",
            branch=config.content_branch,
        )
    elif code != 0:
        yield bad(
            "原稿のリポジトリに届きません",
            "DXBOT_CONTENT_REPOSITORY のアドレス、DXBOT_CONTENT_TOKEN の鍵と権限、通信とプロキシを確かめてください",
        )
    else:
        yield fine("原稿のリポジトリのブランチ {branch} を読めます", branch=config.content_branch)
