"""What must be reachable beside the platforms: the pictures' public address, mail server, chat, the city's log-in."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests

from bot.channel_kit import exchange
from bot.channel_kit.http import OnceSession
from bot.cli.exams.exam import Told, bad, fine, heed
from bot.cli.exams.installation import Installation
from bot.disaster import feed
from bot.disaster.xml import MOST_BYTES, Unreadable
from bot.errors import BotError, NotSent
from bot.language import say
from bot.loopback import is_loopback
from bot.notify import mail

_SECONDS = 10.0
_NOBODYS_PICTURE = "0" * 64
_HTTPS = 443


def pictures(at: Installation) -> Iterator[Told]:
    base = at.config.media_base_url.rstrip("/")
    if not base:
        return  # the account that needs it says so
    address = urlsplit(base)
    inside = is_loopback(address.hostname or "")
    if not at.config.sandbox and (address.scheme != "https" or inside):
        yield bad(
            "画像を公開するアドレス（DXBOT_MEDIA_BASE_URL）が、庁外から開ける https のアドレスではありません",
            "Instagram が画像を取りに来ます。https://市のホスト名 を書き、/m/ だけを庁外に開いてください",
        )
        return
    answer = _asked(f"{base}/m/{_NOBODYS_PICTURE}.jpg")
    # Of a picture that does not exist, our own site says that it is not there; anything else is another server's.
    if answer is None or answer.status_code != requests.codes.not_found:
        yield bad(
            "画像を公開するアドレス（DXBOT_MEDIA_BASE_URL）が、dxbot の画面につながっていません（{told}）",
            "画面（dxbot web）が動いていることと、手前のサーバーが /m/ を dxbot へ渡すことを、庁外からも確かめてください",
            told=say("応答なし") if answer is None else f"HTTP {answer.status_code}",
        )
    else:
        yield fine("画像を公開するアドレスが応答します（庁外からも確かめてください）")


def agency(at: Installation) -> Iterator[Told]:
    """The feeds can be read from here, and the city's places are known."""
    base = at.config.jma_base_url.rstrip("/")
    if not base:
        yield heed(
            "気象庁の電文を読む設定がありません。災害が起きても、配信は自動では止まりません",
            "DXBOT_JMA_BASE_URL に https://www.data.jma.go.jp/developer/xml を書いてください",
        )
        return
    yield from _places(at)
    for name in feed.FEEDS:
        yield _feed(base, name)


def _places(at: Installation) -> Iterator[Told]:
    try:
        found = at.library.city.disaster
    except BotError:
        return  # the exam of the shared files says so
    if found is None:
        yield bad("city.yml に、電文での区域（disaster）がないため、電文を読めません", "docs/disaster.md を見て書いてください")


def _feed(base: str, name: str) -> Told:
    answer = _asked(f"{base}/feed/{name}.xml", MOST_BYTES)
    try:
        if answer is not None and answer.status_code == requests.codes.ok:
            count = len(feed.read(answer.content))
            return fine("気象庁の電文の一覧（{name}）を読めます（{count}件）", name=name, count=count)
        told = say("応答なし") if answer is None else f"HTTP {answer.status_code}"
    except Unreadable as e:
        told = e.why
    return bad(
        "気象庁の電文の一覧（{name}）を読めません（{told}）",
        "DXBOT_JMA_BASE_URL と、庁外への通信の許可を確かめてください",
        name=name,
        told=told,
    )


def _advice(name: str) -> str:
    """By the name of what smtplib or the connection raises."""
    return {
        "SMTPAuthenticationError": say("DXBOT_SMTP_USER と DXBOT_SMTP_PASSWORD を確かめてください"),
        "SMTPNotSupportedError": say(
            "DXBOT_SMTP_TLS を、メールサーバーの暗号化の方式（starttls、tls、none）に合わせてください"
        ),
        "gaierror": say("DXBOT_SMTP_SERVER のホスト名を確かめてください"),
        "ConnectionRefusedError": say("DXBOT_SMTP_SERVER のポートと、メールサーバーが動いていることを確かめてください"),
        "SSLCertVerificationError": say("メールサーバーの証明書と、このコンピューターの時計を確かめてください"),
        "SSLError": say("DXBOT_SMTP_TLS を確かめてください（ポート465なら tls、587なら starttls）"),
    }.get(name, say("DXBOT_SMTP_SERVER、DXBOT_SMTP_TLS と、通信を確かめてください"))


def post_box(at: Installation) -> Iterator[Told]:
    config = at.config
    if not config.smtp_server:
        if not config.webhook_url:
            yield heed(
                "知らせを送る先（DXBOT_SMTP_SERVER か DXBOT_WEBHOOK_URL）がありません",
                "配信できなかったとき、だれにも伝わりません。メールかチャットのどちらかを設定してください",
            )
        return
    try:
        mail.reach(config)
    except NotSent as e:
        yield bad(
            "メールサーバーを使えません（{name}）",
            _advice(e.message),
            name=e.message,
        )
        return
    if config.mail_from.endswith("@localhost"):
        yield heed(
            "知らせの差出人（DXBOT_MAIL_FROM）が決まっていません", "市のアドレスを書いてください。迷惑メールとして捨てられます"
        )
    else:
        yield fine("メールサーバーにつながります")


def chat(at: Installation) -> Iterator[Told]:
    """A call would be a message, so only the door is looked at."""
    if not at.config.webhook_url:
        return
    address = urlsplit(at.config.webhook_url.reveal())
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        yield bad(
            "チャットのアドレス（DXBOT_WEBHOOK_URL）が https で始まっていません",
            "チャットの画面で受け口を作り、写し直してください",
        )
        return
    if name := _closed(address.hostname or "", address.port or _HTTPS, tls=address.scheme == "https"):
        yield bad(
            "チャットの受け口につながりません（{name}）",
            "DXBOT_WEBHOOK_URL のホスト名と、通信とプロキシを確かめてください",
            name=name,
        )
    elif not at.config.webhook_secret:
        yield heed("チャットへの知らせに署名が付きません", "受け取る側が確かめるなら、DXBOT_WEBHOOK_SECRET を設定してください")
    else:
        yield fine("チャットの受け口につながります")


def log_in(at: Installation) -> Iterator[Told]:
    issuer = at.config.oidc_issuer.rstrip("/")
    if not issuer:
        return
    answer = _asked(f"{issuer}/.well-known/openid-configuration")
    if answer is None or not answer.ok or "authorization_endpoint" not in answer.text:
        yield bad(
            "庁内の認証基盤（DXBOT_OIDC_ISSUER）の案内を読めません",
            "アドレスと通信を確かめてください。…/.well-known/openid-configuration が開けるアドレスです",
        )
    elif not (at.config.oidc_client_id and at.config.oidc_client_secret):
        yield bad(
            "DXBOT_OIDC_CLIENT_ID か DXBOT_OIDC_CLIENT_SECRET がありません", "認証基盤に登録した名前と秘密鍵を書いてください"
        )
    else:
        yield fine("庁内の認証基盤の案内を読めます")


def _asked(url: str, most: int = exchange.MOST_BYTES) -> requests.Response | None:
    """None where no whole answer came."""
    try:
        with OnceSession(_SECONDS, most) as session:
            return session.request("GET", url)
    except Exception:  # its words may hold the address
        return None


def _closed(host: str, port: int, *, tls: bool) -> str:
    """The name of what kept us out, "" for an open door. Behind a proxy the door cannot be seen."""
    if not is_loopback(host) and getproxies().get("https"):
        return ""
    try:
        with socket.create_connection((host, port), _SECONDS) as line:
            if tls:
                ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
    except Exception as e:
        return type(e).__name__
    return ""
