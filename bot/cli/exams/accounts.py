"""Each channel's account: are its settings there, whose are the keys, what may they do, when do they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot import registry
from bot.channel_kit.base import Account, Channel
from bot.cli.exams.database import is_migrated
from bot.cli.exams.exam import Told, bad, fine, heed, problem, unforeseen
from bot.cli.exams.installation import Installation
from bot.errors import BotError, ConfigError
from bot.services.delivery.proving import of_another
from bot.text.moments import day


def accounts(at: Installation) -> Iterator[Told]:
    for key in at.offered:
        label = registry.specs()[key].label
        try:
            channel = registry.connect(key, at.config)
            yield from _asked(at, channel, label)
        except ConfigError as e:
            yield bad(
                "{summary}",
                "{next_step}。まだ使わない配信先なら、content/city.yml の channels: から外してください",
                label,
                summary=e.summary,
                next_step=e.next_step,
            )
        except BotError as e:
            yield problem(e, label)
        except Exception as e:
            yield unforeseen(e, label)


def _asked(at: Installation, channel: Channel, label: str) -> Iterator[Told]:
    told = channel.probe()
    found = list(_wrong(at, channel, told, label))
    yield from found
    if not found:
        yield fine("{name}（{identity}）の鍵で、投稿する権限があります", label, name=told.name, identity=told.identity)


def _wrong(at: Installation, channel: Channel, told: Account, label: str) -> Iterator[Told]:
    if told.identity != channel.account:
        yield problem(of_another(channel.account, told), label)
        return
    if before := _published_before(at, channel):
        yield bad(
            "これまで投稿してきたアカウントは {before} で、いまの鍵は {now} のものです",
            "替えたのでなければ、番号と鍵を元に戻してください。替えたのなら、最初の配信が保留になるので、画面の「保留」で再開してください",
            label,
            before=before,
            now=told.identity,
        )
    if told.lacks:
        yield bad(
            "{name} の鍵に、投稿に要る権限がありません：{lacks}",
            "docs/accounts/ の手順で権限を足し、鍵を作り直してください",
            label,
            name=told.name,
            lacks="、".join(told.lacks),
        )
    elif told.rights is None:
        yield heed(
            "{name}（{identity}）の鍵に、投稿する権限があるかどうかは分かりません（配信先が答えません）",
            "試しの投稿で確かめてください（dxbot new --trial で原稿を作れます）",
            label,
            name=told.name,
            identity=told.identity,
        )
    if told.lacks_to_delete:
        yield heed(
            "{name} の鍵に、投稿を消すときに要る権限がありません：{lacks}",
            "消せないまま困らないように、docs/accounts/ の手順で権限を足し、鍵を作り直してください",
            label,
            name=told.name,
            lacks="、".join(told.lacks_to_delete),
        )
    yield from _end(told, label, at.config.timezone)


def _published_before(at: Installation, channel: Channel) -> str:
    """The account that has published on this lane, where it is another."""
    if not is_migrated(at):
        return ""
    from bot.services.delivery.connections import known_account

    known = known_account(channel.account.partition(":")[0])
    return "" if known == channel.account else known


def _end(told: Account, label: str, zone: ZoneInfo) -> Iterator[Told]:
    now = datetime.now(UTC)
    if told.ends is not None and told.ends_soon(now):
        yield heed(
            "{name} の鍵は、あと{left}日（{date}）で使えなくなります",
            "docs/accounts/ の手順で、期限の長い鍵に替えてください",
            label,
            name=told.name,
            left=(told.ends - now).days,
            date=day(told.ends.astimezone(zone), with_year=True),
        )
