"""The form of schedules/newsletter.yml: the paper's grid, its deadlines and its issues."""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from bot.newsletter.cells import Direction, TimeStyle
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.profile import STYLES, AddressStyle, Status
from bot.schedule.rules import DAYS
from bot.shared_files.kinds import (
    Day,
    Flag,
    Form,
    Listed,
    Maybe,
    Positive,
    Text,
    Texts,
    Words,
    one_of,
    whole,
)

_Count: TypeAlias = Annotated[int, whole(1, 999)]


class RectForm(Form):
    column: _Count = Field(description="何段目から（1から）")
    line: _Count = Field(description="何行目から（1から）")
    columns: _Count = Field(description="段の数")
    lines: _Count = Field(description="行の数")


class Monthly(Form):
    months_before: Annotated[int, whole(0, 11)] = Field(0, description="号の何か月前で数えるか")
    skip: Texts = Field((), description='出さない号（"2027-08"）')
    week: Annotated[int, whole(1, 4)] | None = Field(None, description="第何週か")
    weekday: Annotated[str, one_of(*DAYS)] | None = Field(None, description="曜日")
    day: Annotated[int, whole(1, 31)] | None = Field(None, description="日")
    working_days_before: Annotated[int, whole(1, 40)] | None = Field(None, description="1日の何開庁日前か")
    if_closed: Annotated[str, one_of("earlier", "later", "next_week")] | None = Field(None, description="休みのとき")


class IssuePost(Form):
    id: Words = Field(description="原稿の id")
    lines: Annotated[int, whole(0, 999)] | None = Field(None, description="目安の行数")


class Correction(Form):
    issue: Words = Field(description="誤りのあった号")
    wrong: Words = Field(description="誤った内容")
    right: Words = Field(description="正しい内容")


class Issue(Form):
    issue: Words = Field(description='号の名前（"2026-12"）')
    deadline: Day | None = Field(None, description="この号だけの締切")
    headline: Text = Field("", description="共通の見出し。｜で改行の場所を決める")
    posts: Annotated[list[IssuePost], Listed] = Field([], description="載せる原稿と順")
    corrections: Annotated[list[Correction], Listed] = Field([], description="訂正の欄")


class Styles(Form):
    note: Words = Field(STYLES["note"])
    headline: Words = Field(STYLES["headline"])
    lead: Words = Field(STYLES["lead"])
    body: Words = Field(STYLES["body"])
    heading: Words = Field(STYLES["heading"])
    quote: Words = Field(STYLES["quote"])
    item: Words = Field(STYLES["item"])
    caption: Words = Field(STYLES["caption"])
    contact: Words = Field(STYLES["contact"])
    strong: Words = Field(STYLES["strong"])
    dots: Words = Field(STYLES["dots"])


class Newsletter(Form):
    status: Annotated[str, one_of(*get_args(Status))] = Field(description="紙面で確かめるまでは 仮")
    name: Text = Field("", description="組み方の名前")
    direction: Annotated[str, one_of(*get_args(Direction))] = Field(description="縦書き（tate）か横書き（yoko）")
    chars: _Count = Field(description="字詰め")
    lines: _Count = Field(description="1段の行数")
    columns: _Count = Field(description="段数")
    size_pt: Positive = Field(description="文字の大きさ")
    pitch_pt: Positive = Field(description="行送り")
    gap_pt: Positive = Field(description="段間")
    headline: RectForm = Field(description="見出しの場所")
    figure: Annotated[RectForm | None, Maybe] = Field(None, description="写真・図の場所")
    heading_lines: _Count = Field(description="小見出しの行取り")
    kinsoku: Annotated[str, one_of(*get_args(Level))] = Field(description="禁則")
    hang: Flag = Field(description="ぶら下げ")
    numbers: Annotated[str, one_of(*get_args(NumberStyle))] = Field(description="縦書きの数字")
    times: Annotated[str, one_of(*get_args(TimeStyle))] = Field("colon", description="時刻の書き方")
    addresses: Annotated[str, one_of(*get_args(AddressStyle))] = Field("refuse", description="文中のアドレス")
    encoding: Annotated[str, one_of("utf-8-sig", "cp932")] = Field("utf-8-sig", description="流し込み原稿の文字コード")
    font: Text = Field("", description="Word ファイルの書体名")
    body_font: Text = Field("", description="校正刷りの本文の書体ファイル")
    heading_font: Text = Field("", description="校正刷りの見出しの書体ファイル")
    styles: Annotated[Styles | None, Maybe] = Field(None, description="印刷会社の段落スタイルの名前")
    notice_days: _Count = Field(description="締切の何日前に知らせるか")
    monthly: Annotated[Monthly | None, Maybe] = Field(None, description="毎月の締切の決まり")
    issues: Annotated[list[Issue], Listed] = Field([], description="いつもと違う号")
