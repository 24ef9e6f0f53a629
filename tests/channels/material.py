"""What the channel tests send, and to whom."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot import registry
from bot.channel_kit.base import CannotTell, Channel, NotSeen, Outgoing, Prepared, Receipt, Sent
from bot.errors import ChannelError, OutcomeUnknown
from bot.platform_kit.platform import Example
from bot.registry import load
from bot.render.variant import Media
from bot.sandbox.credentials import environment

SENDING = list(registry.platforms())
# Of a fault: all that RFC 9110 and its registry know, and some that are in use besides.
STATUSES = [*range(400, 432), 451, *range(500, 512), 520, 529, 599]
# A channel that sends, and one of the ways of connecting it.
CASES = [(key, example.name) for key, platform in registry.platforms().items() for example in platform.examples]
OPEN = (CannotTell, NotSeen)  # neither there nor proved absent
WORDS = "provider-words-that-nobody-reads"
TEXT = "書かない窓口を試しています（見本）。\n\n問い合わせは A&B <市民課> へ。詳しくは https://example.jp/a?b=c&d=e"


def in_every_form(code: int = 100, words: str = "x") -> dict[str, Any]:
    """A refusal that has the form of each platform at once."""
    problem = {"title": "T", "type": "about:blank", "detail": words}
    return problem | {"status": "fail", "message": words, "error": {"code": code, "message": words, "error_user_msg": words}}


def picture(colour: str, alt: str) -> Media:
    buffer = BytesIO()
    Image.new("RGB", (640, 640), colour).save(buffer, "JPEG", quality=85)
    data = buffer.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    return Media(file=f"{colour}.jpg", alt=alt, width=640, height=640, sha256=sha256, data=data)


RED = picture("red", "赤い四角の見本")
BLUE = picture("blue", "青い四角の見本。<b>と&を含む")


def example_of(key: str, way: str = "") -> Example:
    """The way of connecting that has this name, or the first."""
    examples = registry.platforms()[key].examples
    return next((example for example in examples if example.name == way), examples[0])


def environment_of(base_url: str, key: str, way: str = "") -> dict[str, str]:
    """The sandbox's settings, everything at `base_url`, for one way of connecting."""
    return environment(base_url) | {"DXBOT_MEDIA_BASE_URL": base_url} | dict(example_of(key, way).options)


def outgoing(text: str = TEXT, key: str = "1-0") -> Outgoing:
    return Outgoing(key=key, text=text, media=(RED, BLUE))


def connect_to(base_url: str, key: str, way: str = "") -> Channel:
    """The channel, with the sandbox's credentials, sending everything to `base_url`."""
    return registry.connect(key, load(environment_of(base_url, key, way)))


def as_prepared(key: str, way: str = "", sent: Outgoing | None = None) -> Prepared:
    """Ready for a commit, without having uploaded anything."""
    return Prepared(outgoing=sent or outgoing(), token=example_of(key, way).prepared)


def send(channel: Channel, out: Outgoing) -> tuple[Prepared, Receipt]:
    prepared = channel.prepare(out)
    return prepared, channel.commit(prepared, datetime.now(UTC))


def lose_track(channel: Channel, out: Outgoing) -> Sent:
    """Commit, expecting no clear outcome."""
    prepared, since = channel.prepare(out), datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, since)
    return Sent(prepared=prepared, since=since)


def refusal(channel: Channel, key: str, way: str = "") -> ChannelError:
    """What a commit is answered with."""
    with pytest.raises(ChannelError) as caught:
        channel.commit(as_prepared(key, way), datetime.now(UTC))
    return caught.value
