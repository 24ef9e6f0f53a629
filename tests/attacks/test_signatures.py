"""Both addresses of a commit can be written by anybody; a signature cannot."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.services.handing_in import branch
from bot.services.people import accounts, hands
from bot.store.hands import WebCommit
from bot.store.models import Submission, User
from bot.workflow.actors import Actor, Role
from tests.sync.desk import SHIMIN, Desk
from tests.sync.origin import git

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="apt install openssh-client")
AUTHOR = Actor(person="shimin-leader", role=Role.LEADER)


def key(folder: Path, name: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return folder / name


def register(person: str, made: Path) -> None:
    public = " ".join(made.with_suffix(".pub").read_text().split()[:2])
    User.objects.filter(username=person).update(signing_keys=[public])


def push(desk: Desk, signed_with: Path | None, address: str = SHIMIN) -> None:
    git(desk.origin.desk, "add", "--all")
    who = {
        f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "甲"), ("EMAIL", address))
    }
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={signed_with}") if signed_with else ()
    git(desk.origin.desk, *signing, "commit", "--quiet", "-m", "原稿", *(["-S"] if signed_with else []), **who)
    git(desk.origin.desk, "push", "--quiet", "origin", "main")


@pytest.fixture
def strict(desk: Desk) -> Desk:
    config = replace(desk.office.ctx.config, require_signed=True)
    desk.office.ctx = replace(desk.office.ctx, config=config)
    return desk


def taken(desk: Desk) -> list[tuple[str, str]]:
    return [(str(i.taken), i.findings[0].rule if i.findings else "") for i in desk.sync().items]


def test_where_signatures_are_wanted_both_addresses_forged_are_not_enough(strict: Desk, tmp_path: Path) -> None:
    register("shimin-leader", key(tmp_path, "leader"))
    strict.write(images="", channels="x")
    push(strict, None)
    assert taken(strict) == [("refused", "sync.unsigned")]
    strict.write(images="", channels="x", title="鍵の分からない署名（見本）")
    push(strict, key(tmp_path, "stranger"))
    assert taken(strict) == [("refused", "sync.unsigned")]
    assert not Submission.objects.exists()


def test_a_signature_of_a_known_key_lets_it_in_and_shows(strict: Desk, tmp_path: Path) -> None:
    made = key(tmp_path, "leader")
    register("shimin-leader", made)
    strict.write(images="", channels="x")
    push(strict, made)
    assert taken(strict) == [("submitted", "")]
    (hand,) = Submission.objects.get().hands
    assert (hand["people"], hand["signed"]) == (["shimin-leader"], True)


def test_a_key_that_is_registered_later_lets_it_in_then(strict: Desk, tmp_path: Path) -> None:
    made = key(tmp_path, "leader")
    strict.write(images="", channels="x")
    push(strict, made)
    assert taken(strict) == [("refused", "sync.unsigned")]
    register("shimin-leader", made)
    assert taken(strict) == [("submitted", "")]


def test_whoever_signs_under_anothers_addresses_has_had_a_hand_in_it(desk: Desk, tmp_path: Path) -> None:
    made = key(tmp_path, "hers")
    User.objects.create(username="koho", role=Role.OFFICER)
    register("koho", made)
    desk.write(images="", channels="x")
    push(desk, made)
    desk.sync()
    found = Submission.objects.get()
    assert hands.contributors(found) == {"shimin-leader", "koho"}
    with pytest.raises(NotAllowed):
        desk.office.approve(found, Actor(person="koho", role=Role.OFFICER))


def test_what_the_web_site_commits_bears_its_signature_and_is_known_by_it(strict: Desk, tmp_path: Path) -> None:
    register("shimin-leader", key(tmp_path, "leader"))
    path = strict.write(images="", channels="x")
    text = path.read_bytes()
    path.unlink()
    branch.commit_as(strict.office.ctx, AUTHOR, {"posts/madoguchi.md": text}, "原稿", branch.head(strict.office.ctx))
    own = strict.office.ctx.config.var_dir / "commit-signing-key"
    assert own.stat().st_mode & 0o077 == 0
    WebCommit.objects.all().delete()  # a database of yesterday
    assert taken(strict) == [("submitted", "")]
    assert hands.contributors(Submission.objects.get()) == {"shimin-leader"}


@pytest.mark.parametrize("text", ["ssh-ed25519 AAAA\nroot ssh-ed25519 B", "cert-authority ssh-ed25519 A", "ssh-ed25519"])
def test_a_key_that_says_more_than_a_key(desk: Desk, text: str) -> None:
    with pytest.raises(NotAllowed, match="not a public key"):
        accounts.change_standing(desk.office.ctx, desk.office.operator, "shimin-leader", {"signing_keys": [text]})
