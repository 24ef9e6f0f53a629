"""The forms of the shared files: every slip at its place, and never another opinion than the readers have."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import registry
from bot.config import ROOT
from bot.content.hashtag_sets import load_hashtag_sets
from bot.content.people import load_city, load_people
from bot.content.phrases import load_phrases
from bot.content.words import load_words
from bot.disaster import table
from bot.errors import FileError
from bot.newsletter import profile
from bot.schedule import rules, yearly
from bot.shared_files import schema
from bot.shared_files.files import problems
from bot.shared_files.forms import FORMS
from bot.shared_files.kinds import slips
from bot.strategy import charts, indicators, plan, recommendations
from bot.values import document
from tests.office import TOKYO

CHANNELS = tuple(registry.specs())
FULL = {
    "people.yml": """
a: {name: あ, department: 市民課, role: leader, emails: [a@example.jp], public: はい, submits_for: [b]}
b: {name: い, department: 市民課, role: trainee}
""",
    "city.yml": """
name: 金沢市
office: 広報広聴課
paper: 新聞広報
protected_words: [金沢市]
accounts: {x: 仮}
heads: {市民課: kacho}
channels: [x, facebook]
links_in_profile: [instagram]
licence: CC BY 4.0
policy: 市が運用します。
thread_warn: 6
thread_refuse: 25
disaster:
  {office: "170000", prefecture: 石川県, city: {code: "1720100", name: 金沢市}, quake: {code: "391", name: 石川県加賀},
   tsunami: {code: "361", name: 石川県加賀}, weather: {code: "170010", name: 加賀}, rivers: [{code: "8404060001", name: 犀川}]}
""",
    "phrases.yml": "時点: いつの数字ですか。\n",
    "hashtags.yml": "基本: [金沢市DX, 2026年]\n",
    "words.yml": "子供: {right: 子ども, reason: 手引き, since: 2026-04-01}\n",
    "strategy/plan.yml": """
2-1:
  {name: 窓口, goals: [書かない], source: 計画, steps: [{name: 会議, years: {2021: 拡充, 2022: ⇒}}],
   logic: {inputs: [人], activities: [会議], outputs: [card], outcomes: [待たない]}, achievement: partly, as_of: 2026-11-01,
   reason: 予算, next: 実証, owner: 課, evidence: {posts: [01TEST], readings: [card], links: ["https://example.jp/"]}}
""",
    "strategy/recommendations.yml": """
paper:
  {name: 紙, said: 減らす, source: 提言, measures: [2-1], achievement: done, as_of: 2026-11-01, reason: なし, next: なし,
   owner: 課, evidence: {readings: [card]}}
""",
    "strategy/indicators.yml": """
card:
  {name: 取得率, unit: "%", rate: 46.5, numerator: 208794, denominator: 448702, date: 2022-12-05, source: 提言,
   date_of: published, source_url: "https://example.jp/", note: 覚え, kind: 交付枚数率, area: {code: "172014", name: 金沢市},
   source_file: ""}
seats:
  {name: 席, unit: 席, kind: 席数, area: {code: "172014", name: 金沢市},
   table: {columns: {code: 団体コード, date: 年月, item: 項目, value: 値}, item: 席, day: last, source: 省, source_url: ""},
   readings: [{value: 4, date: 2026-04-01, source: 課}, {missing: 数えていない,
   date: 2026-05-01, source: 課, source_url: "", note: "", date_of: measured}]}
""",
    "strategy/charts.yml": """
cards: {title: 取得率, look: goal, rows: [{indicator: card, label: 金沢市}], goal: {value: 100, date: 2027-03-31, source: 提言}}
series: {title: 連載, look: title, kicker: 一}
""",
    "schedules/slots.yml": "grace: 60m\nper_day: {x: 4}\n"
    "slots:\n  noon: {days: [mon, tue], at: 12:15, gap: 30m, channels: [x], if_closed: later}\n",
    "schedules/quiet.yml": """
open: 8:30
close: 17:15
days: [mon, tue]
public_holidays: false
closed: [{from: 12-29, to: 01-03, why: 年末年始}]
holidays: [{day: 2027-05-06, name: 国民の休日}]
workdays: [2027-11-03]
""",
    "schedules/blackouts.yml": """
- {from: 2027-03-26, to: 2027-04-09, kind: 選挙, set_by: 課, why: 選挙, channels: [x], tags: [花火], words: [花火大会]}
""",
    "schedules/disaster.yml": (ROOT / "schedules" / "disaster.yml").read_text(encoding="utf-8"),
    "schedules/yearly.yml": "- {name: 年末, day: 12-20, weeks: 4, post: 01NENMATSU, author: shimin-leader}\n",
    "schedules/newsletter.yml": (ROOT / "schedules" / "newsletter.yml")
    .read_text(encoding="utf-8")
    .replace(
        "issues: []",
        'issues: [{issue: "2026-12", deadline: 2026-12-04, headline: 題, posts: [{id: abcd, lines: 3}], '
        'corrections: [{issue: "2026-11", wrong: あ, right: い}]}]',
    ),
}


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def reader(folder: Path, name: str) -> Callable[[], object]:
    """What reads this file whenever it is used."""
    path = folder / name
    return {
        "people.yml": lambda: load_people(path),
        "city.yml": lambda: load_city(path, CHANNELS),
        "phrases.yml": lambda: load_phrases(path),
        "hashtags.yml": lambda: load_hashtag_sets(path),
        "words.yml": lambda: load_words(path),
        "strategy/plan.yml": lambda: plan.load(path),
        "strategy/recommendations.yml": lambda: recommendations.load(path),
        "strategy/indicators.yml": lambda: indicators.load(path),
        "strategy/charts.yml": lambda: charts.load(path, indicators.load(folder / "strategy" / "indicators.yml")),
        "schedules/disaster.yml": lambda: table.load(path),
        "schedules/newsletter.yml": lambda: profile.load(path),
        "schedules/yearly.yml": lambda: yearly.load(path),
    }.get(name, lambda: rules.load(path.parent, TOKYO, CHANNELS))


def refused(read: Callable[[], object]) -> bool:
    try:
        read()
    except FileError:
        return True
    return False


def told(folder: Path) -> list[tuple[str, int]]:
    return [(e.place.path.name, e.place.line) for e in problems(folder, folder / "schedules", TOKYO, CHANNELS)]


def test_files_that_use_every_name_are_in_order(tmp_path: Path) -> None:
    folder = write(tmp_path, FULL)
    assert told(folder) == []
    for name, form in FORMS.items():
        assert not refused(reader(folder, name))
        assert slips(document.load(folder / name), form, TOKYO, CHANNELS) == []


def test_every_slip_is_told_at_once_at_its_place(tmp_path: Path) -> None:
    city = "name: 金沢市\noffice:\npapr: 新聞広報\nprotected_words: 金沢市\nchannels: [x, tiktok]\n"
    slots = "slots:\n  noon: {days: [mon], at: 25:00}\n  late: {days: [月], at: 12:15}\n"
    found = told(write(tmp_path, {**FULL, "city.yml": city, "schedules/slots.yml": slots}))
    assert found == [("city.yml", 3), ("city.yml", 4), ("city.yml", 5), ("slots.yml", 2), ("slots.yml", 3)]


def test_a_missing_name_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FULL, "city.yml": "name: 金沢市\n"})
    found = problems(folder, folder / "schedules", TOKYO, CHANNELS)
    assert [e.problem for e in found] == ["「office」がありません", "「paper」がありません"]


def test_what_values_must_say_together_is_asked_once_each_can_be_read(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FULL, "schedules/slots.yml": "slots:\n  night: {days: [mon], at: 22:00}\n"})
    assert told(folder) == [("slots.yml", 2)]


@pytest.mark.parametrize("name", ["schedules/blackout.yml", "schedules/slots.yaml", "strategy/indicator.yml"])
def test_a_file_that_nobody_reads_is_told_with_the_name_that_was_meant(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, {**FULL, name: "[]"})
    (found,) = problems(folder, folder / "schedules", TOKYO, CHANNELS)
    assert "という設定ファイルはありません" in found.problem
    assert f"「{Path(name).stem.removesuffix('s')}" in found.next_step


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("city.yml", "a{}: b\n"),
        ("people.yml", "a{}: {{nam: b}}\n"),
        ("phrases.yml", "a{}: []\n"),
        ("schedules/blackouts.yml", "- {{chanels: [x]}}\n"),
        ("schedules/slots.yml", "slot{}: []\n"),
    ],
)
def test_a_file_of_slips_is_answered_at_once_and_the_first_are_told(tmp_path: Path, name: str, entry: str) -> None:
    text = "".join(entry.format(n) for n in range(12_000))
    folder = write(tmp_path, {**FULL, name: text})
    began = time.process_time()
    found = [e for e in problems(folder, folder / "schedules", TOKYO, CHANNELS) if e.place.path.name == Path(name).name]
    assert time.process_time() - began < 2
    assert len(found) == 21
    assert "ここまでを示しました" in found[-1].problem


def nodes(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value."""
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from nodes(child, (*at, key))


def spoilt(plain: Any, at: tuple[Any, ...], change: Any) -> Any:
    """The same with one value replaced, taken away, or given another name."""
    if not at:
        return change
    made = copy.deepcopy(plain)
    parent = made
    for key in at[:-1]:
        parent = parent[key]
    if change == "TAKEN AWAY":
        del parent[at[-1]]
    elif change == "RENAMED" and isinstance(parent, dict):
        parent[f"{at[-1]}x"] = parent.pop(at[-1])
    else:
        parent[at[-1]] = change
    return made


VALUES = [
    "TAKEN AWAY",
    "RENAMED",
    "",
    "0",
    "-1",
    "12",
    "1:30",
    "no",
    "2027-01-01",
    "12-29",
    "[",
    "x",
    [],
    ["x"],
    {},
    {"a": "b"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("forms"), FULL)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_form_refuses_nothing_that_its_reader_takes(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FULL)))
    plain = document.load(write(folder, FULL) / name).plain()
    at = data.draw(st.sampled_from(sorted(nodes(plain), key=str)))
    made = spoilt(plain, at, data.draw(st.sampled_from(VALUES)))
    (folder / name).write_text(yaml.safe_dump(made, allow_unicode=True, sort_keys=False), encoding="utf-8")
    formal = slips(document.load(folder / name), FORMS[name], TOKYO, CHANNELS)
    assert not formal or refused(reader(folder, name)), (name, at, made, [e.problem for e in formal])


def test_the_schemas_take_our_own_files_and_mark_a_slip(tmp_path: Path) -> None:
    folder = write(tmp_path, FULL)
    done = subprocess.run([sys.executable, "-m", "bot", "schema", "-o", str(tmp_path / "out")], cwd=ROOT, capture_output=True)
    assert done.returncode == 0

    def validated(name: str, *paths: Path) -> subprocess.CompletedProcess[bytes]:
        form = str(tmp_path / "out" / schema.file_name(name))
        command = [sys.executable, "-m", "check_jsonschema", "--schemafile", form, *map(str, paths)]
        return subprocess.run(command, capture_output=True, check=False)

    for name in FULL:
        ours = [path for path in (ROOT / "content" / name, ROOT / name) if path.exists()]
        assert validated(name, folder / name, *ours).returncode == 0, name
    (folder / "city.yml").write_text(FULL["city.yml"].replace("paper", "papr"), encoding="utf-8")
    marked = validated("city.yml", folder / "city.yml")
    assert marked.returncode == 1
    assert b"papr" in marked.stdout
