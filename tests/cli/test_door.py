"""A web site that others reach does not start without its TLS; and Django's own look at what is in force."""

from __future__ import annotations

import socket

import pytest

from tests.cli.shell import Shell


@pytest.mark.parametrize("command", ["web", "serve"])
@pytest.mark.parametrize(
    ("host", "names"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("127.0.0.1", "dx.city.example.jp"), ("127.0.0.1", "*")],  # noqa: S104
)
def test_a_site_for_others_names_the_server_that_ends_tls(shell: Shell, command: str, host: str, names: str) -> None:
    done = shell.run(command, "--host", host, "--port", "0", DXBOT_ALLOWED_HOSTS=names)
    assert done.returncode == 2
    assert "DXBOT_TRUSTED_PROXY" in done.stderr
    assert "画面の前のサーバー" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["nginx", "192.0.2.0/24", "192.0.2.1/0", "192.0.2.1/2/3", "*", "/2", "192.0.2.1 / 2"])
def test_a_proxy_is_an_address_and_a_small_number(shell: Shell, value: str) -> None:
    done = shell.run("web", "--port", "0", DXBOT_TRUSTED_PROXY=value)
    assert done.returncode == 2
    assert "環境変数 DXBOT_TRUSTED_PROXY を読めません。" in done.stderr


def test_a_port_that_is_taken_gets_a_sentence(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = shell.run("web", "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert "画面を開けません" in done.stderr


def test_django_finds_nothing_to_warn_of_before_a_city_s_site(shell: Shell) -> None:
    look = ("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    city = {"DJANGO_SETTINGS_MODULE": "bot.settings", "DXBOT_ALLOWED_HOSTS": "dx.city.example.jp"}
    done = shell.python(*look, **city)
    assert done.returncode == 0, done.stderr
    assert "2 silenced" in done.stdout
