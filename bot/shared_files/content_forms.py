"""The forms of the files in content/: people, the city, words, and what the strategy says."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from bot.content.post import Role
from bot.shared_files.kinds import (
    Day,
    Flag,
    Form,
    Listed,
    Maybe,
    Named,
    Number,
    OfferedChannels,
    SomeNamed,
    Text,
    Texts,
    Words,
    one_of,
    whole,
)
from bot.strategy.assessment import Degree
from bot.strategy.charts import Look
from bot.strategy.plan import Stage


class PeopleEntry(Form):
    name: Words = Field(description="氏名か、課の名前")
    department: Words = Field(description="課の名前")
    role: Annotated[str, one_of(*get_args(Role))] = Field(
        "", description="役割。書かない人は、名前だけが出る人（広報担当など）"
    )
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


class LongColumnsForm(Form):
    code: Text = Field("", description="団体コードの列の見出し。全国だけの表では書かない")
    date: Words = Field(description="時点の列の見出し")
    item: Words = Field(description="項目の列の見出し")
    value: Words = Field(description="値の列の見出し")


class LongTableForm(Form):
    columns: LongColumnsForm = Field(description="どの列が何か")
    item: Words = Field(description="項目の列に書かれている、この指標の名前")
    day: Annotated[str, one_of("written", "last")] = Field(
        "written", description="書かれた日（written）か、その月の末日（last）か"
    )
    rate: Annotated[str, one_of("percent", "ratio")] | None = Field(
        None, description="% の印のない割合の書き方。46.5（percent）か 0.465（ratio）か"
    )
    source: Words = Field(description="出典の名前")
    source_url: Text = Field("", description="出典のアドレス")


class Figure(ReadingForm):
    """One reading, or a series of them."""

    name: Words = Field(description="指標の名前")
    unit: Words = Field(description="単位")
    kind: Text = Field("", description="何を数えたか（交付枚数、保有枚数など）。種類の違う値は別の指標にする")
    area: Annotated[AreaForm | None, Maybe] = Field(None, description="公表される表から取り込むとき、どの団体の値か")
    table: Annotated[LongTableForm | None, Maybe] = Field(None, description="団体・時点・項目ごとに1行の CSV からの取り込み方")
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
