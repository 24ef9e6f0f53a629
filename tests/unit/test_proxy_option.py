"""DXBOT_TRUSTED_PROXY as the configuration gives it on."""

from __future__ import annotations

import pytest

from bot.config import Config


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", None),
        ("127.0.0.1", ("127.0.0.1", 1)),
        ("192.0.2.10/2", ("192.0.2.10", 2)),
        ("::1", ("::1", 1)),
        ("2001:DB8:0:0::10/3", ("2001:db8::10", 3)),
    ],
)
def test_an_address_and_through_how_many_servers_a_request_comes(written: str, meant: tuple[str, int] | None) -> None:
    assert Config(trusted_proxy=written).proxy == meant
