"""Every error this project raises on purpose.

BotError                      message for the log (English), summary and next_step for people (Japanese)
 ├ ConfigError                an environment variable is wrong
 │  └ FileError               a file of settings is wrong or missing; carries a Place
 ├ ContentError               a post or one of its files is wrong; carries a Place
 │  ├ FrontMatterError
 │  ├ MediaError
 │  └ TemplateError
 ├ NotInstalled               a part of the program that only some machines need is not on this one
 ├ ScheduleError              SlotTaken · QuietHours · Blackout
 ├ WorkflowError              NotAllowed · AlreadyDecided · StaleApproval · CannotTell · NotFound
 ├ NewsletterError            DoesNotFit · MissingGlyph
 └ ChannelError               the class decides what the engine does next
    ├ RetryLater              RateLimited · Unavailable · NotSent      surely not published: again, later
    ├ Rejected                TooLong · Duplicate · MediaRefused · PartGone   refused for good: back to the author
    ├ ChannelClosed           AuthExpired · AccountSuspended · OutOfCredit   the whole lane is held, a person is told
    └ OutcomeUnknown          bytes may have left: never sent again by itself
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.language import say

# Seconds that a platform may have its account left alone. Less would ask it again at once, until its quota is used up; more is
# no wait but a fault, and may lie beyond the calendar.
SOON, LATE = 1.0, 86_400.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A position in a file. Lines and columns start at 1; columns count characters, not bytes."""

    path: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class BotError(Exception):
    """`message` goes to the log; `summary` and `next_step` are what a person reads. `field` is the name of what was asked for
    and not given, or not given so that it can be used: a page shows the error there ("" where there is no such thing)."""

    def __init__(self, message: str, *, summary: str, next_step: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.summary = say(summary)
        self.next_step = say(next_step)


class ConfigError(BotError):
    pass


class FileError(ConfigError):
    """`problem` is the sentence alone; `summary` says the file and the line too."""

    def __init__(self, message: str, *, summary: str, next_step: str, place: Place) -> None:
        where = say("{path} の{line}行目（{column}文字目）", path=place.path, line=place.line, column=place.column)
        super().__init__(f"{place.path.name}:{place.line}: {message}", summary=f"{where}：{summary}", next_step=next_step)
        self.place = place
        self.problem = say(summary)


class NotInstalled(BotError):
    def __init__(self, part: str) -> None:
        super().__init__(
            f"{part} is not installed",
            summary=say("この機械には、図と報告を作る部品（{part}）が入っていません", part=part),
            next_step="pip install 'dxbot[report]' で入れるか、入っている機械で行ってください",
        )


class ContentError(BotError):
    """`rule` is the id under which the problem appears as a Finding. `field` is the dotted key of the value, "" where none is
    at fault. `others` is what else is wrong with the same file: whoever mends it is told of all at once."""

    rule = "content.unreadable"

    def __init__(
        self, message: str, *, summary: str, next_step: str, place: Place, rule: str | None = None, field: str = ""
    ) -> None:
        super().__init__(message, summary=summary, next_step=next_step, field=field)
        self.place = place
        self.others: tuple[ContentError, ...] = ()
        if rule is not None:
            self.rule = rule


class FrontMatterError(ContentError):
    rule = "content.front-matter"


class MediaError(ContentError):
    rule = "media.unreadable"


class TemplateError(ContentError):
    rule = "content.template"


class ScheduleError(BotError):
    pass


class SlotTaken(ScheduleError):
    pass


class QuietHours(ScheduleError):
    pass


class Blackout(ScheduleError):
    pass


class WorkflowError(BotError):
    pass


class NotAllowed(WorkflowError):
    pass


class AlreadyDecided(WorkflowError):
    pass


class StaleApproval(WorkflowError):
    pass


class CannotTell(WorkflowError):
    """Something that a decision rests on cannot be read. It is not known to have changed: hold, tell, void nothing."""


class NotFound(WorkflowError):
    pass


class NewsletterError(BotError):
    pass


class DoesNotFit(NewsletterError):
    pass


class MissingGlyph(NewsletterError):
    pass


class ChannelError(BotError):
    """`code` is the platform's own error code, for the log and the attempt's record; never its text."""

    summary_ja = "配信先との通信で問題が起きました"
    next_step_ja = "操作は要りません。状態を確かめてください"

    def __init__(self, message: str, *, code: str = "", summary: str = "", next_step: str = "") -> None:
        """`summary` and `next_step`: where more is known than the class says."""
        super().__init__(message, summary=summary or self.summary_ja, next_step=next_step or self.next_step_ja)
        self.code = code


class RetryLater(ChannelError):
    """Surely not published; may be sent again. `retry_after` in seconds, from SOON to LATE whatever a platform or a proxy
    wrote, None when they did not say. `made` is what a preparing had made when it was refused, as the next token, `made_by` for
    whom; None leaves the token as it is."""

    summary_ja = "配信先が混み合っているため、まだ送っていません"
    next_step_ja = "自動で送り直します"

    def __init__(
        self, message: str, *, code: str = "", summary: str = "", next_step: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, summary=summary, next_step=next_step)
        self.made: str | None = None
        self.made_by = ""
        # The comparison this way round, for what is no number (NaN) is neither more nor less than anything.
        self.retry_after = retry_after if retry_after is None else min(LATE, retry_after) if retry_after > SOON else SOON


class RateLimited(RetryLater):
    summary_ja = "配信先の回数制限に達したため、まだ送っていません"


class Unavailable(RetryLater):
    summary_ja = "配信先が一時的に使えないため、まだ送っていません"


class NotSent(RetryLater):
    summary_ja = "配信先につながらないため、まだ送っていません"


class Rejected(ChannelError):
    summary_ja = "配信先が掲載を断りました"
    next_step_ja = "内容を直して、もう一度申請してください"


class TooLong(Rejected):
    summary_ja = "文字数が配信先の上限を超えたため、掲載されませんでした"
    next_step_ja = "文を短くして、もう一度申請してください"


class Duplicate(Rejected):
    summary_ja = "同じ内容の投稿がすでにあるため、掲載されませんでした"
    next_step_ja = "配信先の投稿を確かめ、必要なら文を変えて申請してください"


class MediaRefused(Rejected):
    summary_ja = "配信先が画像を受け付けませんでした"
    next_step_ja = "画像の形式・大きさ・縦横比を確かめ、差し替えて申請してください"


class PartGone(Rejected):
    """An earlier part of the thread is on the platform no more; `gone` are the remote ids of those."""

    summary_ja = "前の投稿が配信先で削除されていたため、続きを出していません"
    next_step_ja = "出ている分を削除するか、このままにするかを決めてください"

    def __init__(self, message: str, *, gone: tuple[str, ...], code: str = "", summary: str = "") -> None:
        super().__init__(message, code=code, summary=summary)
        self.gone = gone


class ChannelClosed(ChannelError):
    summary_ja = "配信先のアカウントが使えない状態です。この配信先を止めました"
    next_step_ja = "運用担当者がアカウントの状態を確かめてください"


class AuthExpired(ChannelClosed):
    summary_ja = "配信先の認証が切れています。この配信先を止めました"
    next_step_ja = "運用担当者が認証をやり直してください"


class AccountSuspended(ChannelClosed):
    summary_ja = "配信先のアカウントが制限されています。この配信先を止めました"
    next_step_ja = "運用担当者が配信先の画面でアカウントの状態を確かめてください"


class OutOfCredit(ChannelClosed):
    summary_ja = "配信先の利用残高がありません。この配信先を止めました"
    next_step_ja = "運用担当者が残高を補充してください"


class OutcomeUnknown(ChannelError):
    summary_ja = "掲載されたかどうか分かりません。自動では送り直しません"
    next_step_ja = "配信先の画面を見て、掲載されているか確かめてください"
