"""A commit whose wished time cannot be met is refused with the line; what was taken stays taken while its time passes."""

from __future__ import annotations

from datetime import timedelta

from tests.office import TUESDAY
from tests.sync.desk import Desk


def test_the_report_names_the_line_and_the_post_is_taken_when_it_is_right(desk: Desk) -> None:
    desk.write(extra="slot: ランチ")
    assert desk.taken() == {"posts/madoguchi.md": "refused"}
    report = desk.sync()
    (finding,) = report.items[0].findings
    assert (finding.rule, finding.line, finding.column) == ("timing.slot", 9, 7)
    assert "9行目 「ランチ」という配信枠はありません。使える配信枠は" in report.as_markdown()
    desk.write(extra="slot: lunch")
    assert desk.taken() == {"posts/madoguchi.md": "submitted"}


def test_what_was_taken_stays_taken_when_its_time_has_passed(desk: Desk) -> None:
    desk.write(channels="x, facebook", extra="publish: 2026-12-01 10:00")
    assert desk.taken() == {"posts/madoguchi.md": "submitted"}
    desk.office.at(TUESDAY + timedelta(hours=3))
    desk.write("other", title="別の見本", body="別の文です（見本）。\n", channels="x")
    desk.origin.write("city.yml", "{name: 金沢市, office: 広報広聴課, paper: 広報}\n")
    assert desk.taken() == {"posts/other.md": "submitted"}
    assert [state for _, _, state in desk.submissions()] == ["submitted", "submitted"]
    desk.origin.write("posts/madoguchi.md", (desk.origin.desk / "posts" / "madoguchi.md").read_text(encoding="utf-8") + "\n")
    assert desk.taken() == {"posts/madoguchi.md": "unchanged"}


def test_a_correction_of_what_is_out_is_called_published_and_not_late(desk: Desk) -> None:
    given = {"channels": "x, facebook", "extra": "publish: 2026-12-01 10:00"}
    desk.write(**given)
    desk.taken()
    desk.approve_all()
    desk.office.publish_all()
    desk.write(body="直した文です（見本）。\n", **given)
    assert desk.taken() == {"posts/madoguchi.md": "published"}
