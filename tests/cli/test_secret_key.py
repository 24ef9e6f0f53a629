"""The secret key and the database that was sealed with it: a wrong one is told at the start, a new one takes over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.shell import Shell

SEAL = (
    "from bot.cli.office import office; office(); from bot.store.models import User;"
    "from allauth.mfa.models import Authenticator; from allauth.mfa.adapter import get_adapter;"
    "held = {'secret': get_adapter().encrypt('a-totp-secret')};"
    "Authenticator.objects.create(user=User.objects.get(), type='totp', data=held)"
)
OPEN = (
    "from bot.cli.office import office; office(); from allauth.mfa.models import Authenticator;"
    "from allauth.mfa.adapter import get_adapter;"
    "print([get_adapter().decrypt(a.data['secret']) for a in Authenticator.objects.all()])"
)


@pytest.fixture
def sealed(shell: Shell) -> Shell:
    """An installation with a second factor."""
    shell.token("kouhou", "officer")
    done = shell.python("-c", SEAL)
    assert done.returncode == 0, done.stderr
    return shell


def _opened(shell: Shell, **env: str) -> str:
    done = shell.python("-c", OPEN, **env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_lost_key_is_a_sentence_at_the_start_and_makes_no_second_key(sealed: Shell, tmp_path: Path) -> None:
    key = tmp_path / "var" / "secret_key"
    key.rename(tmp_path / "kept")
    for command in (("web", "--port", "0"), ("admin", "people"), ("run", "--once")):
        done = sealed.run(*command)
        assert done.returncode == 2
        assert "このデータベースのものではありません" in done.stderr
        assert "Traceback" not in done.stderr
        assert not key.exists()
    shutil.copy(tmp_path / "kept", key)
    assert _opened(sealed) == "['a-totp-secret']"


def test_a_new_key_opens_what_the_old_one_sealed_and_then_does_without_it(sealed: Shell, tmp_path: Path) -> None:
    var = tmp_path / "var"
    before = (var / "secret_key").read_text()
    assert sealed.run("admin", "new-secret-key").returncode == 0
    assert (var / "secret_key").read_text() != before
    assert _opened(sealed) == "['a-totp-secret']"
    (var / "secret_key_fallbacks").unlink()
    assert _opened(sealed) == "['a-totp-secret']"


def test_a_configured_key_is_changed_by_naming_the_one_before(sealed: Shell, tmp_path: Path) -> None:
    before = (tmp_path / "var" / "secret_key").read_text()
    refused = sealed.run("admin", "people", DXBOT_SECRET_KEY="quite-another-key")
    assert refused.returncode == 2
    assert _opened(sealed, DXBOT_SECRET_KEY="quite-another-key", DXBOT_SECRET_KEY_FALLBACKS=before) == "['a-totp-secret']"
    assert _opened(sealed, DXBOT_SECRET_KEY="quite-another-key") == "['a-totp-secret']"
    own = sealed.run("admin", "new-secret-key", DXBOT_SECRET_KEY="quite-another-key")
    assert own.returncode == 1
    assert "DXBOT_SECRET_KEY_FALLBACKS" in own.stderr


def test_without_any_copy_of_the_key_people_set_their_second_factor_up_anew(sealed: Shell, tmp_path: Path) -> None:
    (tmp_path / "var" / "secret_key").unlink()
    done = sealed.run("admin", "new-secret-key", "--lost")
    assert done.returncode == 0, done.stderr
    assert "1件" in done.stdout
    assert _opened(sealed) == "[]"
