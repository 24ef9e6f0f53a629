"""When something may go out: office hours, public holidays, closed days, blackouts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.errors import Blackout, QuietHours
from bot.schedule.rules import Rules


def closed_reason(day: date, rules: Rules) -> str:
    """Why nothing goes out on this day; "" on an open day. Public holidays are those of the 国民の祝日に関する法律."""
    import jpholiday

    if day.weekday() not in rules.quiet.days:
        return "休業日"
    if why := rules.quiet.closed.get((day.month, day.day)):
        return why
    holiday = None if rules.quiet.public_holidays else jpholiday.is_holiday_name(day)
    return str(holiday or "")


def require_open(moment: datetime, channel: str, rules: Rules) -> None:
    """Raises QuietHours or Blackout if nothing may go out on `channel` at `moment` (aware)."""
    local = moment.astimezone(rules.zone)
    if reason := closed_reason(local.date(), rules):
        raise _quiet(local, reason)
    if not rules.quiet.open <= local.time() < rules.quiet.close:
        raise _quiet(local, f"配信は{rules.quiet.open:%H:%M}から{rules.quiet.close:%H:%M}まで")
    for blackout in rules.blackouts:
        if blackout.start <= moment < blackout.end and (not blackout.channels or channel in blackout.channels):
            raise Blackout(
                f"blackout {blackout.kind}",
                summary=f"{local:%-m月%-d日%H:%M}は配信を止める期間です（{blackout.why}）",
                next_step=f"{blackout.end.astimezone(rules.zone):%-m月%-d日%H:%M}より後の時刻にしてください",
            )


def is_open(moment: datetime, channel: str, rules: Rules) -> bool:
    try:
        require_open(moment, channel, rules)
    except (QuietHours, Blackout):
        return False
    return True


def days_from(start: date, count: int) -> list[date]:
    return [start + timedelta(days=n) for n in range(count)]


def _quiet(local: datetime, reason: str) -> QuietHours:
    return QuietHours(
        f"quiet at {local.isoformat()}",
        summary=f"{local:%-m月%-d日%H:%M}は配信しない時間です（{reason}）",
        next_step="別の時刻にするか、slot: で配信枠を選んでください",
    )
