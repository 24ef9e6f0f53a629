"""The settings: values that cannot be read, names that do not exist, the web site's address and its proxy."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot import registry
from bot.cli.exams.exam import Told, bad, fine, heed, problem
from bot.cli.exams.installation import Installation
from bot.errors import ConfigError
from bot.loopback import is_loopback
from bot.values.node import nearest

_OURS = "DXBOT_"


def values(at: Installation) -> Iterator[Told]:
    yield from (problem(e) for e in at.troubles)
    if not at.troubles:
        yield fine("環境変数の値は、どれも読めます")


def names(at: Installation) -> Iterator[Told]:
    """A slip of the pen in a name is a setting that silently does not hold."""
    known = registry.variables()
    unknown = sorted(name for name in at.given if name.startswith(_OURS) and name not in known)
    for name in unknown:
        yield heed("{name} という設定はありません", nearest(name, known), name=name)


def training(at: Installation) -> Iterator[Told]:
    if at.config.sandbox:
        yield heed(
            "練習モードです。本物の配信先には何も出ません",
            "本番では DXBOT_SANDBOX と、接続先（_BASE_URL）の設定を外してください",
        )


def site(at: Installation) -> Iterator[Told]:
    config = at.config
    address = urlsplit(config.site_url)
    if all(is_loopback(host) for host in config.hosts):
        yield fine("画面は、このコンピューターからだけ開けます")
        return
    if address.scheme != "https":
        yield bad(
            "画面のアドレス（DXBOT_SITE_URL）が https で始まっていません",
            "招待や知らせに入るアドレスです。https://ホスト名 の形で書いてください",
        )
    elif (address.hostname or "") not in config.hosts:
        yield bad(
            "画面のアドレス（DXBOT_SITE_URL）のホスト名が、DXBOT_ALLOWED_HOSTS にありません",
            "同じホスト名を両方に書いてください。違うままでは、招待や知らせのアドレスが開けません",
        )
    else:
        yield fine("画面のアドレスは {host} です", host=address.hostname)


def stamps(at: Installation) -> Iterator[Told]:
    """Nothing is asked of the authority: each answer of it costs money."""
    if at.config.tsa_url:
        from bot.services.records.stamps import roots

        try:
            roots(at.config)
        except ConfigError as e:
            yield problem(e)
        else:
            yield fine("時刻の証明は {host} にもらいます", host=urlsplit(at.config.tsa_url.reveal()).hostname)


def proxy(at: Installation) -> Iterator[Told]:
    """How many servers really stand before the site cannot be seen from here, so more than one is for a person to count."""
    outside = not all(is_loopback(host) for host in at.config.hosts)
    found = at.config.proxy
    if found is None:
        if outside:
            yield bad(
                "ほかのコンピューターから開く画面なのに、TLS を終えるサーバーが DXBOT_TRUSTED_PROXY にありません",
                "docs/operations.md の「画面の前のサーバー」のとおりに置き、そのアドレスを書いてください",
            )
        return
    address, hops = found
    if hops > 1:
        yield heed(
            "DXBOT_TRUSTED_PROXY の段数が {hops} です。実際の中継がこれより少ないと、外の人が自分のアドレスを偽れます",
            "画面の前で X-Forwarded-For に書き足すサーバーの数を数え、同じ数にしてください。画面の「ログイン中の端末」に自分の"
            "アドレスが出れば合っています",
            hops=hops,
        )
    elif ip_address(address).is_global:
        yield heed(
            "DXBOT_TRUSTED_PROXY の {address} は、庁外にもありうるアドレスです",
            "dxbot から見た、手前のサーバーの庁内のアドレスかどうかを確かめてください",
            address=address,
        )
    else:
        yield fine("手前のサーバーは {address} だけを信じます", address=address)
