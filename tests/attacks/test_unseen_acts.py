"""Somebody tries doors, takes copies away, or pushes what is refused, and hopes that nobody will know of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.services.handing_in import parked
from bot.services.handing_in.sync import Rewritten
from bot.services.people import accounts
from bot.services.people.signing_in import FAILED
from bot.services.records import audit
from bot.store.models import AuditEntry
from bot.workflow.actors import Role
from tests.cli.shell import Shell
from tests.office import Office
from tests.people.browser import PASSWORD, Browser, code_of
from tests.sync.desk import Desk
from tests.web.site import work_on


@pytest.fixture
def browser(office: Office, web_site: str, monkeypatch: pytest.MonkeyPatch) -> Browser:
    work_on(office.ctx, monkeypatch)
    for person, role in (("kouhou", Role.OFFICER), ("shimin-leader", Role.LEADER)):
        accounts.set_up_user(office.ctx, person, role, PASSWORD)
    return Browser(web_site)


@pytest.fixture
def shell(office: Office, tmp_path: Path) -> Shell:
    """Of the service account, on the test's own database."""
    made = Shell(tmp_path / "shell")
    made.env["DXBOT_VAR_DIR"] = os.environ["DXBOT_VAR_DIR"]
    return made


def entries(verb: str) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("id").values_list("actor", "object"))


def test_a_wrong_password_is_on_record_with_where_it_came_from(browser: Browser) -> None:
    browser.log_in("kouhou", "wrong")
    assert entries(FAILED) == [(audit.NOBODY, "user:kouhou")]
    assert AuditEntry.objects.get(verb=FAILED).detail == "password 127.0.0.1"
    browser.log_in("kouhou")
    assert entries("log_in") == [("kouhou", "user:kouhou")]
    assert len(entries(FAILED)) == 1


def test_a_password_typed_in_the_place_of_a_name_is_not_kept(browser: Browser) -> None:
    browser.log_in("hunter2-hunter2", "x")
    assert entries(FAILED) == [(audit.NOBODY, "user:?")]
    assert not any("hunter2" in value for row in AuditEntry.objects.values_list() for value in map(str, row))


def test_a_wrong_second_code_is_on_record(browser: Browser) -> None:
    browser.log_in("kouhou")
    secret, _ = browser.set_up_second_factor()
    stranger = Browser(browser.base)
    page = stranger.log_in("kouhou")
    wrong = str((int(code_of(secret)) + 1) % 10**6).zfill(6)
    stranger.send(stranger.path(page), page, code=wrong)
    assert entries(FAILED) == [(audit.NOBODY, "user:kouhou")]
    assert AuditEntry.objects.get(verb=FAILED).detail == "totp 127.0.0.1"


def test_an_act_that_is_refused_on_the_web_is_on_record(office: Office, browser: Browser) -> None:
    submission = office.submit(office.post())
    browser.log_in("shimin-leader")
    page = f"/submissions/{submission.id}/"
    assert browser.post(f"{page}approve/", page, digest=submission.digest).status_code == 403
    assert browser.get("/people/").status_code == 403
    assert entries(audit.REFUSED) == [("shimin-leader", f"POST {page}approve/"), ("shimin-leader", "GET /people/")]


def test_an_act_that_is_refused_on_the_command_line_is_on_record(office: Office, shell: Shell) -> None:
    post = office.post()
    assert shell.run("submit", post).returncode == 1
    assert shell.run("approve", "1", DXBOT_TOKEN="dxb_guessed").returncode == 1
    (first, second) = entries(audit.REFUSED)
    assert first[0].startswith("(サーバー:")
    assert (first[1], second[1]) == ("dxbot submit", "dxbot approve")
    key = shell.token("shimin-leader", "leader")
    assert shell.run("pause", "--reason", "x", DXBOT_TOKEN=key).returncode == 1
    assert entries(audit.REFUSED)[-1] == ("shimin-leader", "dxbot pause")


@pytest.mark.parametrize(
    ("address", "what"), [("/history/export.csv?q=a", "history"), ("/submissions/{}/sheet.docx", "submission:{}")]
)
def test_a_copy_that_leaves_the_site_is_on_record(office: Office, browser: Browser, address: str, what: str) -> None:
    number = office.submit(office.post()).id
    browser.log_in("kouhou")
    assert browser.get(address.format(number)).status_code == 200
    assert entries(audit.EXPORTED) == [("kouhou", what.format(number))]


def test_a_parcel_packed_or_unpacked_at_the_server_is_on_record_and_a_leaders_own_pc_makes_no_log(
    office: Office, shell: Shell, tmp_path: Path
) -> None:
    path = shell.content / "posts" / "madoguchi.md"
    path.write_bytes(office.post().read_bytes())
    parcel = tmp_path / "a.zip"
    assert shell.run("export", path, "-o", parcel).returncode == 0
    assert shell.run("import", parcel, "--replace").returncode == 1, "at the office's server it is somebody's act"
    key = shell.token("shimin-leader", "leader")
    assert shell.run("import", parcel, "--replace", DXBOT_TOKEN=key).returncode == 0
    assert [(what, by[:5]) for by, what in entries(audit.EXPORTED)] == [("post:01TESTmadoguchi", "(サーバー")]
    assert entries(audit.IMPORTED) == [("shimin-leader", "post:posts/madoguchi.md")]
    own = Shell(tmp_path / "own")
    (own.content / "posts" / "madoguchi.md").write_bytes(path.read_bytes())
    own.env.pop("DATABASE_URL", None)
    done = own.run("export", own.content / "posts" / "madoguchi.md", "-o", tmp_path / "b.zip")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "own" / "var").exists()


def test_a_push_that_is_refused_is_on_record_by_post_and_person(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path)
    desk.write("other", extra="slot: none-of-ours")
    desk.write("good")
    assert set(desk.taken().values()) == {"refused", "submitted"}
    desk.sync()
    (entry,) = AuditEntry.objects.filter(verb=parked.PARKED)
    assert entry.detail.startswith("posts/other.md（shimin-leader）：")
    assert "good" not in entry.detail


def test_a_rewritten_history_is_on_record_once_and_so_is_who_let_it_in(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path)
    desk.write("one")
    desk.taken()
    desk.origin.forget()
    desk.write("two")
    head = desk.commit()
    for _ in range(2):
        with pytest.raises(Rewritten):
            desk.sync()
    assert entries(parked.REWRITTEN) == [(audit.SYSTEM, f"commit:{head}")]
    desk.sync(accept_rewritten=True)
    assert entries(parked.LET_IN) == [("unyou", f"commit:{head}")]
