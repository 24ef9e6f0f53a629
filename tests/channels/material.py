"""What the channel tests send, and to whom."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from bot import registry
from bot.channel_kit.base import Channel, Outgoing, Prepared, Receipt, Sent
from bot.config import load
from bot.errors import ChannelError, OutcomeUnknown
from bot.platform_kit.credentials import environment
from bot.render.variant import Media

SENDING = [key for key, spec in registry.specs().items() if spec.publishes and not spec.by_hand]
# A channel that sends, and Instagram's driver.
CASES = [(key, driver) for key in SENDING for driver in (("graph", "private") if key == "instagram" else ("graph",))]
WORDS = "provider-words-that-nobody-reads"
TEXT = "書かない窓口を試しています（見本）。\n\n問い合わせは A&B <市民課> へ。詳しくは https://example.jp/a?b=c&d=e"


def picture(colour: str, alt: str) -> Media:
    buffer = BytesIO()
    Image.new("RGB", (640, 640), colour).save(buffer, "JPEG", quality=85)
    data = buffer.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    return Media(file=f"{colour}.jpg", alt=alt, width=640, height=640, sha256=sha256, data=data)


RED = picture("red", "赤い四角の見本")
BLUE = picture("blue", "青い四角の見本。<b>と&を含む")


def outgoing(text: str = TEXT, key: str = "1-0") -> Outgoing:
    return Outgoing(key=key, text=text, media=(RED, BLUE))


def connect_to(base_url: str, key: str, driver: str = "graph") -> Channel:
    """The channel, with the sandbox's credentials, sending everything to `base_url`."""
    env = environment(base_url) | {"DXBOT_MEDIA_BASE_URL": base_url, "DXBOT_INSTAGRAM_DRIVER": driver}
    return registry.connect(key, load(env))


def as_prepared(key: str, driver: str = "graph", sent: Outgoing | None = None) -> Prepared:
    """Ready for a commit, without having uploaded anything."""
    tokens = {
        ("x", "graph"): "1800000000000000001,1800000000000000002",
        ("facebook", "graph"): "31,32",
        ("instagram", "graph"): "17",
        ("instagram", "private"): json.dumps([["31", 640, 640], ["32", 640, 640]]),
    }
    return Prepared(outgoing=sent or outgoing(), token=tokens[key, driver])


def send(channel: Channel, out: Outgoing) -> tuple[Prepared, Receipt]:
    prepared = channel.prepare(out)
    return prepared, channel.commit(prepared, datetime.now(UTC))


def lose_track(channel: Channel, out: Outgoing) -> Sent:
    """Commit, expecting no clear outcome."""
    prepared, since = channel.prepare(out), datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, since)
    return Sent(prepared=prepared, since=since)


def refusal(channel: Channel, key: str, driver: str = "graph") -> ChannelError:
    """What a commit is answered with."""
    with pytest.raises(ChannelError) as caught:
        channel.commit(as_prepared(key, driver), datetime.now(UTC))
    return caught.value
