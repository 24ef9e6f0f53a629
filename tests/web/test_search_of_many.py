"""Searching the records by word and person, also among ten thousand posts. How long it takes is in the bench."""

from __future__ import annotations

from datetime import timedelta

from bot.services.pages import history
from bot.store import wording
from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.web.browser import Browser

MANY = 10_000


def test_records_are_found_by_a_word_of_the_text_and_by_a_person(office: Office) -> None:
    office.approved()
    office.approved("other", title="別の題（見本）", body="図書館の予約が早くなります（見本）。\n")

    def found(**asked: str) -> int:
        return len(history.search(office.ctx, office.officer, history.Search(**asked), 100))

    assert (found(words="図書館の予約"), found(words="別の題"), found(words="ない言葉")) == (3, 3, 0)
    assert (found(person="kouhou"), found(person="shimin-leader"), found(person="soumu-leader")) == (6, 6, 0)
    assert found(person="kouhou", words="図書館", channel="x") == 1


def test_a_word_is_looked_for_among_ten_thousand_posts(office: Office, officer: Browser) -> None:
    people = office.folder / "people.yml"
    more = "".join(f"p{n}: {{name: {n}課（見本）, department: {n}課, role: leader}}\n" for n in range(60))
    people.write_text(people.read_text(encoding="utf-8") + more, encoding="utf-8")  # those of a city hall
    office.approved()
    post, at = Submission.objects.get(), office.clock.now()
    kept = {f.attname: getattr(post, f.attname) for f in Submission._meta.concrete_fields if f.name != "id"}
    copies = [Submission(**{**kept, "identity": f"copy-{n}", "state": "stale", "digest": f"{n:064}"}) for n in range(MANY)]
    made = Submission.objects.bulk_create(copies, batch_size=500)
    wording.keep((s.id, s.title, s.source) for s in made)
    Delivery.objects.bulk_create(
        [
            Delivery(
                submission=s,
                identity=s.identity,
                channel="x",
                lane="x",
                state="published",
                due_at=at - timedelta(minutes=n),
                run_at=at,
                last_at=at,
            )
            for n, s in enumerate(made)
        ],
        batch_size=500,
    )
    assert "1／11ページ以上" in officer.get("/history/?q=職員がお話").text
    assert "ページ以上" not in officer.get("/history/?q=ない言葉です").text
    page = officer.get("/history/?q=職").text
    assert "1／11ページ以上" in page
    assert "400／401ページ" in officer.get("/history/?q=ＳＨＩＭＩＮ&page=400").text
