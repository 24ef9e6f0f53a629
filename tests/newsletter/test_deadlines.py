"""When the copy of an issue is due: by rule for every year, and as the office lists it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ROOT
from bot.errors import FileError
from bot.newsletter.deadlines import DayOfMonth, Deadlines, Monthly, Weekday, WorkingDaysBefore
from bot.newsletter.profile import Profile, load
from bot.schedule.opening import closed_reason
from bot.schedule.rules import load as load_rules
from tests.office import TOKYO

RULES = load_rules(ROOT / "schedules", TOKYO)


def written(folder: Path, rule: str, issues: str = "[]") -> Profile:
    text = (ROOT / "schedules" / "newsletter.yml").read_text("utf-8").partition("\nmonthly:")[0]
    path = folder / "newsletter.yml"
    path.write_text(f"{text}\nmonthly: {rule}\nissues: {issues}\n", "utf-8")
    return load(path)


def closed(day: date) -> bool:
    return bool(closed_reason(day, RULES))


def calendar(profile: Profile) -> Deadlines:
    return Deadlines(listed=profile.issues, monthly=profile.monthly, closed=closed)


@pytest.mark.parametrize(
    ("rule", "issue", "due"),
    [
        ("{week: 1, weekday: fri, if_closed: next_week}", "2026-12", date(2026, 12, 4)),
        ("{week: 1, weekday: fri, if_closed: next_week}", "2027-01", date(2027, 1, 8)),  # the 1st is New Year's day
        ("{week: 1, weekday: fri, if_closed: later}", "2027-01", date(2027, 1, 4)),
        ("{week: 1, weekday: fri}", "2027-01", date(2026, 12, 28)),  # the last day before the holidays
        ("{week: 4, weekday: thu, months_before: 1}", "2043-01", date(2042, 12, 25)),
        ("{day: 29}", "2028-02", date(2028, 2, 29)),
        ("{day: 31}", "2027-02", date(2027, 2, 26)),  # the month's last day is a Sunday
        ("{day: 20, months_before: 2}", "2028-01", date(2027, 11, 19)),  # over the year's end; the 20th is a Saturday
        ("{day: 3, if_closed: later}", "2027-05", date(2027, 5, 6)),  # three holidays in a row
        ("{working_days_before: 1}", "2027-01", date(2026, 12, 28)),
        ("{working_days_before: 5}", "2026-12", date(2026, 11, 24)),
        ("{working_days_before: 5, months_before: 1}", "2027-01", date(2026, 11, 24)),
    ],
)
def test_a_rule_says_the_day(tmp_path: Path, rule: str, issue: str, due: date) -> None:
    assert calendar(written(tmp_path, rule)).of(issue) == due


def test_the_rule_that_comes_with_the_program_has_an_issue_for_every_month_of_any_year() -> None:
    known = calendar(load(ROOT / "schedules" / "newsletter.yml"))
    for year in (2027, 2028, 2043, 2400, 9000):
        found = list(islice(known.since(date(year, 1, 1)), 12))
        assert [issue for _, issue in found] == [f"{year}-{month:02d}" for month in range(1, 13)]
        assert all(day.weekday() == 4 and not closed(day) for day, _ in found)


def test_a_listed_issue_goes_before_the_rule_in_its_day_or_only_in_what_it_holds(tmp_path: Path) -> None:
    profile = written(
        tmp_path,
        '{day: 10, skip: ["2027-08"]}',
        '[{issue: "2027-06", deadline: 2027-07-20}, {issue: "2027-07", headline: 見出し}, {issue: 臨時, deadline: 2027-07-01}]',
    )
    assert profile.arrangement("2027-07").headline == "見出し"
    known = calendar(profile)
    assert known.between(date(2027, 6, 1), date(2027, 9, 30)) == [
        (date(2027, 7, 1), "臨時"),
        (date(2027, 7, 9), "2027-07"),
        (date(2027, 7, 20), "2027-06"),
        (date(2027, 9, 10), "2027-09"),
    ]
    assert [known.of(name) for name in ("2027-08", "第8", "2027-13", "0000-01", "9999-12", "2027-8")] == [None] * 6


@pytest.mark.parametrize(
    ("rule", "issues", "told"),
    [
        ("{week: 5, weekday: fri}", "[]", "1 から 4 まで"),
        ("{week: 1}", "[]", "「weekday」がありません"),
        ("{week: 1, weekday: 金}", "[]", "weekday」の値「金」"),
        ("{day: 32}", "[]", "1 から 31 まで"),
        ("{day: 20, weekday: fri}", "[]", "「weekday」という項目はありません"),
        ("{working_days_before: 5, if_closed: later}", "[]", "「if_closed」という項目はありません"),
        ("{day: 20, if_closed: never}", "[]", "if_closed」の値「never」"),
        ("{day: 20, months_before: 12}", "[]", "0 から 11 まで"),
        ("{day: 20, skip: [八月]}", "[]", "毎月の号の名前ではありません"),
        ("毎月20日", "[]", "「名前: 値」の形"),
        ("", "[{issue: 2027-06}]", "締切がありません"),
        ("{day: 20}", "[{issue: 臨時}]", "締切がありません"),
        ("{day: 20}", "[{issue: 2027-06}, {issue: 2027-06}]", "2回書かれています"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(tmp_path: Path, rule: str, issues: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        written(tmp_path, rule, issues)
    assert told in caught.value.summary + caught.value.next_step
    assert "newsletter.yml の" in caught.value.summary


WAYS = st.sampled_from(["earlier", "later", "next_week"])
DUE = st.one_of(
    st.builds(Weekday, week=st.integers(1, 4), weekday=st.integers(0, 6), if_closed=WAYS),
    st.builds(DayOfMonth, number=st.integers(1, 31), if_closed=WAYS),
    st.builds(WorkingDaysBefore, days=st.integers(1, 40)),
)


@given(
    due=DUE,
    before=st.integers(0, 11),
    day=st.dates(date(1950, 1, 1), date(9000, 1, 1)),
    open_days=st.sets(st.integers(0, 6), min_size=1),
    holiday=st.integers(1, 26),
)
def test_no_issue_is_left_out_and_none_comes_before_an_earlier_one(
    due: Weekday, before: int, day: date, open_days: set[int], holiday: int
) -> None:
    def shut(day: date) -> bool:
        return day.weekday() not in open_days or holiday <= day.day < holiday + 5

    known = Deadlines(listed={}, monthly=Monthly(due=due, months_before=before), closed=shut)
    found = list(islice(known.since(day), 6))
    assert all(known.of(issue) == due and due >= day for due, issue in found)
    names = [issue for _, issue in found]
    months = [int(name[:4]) * 12 + int(name[5:]) for name in names]
    assert [later - sooner for sooner, later in pairwise(months)] == [1] * 5
    assert [due for due, _ in found] == sorted(due for due, _ in found)
    first = date((months[0] - 2) // 12, (months[0] - 2) % 12 + 1, 1)
    previous = known.of(f"{first:%Y}".zfill(4) + f"-{first:%m}")
    assert previous is not None
    assert previous < day, "the first issue that is still open"


def test_a_year_in_which_the_office_never_opens_does_not_hang() -> None:
    rule = Monthly(due=DayOfMonth(number=20, if_closed="later"))
    known = Deadlines(listed={}, monthly=rule, closed=lambda day: True)
    assert known.of("2027-06") == date(2027, 6, 20)
    far = Monthly(due=WorkingDaysBefore(days=3))
    assert Deadlines(listed={}, monthly=far, closed=lambda day: True).of("2027-06") is not None


def test_asking_for_a_far_year_looks_at_a_few_days_only() -> None:
    asked: list[date] = []

    def noted(day: date) -> bool:
        asked.append(day)
        return False

    rule = Monthly(due=Weekday(week=1, weekday=4, if_closed="next_week"))
    known = Deadlines(listed={}, monthly=rule, closed=noted)
    assert next(known.since(date(9000, 6, 1))) == (date(9000, 6, 6), "9000-06")
    assert len(asked) < 10
    assert max(asked) - min(asked) < timedelta(days=100)


def test_a_deadline_that_moved_into_the_next_month_is_still_to_come_there(tmp_path: Path) -> None:
    known = calendar(written(tmp_path, "{day: 31, if_closed: later}"))  # a Sunday in January 2027
    assert next(known.since(date(2027, 2, 1))) == (date(2027, 2, 1), "2027-01")
    assert next(known.since(date(2027, 2, 2))) == (date(2027, 3, 1), "2027-02")
