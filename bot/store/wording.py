"""The texts of submissions as they are searched, and the index of either database over them.

SQLite has FTS5, PostgreSQL a GIN index over an array: neither needs an extension, both know nothing of our terms but that they
are equal or not. `models` imports this, so that Django finds the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from bot.store.sql import run
from bot.text.pairs import asked_of, indexed


class Wording(models.Model):
    """Title and source of a submission, folded, and its terms: its pairs in their order, then its single characters."""

    submission = models.OneToOneField("store.Submission", on_delete=models.CASCADE, primary_key=True)
    text = models.TextField()
    pairs = models.TextField()


_SQLITE = (
    "CREATE VIRTUAL TABLE store_wording_pairs USING fts5"
    "(pairs, content='store_wording', content_rowid='submission_id', tokenize='ascii')",
    "CREATE TRIGGER store_wording_told AFTER INSERT ON store_wording BEGIN"
    " INSERT INTO store_wording_pairs (rowid, pairs) VALUES (new.submission_id, new.pairs); END",
    "CREATE TRIGGER store_wording_gone AFTER DELETE ON store_wording BEGIN"
    " INSERT INTO store_wording_pairs (store_wording_pairs, rowid, pairs) VALUES ('delete', old.submission_id, old.pairs); END",
)
_POSTGRESQL = ("CREATE INDEX wording_pairs ON store_wording USING gin (string_to_array(pairs, ' '))",)
# FTS5 reads a phrase by the order of its terms, GIN knows of no order; what either narrows to is decided by the text.
_SAYING = {
    "sqlite": "SELECT submission_id FROM store_wording_pairs JOIN store_wording ON submission_id = store_wording_pairs.rowid"
    " WHERE store_wording_pairs MATCH %s",
    "postgresql": "SELECT submission_id FROM store_wording WHERE string_to_array(pairs, ' ') @> %s::text[]",
}
_STANDS = {"sqlite": " AND instr(text, %s) > 0", "postgresql": " AND strpos(text, %s) > 0"}


def has_means() -> bool:
    """Of the index: SQLite is built with FTS5 or without it, and it is Python, not we, that brings SQLite."""
    return connection.vendor != "sqlite" or bool(run("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'", []))


def index(editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(statement)


def keep(submissions: Iterable[tuple[int, str, str]]) -> None:
    """`submissions`: (number, title, source) of each, in the transaction that writes them."""
    rows = [(number, *indexed(title, source)) for number, title, source in submissions]
    Wording.objects.bulk_create(Wording(submission_id=n, text=text, pairs=pairs) for n, text, pairs in rows)


def saying(words: Sequence[str], most: int) -> list[int]:
    """The numbers of so many submissions at most in whose text all these folded words stand, found by the index."""
    terms = [asked_of(word) for word in words]
    if connection.vendor == "sqlite":
        asked: object = " ".join(f'"{" ".join(each)}"' for each in terms)
    else:
        asked = sorted({term for each in terms for term in each})
    statement = _SAYING[connection.vendor] + _STANDS[connection.vendor] * len(words) + " LIMIT %s"
    return [int(row[0]) for row in run(statement, [asked, *words, most])]


def said(words: Sequence[str]) -> models.Exists:
    """Of a delivery, whether all these folded words stand in its submission's text: reads one text after another."""
    stands = [GreaterThan(StrIndex("text", models.Value(word)), 0) for word in words]
    return models.Exists(Wording.objects.filter(*stands, submission=models.OuterRef("submission")))
