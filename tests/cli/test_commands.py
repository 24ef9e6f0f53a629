"""The command line as a person uses it: real processes, real files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.cli.main import _COMMANDS
from bot.config import ROOT
from bot.sandbox.credentials import environment
from tests.cli.shell import Shell
from tests.office import write_post

OPEN_PLACES = (  # of the template, in its order
    "（市民にとって何が変わるかを、はじめの1段落に60字ほどで書きます。）",
    "（ ）\n\n## 何を変えたか",
    "（ ）\n\n## どう変わったか",
    "（数字と、いつの数字かも書きます。）",
)


@pytest.mark.parametrize("command", list(_COMMANDS))
def test_every_command_has_help_in_japanese_with_an_example(shell: Shell, command: str) -> None:
    done = shell.run(command, "--help")
    assert done.returncode == 0, done.stderr
    assert "例: dxbot" in done.stdout or "命令:" in done.stdout
    assert any("ぁ" <= c <= "ん" for c in done.stdout)


def test_check_passes_a_good_post_and_names_the_place_of_a_bad_one(shell: Shell) -> None:
    good = write_post(shell.content, "good")
    bad = write_post(shell.content, "bad", extra="hastags: [a]")
    assert shell.run("check", good).returncode == 0
    done = shell.run("check", good, bad)
    assert done.returncode == 1
    assert f"{bad}:9:1:" in done.stdout
    assert "Traceback" not in done.stderr


def test_check_speaks_json_alone_when_asked(shell: Shell) -> None:
    path = write_post(shell.content, extra="x: {text: " + "あ" * 141 + "}")
    done = shell.run("check", path, "--format", "json")
    (finding,) = json.loads(done.stdout)
    assert set(finding) == {"rule", "level", "path", "line", "column", "message", "advice", "silenced", "replacement"}
    assert (finding["rule"], finding["line"]) == ("limits.length", 9)


def test_one_unreadable_file_does_not_hide_the_others(shell: Shell) -> None:
    write_post(shell.content, "a-good")
    write_post(shell.content, "b-bad").write_bytes(b"\xff\xfe\x00\x00")
    write_post(shell.content, "c-long", extra="x: {text: " + "あ" * 141 + "}")
    done = shell.run("check", "--json")
    assert {Path(f["path"]).stem for f in json.loads(done.stdout)} == {"b-bad", "c-long"}


@pytest.mark.parametrize("case", ["unknown key", "missing picture", "broken date", "encoding", "empty", "megabyte", "template"])
def test_bad_input_gets_one_sentence_with_its_place_and_the_others_go_on(shell: Shell, tmp_path: Path, case: str) -> None:
    write_post(shell.content, "good")
    bad = write_post(shell.content, "bad", extra={"unknown key": "titel: a", "broken date": "expires: いつか"}.get(case, ""))
    templates = ROOT / "templates"
    if case == "missing picture":
        bad.write_text(bad.read_text(encoding="utf-8").replace("red.png", "none.png"), encoding="utf-8")
    elif case == "encoding":
        bad.write_bytes(bad.read_text(encoding="utf-8").encode("euc_jp"))
    elif case == "empty":
        bad.write_text(bad.read_text(encoding="utf-8").partition("\n---\n")[0] + "\n---\n", encoding="utf-8")
    elif case == "megabyte":
        bad.write_text(bad.read_text(encoding="utf-8") + "あ" * 350_000, encoding="utf-8")
    elif case == "template":
        templates = tmp_path / "templates"
        shutil.copytree(ROOT / "templates", templates)
        (templates / "posts").mkdir(exist_ok=True)
        (templates / "posts" / "x.txt").write_text("一行目\n{{ titel }}\n", encoding="utf-8")
    done = shell.run("check", DXBOT_TEMPLATES_DIR=str(templates))
    assert done.returncode == 1
    where = templates / "posts" / "x.txt" if case == "template" else bad
    lines = [line for line in done.stdout.splitlines() if line.startswith(f"{where}:")]
    assert lines
    assert all(re.match(r".+:\d+:\d+: 直してください: .+。.+。", line) for line in lines)
    assert "2件の原稿を点検しました" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_render_gives_what_would_go_out(shell: Shell) -> None:
    done = shell.run("render", write_post(shell.content), "--json")
    shown = json.loads(done.stdout)
    assert len(shown["digest"]) == 64
    x = next(v for v in shown["variants"] if v["channel"] == "x")
    assert set(x) == {"channel", "parts", "media", "cost_usd"}
    assert set(x["parts"][0]) == {"text", "length", "limit"}
    assert set(x["media"][0]) == {"file", "alt", "width", "height", "sha256"}
    assert (x["parts"][0]["limit"], x["cost_usd"]) == (280, 0.015)


def test_140_kana_pass_and_141_do_not(shell: Shell) -> None:
    for count, code in ((140, 0), (141, 1)):
        path = write_post(shell.content, extra=f"x: {{text: {'あ' * count}}}")
        assert shell.run("check", path).returncode == code


def test_acting_needs_a_personal_token(shell: Shell) -> None:
    path = write_post(shell.content)
    wrong: list[dict[str, str]] = [{}, {"DXBOT_TOKEN": "dxb_wrong"}]
    for token in wrong:
        done = shell.run("submit", path, **token)
        assert done.returncode == 1
        assert "DXBOT_TOKEN" in done.stderr


def test_the_queue_by_command_line_from_submission_to_plan(shell: Shell) -> None:
    tokens = {person: shell.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer"))}
    path = write_post(shell.content)
    assert shell.run("submit", path, DXBOT_TOKEN=tokens["shimin-leader"]).returncode == 0
    (row,) = json.loads(shell.run("queue", "--json").stdout)
    number = str(row["id"])
    own = shell.run("approve", number, DXBOT_TOKEN=tokens["shimin-leader"])
    assert own.returncode == 1
    assert "権限" in own.stderr
    assert shell.run("approve", number, "--digest", "0000", DXBOT_TOKEN=tokens["kouhou"]).returncode == 1
    done = shell.run("approve", number, "--digest", row["digest"][:8], DXBOT_TOKEN=tokens["kouhou"])
    assert done.returncode == 0, done.stderr
    planned = json.loads(shell.run("schedule", "--json").stdout)
    assert {d["channel"] for d in planned} == {"x", "facebook", "instagram"}
    moved = str(planned[0]["id"])
    assert shell.run("reschedule", moved, "--at", "2026-01-01 12:00", DXBOT_TOKEN=tokens["kouhou"]).returncode == 1
    assert shell.run("cancel", moved, DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    assert shell.run("pause", "--reason", "試験", DXBOT_TOKEN=tokens["kouhou"]).returncode == 0
    states = [d["state"] for d in json.loads(shell.run("deliveries", "--json").stdout)]
    assert sorted(states) == ["cancelled", "held", "held"]
    assert shell.run("admin", "audit", "verify").returncode == 0


def test_a_folder_is_submitted_post_by_post(shell: Shell) -> None:
    key = shell.token("shimin-leader", "leader")
    folder = shell.content / "posts"
    empty = shell.run("submit", folder, DXBOT_TOKEN=key)
    assert (empty.returncode, "原稿（.md）はありません" in empty.stderr) == (1, True)
    write_post(shell.content)
    (folder / "2026").mkdir()
    (folder / "2026" / "broken.md").write_text("---\ntitle: [\n", encoding="utf-8")
    done = shell.run("submit", folder, DXBOT_TOKEN=key)
    assert (done.returncode, done.stdout.count("申請しました"), "broken.md" in done.stderr) == (1, 1, True)


def test_the_newsletter_says_when_there_is_nothing_for_it(shell: Shell) -> None:
    done = shell.run("newsletter", "build", "-o", shell.content.parent / "out")
    assert done.returncode == 1
    assert "承認済みの原稿がありません" in done.stderr


def test_a_broken_configuration_is_wrong_use(shell: Shell) -> None:
    done = shell.run("check", DXBOT_TIMEZONE="Mars/Base")
    assert done.returncode == 2
    assert "DXBOT_TIMEZONE" in done.stderr
    assert "Traceback" not in done.stderr


def test_english_is_spoken_on_request(shell: Shell) -> None:
    assert "posts checked" in shell.run("check", write_post(shell.content), DXBOT_LANG="en").stdout


def test_a_new_post_becomes_a_good_one_when_it_is_filled_in(shell: Shell) -> None:
    done = shell.run("new", "窓口のDX: 書かない", "--author", "shimin-leader")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    text = (
        path.read_text(encoding="utf-8")
        .replace('measure: ""', "measure: 1-1")
        .replace("achievement: ", "achievement: done ", 1)
    )
    text = text.replace("images: []", "images: [{file: red.png, alt: 赤い四角の見本, people: none}]")
    path.write_text(text, encoding="utf-8")
    untouched = shell.run("check", path)
    assert untouched.returncode == 1
    marked = [line for line in untouched.stdout.splitlines() if line.endswith("[placeholders.unanswered]")]
    assert [int(line.split(":")[1]) for line in marked] == [text[: text.index(f"\n{m}")].count("\n") + 2 for m in OPEN_PLACES]
    for number, place in enumerate(OPEN_PLACES):
        text = text.replace(place, place.replace(place.split("\n")[0], f"{number + 1}つ目の答えです（見本）。"), 1)
    path.write_text(text, encoding="utf-8")
    checked = shell.run("check", path)
    assert checked.returncode == 0, checked.stdout
    assert "窓口のDX: 書かない" in shell.run("render", path, "--channel", "x").stdout
    assert shell.run("picture", path).returncode == 0


@pytest.mark.parametrize("driver", ["graph", "private"])
def test_the_publisher_loads_instagrapi_only_where_it_is_chosen(shell: Shell, driver: str) -> None:
    probe = (
        "import sys\n"
        "from bot.cli.main import cli\n"
        "from bot.errors import ScheduleError\n"
        "try:\n    cli(['run', '--once'])\nexcept (SystemExit, ScheduleError):\n    pass\n"  # nobody there tells the time
        "from bot import registry\n"
        "connected = [registry.connect(key, registry.load()) for key in ('x', 'facebook', 'instagram')]\n"
        "print(sorted({'instagrapi', 'curl_cffi', 'tweepy', 'setuptools', 'pkg_resources'} & set(sys.modules)))\n"
    )
    env = {name: value for name, value in environment("http://127.0.0.1:9").items() if name != "DXBOT_VAR_DIR"}
    env |= {"DXBOT_INSTAGRAM_DRIVER": driver, "DXBOT_MEDIA_BASE_URL": "http://127.0.0.1:9"}
    done = shell.python("-c", probe, **env)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.splitlines()[-1]
    assert ("instagrapi" in loaded) == (driver == "private")
    assert "tweepy" in loaded  # the official clients are there
    assert "setuptools" not in loaded
    assert "pkg_resources" not in loaded


def test_check_loads_neither_django_nor_an_sdk(shell: Shell) -> None:
    probe = (
        "import sys\n"
        "from bot.cli.main import cli\n"
        "try:\n    cli(['check', sys.argv[1]])\nexcept SystemExit:\n    pass\n"
        "heavy = {'django', 'tweepy', 'facebook', 'instagrapi', 'requests', 'rich', 'bot.vendor.twitter_text'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = shell.python("-c", probe, str(write_post(shell.content)))
    assert done.returncode == 0, done.stderr
