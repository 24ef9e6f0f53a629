"""The queue: what it tells of each submission, how it is narrowed down, and approving several at a time."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from bot.services.approval import comments, review
from bot.services.pages import queue
from bot.store.models import Submission
from tests.office import Office
from tests.web.browser import Browser, signed_in


def test_a_line_tells_who_what_where_when_and_until_when(office: Office, officer: Browser) -> None:
    office.submit(office.post(extra="publish: 2026-12-01 12:15\nexpires: 2026-12-20"))
    office.at(office.clock.now().replace(hour=2))  # two hours later: 11:00 in Tokyo
    line = officer.get("/queue/").text
    for told in ("書かない窓口（見本）", 'sub">市民課（見本）', "施策 2-1", "Instagram", "12月1日（火） 12:15", "2時間前"):
        assert told in line
    assert "あと2時間" in line  # slots.yml gives one hour of grace after 12:15
    assert "12月1日（火） 13:15まで" in line


def test_a_slot_is_told_by_its_time_and_not_by_its_name(office: Office, officer: Browser) -> None:
    office.schedules(slots="grace: 60m\nslots: {lunch: {days: [mon, tue], at: '12:15'}}\n")
    submission = office.submit(office.post())
    for path in ("/queue/", f"/submissions/{submission.id}/", f"/submissions/{submission.id}/sheet/"):
        page = officer.get(path).text
        assert "次の12:15の枠" in page
        assert "lunch" not in page


def test_a_measure_is_shown_by_number_and_name(office: Office, officer: Browser) -> None:
    (office.folder / "strategy" / "plan.yml").write_text('"2-1": {name: 書かない窓口の推進}\n', encoding="utf-8")
    submission = office.submit(office.post())
    for path in ("/queue/", f"/submissions/{submission.id}/"):
        assert "2-1 書かない窓口の推進" in officer.get(path).text


def test_a_plan_that_cannot_be_read_gets_one_sentence(office: Office, officer: Browser) -> None:
    office.submit(office.post())
    (office.folder / "strategy" / "plan.yml").write_text("- 2-1\n", encoding="utf-8")
    assert "plan.yml の1行目" in officer.get("/queue/").text


def test_the_deadline_is_the_expiry_where_that_comes_first(office: Office) -> None:
    submission = office.submit(office.post(extra="publish: 2026-12-01 12:15\nexpires: 2026-12-01 12:30"))
    assert review.deadline(office.ctx, submission) == submission.expires_at


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=窓口", {"窓口"}),
        ("department=総務課", {"決裁"}),
        ("channel=instagram", {"窓口"}),
        ("findings=none", {"窓口", "決裁"}),
        ("findings=some", set()),
        ("unopened=1", {"決裁"}),
        ("q=ありません", set()),
    ],
)
def test_the_queue_can_be_narrowed_down(office: Office, officer: Browser, query: str, shown: set[str]) -> None:
    first = office.submit(office.post("a", title="窓口の見本"))
    office.submit(office.post("b", title="決裁の見本", author="soumu-leader", channels="x, facebook"), office.leader)
    officer.get(f"/submissions/{first.id}/")
    page = officer.get(f"/queue/?{query}").text
    assert {word for word in ("窓口", "決裁") if f">{word}の見本</a>" in page} == shown


def test_several_opened_submissions_are_approved_at_a_time(office: Office, officer: Browser) -> None:
    made = [office.submit(office.post(name, title=f"{name}の見本")) for name in ("a", "b")]
    for submission in made:
        officer.get(f"/submissions/{submission.id}/")
    boxes = re.findall(r'name="chosen" value="(\d+:[0-9a-f]{64})"', officer.get("/queue/").text)
    assert len(boxes) == 2
    asked = officer.post("/queue/approve/", "/queue/", chosen=boxes).text
    assert {s.state for s in Submission.objects.all()} == {"submitted"}
    # The second one gets the next slot, not the one that the first one takes.
    times = re.findall(r"(X|Instagram|Facebook)：<span[^>]*>12月(\d)日（.） 12:15</span>", asked)
    assert times == [(channel, day) for day in "12" for channel in ("Facebook", "Instagram", "X")]
    done = officer.post("/queue/approve/", "/queue/", sure="1", **planned(asked))
    assert "2件を承認し、6件の配信を予定に入れました" in done.text
    assert {s.state for s in Submission.objects.all()} == {"approved"}


def planned(page: str) -> dict[str, str | list[str]]:
    """The hidden fields of the page that asks."""
    form = html.document_fromstring(page).xpath("//form[.//input[@name='sure']]")[0]
    fields: dict[str, str | list[str]] = {
        i.get("name"): i.get("value") for i in form.xpath(".//input[starts-with(@name, 'planned-')]")
    }
    return fields | {"chosen": [i.get("value") for i in form.xpath(".//input[@name='chosen']")]}


def test_what_was_not_opened_is_neither_offered_nor_approved_in_passing(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    assert 'name="chosen"' not in officer.get("/queue/").text
    done = officer.post("/queue/approve/", "/queue/", sure="1", chosen=f"{submission.id}:{submission.digest}")
    assert "まだ開いていない申請です" in done.text
    assert Submission.objects.get().state == "submitted"


def test_what_has_findings_is_not_approved_in_passing(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    Submission.objects.update(
        findings=[{"rule": "r", "level": "warning", "line": 1, "column": 1, "message": "見本", "advice": "見本"}]
    )
    officer.get(f"/submissions/{submission.id}/")
    assert 'name="chosen"' not in officer.get("/queue/").text
    officer.post("/queue/approve/", "/queue/", sure="1", chosen=f"{submission.id}:{submission.digest}")
    assert Submission.objects.get().state == "submitted"


def test_one_refused_approval_leaves_the_others_alone(office: Office, officer: Browser) -> None:
    good, changed = (office.submit(office.post(name, title=f"{name}の見本")) for name in ("a", "b"))
    for submission in (good, changed):
        officer.get(f"/submissions/{submission.id}/")
    asked = officer.post("/queue/approve/", "/queue/", chosen=[f"{changed.id}:{'0' * 64}", f"{good.id}:{good.digest}"])
    assert "まとめて承認できません：見ていた内容と、いまの内容が違います" in asked.text
    boxes = [f"{changed.id}:{'0' * 64}", f"{good.id}:{good.digest}"]
    done = officer.post("/queue/approve/", "/queue/", sure="1", **planned(asked.text) | {"chosen": boxes})
    assert "「bの見本」は承認していません。見ていた内容と、いまの内容が違います" in done.text
    assert {s.title: s.state for s in Submission.objects.all()} == {"aの見本": "approved", "bの見本": "submitted"}


def test_a_leader_cannot_approve_in_passing(office: Office, leader: Browser) -> None:
    submission = office.submit(office.post("b", author="soumu-leader"), office.leader)
    done = leader.post("/queue/approve/", "/tokens/", chosen=f"{submission.id}:{submission.digest}")
    assert done.status_code == 403
    assert Submission.objects.get().state == "submitted"


def test_a_department_head_sees_what_comes_from_the_department(office: Office, people: None, web_site: str) -> None:
    city = office.folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + ", heads: {市民課: soumu-leader}}", encoding="utf-8")
    office.register()
    submission = office.submit(office.post())
    head = signed_in(web_site, "soumu-leader")
    assert "書かない窓口（見本）" in head.get("/queue/").text
    assert head.get(f"/submissions/{submission.id}/").status_code == 200


def test_a_long_queue_takes_no_more_queries_than_a_short_one(office: Office, people: None) -> None:
    from django.test import RequestFactory

    from bot.store.models import User
    from bot.web.views.queue import queue as view

    request = RequestFactory().get("/queue/")
    request.session = {}
    request.user = User.objects.get(username="kouhou")
    counts = []
    for many in (2, 120):
        template = office.submit(office.post()) if many == 2 else Submission.objects.get()
        for number in range(many - 1):
            template.pk, template.identity = None, f"copy-{many}-{number}"
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as queries:
            assert view(request).status_code == 200
        counts.append(len(queries))
        Submission.objects.exclude(identity__contains="01TEST").delete()
    assert counts[0] == counts[1]
    assert queue.waiting_count(office.ctx, office.officer) == 1


def test_what_somebody_still_asks_about_is_not_approved_in_passing(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post())
    officer.get(f"/submissions/{submission.id}/")
    box = f'value="{submission.id}:{submission.digest}"'
    assert box in officer.get("/queue/").text
    comments.add(office.ctx, office.officer, submission.id, "x", "0:0", "時点は？")
    assert box not in officer.get("/queue/").text
    answer = officer.post("/queue/approve/", "/queue/", chosen=[f"{submission.id}:{submission.digest}"])
    assert "対応の済んでいないコメントがあります" in answer.text
    assert Submission.objects.get().state == "submitted"
    assert "対応の済んでいないコメントが1件あります" in officer.get(f"/submissions/{submission.id}/").text


def test_nothing_of_a_text_is_folded_away_where_it_is_approved(office: Office, officer: Browser) -> None:
    long = "\n\n".join(f"{n}つ目の段落です（見本）。" for n in range(1, 12))
    page = officer.get(f"/submissions/{office.submit(office.post(body=long)).id}/").text
    assert "ここから先が折りたたまれます" in page
    shown = html.document_fromstring(page)
    for channel in ("instagram", "facebook"):
        (last,) = shown.xpath(f"//*[contains(@class, 'post {channel}')]//p[contains(., '11つ目の段落')]")
        assert not list(last.iterancestors("details"))
