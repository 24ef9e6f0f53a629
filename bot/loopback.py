"""Sandbox mode: this process may talk to this machine only.

An audit hook sees every connect and every name look-up of every Python library, so no SDK, present or future,
can reach a platform by a road we forgot. (instagrapi's curl transport is not Python; our driver never uses it.)
"""

from __future__ import annotations

import ipaddress
import os
import sys

from bot.errors import ConfigError

_NAMES = frozenset({"localhost", "ip6-localhost"})
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_confined = False


def confine() -> None:
    """From now on, and until this process ends, refuse any address that is not loopback. Cannot be undone."""
    global _confined
    if not _confined:
        _confined = True
        for name in _PROXIES & {name.lower() for name in os.environ}:
            # A proxy on this machine would be a way out that no look at an address can see.
            os.environ.pop(name, None)
            os.environ.pop(name.upper(), None)
        sys.addaudithook(_refuse_outside)


def is_loopback(host: str) -> bool:
    if host in _NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_outside(event: str, args: tuple[object, ...]) -> None:
    host: object = None
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1] if len(args) > 1 else None
        host = address[0] if isinstance(address, tuple) else None  # a str is a Unix socket: this machine
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and host and not is_loopback(host):
        raise ConfigError(
            f"sandbox mode refused to contact {host}",
            summary="練習モードのため、外部への通信を止めました",
            next_step="接続先の設定を練習用サーバーのアドレスにするか、DXBOT_SANDBOX を外してください",
        )
