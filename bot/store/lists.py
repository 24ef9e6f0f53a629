"""Asking for a list of texts by what is on it, on both databases: `filter(Lists("channels", Value("x")))`.

Django's own `contains` is not there on SQLite, and its `has_key` finds no item of a list there.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler


class Lists(Func):
    """Whether the list in this column has this text as an item."""

    function = "jsonb_exists"
    arity = 2
    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="EXISTS (SELECT 1 FROM json_each(%(expressions)s))",
            arg_joiner=") WHERE (value = ",
            **context,
        )
