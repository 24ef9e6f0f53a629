"""The shared files of a push: all of them or none. Its posts are taken, and the last good set stays in force."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from bot.options import Secret
from bot.services.handing_in import one_set
from bot.services.pages.calendar import problems
from bot.services.telling.kinds import Kind
from bot.services.telling.notices import take_in
from bot.store.models import AuditEntry, Submission
from bot.store.notices import Notice
from tests.figures.ministry import Book
from tests.sync.desk import PEOPLE, SHIMIN, SOUMU, Desk
from tests.sync.origin import git

CITY = "name: 金沢市\noffice: 広報広聴課\npaper: 新聞広報\n"
NEWCOMER = "shin-leader: {name: 新しい課（見本）, department: 新しい課, role: leader, emails: [shin@example.jp]}\n"
SLOTS = "slots:\n  noon: {days: [mon, tue, wed, thu, fri], at: 12:15}\n"
QUIET = "open: 8:30\nclose: 17:15\ndays: [mon, tue, wed, thu, fri]\n"


def in_force(desk: Desk, name: str) -> str:
    return (desk.office.ctx.config.shared_dir / name).read_text(encoding="utf-8")


def refused(desk: Desk) -> dict[str, str]:
    return {i.path: str(i.taken) for i in desk.sync().items}


def test_a_bad_set_is_refused_as_a_whole_its_posts_are_taken_and_the_office_is_told(desk: Desk) -> None:
    before = in_force(desk, "city.yml"), in_force(desk, "people.yml")
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.origin.write("people.yml", PEOPLE + NEWCOMER)
    desk.write()
    commit = desk.commit(SHIMIN)
    report = desk.sync()
    taken = {i.path: (str(i.taken), i.person, i.commit) for i in report.items}
    assert taken == {
        "city.yml": ("not-in-force", "shimin-leader", commit),
        "people.yml": ("not-in-force", "shimin-leader", commit),
        "posts/madoguchi.md": ("submitted", "shimin-leader", ""),
    }
    (found,) = next(i.findings for i in report.items if i.path == "city.yml")
    assert (str(found.path), found.line) == ("city.yml", 3)
    assert "「papr」" in found.message
    assert "paper" in found.advice
    assert report.refused == 2
    assert "shimin-leader" in report.as_markdown()
    assert (in_force(desk, "city.yml"), in_force(desk, "people.yml")) == before
    (entry,) = AuditEntry.objects.filter(verb=one_set.REFUSE)
    assert "city.yml の3行目：「papr」という項目はありません" in entry.detail
    assert "shimin-leader" in entry.detail


def test_the_office_gets_a_notice_that_says_what_is_wrong_and_where(desk: Desk) -> None:
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.taken()
    config = replace(desk.office.ctx.config, webhook_url=Secret("http://127.0.0.1:9/hook"))
    take_in(replace(desk.office.ctx, config=config))
    (notice,) = Notice.objects.filter(kind=Kind.FILES)
    assert "city.yml の3行目：「papr」という項目はありません。「paper」の書き間違い" in notice.line
    assert "（コミットした人：shimin-leader）" in notice.line
    assert notice.line.endswith("/calendar/")


def test_the_calendar_says_so_until_it_is_repaired(desk: Desk) -> None:
    ctx, office = desk.office.ctx, desk.office
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.taken()
    desk.sync()
    (line,) = problems(ctx, office.officer).refused
    assert "city.yml の3行目" in line
    assert problems(ctx, office.author).refused == []
    desk.origin.write("city.yml", CITY)
    desk.taken()
    assert problems(ctx, office.officer).refused == []


def test_the_same_commit_is_told_once(desk: Desk) -> None:
    desk.origin.write("city.yml", "name: [")
    desk.commit()
    assert desk.sync().news
    assert not desk.sync().news
    assert AuditEntry.objects.filter(verb=one_set.REFUSE).count() == 1


def test_approvals_and_plans_survive_a_slip_and_its_repair(desk: Desk) -> None:
    good = (desk.origin.desk / "city.yml").read_text(encoding="utf-8")
    desk.write()
    desk.taken()
    desk.approve_all()
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.taken(SOUMU)
    desk.office.runner().sweep()
    assert Submission.objects.get().state == "approved"
    desk.origin.write("city.yml", good)
    assert desk.taken(SOUMU) == {}
    desk.office.publish_all()
    assert len(desk.office.sandbox.posts()) == 3


def test_after_the_repair_all_of_the_set_is_in_force_and_nothing_of_the_refusal_remains(desk: Desk) -> None:
    desk.origin.write("city.yml", CITY.replace("paper", "papr"))
    desk.origin.write("people.yml", PEOPLE + NEWCOMER)
    desk.taken(SOUMU)
    desk.write(author="shin-leader")
    assert desk.taken("shin@example.jp")["posts/madoguchi.md"] == "refused"
    desk.origin.write("city.yml", CITY)
    desk.taken(SOUMU)
    desk.office.register()
    assert {i.path: str(i.taken) for i in desk.sync().items} == {"posts/madoguchi.md": "submitted"}
    assert in_force(desk, "city.yml") == CITY
    assert "shin-leader" in in_force(desk, "people.yml")
    assert refused(desk) == {}


def test_a_push_of_posts_alone_is_never_held_up(desk: Desk) -> None:
    desk.origin.write("people.yml", "- nobody\n")
    desk.taken(SOUMU)
    desk.write()
    assert desk.taken()["posts/madoguchi.md"] == "submitted"


def test_a_deletion_of_people_yml_is_a_bad_set(desk: Desk) -> None:
    git(desk.origin.desk, "rm", "--quiet", "people.yml")
    assert desk.taken(SOUMU) == {"people.yml": "not-in-force"}
    assert in_force(desk, "people.yml") == PEOPLE


def test_a_link_in_place_of_a_shared_file_is_a_bad_set(desk: Desk) -> None:
    path = desk.origin.desk / "city.yml"
    path.unlink()
    path.symlink_to("people.yml")
    assert desk.taken(SOUMU) == {"city.yml": "not-in-force"}
    assert "金沢市" in in_force(desk, "city.yml")


def test_a_set_that_was_refused_is_still_taken_up_when_the_mirror_is_lost(desk: Desk) -> None:
    good = in_force(desk, "city.yml")
    desk.origin.write("city.yml", "name: [")
    desk.taken(SOUMU)
    shutil.rmtree(desk.office.ctx.config.var_dir / "sync" / "mirror.git")
    assert refused(desk) == {"city.yml": "not-in-force"}
    assert in_force(desk, "city.yml") == good
    desk.origin.write("city.yml", CITY)
    desk.taken(SOUMU)
    assert in_force(desk, "city.yml") == CITY


def test_schedules_of_the_repository_belong_to_the_set_and_go_before_those_of_the_program(desk: Desk) -> None:
    config = desk.office.ctx.config
    assert config.rules_dir == config.schedules_dir
    desk.origin.write("schedules/slots.yml", SLOTS)
    desk.origin.write("schedules/quiet.yml", QUIET)
    assert set(desk.taken(SOUMU)) == {f"schedules/{name}.yml" for name in ("slots", "quiet", "blackouts")}
    assert config.rules_dir == config.schedules_dir
    desk.origin.write("schedules/blackouts.yml", "- {from: 2027-03-26, to: 2027-04-12, channels: [twitter]}\n")
    assert set(desk.taken(SOUMU).values()) == {"not-in-force"}
    desk.origin.write("schedules/blackouts.yml", "- {from: 2027-03-26, to: 2027-04-12, channels: [x]}\n")
    assert desk.taken(SOUMU) == {}
    assert config.rules_dir == config.shared_dir / "schedules"
    assert in_force(desk, "schedules/slots.yml") == SLOTS


def test_a_set_that_was_spoilt_by_hand_is_put_in_order_by_the_next_sync(desk: Desk) -> None:
    config = desk.office.ctx.config
    good = in_force(desk, "city.yml")
    (config.shared_dir / "city.yml").write_text("name: [", encoding="utf-8")
    assert refused(desk) == {}
    assert in_force(desk, "city.yml") == good
    (config.sets_dir / "in-force").write_bytes(b"\xff\x00nowhere")
    assert refused(desk) == {}
    assert in_force(desk, "city.yml") == good


def test_files_that_an_older_version_laid_beside_the_posts_hold_until_a_set_is_in_force(desk: Desk) -> None:
    config = desk.office.ctx.config
    shutil.copytree(config.shared_dir, config.content_dir, dirs_exist_ok=True)
    shutil.rmtree(config.sets_dir)
    assert config.shared_dir == config.content_dir
    desk.origin.write("city.yml", "name: [")
    assert desk.taken(SOUMU) == {"city.yml": "not-in-force"}
    assert in_force(desk, "city.yml") == (config.content_dir / "city.yml").read_text(encoding="utf-8")
    desk.origin.write("city.yml", CITY)
    assert desk.taken(SOUMU) == {}
    assert in_force(desk, "city.yml") == CITY
    assert not [f for f in ("city.yml", "people.yml", "strategy") if (config.content_dir / f).exists()]


def test_the_last_post_that_is_taken_away_is_void_though_no_folder_is_left(desk: Desk) -> None:
    desk.write()
    desk.taken()
    desk.approve_all()
    git(desk.origin.desk, "rm", "--quiet", "-r", "posts")
    desk.commit("stranger@example.jp")  # who may not withdraw it
    desk.sync()
    assert Submission.objects.get().state == "stale"


def test_a_published_table_comes_with_the_readings_that_were_taken_from_it(desk: Desk, tmp_path: Path) -> None:
    book = Book().save(tmp_path / "a.xlsx")
    kept = f"sources/{hashlib.sha256(book.read_bytes()).hexdigest()}.xlsx"
    figure = f'card: {{name: 取得率, unit: "%", rate: 46.5, date: 2022-12-05, source: 提言, source_file: {kept}}}\n'
    desk.origin.write("strategy/indicators.yml", figure)
    desk.taken()
    assert refused(desk)["strategy/indicators.yml"] == "not-in-force"
    desk.origin.write(f"strategy/{kept}", book.read_bytes())
    desk.taken()
    assert in_force(desk, "strategy/indicators.yml") == figure
    assert (desk.office.ctx.config.shared_dir / "strategy" / kept).read_bytes() == book.read_bytes()
