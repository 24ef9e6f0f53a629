"""`dxbot doctor` against set-ups that are broken on purpose: each is named, with what to do, and none is a traceback."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli.exams.exam import State
from bot.cli.exams.machine import space
from bot.sandbox.credentials import environment, feed
from tests.channels.scripted import Answer, ScriptedPlatform, scripted_platform
from tests.cli.shell import Shell
from tests.office import write_schedules
from tests.sandbox_client import SandboxClient

SECRET = "a-secret-that-nobody-must-see-0123456789"
BEHIND = "DELETE FROM django_migrations WHERE name = '0001_initial' AND app = 'usersessions'"
AHEAD = "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_of_tomorrow', '2027-01-01')"
NO_OFFICER = "DELETE FROM store_user WHERE role = 'officer'"
ANOTHER = "INSERT INTO store_lane (name, account, problem, wait_reason, used) VALUES ('x', 'x:7', '', '', 0)"


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder as it is once an operator and an officer have set their passwords."""
    shell = Shell(tmp_path_factory.mktemp("started"))
    shell.token("unyou", "operator")
    shell.token("kouhou", "officer")
    return Path(shell.env["DXBOT_VAR_DIR"])


@dataclass
class Hall:
    """A city hall in good order, to be broken."""

    shell: Shell
    var: Path
    sandbox: SandboxClient
    platform: ScriptedPlatform
    env: dict[str, str] = field(default_factory=dict)

    def doctor(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.shell.run("doctor", *arguments, **self.env)

    def sql(self, statement: str) -> None:
        with sqlite3.connect(self.var / "dxbot.sqlite3") as database:
            database.execute(statement)
        database.close()


@pytest.fixture
def hall(tmp_path: Path, started: Path, sandbox: SandboxClient) -> Iterator[Hall]:
    shell = Shell(tmp_path)
    var = Path(shell.env["DXBOT_VAR_DIR"])
    shutil.copytree(started, var)
    schedules = write_schedules(tmp_path / "schedules")
    with scripted_platform() as platform:
        platform.answer = Answer(404)
        env = (
            environment(sandbox.base_url)
            | feed(sandbox.base_url)
            | {
                "DXBOT_SCHEDULES_DIR": str(schedules),
                "DXBOT_MEDIA_BASE_URL": platform.base_url,
                "DXBOT_WEBHOOK_URL": platform.base_url,
                "DXBOT_WEBHOOK_SECRET": SECRET,
            }
        )
        yield Hall(shell, var, sandbox, platform, env)


def refused() -> str:
    """An address at which nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{door.getsockname()[1]}"


def repository(hall: Hall, branch: str) -> str:
    folder = hall.shell.content.parent / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", f"--initial-branch={branch}", str(folder)], check=True)
    return str(folder)


def write(hall: Hall, name: str, text: str) -> None:
    (hall.shell.content / name).write_text(text, encoding="utf-8")


def at_night(hall: Hall) -> None:
    """Every platform's clock is more than two minutes behind this machine's."""
    then = format_datetime(datetime.now(UTC) - timedelta(seconds=125), usegmt=True)
    hall.platform.answer = Answer(404, headers={"Date": then})
    hall.env |= {name: hall.platform.base_url for name in hall.env if name.endswith("_BASE_URL") and "MEDIA" not in name}


def ends_in(days: int) -> Callable[[Hall], object]:
    return lambda hall: hall.sandbox.choose(meta_tokens_end_at=(datetime.now(UTC) + timedelta(days=days)).isoformat())


def no_part_for_stamps(hall: Hall) -> None:
    """As on a machine that was installed from requirements.lock alone."""
    lacking = hall.var.parent / "lacking"
    lacking.mkdir()
    (lacking / "rfc3161_client.py").write_text("raise ImportError", encoding="utf-8")
    hall.env |= {"PYTHONPATH": str(lacking), "DXBOT_TSA_URL": f"https://city:{SECRET}@tsa.example.jp/"}


def given(**env: str) -> Callable[[Hall], object]:
    return lambda hall: hall.env.update(env)


@dataclass(frozen=True)
class Case:
    """`look` is the exam that must speak, in these words and with this advice."""

    look: str
    broken: Callable[[Hall], object]
    seen: str
    todo: str
    state: str = "bad"


OUTSIDE = {"DXBOT_ALLOWED_HOSTS": "dx.example.jp", "DXBOT_SITE_URL": "https://dx.example.jp"}
BEHIND_PROXY = OUTSIDE | {"DXBOT_TRUSTED_PROXY": "127.0.0.1"}
CASES = {
    "value": Case("settings", given(DXBOT_DIGEST_AT="25時"), "DXBOT_DIGEST_AT の時刻を読めません", "08:30,13:00"),
    "several values": Case("settings", given(DXBOT_LANG="fr", DXBOT_KEEP_DAYS="many"), "DXBOT_KEEP_DAYS", "半角の数字"),
    "secret's file": Case("settings", given(DXBOT_TOKEN_FILE="/nowhere"), "DXBOT_TOKEN_FILE の指すファイル", "読み取り権限"),
    "key in an address": Case(
        "settings",
        given(DXBOT_CONTENT_REPOSITORY=f"https://u:{SECRET}@git.example.jp/a.git"),
        "利用者名か鍵が入っています",
        "DXBOT_CONTENT_TOKEN",
    ),
    "name": Case("names", given(DXBOT_SMTP_SEVER="a:25"), "DXBOT_SMTP_SEVER という設定は", "DXBOT_SMTP_SERVER", "heed"),
    "service account": Case("user", given(DXBOT_SERVICE_USER="nobody"), "dxbot を動かす利用者（nobody）だけ", "sudo -u nobody"),
    "file mode": Case("modes", lambda h: (h.var / "secret_key").chmod(0o644), "ほかの利用者が読めます", "chmod 600"),
    "folder mode": Case("modes", lambda h: h.var.chmod(0o755), "ほかの利用者が読めます", "chmod 700"),
    "no key": Case("keys", lambda h: (h.var / "secret_key").unlink(), "ログインの鍵（secret_key）がありません", "控えから"),
    "short key": Case("keys", given(DXBOT_SECRET_KEY="short"), "短すぎます（5字）", "32字以上"),
    "clock": Case("clock", at_night, "配信先の時計と12", "NTP"),
    "no database": Case("database", lambda h: (h.var / "dxbot.sqlite3").unlink(), "まだありません", "admin migrate"),
    "broken database": Case(
        "database", lambda h: (h.var / "dxbot.sqlite3").write_bytes(b"no database" * 999), "を開けません", "控えから戻します"
    ),
    "older database": Case("database", lambda h: h.sql(BEHIND), "より1段古い", "dxbot admin migrate"),
    "newer database": Case(
        "database",
        lambda h: h.sql(AHEAD),
        "このプログラムより新しい",
        "プログラムを新しくする",
    ),
    "no server": Case(
        "database",
        lambda h: h.env.update(DATABASE_URL=f"postgresql://dxbot:{SECRET}@{refused()}/dxbot"),
        "PostgreSQL につながりません",
        "DATABASE_URL",
    ),
    "malformed address": Case("database", given(DATABASE_URL=f"postgresql://u:[{SECRET}@h/d"), "DATABASE_URL を", "%40"),
    "no guard": Case("guards", lambda h: h.sql("DROP TRIGGER audit_no_update"), "audit_no_update", "dxbot admin audit protect"),
    "no officer": Case("people", lambda h: h.sql(NO_OFFICER), "広報担当が、まだ", "admin setup"),
    "city.yml": Case("content", lambda h: write(h, "city.yml", "{name: [}"), "city.yml", ""),
    "people.yml": Case("content", lambda h: write(h, "people.yml", "a: {nmae: 市民課}\n"), "people.yml", "name"),
    "no content": Case("content", lambda h: shutil.rmtree(h.shell.content), "原稿の置き場", "DXBOT_CONTENT_DIR"),
    "no repository": Case("remote", given(DXBOT_CONTENT_REPOSITORY="/nowhere/a.git"), "届きません", "DXBOT_CONTENT_TOKEN"),
    "no branch": Case(
        "remote",
        lambda h: h.env.update(DXBOT_CONTENT_REPOSITORY=repository(h, "trunk")),
        "ブランチ main がありません",
        "DXBOT_CONTENT_BRANCH",
    ),
    "plain site": Case("site", given(**BEHIND_PROXY | {"DXBOT_SITE_URL": "http://dx.example.jp"}), "https", "https://ホスト名"),
    "another host": Case("site", given(**BEHIND_PROXY | {"DXBOT_SITE_URL": "https://a.example.jp"}), "ALLOWED_HOSTS", "同じ"),
    "no proxy": Case("proxy", given(**OUTSIDE), "DXBOT_TRUSTED_PROXY にありません", "画面の前のサーバー"),
    "proxy by name": Case("proxy", given(**OUTSIDE, DXBOT_TRUSTED_PROXY="nginx"), "TRUSTED_PROXY を読めません", "127.0.0.1"),
    "stamps without their part": Case("stamps", no_part_for_stamps, "rfc3161-client", "requirements-distributed.lock"),
    "many hops": Case("proxy", given(**OUTSIDE, DXBOT_TRUSTED_PROXY="127.0.0.1/4"), "アドレスを偽れます", "数を数え", "heed"),
    "no directory": Case("log-in", lambda h: h.env.update(DXBOT_OIDC_ISSUER=f"http://{refused()}"), "案内を読め", "openid"),
    "pictures elsewhere": Case(
        "pictures", lambda h: h.env.update(DXBOT_MEDIA_BASE_URL=f"http://{refused()}"), "応答なし", "/m/ を dxbot へ渡す"
    ),
    "no notices": Case("mail", given(DXBOT_WEBHOOK_URL=""), "知らせを送る先", "だれにも伝わりません", "heed"),
    "mail server": Case("mail", lambda h: h.env.update(DXBOT_SMTP_SERVER=refused()), "ConnectionRefusedError", "ポート"),
    "mail address": Case("mail", given(DXBOT_SMTP_SERVER="mail"), "DXBOT_SMTP_SERVER を読めません", "mail.example.jp:587"),
    "chat": Case("chat", lambda h: h.env.update(DXBOT_WEBHOOK_URL=f"http://{refused()}/{SECRET}"), "つながり", "WEBHOOK_URL"),
    "keys of X": Case(
        "accounts",
        given(DXBOT_X_CONSUMER_KEY="", DXBOT_X_CONSUMER_SECRET=""),
        "DXBOT_X_CONSUMER_KEY、DXBOT_X_CONSUMER_SECRET がありません",
        "channels: から外して",
    ),
    "refused key": Case("accounts", given(DXBOT_X_CONSUMER_SECRET=SECRET), "認証が切れています", "認証をやり直して"),
    "another page": Case("accounts", given(DXBOT_FACEBOOK_PAGE_ID="999"), "100000000000001", "番号と鍵の設定"),
    "another account than before": Case(
        "accounts",
        lambda h: h.sql(ANOTHER),
        "これまで投稿してきたアカウントは x:7",
        "元に戻して",
    ),
    "no feed of disasters": Case(
        "disasters", lambda h: h.env.update(DXBOT_JMA_BASE_URL=""), "自動では止まりません", "DXBOT_JMA_BASE_URL", "heed"
    ),
    "a feed that is none": Case(
        "disasters", lambda h: h.sandbox.agency_fault("broken", times=2), "一覧（eqvol）を読めません", "庁外への通信"
    ),
    "reading app": Case("accounts", lambda h: h.sandbox.choose(x_access="read"), "ません：read-write", "docs/accounts/"),
    "permission": Case(
        "accounts",
        lambda h: h.sandbox.choose(meta_lacks=["instagram_content_publish"]),
        "権限がありません：instagram_content_publish",
        "権限を足し",
    ),
    "ended key": Case("accounts", ends_in(-1), "認証が切れています", "認証をやり直して"),
    "ending key": Case("accounts", ends_in(9), "あと8日", "期限の長い鍵", "heed"),
    "no picture address": Case("accounts", given(DXBOT_MEDIA_BASE_URL=""), "DXBOT_MEDIA_BASE_URL がありません", "値を入れて"),
}


def test_a_hall_in_order_is_fine_and_nothing_is_changed(hall: Hall) -> None:
    before = {path: path.read_bytes() for path in hall.var.iterdir() if path.is_file()}
    done = hall.doctor("--json")
    told: list[dict[str, Any]] = json.loads(done.stdout)
    assert [row for row in told if row["state"] != "fine" and row["check"] != "training"] == []
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["about"] for row in told if row["check"] == "accounts"} == {"X", "Instagram", "Facebook"}
    assert {path: path.read_bytes() for path in hall.var.iterdir() if path.is_file()} == before
    assert hall.sandbox.posts("x") == []


@pytest.mark.parametrize("name", CASES)
def test_what_is_broken_is_named_with_what_to_do(hall: Hall, name: str) -> None:
    case = CASES[name]
    case.broken(hall)
    done = hall.doctor("--json")
    assert "Traceback" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    named = [row for row in told if row["check"] == case.look and row["state"] == case.state]
    assert any(case.seen in row["seen"] and case.todo in row["todo"] for row in named), told
    assert all(row["todo"] and row["why"] for row in told if row["state"] != "fine")
    assert not [row for row in told if "想定外" in row["seen"]]
    assert done.returncode == (1 if case.state == "bad" else 0)


def test_for_people_each_line_says_what_why_and_what_to_do(hall: Hall) -> None:
    hall.env |= {"DXBOT_DIGEST_AT": "いつか"}
    done = hall.doctor()
    assert done.returncode == 1
    assert "× 設定の値：環境変数 DXBOT_DIGEST_AT の時刻を読めません" in done.stdout
    assert "なぜ　　：読めない値があると、どの命令も始まりません。" in done.stdout
    assert "すること：08:30,13:00 のように書いてください" in done.stdout
    assert "直すもの 1件" in done.stdout


def test_an_empty_machine_is_told_how_to_begin_and_stays_empty(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    done = shell.run("doctor", "--json")
    told = json.loads(done.stdout)
    assert [row["todo"] for row in told if row["check"] == "database"] == ["dxbot admin migrate を実行してください"]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("free", "files", "state"),
    [
        (100 * 10**6, None, State.BAD),
        (10**9, None, State.HEED),
        (10**10, 10, State.BAD),
        (10**10, 10**6, State.FINE),
        (10**10, None, State.FINE),
    ],
)
def test_a_disk_that_fills_up_is_told_in_time(free: int, files: int | None, state: State) -> None:
    assert space(Path("/var"), free, files).state is state
