"""The form of each shared file. What is told beside a name is shown by editors, and stands in the files of `dxbot schema`.

A form says which names there are and what kind their values are. What several values must say together (close after open, a
slot within the hours) is asked by the readers, which take a file at each start without pydantic (ADR 17).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from bot.content.post import Role
from bot.disaster.table import WORDS
from bot.newsletter.cells import Direction, TimeStyle
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.profile import STYLES, AddressStyle, Status
from bot.schedule.rules import DAYS, MOST_PER_DAY, IfClosed
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
    Named,
    Number,
    OfferedChannels,
    Positive,
    SomeNamed,
    SomeTexts,
    Span,
    Text,
    Texts,
    Weekdays,
    Words,
    one_of,
    whole,
)
from bot.strategy.assessment import Degree
from bot.strategy.charts import Look
from bot.strategy.plan import Stage

_Count: TypeAlias = Annotated[int, whole(1, 999)]


class PeopleEntry(Form):
    name: Words = Field(description="氏名か、課の名前")
    department: Words = Field(description="課の名前")
    role: Annotated[str, one_of(*get_args(Role))] = Field(description="役割")
    emails: Texts = Field((), description="コミットに書くメールアドレス")
    public: Flag = Field(False, description="投稿に名前を出してよいか")
    submits_for: Texts = Field((), description="代わりに申請してよい人（people.yml の名前）")


class TelegramAreaForm(Form):
    code: Words = Field(description="気象庁の区域の番号")
    name: Words = Field(description="電文での名前")


class PlacesForm(Form):
    office: Words = Field(description="気象の電文のアドレスの終わりの番号（府県予報区）")
    prefecture: Words = Field(description="電文の見出しに出る府県の名前")
    city: TelegramAreaForm = Field(description="市町村等")
    quake: TelegramAreaForm = Field(description="地震の細分区域")
    tsunami: Annotated[TelegramAreaForm | None, Maybe] = Field(None, description="津波予報区。海のない市町村では書かない")
    weather: TelegramAreaForm = Field(description="気象の一次細分区域")
    rivers: Annotated[list[TelegramAreaForm], Listed] = Field([], description="洪水予報の河川")


class City(Form):
    name: Words = Field(description="自治体の名前")
    office: Words = Field(description="広報の課の名前")
    paper: Words = Field(description="広報紙の名前")
    protected_words: Texts = Field((), description="途中で切らない言葉")
    accounts: Annotated[dict[str, Words], Named] = Field({}, description="公式アカウントの名前（配信先: 名前）")
    heads: Annotated[dict[str, Words], Named] = Field({}, description="所属長の確認が要る課と、その人（課: ログインの名前）")
    channels: OfferedChannels = Field((), description="原稿で選べる配信先。書かなければ全て")
    links_in_profile: OfferedChannels = Field(
        (), description="投稿に書いたアドレスを押せないため、プロフィールのリンクへ案内する配信先"
    )
    licence: Text = Field("", description="オープンデータの利用条件（CC BY 4.0 など）")
    disaster: Annotated[PlacesForm | None, Maybe] = Field(None, description="気象庁の電文での、この市の区域")
    policy: Text = Field("", description="公式アカウントの運用ポリシー。公開サイトに載る")
    thread_warn: Annotated[int, whole(2, 1000)] = Field(6, description="スレッドがこの件数から、注意する")
    thread_refuse: Annotated[int, whole(2, 1000)] = Field(25, description="スレッドがこの件数から、申請を受け付けない")


class WordEntry(Form):
    right: Words = Field(description="市での書き方")
    reason: Text = Field("", description="そう書く理由")
    since: Day | None = Field(None, description="そう決めた日")


class EvidenceForm(Form):
    posts: Texts = Field((), description="示す投稿の id")
    readings: Texts = Field((), description="示す指標の名前（indicators.yml）")
    links: Texts = Field((), description="示すページのアドレス")


class AssessmentForm(Form):
    """What the office says of it: achieved or not, why, what comes next."""

    achievement: Annotated[str, one_of(*get_args(Degree))] = Field("unknown", description="達成状況。書かなければ未確認")
    as_of: Day | None = Field(None, description="いつの判断か。1年を過ぎると要更新になる")
    reason: Text = Field("", description="理由。一部達成と未達成には要る")
    next: Text = Field("", description="次の一手。一部達成と未達成には要る")
    owner: Text = Field("", description="受け持つ課")
    evidence: Annotated[EvidenceForm | None, Maybe] = Field(None, description="それを示すもの。達成には要る")


class PlanStepForm(Form):
    name: Words = Field(description="具体的な取組")
    years: Annotated[dict[str, Annotated[str, one_of(*get_args(Stage))]], SomeNamed] = Field(description="年度ごとの段階")


class LogicForm(Form):
    inputs: Texts = Field((), description="かけるもの（人・予算・道具）")
    activities: Texts = Field((), description="すること")
    outputs: Texts = Field((), description="できたもの。届いた数はここ")
    outcomes: Texts = Field((), description="市民や職員にとって変わったこと")


class PlanEntry(AssessmentForm):
    name: Words = Field(description="施策の名前")
    goals: Texts = Field((), description="目標")
    source: Text = Field("", description="出典")
    steps: Annotated[list[PlanStepForm], Listed] = Field([], description="年度ごとの取組")
    logic: Annotated[LogicForm | None, Maybe] = Field(None, description="かけるものから変わったことまでの筋道")


class RecommendationEntry(AssessmentForm):
    name: Words = Field(description="提言の名前")
    said: Words = Field(description="提言の内容")
    source: Words = Field(description="出典")
    measures: Texts = Field((), description="関わる施策の番号（plan.yml）")


class ReadingForm(Form):
    value: Number | None = Field(None, description="値。value か rate のどちらか1つ")
    rate: Number | None = Field(None, description="割合（％）")
    numerator: Number | None = Field(None, description="分子")
    denominator: Number | None = Field(None, description="分母")
    missing: Text = Field("", description="値がないとき、その理由。0 とは違う")
    date: Day | None = Field(None, description="いつの値か")
    date_of: Annotated[str, one_of("measured", "published")] = Field(
        "measured", description="date は測った日（measured）か、出典の出た日（published）か"
    )
    source: Text = Field("", description="出典")
    source_url: Text = Field("", description="出典のアドレス")
    source_file: Text = Field("", description="取り込んだファイル（dxbot indicators が書く）")
    note: Text = Field("", description="覚え書き")


class AreaForm(Form):
    code: Words = Field(description='全国地方公共団体コードの6桁（"172014"）。全国は "00000"')
    name: Words = Field(description="公表される表での名前（金沢市）")


class Figure(ReadingForm):
    """One reading, or a series of them."""

    name: Words = Field(description="指標の名前")
    unit: Words = Field(description="単位")
    kind: Text = Field("", description="何を数えたか（交付枚数、保有枚数など）。種類の違う値は別の指標にする")
    area: Annotated[AreaForm | None, Maybe] = Field(None, description="公表される表から取り込むとき、どの団体の値か")
    readings: Annotated[list[ReadingForm], Listed] = Field([], description="時点ごとの値。1つなら、そのまま value などを書く")


class ChartRow(Form):
    indicator: Words = Field(description="指標の名前（indicators.yml）")
    label: Text = Field("", description="図の中での呼び名。書かなければ指標の名前")


class ChartGoal(Form):
    value: Number = Field(description="目標の値")
    date: Day | None = Field(None, description="いつまでに")
    source: Words = Field(description="目標の出典")


class ChartEntry(Form):
    title: Words = Field(description="図の題")
    look: Annotated[str, one_of(*get_args(Look))] = Field(
        description="bars（横に比べる棒）、line（移り変わりの線）、goal（目標までの棒）、change（前と後の数字）、title（連載の題）"
    )
    rows: Annotated[list[ChartRow], Listed] = Field([], description="並べる指標。初めが自分の市")
    goal: Annotated[ChartGoal | None, Maybe] = Field(None, description="目標（look: goal のとき）")
    kicker: Text = Field("", description="題の上の小さい文字（look: title のとき）")


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


FORMS: Mapping[str, TypeAdapter[Any]] = {
    "people.yml": TypeAdapter(Annotated[dict[str, PeopleEntry], SomeNamed]),
    "city.yml": TypeAdapter(City),
    "phrases.yml": TypeAdapter(Annotated[dict[str, Words], Named]),
    "words.yml": TypeAdapter(Annotated[dict[str, WordEntry], Named]),
    "strategy/plan.yml": TypeAdapter(Annotated[dict[str, PlanEntry], Named]),
    "strategy/recommendations.yml": TypeAdapter(Annotated[dict[str, RecommendationEntry], Named]),
    "strategy/indicators.yml": TypeAdapter(Annotated[dict[str, Figure], Named]),
    "strategy/charts.yml": TypeAdapter(Annotated[dict[str, ChartEntry], Named]),
    "schedules/slots.yml": TypeAdapter(Slots),
    "schedules/quiet.yml": TypeAdapter(Quiet),
    "schedules/blackouts.yml": TypeAdapter(Annotated[list[Blackout], Listed]),
    "schedules/newsletter.yml": TypeAdapter(Newsletter),
    "schedules/disaster.yml": TypeAdapter(Disaster),
    "schedules/yearly.yml": TypeAdapter(Annotated[list[YearlyForm], Listed]),
}
