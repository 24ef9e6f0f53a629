"""Whose the keys really are, asked before the first post of each day on an account (ADR 23).

A key that was put into the wrong place would post the city's words on somebody else's account, and nothing in a post's own road
would notice: the number of the account is configured beside the key. So the platform is asked.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.channel_kit.base import Account, Channel
from bot.errors import ChannelClosed, ChannelError
from bot.language import say

log = logging.getLogger(__name__)


class Proving:
    """What one publisher process has proved, by account. From any thread: two that ask at once do no harm."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._proved: dict[str, date] = {}

    def require(self, channel: Channel, now: datetime) -> None:
        """Raises ChannelClosed for another account's keys, which holds the lane until a person has looked."""
        if self.is_proved(channel.account, now):
            return
        try:
            told = channel.probe()
        # A second witness that cannot be heard keeps no post: the request itself names the account or bears its number, and
        # the gate compares that with the one that has published so far. It is asked again before the next post.
        except ChannelError as e:
            log.warning("whose the keys of %s are was not told: %s", channel.account, e.message)
        else:
            self.heard(channel.account, told, now)

    def is_proved(self, account: str, now: datetime) -> bool:
        """Today, on the office's wall."""
        return self._proved.get(account) == self._day(now)

    def heard(self, account: str, told: Account, now: datetime) -> None:
        """Raises ChannelClosed as `require` does."""
        if told.identity != account:
            raise of_another(account, told)
        self._proved[account] = self._day(now)

    def _day(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()


def of_another(configured: str, told: Account) -> ChannelClosed:
    """The keys are of another account than the settings say."""
    who = f"{told.identity} {told.name}".strip()
    return ChannelClosed(
        f"the keys of {configured} are of {told.identity}",
        summary=say("鍵が、設定したアカウント（{configured}）ではなく {who} のものです", configured=configured, who=who),
        next_step="運用担当者が、その配信先のアカウントの番号と鍵の設定を直してください",
    )
