"""A shared file is spoilt, by a slip or on purpose: nothing is voided by it, nothing loosened, and all of it is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.content.library import Library
from bot.errors import CannotTell, FileError
from bot.options import Secret
from bot.services.handing_in import one_set
from bot.services.people.accounts import set_up_user
from bot.services.telling.kinds import Kind
from bot.services.telling.notices import take_in
from bot.store.models import AuditEntry, Submission
from bot.store.notices import Notice
from bot.workflow.actors import Role
from tests.office import NEVER_CLOSED, TOKYO, Office
from tests.sync.desk import PEOPLE, SHIMIN, SOUMU, Desk
from tests.sync.origin import git
from tests.web.browser import PASSWORD, signed_in
from tests.web.site import work_on

CITY = "name: 金沢市\noffice: 広報広聴課\npaper: 新聞広報\n"
PAGES = ("/queue/", "/calendar/", "/deliveries/", "/held/", "/history/", "/stop/", "/blackouts/", "/issues/", "/tokens/")


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path)


def five_approvals(desk: Desk) -> None:
    """Ten deliveries, planned."""
    for number in range(5):
        desk.write(f"post{number}", title=f"題{number}（見本）", body=f"本文{number}（見本）。\n", channels="x, facebook")
    desk.taken()
    desk.approve_all()
    assert states(desk.office) == ({"approved": 5}, {"scheduled": 10})


def states(office: Office) -> tuple[dict[str, int], dict[str, int]]:
    found = [s.state for s in Submission.objects.all()], [d.state for d in office.deliveries()]
    return {s: found[0].count(s) for s in found[0]}, {s: found[1].count(s) for s in found[1]}


def pages(office: Office, web_site: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The status of every page, as an officer sees it who logs in now."""
    work_on(office.ctx, monkeypatch)
    set_up_user(office.ctx, "kouhou", Role.OFFICER, PASSWORD)
    officer = signed_in(web_site, "kouhou")
    submissions = [f"/submissions/{number}/" for number in Submission.objects.values_list("id", flat=True)]
    return {page: officer.get(page).status_code for page in (*PAGES, *submissions, "/nowhere/")}


def test_papr_for_paper_in_a_push_voids_nothing_and_takes_no_page_away(
    desk: Desk, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    five_approvals(desk)
    good = (desk.origin.desk / "city.yml").read_text(encoding="utf-8")
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    assert desk.taken(SOUMU) == {"city.yml": "not-in-force"}
    desk.office.runner().sweep()
    assert states(desk.office) == ({"approved": 5}, {"scheduled": 10})
    opened = pages(desk.office, web_site, monkeypatch)
    assert opened.pop("/nowhere/") == 404
    assert set(opened.values()) == {200}
    desk.origin.write("city.yml", good)
    assert desk.taken(SOUMU) == {}
    desk.office.runner().sweep()
    assert states(desk.office) == ({"approved": 5}, {"scheduled": 10})
    desk.office.publish_all()
    assert states(desk.office) == ({"approved": 5}, {"published": 10})


def test_papr_for_paper_in_place_holds_what_depends_on_it_and_tells_once(
    office: Office, web_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(office.ctx.config, webhook_url=Secret("http://127.0.0.1:9/hook"))
    office.ctx = replace(office.ctx, config=config)
    for number in range(5):
        body = f"本文{number}（見本）。\n"
        office.approved(f"post{number}", title=f"題{number}（見本）", body=body, channels="x, facebook")
    waiting = office.submit(office.post("waits"))
    city = office.folder / "city.yml"
    good = city.read_text(encoding="utf-8")
    city.write_text(CITY.replace("paper", "papr"), encoding="utf-8")
    for _ in range(2):
        office.runner().sweep()
    assert states(office) == ({"approved": 5, "submitted": 1}, {"scheduled": 10})
    with pytest.raises((FileError, CannotTell), match="papr"):
        office.approve(waiting)
    take_in(office.ctx)
    (notice,) = Notice.objects.filter(kind=Kind.SPOILT)
    assert "city.yml の3行目：「papr」という項目はありません。「paper」の書き間違い" in notice.line
    assert "直るまで、これを使う原稿の承認と配信を止めます" in notice.line
    opened = pages(office, web_site, monkeypatch)
    assert {page: status for page, status in opened.items() if status >= 500} == {}
    assert "「papr」という項目はありません" in signed_in(web_site, "kouhou").get("/calendar/").text
    city.write_text(good, encoding="utf-8")
    office.runner().sweep()
    assert "「papr」" not in signed_in(web_site, "kouhou").get("/calendar/").text
    office.publish_all()
    assert states(office) == ({"approved": 5, "submitted": 1}, {"published": 10})


def test_a_rule_that_goes_with_another_file_is_never_read_without_it(desk: Desk) -> None:
    """Who reads while sets come into force sees one as a whole or another, never half of each."""
    config, seen, ended = desk.office.ctx.config, set[tuple[str, str]](), threading.Event()

    def read() -> None:
        while not ended.is_set():
            library = Library(config.content_dir, TOKYO, {}, config.shared_dir)
            seen.add((library.people["shimin-leader"].name, library.city.name))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(12):
        desk.origin.write("city.yml", CITY.replace("金沢", f"{number}"))
        desk.origin.write("people.yml", PEOPLE.replace("市民課（見本）", f"{number}課"))
        desk.taken(SOUMU)
    ended.set()
    reader.join()
    assert seen - {("市民課（見本）", "金沢市")} <= {(f"{n}課", f"{n}市") for n in range(12)}
    assert len(seen) > 6


def test_rules_that_are_taken_away_are_told(desk: Desk) -> None:
    """Without its folder in the repository, the program's own rules hold: fewer blackouts, and nobody would know."""
    for name, text in NEVER_CLOSED.items():
        desk.origin.write(f"schedules/{name}", text)
    desk.taken(SOUMU)
    assert desk.office.ctx.config.rules_dir == desk.office.ctx.config.shared_dir / "schedules"
    git(desk.origin.desk, "rm", "--quiet", "-r", "schedules")
    commit = desk.commit(SOUMU)
    report = desk.sync()
    assert {(i.path, str(i.taken), i.person, i.commit) for i in report.items} == {
        (f"schedules/{name}", "taken-away", "soumu-leader", commit) for name in NEVER_CLOSED
    }
    assert "消されたため、使うのをやめました（コミット" in report.as_markdown()
    (told,) = AuditEntry.objects.filter(verb=one_set.TAKE_AWAY)
    assert "schedules/blackouts.yml（消した人：soumu-leader）" in told.detail


def test_a_deletion_beside_a_slip_is_told_and_not_in_force(desk: Desk) -> None:
    desk.origin.write("phrases.yml", "時点: いつの数字ですか。\n")
    desk.taken(SOUMU)
    desk.write()
    assert desk.taken()["posts/madoguchi.md"] == "submitted"
    git(desk.origin.desk, "rm", "--quiet", "phrases.yml", "posts/madoguchi.md")
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.commit(SHIMIN)
    report = desk.sync()
    said = {i.path: (str(i.taken), " ".join(f.message for f in i.findings)) for i in report.items}
    assert said["phrases.yml"] == (
        "not-in-force",
        "city.yml に誤りがあるため、消したことを、まだ使っていません（前の内容が残っています）",
    )
    assert said["posts/madoguchi.md"][0] == "withdrawn"
    assert (desk.office.ctx.config.shared_dir / "phrases.yml").exists()
    desk.origin.write("city.yml", CITY)
    assert desk.taken(SOUMU) == {"phrases.yml": "taken-away"}


def test_a_blackout_in_a_file_that_nobody_reads_is_refused(desk: Desk) -> None:
    for name, text in NEVER_CLOSED.items():
        desk.origin.write(f"schedules/{name}", text)
    desk.origin.write("schedules/blackout.yml", "- {from: 2026-12-01, to: 2026-12-31, kind: 選挙}\n")
    desk.commit(SOUMU)
    item = next(i for i in desk.sync().items if i.path == "schedules/blackout.yml")
    assert "「blackout.yml」という設定ファイルはありません" in item.findings[0].message
    assert "「blackouts.yml」の書き間違い" in item.findings[0].advice


def test_whoever_committed_a_slip_is_named_also_when_nobody_knows_the_address(desk: Desk) -> None:
    desk.origin.write("city.yml", CITY + "official_site: https://example.jp/\n")
    desk.taken("stranger\u202e@example.jp")
    told = AuditEntry.objects.get(verb=one_set.REFUSE).detail
    assert "city.yml の4行目：「official_site」という項目はありません。「office」の書き間違い" in told
    assert "（コミットした人：不明、stranger<U+202E>@example.jp）" in told


def test_our_own_shared_files_are_a_good_set() -> None:
    from bot import registry
    from bot.shared_files.files import problems

    assert problems(ROOT / "content", ROOT / "schedules", TOKYO, list(registry.specs())) == []
