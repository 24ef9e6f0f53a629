"""Is this post the one that was sent? Platforms give a text back changed in small ways."""

from __future__ import annotations

from datetime import timedelta

from bot.channel_kit.base import Channel, Receipt, Sent
from bot.errors import ChannelError, Duplicate, OutcomeUnknown

# A platform's clock and ours differ; a post this much older than the commit may still be the one.
CLOCK_SKEW = timedelta(seconds=60)


def earliest(sent: Sent) -> int:
    """Unix time from which on to look."""
    return int((sent.since - CLOCK_SKEW).timestamp())


def made_before(channel: Channel, sent: Sent, refusal: Duplicate) -> Receipt:
    """A commit was refused as a duplicate. A proxy on the way may have sent our one request twice: then it is there, and this
    is its receipt. Raises the refusal if it is not, OutcomeUnknown if that cannot be seen."""
    try:
        found = channel.find(sent)
    except ChannelError as e:
        raise OutcomeUnknown("refused as a duplicate, and not readable", code=e.code) from None
    if isinstance(found, Receipt):
        return found
    raise refusal
