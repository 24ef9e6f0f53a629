"""The sentence in which a thing is told, and the page on which something can be done about it."""

from __future__ import annotations

from urllib.parse import quote

from bot.services.delivery import connections, disasters, rollback, rule_changes, scheduling, telegrams, waits
from bot.services.handing_in import push, yearly
from bot.services.handing_in.one_set import REFUSE, TAKE_AWAY
from bot.services.handing_in.parked import REWRITTEN
from bot.services.people import accounts, grants, requests
from bot.services.records import days, stamps
from bot.services.records.context import Context
from bot.services.telling import talk
from bot.services.telling.faults import FAILS
from bot.services.telling.kinds import Kind
from bot.services.telling.watch import SPOILT, UNREADABLE
from bot.store.models import AuditEntry, Delivery, Submission
from bot.store.rules import Blackout
from bot.workflow.actors import is_at_server
from bot.workflow.kinds import MOVED_ON
from bot.workflow.transitions import Event

_PAGES = {
    connections.TROUBLED: "/connections/",
    accounts.INVITE_AGAIN: "/people/",
    requests.ASK: "/people/",
    grants.ASK: "/grants/",
    grants.AGREE: "/people/",
    yearly.MADE: "/write/",
    yearly.LACKS: "/calendar/",
}


def line(ctx: Context, kind: Kind, entry: AuditEntry, submission: Submission | None, delivery: Delivery | None) -> str:
    title = f"「{submission.told_title}」（{submission.department}）" if submission else ""
    channel = ctx.spec(delivery.channel).label if delivery else _channel(ctx, entry.object)
    reason = f"理由：{entry.detail}" if entry.detail else ""
    words = {
        Kind.TO_CONFIRM: f"{title}が、リーダーか発信管理者の確認を待っています。",
        Kind.WAITING: f"{title}が承認を待っています。",
        Kind.RETURNED: f"{title}が差し戻されました。{reason}",
        Kind.MENTION: f"{entry.actor} が、{title}のコメントで知らせています。{talk.said(entry)}",
        Kind.SUGGESTION: f"{entry.actor} が、{title}{talk.said(entry)}",
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
        Kind.VANISHED: f"{title}の{channel}の投稿は、{entry.detail}。だれが消したか、配信先の措置かを確かめてください。",
        Kind.PAUSED: f"{entry.actor} が{channel}の配信を止めました。{reason}",
        Kind.BEHIND: f"全ての配信を止めています。{entry.detail}。",
        Kind.CLOSED: f"{channel}の配信を止めています。{_problem(delivery)}",
        Kind.CONNECTION: f"{channel}の接続：{entry.detail}。",
        Kind.FILES: f"原稿のリポジトリに取り込めないものがあるため、前の内容のまま動いています。\n{entry.detail}",
        Kind.FILES_GONE: f"原稿のリポジトリから設定ファイルが消されたため、使うのをやめました。\n{entry.detail}",
        Kind.SPOILT: f"設定ファイルを読めません。直るまで、これを使う原稿の承認と配信を止めます。\n{entry.detail}",
        Kind.RULE_CHANGE: _rule_change(entry),
        Kind.RULES: f"配信の決まりが読めないため、直るまで何も配信しません。{entry.detail}。",
        Kind.CLOCK: f"{entry.detail}。",
        Kind.DISASTER: _disaster(entry),
        Kind.FAULT: f"配信のサーバーに、進まない所があります。直れば自動で続けます。\n{entry.detail}。",
        Kind.COPY_DEADLINE: entry.detail,
        Kind.YEARLY: f"{entry.detail}。",
        Kind.CORRECTION_WAITS: f"{title}の訂正を、紙面の訂正の欄に入れられませんでした。{entry.detail}。",
        Kind.CLOSED_POST: f"{entry.actor} が{title}を取り下げました。出ているものはそのままです：{entry.detail}",
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
    if entry.verb == stamps.UNSTAMPED:
        return f"{day} の操作の記録の署名に、時刻の証明をまだもらえません（{entry.detail}）。10分ごとに頼み直しています。"
    return f"操作の記録に署名する鍵が替わりました（公開鍵 {day}）。覚えがなければ、経緯を調べてください。"


def _disaster(entry: AuditEntry) -> str:
    held = "止めたものは、解除されても自動では出ません。一つずつ見直して、予定に戻してください。"
    return {
        disasters.HELD: f"災害のため、配信を止めました。{entry.detail}。{held}",
        disasters.OVER: f"解除されました。{entry.detail}。配信は止まったままです。{held}",
        disasters.TOLD: f"配信は止めていません。{entry.detail}。",
        telegrams.STRANGE: f"{entry.detail}。見出しに市や県の名前があれば、配信を止めます。",
    }.get(entry.verb, f"{entry.detail}。")


def _where(entry: AuditEntry, submission: Submission | None, delivery: Delivery | None) -> str:
    """The page on which something can be done about it."""
    about, _, name = entry.object.partition(":")
    if about == "issue":
        return f"/issues/{quote(name)}/"
    if page := _PAGES.get(entry.verb):
        return page
    if entry.verb in (REFUSE, push.REFUSE, TAKE_AWAY, UNREADABLE, REWRITTEN, SPOILT, FAILS):
        return "/calendar/"
    if is_at_server(entry.actor) or about in ("day", "key"):
        return "/audit/"
    if about == "rule":
        return f"/settings/{name}/" if entry.verb == rule_changes.PROPOSED else "/settings/"
    if about == "blackout":
        return "/blackouts/"
    if entry.verb in (Event.HOLD, waits.TOLD, rollback.STOPPED, disasters.HELD, disasters.OVER):
        return "/held/"
    if about in ("danger", "telegram", "telegram_kind"):
        return "/disasters/"
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
    if kind != Kind.HELD or delivery is None or delivery.bar not in MOVED_ON:
        return ""
    free = scheduling.free_times(ctx, delivery, 1)
    return "".join(f"。次に空いている時刻は{ctx.said(t)}です。" for t in free)


def _blackout(ctx: Context, entry: AuditEntry) -> str:
    if entry.verb == "blackout":
        return f"{entry.actor} が配信を止める期間を入れました。{entry.detail}"
    row = Blackout.objects.filter(id=entry.object.partition(":")[2]).first()
    which = f"「{row.why}」（{ctx.said(row.end_at)}まで）" if row else ""
    if entry.verb == "lift":
        return f"{entry.actor} が配信を止める期間{which}を解除しました。保留の配信は、見直すまで出ません。"
    asked = f"{entry.actor} が配信を止める期間{which}の解除を申し出ました。理由：{entry.detail}。"
    return f"{asked}解除するかどうかは、ほかの広報担当が決めます。"


def _rule_change(entry: AuditEntry) -> str:
    return {
        rule_changes.PROPOSED: f"{entry.actor} が配信の決まりを変えると申し出ました。{entry.detail}。"
        "前より多く出るようになるため、ほかの広報担当が認めるまで変わりません。",
        rule_changes.CHANGED: f"{entry.actor} が配信の決まりを変えました。{entry.detail}。",
    }.get(entry.verb, f"{entry.actor} が配信の決まりの変更を認めました。{entry.detail}。")


def _channel(ctx: Context, target: str) -> str:
    key = target.partition(":")[2]
    return next((spec.label for spec in ctx.specs if spec.key == key), "全ての配信先")


def _problem(delivery: Delivery | None) -> str:
    """Our own sentence; a platform's words never get here."""
    return f"{delivery.problem}。" if delivery and delivery.problem else ""
