"""Name what nothing in bot/ uses; the exit code says whether there was anything. Part of `make check`.

Vulture reads Python alone. What else calls by name is told to it here: templates, settings (dotted paths), lookups and
columns of the database, and the frameworks' own names, each beside the framework that calls it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Set
from pathlib import Path

from vulture import Vulture
from vulture.core import Item

ROOT = Path(__file__).resolve().parent.parent
_CALLED_BY = {
    "Django": (
        "Meta",
        "constraints",
        "indexes",
        "verbose_name_plural",
        "urlpatterns",
        "handler500",
        "process_exception",
        "process_request",
        "process_view",
        "_get_new_session_key",
        "install",
        "as_sqlite",
        "arity",
        "function",
        "output_field",
        "StoreConfig",
        "WebConfig",
    ),
    "logging": ("msg", "exc_text", "stack_info", "handleError"),
    "Pillow": ("LOAD_TRUNCATED_IMAGES",),
    "allauth": ("can_delete_authenticator", "is_open_for_signup", "pre_social_login", "email_addresses"),
    "click": (
        *("list_commands", "get_command", "resolve_command", "format_commands", "short_help"),
        *("options_metavar", "subcommand_metavar"),
    ),
    "oauthlib": (
        *("enforce_ssl", "client_key_length", "access_token_length", "nonce_length", "safe_characters", "dummy_client"),
        *("validate_client_key", "get_client_secret", "get_access_token_secret", "validate_timestamp_and_nonce"),
    ),
    "python-markdown": ("test", "extendMarkdown", "preprocessors", "inlinePatterns", "postprocessors"),
    "tweepy": ("user_auth",),
    "instagrapi": ("request_log",),
    "requests": ("max_redirects", "trust_env", "timeout", "_content", "_content_consumed"),
    "with": ("trace",),
    "whoever writes a refusal in the platform's own form": ("error_type",),
    "pydantic": ("model_config",),
    "Werkzeug": ("daemon_threads", "date_time_string", "connection_dropped"),
    "whoever reads content/strategy/indicators.yml": ("date_of", "source_url"),
    "Jinja": ("globals",),
    "zipfile": ("create_system",),
    "fpdf2, fontTools": ("c_margin", "flags"),
    "python-docx": (
        *("modified", "space_after", "line_spacing", "page_height", "page_width", "orientation"),
        *("top_margin", "bottom_margin", "left_margin", "right_margin"),
    ),
}
_DECORATORS = ["@click.command", "@*.command", "@*.group", "@receiver"]


def unused() -> Iterator[str]:
    """One line each: where, what."""
    names = sorted({name for own in _CALLED_BY.values() for name in own})
    vulture = Vulture(ignore_names=names, ignore_decorators=_DECORATORS)
    vulture.scavenge([str(ROOT / "bot")], exclude=["*/bot/settings.py", "*/bot/store/migrations/*", "*/bot/vendor/*"])
    shown, written = set(_in_templates()), set(_given_by_name())
    for item in vulture.get_unused_code(min_confidence=60, sort_by_size=False):
        if item.name not in shown and not _is_data(item, written):
            yield item.get_report()


def _is_data(item: Item, written: Set[str]) -> bool:
    """A column that is only ever written is read by people. A field of a schema or a form is there so that it is taken."""
    return item.filename.name.endswith(("schema.py", "forms.py", "outputs.py")) or (
        "store" in item.filename.parts and item.name in written
    )


def _in_templates() -> Iterator[str]:
    """The names that templates and dotted paths in the settings end in, and filters."""
    pages = [p for folder in ("templates", "bot") for p in (ROOT / folder).rglob("*") if p.suffix in (".html", ".txt")]
    for path in (*pages, ROOT / "bot" / "settings.py"):
        yield from re.findall(r"[.|]([A-Za-z_]\w*)", path.read_text(encoding="utf-8"))


def _given_by_name() -> Iterator[str]:
    """Keywords and words in strings: `update(lease_owner=…)`, `order_by("reconcile_at")`, and SQL."""
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg:
                yield node.arg
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"\w+", node.value)


if __name__ == "__main__":
    found = list(unused())
    sys.exit("\n".join(found) if found else 0)
