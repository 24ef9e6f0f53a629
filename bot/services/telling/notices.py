"""What people are told, read off the audit log.

The log is the outbox: its entry is written in the transaction of the change, by every service, so no change can forget its
notice and none is announced that was rolled back. `take_in` turns new entries into Notices, one for each address, and moves the
bookmark in the same transaction; `messages` sends them afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from django.db import transaction

from bot import errors
from bot.errors import ChannelClosed, OutcomeUnknown, Rejected
from bot.services.approval import review
from bot.services.delivery import outcome, reconcile, removal, scheduling, threads, waits
from bot.services.handing_in import push
from bot.services.handing_in.one_set import REFUSE, TAKE_AWAY
from bot.services.handing_in.parked import REWRITTEN
from bot.services.paper.proof_build import BUILD_PROOF
from bot.services.people import accounts, grants, requests
from bot.services.records import audit, days
from bot.services.records.context import Context
from bot.services.telling import half
from bot.services.telling.watch import SPOILT, UNREADABLE
from bot.store.models import AuditEntry, Bookmark, Delivery, Notice, PersonalToken, Submission, User
from bot.store.rules import Blackout
from bot.workflow.actors import NEED_SECOND_FACTOR, Role, is_at_server
from bot.workflow.kinds import Bar
from bot.workflow.states import IN_QUEUE, SubmissionState, ThreadWay
from bot.workflow.transitions import Action, Event

READER = "notices"
# A transaction that moves the bookmark over years of log would hold its row for minutes.
_BATCH = 500
TOKEN_WARNING = timedelta(days=7)


class Kind(StrEnum):
    TO_CONFIRM = "to_confirm"
    WAITING = "waiting"
    RETURNED = "returned"
    APPROVED = "approved"
    FAILED = "failed"
    MISSED = "missed"
    HELD = "held"
    PUT_OFF = "put_off"
    UNKNOWN = "unknown"
    UNDECIDED = "undecided"
    SETTLED = "settled"
    TWICE = "twice"
    PARTLY = "partly"
    UNSIGNED = "unsigned"
    REMOVED = "removed"
    STUCK = "stuck"
    PAUSED = "paused"
    CLOSED = "closed"
    BLACKOUT = "blackout"
    FILES = "files"
    FILES_GONE = "files_gone"
    SPOILT = "spoilt"
    RULES = "rules"
    COPY_DEADLINE = "copy_deadline"
    REWRITTEN = "rewritten"
    SHELL = "shell"
    SEAL = "seal"
    PEOPLE = "people"
    TOKEN_ENDS = "token_ends"  # noqa: S105 not a secret


LABELS: Mapping[Kind, str] = {
    Kind.TO_CONFIRM: "確認待ち",
    Kind.WAITING: "承認待ち",
    Kind.RETURNED: "差し戻し",
    Kind.APPROVED: "承認",
    Kind.FAILED: "配信できず",
    Kind.MISSED: "時刻超過",
    Kind.HELD: "保留",
    Kind.PUT_OFF: "配信の待ち",
    Kind.UNKNOWN: "結果不明",
    Kind.UNDECIDED: "要判断",
    Kind.SETTLED: "結果の確認",
    Kind.TWICE: "二重掲載",
    Kind.PARTLY: "一部配信済み",
    Kind.UNSIGNED: "署名のない削除",
    Kind.REMOVED: "削除",
    Kind.STUCK: "削除の要判断",
    Kind.PAUSED: "停止",
    Kind.CLOSED: "配信先の停止",
    Kind.BLACKOUT: "配信を止める期間",
    Kind.FILES: "原稿のリポジトリの誤り",
    Kind.FILES_GONE: "設定ファイルの削除",
    Kind.SPOILT: "設定ファイルの誤り",
    Kind.RULES: "配信の決まりの誤り",
    Kind.COPY_DEADLINE: "紙面の締切",
    Kind.REWRITTEN: "原稿の履歴の書き換え",
    Kind.SHELL: "サーバーでの操作",
    Kind.SEAL: "操作の記録の署名",
    Kind.PEOPLE: "利用者の登録",
    Kind.TOKEN_ENDS: "鍵の期限",
}
# These can wait for the digest; everything else is told at once.
_DIGEST = frozenset({Kind.TO_CONFIRM, Kind.WAITING, Kind.COPY_DEADLINE, Kind.TOKEN_ENDS})
_OFFICE = frozenset({Role.OFFICER, Role.OPERATOR})
_ROLES: Mapping[Kind, frozenset[Role]] = {
    Kind.TO_CONFIRM: frozenset({Role.LEADER, Role.HEAD}),
    Kind.WAITING: frozenset({Role.OFFICER}),
    Kind.COPY_DEADLINE: frozenset({Role.OFFICER}),
    Kind.BLACKOUT: _OFFICE,
    Kind.FILES: _OFFICE,
    Kind.FILES_GONE: _OFFICE,
    Kind.SPOILT: _OFFICE,
    Kind.PEOPLE: _OFFICE,
    Kind.RULES: _OFFICE,
    Kind.FAILED: _OFFICE,
    Kind.MISSED: _OFFICE,
    Kind.HELD: _OFFICE,
    Kind.PUT_OFF: _OFFICE,
    Kind.UNKNOWN: _OFFICE,
    Kind.UNDECIDED: _OFFICE,
    Kind.SETTLED: _OFFICE,
    Kind.TWICE: _OFFICE,
    Kind.PARTLY: _OFFICE,
    Kind.UNSIGNED: frozenset({Role.HEAD, Role.OPERATOR}),
    Kind.REMOVED: _OFFICE,
    Kind.STUCK: _OFFICE,
    Kind.PAUSED: _OFFICE,
    Kind.CLOSED: _OFFICE,
    Kind.REWRITTEN: _OFFICE,
    Kind.SHELL: frozenset({Role.OPERATOR}),
    Kind.SEAL: frozenset({Role.OPERATOR, Role.AUDITOR}),
}
_TO_AUTHOR = frozenset({Kind.RETURNED, Kind.APPROVED, Kind.FAILED, Kind.MISSED, Kind.PARTLY})
_OF_A_PART = frozenset({Kind.FAILED, Kind.MISSED, Kind.HELD})  # told of the thread as a whole, once a part of it is out
_VERBS: Mapping[str, Kind] = {
    Action.CONFIRM: Kind.WAITING,
    Action.APPROVE: Kind.APPROVED,
    Action.RETURN: Kind.RETURNED,
    Event.LOSE_TRACK: Kind.UNKNOWN,
    **dict.fromkeys((Event.GIVE_UP, reconcile.SECOND), Kind.UNDECIDED),
    Event.FOUND: Kind.SETTLED,
    Event.PROVE_ABSENT: Kind.SETTLED,
    outcome.TWICE: Kind.TWICE,
    threads.UNSIGNED: Kind.UNSIGNED,
    ThreadWay.TAKE_DOWN: Kind.REMOVED,
    removal.STUCK: Kind.STUCK,
    Event.MISS: Kind.MISSED,
    Event.HOLD: Kind.HELD,
    waits.TOLD: Kind.PUT_OFF,
    "pause": Kind.PAUSED,
    **dict.fromkeys(("blackout", "ask_to_lift", "lift"), Kind.BLACKOUT),
    UNREADABLE: Kind.RULES,
    **dict.fromkeys((REFUSE, push.REFUSE), Kind.FILES),
    TAKE_AWAY: Kind.FILES_GONE,
    SPOILT: Kind.SPOILT,
    **dict.fromkeys((requests.ASK, grants.ASK, grants.AGREE), Kind.PEOPLE),
    BUILD_PROOF: Kind.COPY_DEADLINE,
    REWRITTEN: Kind.REWRITTEN,
    **dict.fromkeys((days.SEALED, days.UNSEALED, days.NEW_KEY), Kind.SEAL),
}
_PAGES = {accounts.INVITE_AGAIN: "/people/", requests.ASK: "/people/", grants.ASK: "/grants/", grants.AGREE: "/people/"}
# What somebody at the server does without changing who may do what.
_QUIET = frozenset({audit.REFUSED, audit.EXPORTED, audit.IMPORTED})
_ERRORS: Mapping[type[errors.ChannelError], Kind] = {
    Rejected: Kind.FAILED,
    ChannelClosed: Kind.CLOSED,
    OutcomeUnknown: Kind.UNKNOWN,
}


@dataclass(frozen=True, kw_only=True)
class _News:
    """An entry of the log with what it is about."""

    kind: Kind
    entry: AuditEntry
    submission: Submission | None
    line: str
    key: str = ""  # where several entries tell of one thing


def take_in(ctx: Context) -> int:
    """Turn what is new in the audit log into Notices; returns the number of entries read. One reader at a time."""
    with transaction.atomic():
        # One reader at a time: the entries' numbers become visible in order, so the bookmark skips none (ADR 7).
        bookmark = Bookmark.objects.select_for_update().get(reader=READER)
        entries = list(AuditEntry.objects.filter(id__gt=bookmark.entry).order_by("id")[:_BATCH])
        for entry in entries:
            for news in _news(ctx, entry):
                # The key lets none be written twice, should the batch be read again.
                Notice.objects.bulk_create(_notices(ctx, news), ignore_conflicts=True)
            bookmark.entry = entry.id
        bookmark.save()
    return len(entries)


def warn_of_ending_tokens(ctx: Context) -> None:
    """Once for each key that ends within a week."""
    now = ctx.clock.now()
    ending = PersonalToken.objects.select_related("user").filter(
        revoked_at=None, expires_at__gt=now, expires_at__lte=now + TOKEN_WARNING, user__is_active=True
    )
    for token in ending.exclude(user__email=""):
        end = token.expires_at.astimezone(ctx.config.timezone)
        line = f"鍵「{token.label}」は{end.month}月{end.day}日に使えなくなります。画面の「自分の鍵」で作り直してください。"
        if ctx.config.smtp_server:
            Notice.objects.get_or_create(
                key=f"token:{token.id}",
                defaults={
                    "kind": Kind.TOKEN_ENDS,
                    "channel": "mail",
                    "address": token.user.email,
                    "object": f"token:{token.id}",
                    "line": f"{line}\n{ctx.config.site_url}/tokens/",
                    "due_at": next_digest(ctx, now),
                },
            )


def still_true(notice: Notice) -> bool:
    """Whether what waited for a digest still waits for a person."""
    # A digest at noon about what was approved at ten sends people to an empty page.
    if notice.kind not in (Kind.WAITING, Kind.TO_CONFIRM):
        return True
    states = {SubmissionState.SUBMITTED} if notice.kind == Kind.TO_CONFIRM else IN_QUEUE
    return Submission.objects.filter(id=notice.object.partition(":")[2], state__in=sorted(states)).exists()


def next_digest(ctx: Context, now: datetime) -> datetime:
    """The next of the configured times of day."""
    local = now.astimezone(ctx.config.timezone)
    days = (local.date(), local.date() + timedelta(days=1))
    return next(
        moment
        for day in days
        for at in ctx.config.digest_at
        if (moment := datetime.combine(day, at, tzinfo=ctx.config.timezone)) > local
    )


def _news(ctx: Context, entry: AuditEntry) -> Iterator[_News]:
    """Nothing for an entry of which nobody needs a notice."""
    about, _, number = entry.object.partition(":")
    delivery = Delivery.objects.select_related("submission").filter(id=number).first() if about == "delivery" else None
    submission = delivery.submission if delivery else None
    if about == "submission":
        submission = Submission.objects.filter(id=number).first()
    broken = half.to_tell(delivery, submission)
    for thread in broken:
        told = half.line(ctx, thread)
        yield _News(kind=Kind.PARTLY, entry=entry, submission=submission, line=told, key=half.key(thread))
    kind = _kind(entry, submission)
    if kind is not None and not (delivery and broken and kind in _OF_A_PART):
        yield _News(kind=kind, entry=entry, submission=submission, line=_line(ctx, kind, entry, submission, delivery))


def _kind(entry: AuditEntry, submission: Submission | None) -> Kind | None:
    if (
        is_at_server(entry.actor) and entry.verb not in _QUIET
    ):  # no key and no second factor stood before it, so it is told whatever it was (ADR 18)
        return Kind.SHELL
    if entry.verb == Action.SUBMIT:
        return Kind.TO_CONFIRM if submission and submission.needs_confirmation else Kind.WAITING
    if entry.verb == accounts.INVITE_AGAIN:
        return Kind.PEOPLE if entry.detail in NEED_SECOND_FACTOR else None
    error = getattr(errors, entry.verb, None)
    if isinstance(error, type):
        return next((kind for ancestor, kind in _ERRORS.items() if issubclass(error, ancestor)), None)
    return _VERBS.get(entry.verb)


def _line(ctx: Context, kind: Kind, entry: AuditEntry, submission: Submission | None, delivery: Delivery | None) -> str:
    title = f"「{submission.title}」（{submission.department}）" if submission else ""
    channel = ctx.spec(delivery.channel).label if delivery else _channel(ctx, entry.object)
    reason = f"理由：{entry.detail}" if entry.detail else ""
    words = {
        Kind.TO_CONFIRM: f"{title}が、リーダーか発信管理者の確認を待っています。",
        Kind.WAITING: f"{title}が承認を待っています。",
        Kind.RETURNED: f"{title}が差し戻されました。{reason}",
        Kind.APPROVED: f"{title}が承認されました。",
        Kind.FAILED: f"{title}を{channel}に出せませんでした。{_problem(delivery)}",
        Kind.MISSED: f"{title}を予定の時刻に{channel}に出せなかったため、出していません。",
        Kind.HELD: f"{title}を{channel}に出さず、保留にしました。{reason}" + _next_free(ctx, kind, delivery),
        Kind.PUT_OFF: f"{channel}：{entry.detail}時刻を変えるか、待ちを終わらせるか、決めてください。",
        Kind.UNKNOWN: f"{title}が{channel}に出たかどうか分かりません。自動で確かめています。",
        Kind.UNDECIDED: f"{title}が{channel}に出たかどうか確かめられませんでした。配信先を見て、決着させてください。{reason}",
        Kind.SETTLED: f"結果の分からなかった{title}は、{_settled(entry, channel)}",
        Kind.TWICE: f"{title}が{channel}に二重に掲載されました。配信先で開き、どちらかを消してください。{entry.detail}",
        Kind.UNSIGNED: f"{title}の{channel}の投稿の削除に、1日たっても2人目の署名がありません。{reason}",
        Kind.REMOVED: f"{entry.actor} が、{title}の{channel}に出ている分の削除を始めました。{reason}。1日以内に署名を。",
        Kind.STUCK: f"{title}の{channel}の投稿を削除できたか分かりません。{entry.detail}。",
        Kind.PAUSED: f"{entry.actor} が{channel}の配信を止めました。{reason}",
        Kind.CLOSED: f"{channel}の配信を止めています。{_problem(delivery)}",
        Kind.FILES: f"原稿のリポジトリに取り込めないものがあるため、前の内容のまま動いています。\n{entry.detail}",
        Kind.FILES_GONE: f"原稿のリポジトリから設定ファイルが消されたため、使うのをやめました。\n{entry.detail}",
        Kind.SPOILT: f"設定ファイルを読めません。直るまで、これを使う原稿の承認と配信を止めます。\n{entry.detail}",
        Kind.RULES: f"配信の決まりが読めないため、直るまで何も配信しません。{entry.detail}。",
        Kind.COPY_DEADLINE: entry.detail,
        Kind.SHELL: f"サーバーで操作がありました：{entry.actor} {entry.verb} {entry.object} {entry.detail}".strip(),
        Kind.REWRITTEN: "原稿の履歴（Git）が書き換えられたため、取り込みを止めています。だれが何を変えたか確かめてください。",
        Kind.SEAL: _seal(entry),
        Kind.PEOPLE: _people(entry),
    }
    said = _blackout(ctx, entry) if kind == Kind.BLACKOUT else words[kind]
    return f"{said}\n{ctx.config.site_url}{_where(entry, submission, delivery)}"


def _settled(entry: AuditEntry, channel: str) -> str:
    if entry.verb == Event.FOUND:
        return f"{channel}に出ていることを確かめました。{entry.detail}"
    return f"{channel}に出ていないことを確かめました。予定に戻しました。"


def _seal(entry: AuditEntry) -> str:
    day = entry.object.partition(":")[2]
    if entry.verb == days.SEALED:
        return f"{day} の操作の記録の署名です。書き換えを見つけるための控えです。消さずに残してください。\n{entry.detail}"
    if entry.verb == days.UNSEALED:
        return f"{day} の操作の記録に署名できません。署名の鍵（audit_key）のあるサーバーが動いているか確かめてください。"
    return f"操作の記録に署名する鍵が替わりました（公開鍵 {day}）。覚えがなければ、経緯を調べてください。"


def _where(entry: AuditEntry, submission: Submission | None, delivery: Delivery | None) -> str:
    """The page on which something can be done about it."""
    about, _, name = entry.object.partition(":")
    if about == "issue":
        return f"/issues/{quote(name)}/"
    if page := _PAGES.get(entry.verb):
        return page
    if entry.verb in (REFUSE, push.REFUSE, TAKE_AWAY, UNREADABLE, REWRITTEN, SPOILT):
        return "/calendar/"
    if is_at_server(entry.actor) or about in ("day", "key"):
        return "/audit/"
    if about == "blackout":
        return "/blackouts/"
    if entry.verb in (Event.HOLD, waits.TOLD):
        return "/held/"
    return f"/submissions/{submission.id}/" if submission and not delivery else "/deliveries/"


def _people(entry: AuditEntry) -> str:
    person = entry.object.partition(":")[2]
    return {
        requests.ASK: f"people.yml などが、登録と違うことを求めています。受け入れるまで、いまのままです。\n{entry.detail}",
        grants.ASK: f"{entry.actor} が {person} への役割の付与（{entry.detail}）を頼みました。もう1人の同意を待っています。",
        accounts.INVITE_AGAIN: f"{entry.actor} が {person} を招待し直しました。心当たりがなければ、すぐに確かめてください。",
        grants.AGREE: f"{entry.actor} が {person} への役割の付与に同意しました（{entry.detail}）。",
    }.get(entry.verb, "")


def _next_free(ctx: Context, kind: Kind, delivery: Delivery | None) -> str:
    """For what the calendar holds; what an account holds waits for the account."""
    if kind != Kind.HELD or delivery is None or delivery.bar not in (Bar.BLACKOUT, Bar.QUIET):
        return ""
    free = scheduling.free_times(ctx, delivery, 1)
    return "".join(f"。次に空いている時刻は{t.astimezone(ctx.config.timezone):%-m月%-d日 %H:%M}です。" for t in free)


def _blackout(ctx: Context, entry: AuditEntry) -> str:
    if entry.verb == "blackout":
        return f"{entry.actor} が配信を止める期間を入れました。{entry.detail}"
    row = Blackout.objects.filter(id=entry.object.partition(":")[2]).first()
    which = f"「{row.why}」（{row.end_at.astimezone(ctx.config.timezone):%-m月%-d日 %H:%M}まで）" if row else ""
    if entry.verb == "lift":
        return f"{entry.actor} が配信を止める期間{which}を解除しました。保留の配信は、見直すまで出ません。"
    asked = f"{entry.actor} が配信を止める期間{which}の解除を申し出ました。理由：{entry.detail}。"
    return f"{asked}解除するかどうかは、ほかの広報担当が決めます。"


def _channel(ctx: Context, target: str) -> str:
    key = target.partition(":")[2]
    return next((spec.label for spec in ctx.specs if spec.key == key), "全ての配信先")


def _problem(delivery: Delivery | None) -> str:
    """Our own sentence; a platform's words never get here."""
    return f"{delivery.problem}。" if delivery and delivery.problem else ""


def _notices(ctx: Context, news: _News) -> Iterator[Notice]:
    # What can wait is gathered: a mail for each post teaches people to look away (ADR 7).
    due = next_digest(ctx, news.entry.at) if news.kind in _DIGEST else news.entry.at
    targets = [("mail", address) for address in _addresses(ctx, news)] if ctx.config.smtp_server else []
    if ctx.config.webhook_url:
        targets.append(("webhook", ""))
    for channel, address in targets:
        yield Notice(
            key=f"{news.key or f'audit:{news.entry.id}'}:{channel}:{address}",
            kind=news.kind,
            channel=channel,
            address=address,
            object=news.entry.object,
            line=news.line,
            due_at=due,
        )


def _addresses(ctx: Context, news: _News) -> list[str]:
    """Each address once; nobody gets a notice of what they did themselves."""
    people = User.objects.filter(is_active=True).exclude(email="").exclude(username=news.entry.actor)
    told = people.filter(role__in=sorted(_ROLES.get(news.kind, ())))
    # A trainee's post is read in its own department, and so is its title.
    near = news.submission if news.kind == Kind.TO_CONFIRM else None
    chosen = {user.email for user in told if near is None or review.may_confirm(ctx, user.actor, near)}
    if news.kind in _TO_AUTHOR and news.submission:
        authors = (news.submission.author, news.submission.submitted_by)
        chosen |= set(people.filter(username__in=authors).values_list("email", flat=True))
    return sorted(chosen)
