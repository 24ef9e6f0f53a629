"""The gate at the door: the hook and the CI files, as far as one machine can run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import ROOT
from tests.cli.shell import Shell
from tests.office import write_post

_BIN = Path(sys.executable).parent
_LONG = "x: {text: " + "あ" * 141 + "}"
_CI = ROOT / "docs" / "ci"


def run(folder: Path, *command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DXBOT_", "GIT_"))}
    path = {"PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [str(c) for c in command],
        cwd=folder,
        env=inherited | path | env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def repository(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for command in (["init", "-q"], ["config", "user.name", "見本"], ["config", "user.email", "a@example.jp"]):
        assert run(folder, "git", *command).returncode == 0
    return folder


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    assert run(folder, "git", "add", ".").returncode == 0
    return run(folder, "git", "commit", "-m", "見本", DXBOT_CONTENT_DIR="content", PRE_COMMIT_HOME=str(folder.parent / "cache"))


def test_the_hook_stops_a_commit_with_a_fault_and_lets_a_good_one_pass(shell: Shell, tmp_path: Path) -> None:
    hooks = repository(tmp_path / "dxbot")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    assert commit(hooks).returncode == 0
    revision = run(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    desk = repository(tmp_path)
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "dxbot-check"}]}]}
    (desk / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (desk / ".gitignore").write_text("/dxbot/\n/cache/\n", encoding="utf-8")
    installed = run(desk, _BIN / "pre-commit", "install", PRE_COMMIT_HOME=str(tmp_path.parent / "cache"))
    assert installed.returncode == 0, installed.stderr
    write_post(shell.content, "bad", extra=_LONG)
    refused = commit(desk)
    assert refused.returncode != 0
    assert "bad.md:9:" in refused.stdout + refused.stderr
    (shell.content / "posts" / "bad.md").unlink()
    write_post(shell.content, "good")
    passed = commit(desk)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "good.md" in run(desk, "git", "ls-files").stdout
    city = shell.content / "city.yml"
    city.write_text(city.read_text(encoding="utf-8").replace("paper:", "papr:"), encoding="utf-8")
    refused = commit(desk)
    assert refused.returncode != 0
    assert "「papr」という項目はありません" in refused.stdout + refused.stderr


@pytest.mark.parametrize(("schema", "name"), [("github-workflows", "github-workflow.yml"), ("gitlab-ci", "gitlab-ci.yml")])
def test_the_ci_files_fit_the_published_schemas(tmp_path: Path, schema: str, name: str) -> None:
    done = run(tmp_path, _BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", _CI / name)
    assert done.returncode == 0, done.stdout


def github() -> tuple[str, dict[str, str]]:
    """The last step of the workflow, and its environment."""
    workflow: dict[str, Any] = yaml.safe_load((_CI / "github-workflow.yml").read_text(encoding="utf-8"))
    return workflow["jobs"]["check"]["steps"][-1]["run"], workflow["env"]


def gitlab() -> tuple[str, dict[str, str]]:
    job: dict[str, Any] = yaml.safe_load((_CI / "gitlab-ci.yml").read_text(encoding="utf-8"))["check"]
    return "\n".join(job["script"]), job["variables"]


@pytest.mark.parametrize("job", [github, gitlab])
def test_what_the_ci_files_run_fails_on_a_fault_only(shell: Shell, tmp_path: Path, job: Any) -> None:
    script, env = job()
    write_post(shell.content, "good")
    assert run(tmp_path, "bash", "-e", "-c", script, **env).returncode == 0
    write_post(shell.content, "bad", extra=_LONG)
    done = run(tmp_path, "bash", "-e", "-c", script, **env)
    assert done.returncode == 1
    assert "posts/bad.md" in done.stdout


def test_an_annotation_names_the_file_from_the_root_of_the_checkout(shell: Shell, tmp_path: Path) -> None:
    write_post(shell.content, "good", extra=_LONG).rename(shell.content / "posts" / "a, b.md")
    done = run(tmp_path, _BIN / "dxbot", "check", "--format", "github", DXBOT_CONTENT_DIR="content")
    assert done.stdout.startswith("::error file=content/posts/a%2C b.md,line=9,col=")
