"""The office of the other tests, with a git server before it: leaders commit, the branch is taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.office import Office, write_content, write_post
from tests.sync.origin import Origin

if TYPE_CHECKING:
    from bot.services.handing_in.sync_report import Report

PEOPLE = """
shimin-leader: {name: 市民課（見本）, department: 市民課, role: leader, emails: [shimin@example.jp]}
soumu-leader:
  {name: 総務課（見本）, department: 総務課, role: leader, emails: [soumu@example.jp], submits_for: [kokusai-trainee]}
kokusai-trainee: {name: 国際交流課（見本）, department: 総務課, role: trainee, emails: [kokusai@example.jp]}
"""
SHIMIN, SOUMU, KOKUSAI = "shimin@example.jp", "soumu@example.jp", "kokusai@example.jp"


class Desk:
    """`office.folder` is the content folder that only the sync writes; `origin.desk` where leaders write."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.origin = office, Origin(folder / "server")
        office.folder = folder / "taken"
        config = replace(office.ctx.config, content_dir=office.folder, content_repository=self.origin.url)
        office.ctx = replace(office.ctx, config=config)
        write_content(self.origin.desk)
        self.origin.write("people.yml", PEOPLE)
        self.origin.commit(SOUMU, "はじめ")
        self.sync()
        office.register()

    def write(self, name: str = "madoguchi", **given: str) -> Path:
        return write_post(self.origin.desk, name, **given)

    def commit(self, email: str = SHIMIN) -> str:
        return self.origin.commit(email)

    def sync(self, *, accept_rewritten: bool = False, accept_large: bool = False) -> Report:
        from bot.services.handing_in.sync import sync

        return sync(self.office.ctx, accept_rewritten="unyou" if accept_rewritten else "", accept_large=accept_large)

    def taken(self, email: str = SHIMIN) -> dict[str, str]:
        """Commit what lies on the desk and take it: what became of each path."""
        self.commit(email)
        return {i.path: str(i.taken) for i in self.sync().items}

    def rules(self) -> set[str]:
        """The rules that the last commit offends against, taken again."""
        return {f.rule for i in self.sync().items for f in i.findings}

    def submissions(self) -> list[tuple[str, str, str]]:
        from bot.store.models import Submission

        return [(s.path, s.submitted_by, s.state) for s in Submission.objects.order_by("id")]

    def approve_all(self) -> None:
        from bot.services.approval.review import waiting

        for submission in waiting():
            self.office.approve(submission)
