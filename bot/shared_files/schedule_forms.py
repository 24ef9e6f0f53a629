"""The forms of the files in schedules/ that say when something may go out."""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from bot.disaster.table import WORDS
from bot.schedule.rules import MOST_PER_DAY, IfClosed
from bot.shared_files.kinds import (
    Channels,
    Clock,
    Day,
    EndOfHours,
    Flag,
    Form,
    Listed,
    Maybe,
    Moment,
    MonthDay,
    SomeNamed,
    SomeTexts,
    Span,
    Text,
    Weekdays,
    Words,
    one_of,
    whole,
)


class Slot(Form):
    days: Weekdays = Field(description="曜日")
    at: Clock = Field(description="時刻")
    gap: Span | None = Field(None, description="同じ配信先であける間隔。書かなければ 30m")
    channels: Channels | None = Field(None, description="使う配信先。書かなければ全て")
    if_closed: Annotated[str, one_of(*get_args(IfClosed))] = Field(
        "skip", description="休みの日に当たるとき：出さない（skip）、前の開庁日（earlier）、次の開庁日（later）"
    )


class Slots(Form):
    grace: Span | None = Field(None, description="予定をこれだけ過ぎたら出さない。書かなければ 60m")
    per_day: Annotated[dict[str, Annotated[int, whole(1, MOST_PER_DAY)]], SomeNamed] | None = Field(
        None, description="1日に出す投稿の上限（配信先: 件数）。書かない配信先には上限がない"
    )
    slots: Annotated[dict[str, Slot], SomeNamed] = Field(description="毎週の配信枠")


class DayPeriod(Form):
    first: MonthDay = Field(alias="from", description="初めの日")
    last: MonthDay = Field(alias="to", description="終わりの日。この日も休み")
    why: Text = Field("", description="理由")


class NewDayForm(Form):
    day: Day = Field(description="日（2027-05-06）")
    name: Text = Field("", description="祝日の名前")


class Quiet(Form):
    open: Clock = Field(description="この時刻から出してよい")
    close: EndOfHours = Field(description="この時刻になったら出さない")
    days: Weekdays = Field(description="配信する曜日")
    public_holidays: Flag = Field(False, description="祝日に配信するか")
    closed: Annotated[list[DayPeriod], Listed] = Field([], description="毎年の休業日")
    holidays: Annotated[list[NewDayForm], Listed] = Field([], description="新しくできた、または移った祝日")
    workdays: Annotated[list[Day], Listed] = Field([], description="祝日でなくなった日")


class Blackout(Form):
    start: Moment = Field(alias="from", description="始まり。日付だけなら、その日の0時")
    end: Moment = Field(alias="to", description="終わり。日付だけなら、その日の終わり")
    kind: Text = Field("", description="種類（選挙・弔意・保守・その他）")
    why: Text = Field("", description="理由。カレンダーに出る")
    set_by: Text = Field("", description="決めた人")
    channels: Channels | None = Field(None, description="止める配信先。書かなければ全て")
    tags: SomeTexts | None = Field(None, description="このハッシュタグの付いた投稿だけを止める")
    words: SomeTexts | None = Field(None, description="文にこの言葉のある投稿だけを止める")


class YearlyForm(Form):
    name: Words = Field(description="何の知らせか")
    day: MonthDay = Field(description="知らせる日（12-20）")
    weeks: Annotated[int, whole(1, 26)] = Field(4, description="何週間前に下書きを作るか")
    post: Words = Field(description="もとにする原稿の id")
    author: Words = Field(description="今年の担当者（people.yml の名前）")


_Effect = one_of(*WORDS)


class LevelsForm(Form):
    advisory: Annotated[str, _Effect] | None = Field(None, description="注意報")
    warning: Annotated[str, _Effect] | None = Field(None, description="警報")
    danger: Annotated[str, _Effect] | None = Field(None, description="危険警報（レベル４）")
    special: Annotated[str, _Effect] | None = Field(None, description="特別警報（レベル５）・大津波警報")
    unknown: Annotated[str, _Effect] | None = Field(None, description="区分の分からないもの")


_Levels: TypeAlias = Annotated[LevelsForm | None, Maybe]


class Disaster(Form):
    silence: Span | None = Field(None, description="電文がこれだけ読めなければ、silent のとおりにする。書かなければ 10m")
    silent: Annotated[str, _Effect] | None = Field(None, description="電文が読めないとき。書かなければ hold")
    unknown: Annotated[str, _Effect] | None = Field(None, description="知らない種類の電文。書かなければ hold")
    tags: SomeTexts | None = Field(None, description="light で止める投稿のタグ。書かなければ 明るい話題")
    quake: Annotated[dict[str, Annotated[str, _Effect]], SomeNamed] | None = Field(None, description="震度ごと（5- は5弱）")
    tsunami: _Levels = Field(None, description="津波")
    rain: _Levels = Field(None, description="大雨")
    landslide: _Levels = Field(None, description="土砂災害")
    surge: _Levels = Field(None, description="高潮")
    wind: _Levels = Field(None, description="暴風・風雪")
    wave: _Levels = Field(None, description="波浪")
    snow: _Levels = Field(None, description="大雪")
    flood: _Levels = Field(None, description="河川の氾濫・洪水")
    other: _Levels = Field(None, description="その他の注意報")
