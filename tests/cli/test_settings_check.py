"""`dxbot check` reads the files that all posts share, and says what is wrong where."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from bot.config import ROOT
from tests.cli.test_gate import run
from tests.office import write_content, write_post


def _check(folder: Path, *arguments: str) -> tuple[int, str]:
    env = {"DXBOT_CONTENT_DIR": str(folder / "content"), "DXBOT_VAR_DIR": str(folder / "var")}
    done = run(folder, "dxbot", "check", *arguments, **env)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_a_slip_in_a_shared_file_is_found_with_its_place(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_content(content)
    write_post(content)
    shutil.copytree(ROOT / "schedules", content / "schedules")
    (content / "city.yml").write_text("name: 金沢市\noffice: 広報広聴課\npapr: 新聞広報\n", encoding="utf-8")
    (content / "schedules" / "blackouts.yml").write_text(
        "- {from: 2027-03-26, to: 2027-04-12, channels: x}\n", encoding="utf-8"
    )
    code, out = _check(tmp_path, "--json")
    found = {(Path(f["path"]).name, f["line"], f["rule"]) for f in json.loads(out)}
    assert code == 1
    assert found == {("city.yml", 3, "content.settings"), ("blackouts.yml", 1, "content.settings")}


def test_a_named_file_is_looked_at_alone(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_content(content)
    post = write_post(content)
    (content / "phrases.yml").write_text("- あ\n", encoding="utf-8")
    assert _check(tmp_path, "content/city.yml")[0] == 0
    assert _check(tmp_path, str(post))[0] == 0
    code, out = _check(tmp_path, "content/phrases.yml")
    assert code == 1
    assert "phrases.yml:1:1" in out


def test_our_own_files_are_in_order(tmp_path: Path) -> None:
    done = run(ROOT, "dxbot", "check", DXBOT_VAR_DIR=str(tmp_path))
    assert done.returncode == 0
    assert "直すところ 0件" in done.stdout


def test_a_slip_is_found_also_by_the_second_run(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_content(content)
    write_post(content)
    assert _check(tmp_path)[0] == 0
    (content / "phrases.yml").write_text("- あ\n", encoding="utf-8")
    for _ in range(2):
        code, out = _check(tmp_path)
        assert code == 1
        assert "phrases.yml:1:1" in out


def test_pydantic_is_loaded_only_when_a_shared_file_has_changed(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_content(content)
    write_post(content)

    def loads_pydantic() -> bool:
        env = {"DXBOT_CONTENT_DIR": str(content), "DXBOT_VAR_DIR": str(tmp_path / "var")}
        done = run(tmp_path, sys.executable, "-X", "importtime", "-m", "bot", "check", **env)
        assert done.returncode == 0
        return "pydantic" in done.stderr

    assert loads_pydantic()
    assert not loads_pydantic()
    (content / "phrases.yml").write_text("時点: いつの数字ですか。\n", encoding="utf-8")
    assert loads_pydantic()
    write_post(content, "neu", title="別の題（見本）", body="別の文です（見本）。\n")
    assert not loads_pydantic()
