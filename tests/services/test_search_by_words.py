"""What a search by words finds is what reading every text finds, on either database, by the index and without it."""

from __future__ import annotations

import random
import unicodedata
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.apps import apps
from django.db import connection

from bot.services.pages import history
from bot.store import migrations, wording
from bot.store.models import Delivery, Submission
from bot.store.wording import Wording
from bot.text import pairs
from tests.office import Office

STUFF = [
    *(
        "金沢市",
        "図書館",
        "の",
        "予約",
        "が",
        "ｶﾞｲﾄﾞ",
        "ガイド",
        "か\u3099",
        "㈱",
        "（株）",
        "ＤＸ",
        "Dx",
        "dx",
        "%",
        "_",
        "\\",
        "'",
        '"',
    ),
    *(
        "*",
        "^",
        "{}",
        "🎉",
        "👨‍👩‍👧",
        "𠮷野",
        "髙橋",
        " ",
        "\u3000",
        "\n",
        "12",
        "１２",
        "①",
        "ß",
        "İ",
        "NEAR(",
        "AND",
        "-",
        ":",
    ),
]


def naive(asked: str, title: str, source: str) -> bool:
    def flat(text: str) -> str:
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())

    return all(word in flat(f"{title}\n{source}") for word in flat(asked).split())


@pytest.fixture
def texts(office: Office) -> dict[int, tuple[str, str]]:
    """Submissions with texts of chance, each with a delivery."""
    chance = random.Random(26)  # noqa: S311 no secret
    post = office.submit(office.post())
    kept = {f.attname: getattr(post, f.attname) for f in Submission._meta.concrete_fields if f.name != "id"}
    rows = []
    for n in range(120):
        source = "".join(chance.choices(STUFF, k=chance.randint(1, 30)))
        rows.append(Submission(**{**kept, "identity": f"t{n}", "state": "stale", "title": f"題{n}", "source": source}))
    made = Submission.objects.bulk_create(rows)
    wording.keep((s.id, s.title, s.source) for s in made)
    at = office.clock.now()
    Delivery.objects.bulk_create(
        Delivery(submission=s, identity=s.identity, channel="x", lane="x", due_at=at, run_at=at, last_at=at, state="published")
        for s in made
    )
    return {s.id: (s.title, s.source) for s in made}


@pytest.mark.parametrize("few", [500, 0], ids=["by the index", "by reading"])
def test_a_search_finds_what_reading_every_text_finds(
    office: Office, texts: dict[int, tuple[str, str]], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(history, "_FEW", few)
    chance = random.Random(43)  # noqa: S311
    asked = [*STUFF, "題1", "ない言葉", "図書館の予約", "館図", "予約 金沢市", "x" * 3000, "\0", "a\0b", "‐" * 400]
    for title, source in list(texts.values())[:60]:
        at = chance.randrange(len(source))
        asked += [source[at : at + chance.randint(1, 12)], title[1:] + " " + source[at : at + 2]]
    of = dict(Delivery.objects.values_list("id", "submission_id"))
    for words in asked:
        found = history.search(office.ctx, office.officer, history.Search(words=words), 1000)
        want = {n for n, (title, source) in texts.items() if naive(words.replace("\0", "\ufffd"), title, source)}
        assert {of[number] for number in found} == want, repr(words)


def test_what_is_handed_in_is_found_at_once_and_what_is_refused_leaves_nothing(office: Office) -> None:
    made = office.submit(office.post(body="図書館の予約（見本）。\n"))
    assert wording.saying(pairs.words("ＴＩＴＬＥ　図書館の"), 10) == [made.id]
    assert wording.saying(pairs.words("ﾖﾔｸ"), 10) == []
    assert wording.saying(pairs.words("図書館の予約"), 10) == [made.id]
    with pytest.raises(Exception):  # noqa: B017, PT011 whatever refuses it
        office.submit(office.post("other", body="2月30日に図書館の蔵書点検をします（見本）。\n"))
    assert Wording.objects.count() == Submission.objects.count() == 1


def test_what_was_handed_in_before_there_was_an_index_is_found_after_the_upgrade(office: Office) -> None:
    made = office.submit(office.post(body="図書館の予約（見本）。\n"))
    Wording.objects.all().delete()
    assert wording.saying(("図書",), 10) == []
    (name,) = (each.name for each in iter_modules(migrations.__path__) if each.name.endswith("_wording"))
    with connection.schema_editor() as editor:
        import_module(f"bot.store.migrations.{name}")._fill(apps, editor)
    assert wording.saying(("図書",), 10) == [made.id]
