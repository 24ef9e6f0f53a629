"""What people.yml and `heads:` of city.yml said until now, into the accounts: once, for an office that is at work already. From
here on the files only ask (ADR 20). Files that cannot be read ask, too, as soon as they can."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import migrations

from bot.config import read
from bot.content.people import load_people
from bot.errors import BotError
from bot.values.document import load

T = TypeVar('T')


def _into_accounts(apps: Any, schema_editor: Any) -> None:
    User, Submission, Branch = (apps.get_model('store', name) for name in ('User', 'Submission', 'ContentBranch'))
    # A new installation begins with nobody: what its files ask for is accepted by its first operator.
    if not (User.objects.exists() or Submission.objects.exists() or Branch.objects.exists()):
        return
    folder = read(os.environ, ()).content_dir
    for key, author in _read(lambda: load_people(folder / 'people.yml')).items():
        if author.role is None:  # named only; its account was made by hand
            continue
        user = _account(User, key, author.role)
        user.department, user.submits_for = author.department, sorted(author.submits_for)
        user.addresses = sorted(author.emails)
        user.save()
    for department, head in _read(lambda: _heads(folder / 'city.yml')).items():
        user = _account(User, head, 'head')
        user.heads = sorted({*user.heads, department})
        user.save()


def _account(User: Any, key: str, role: str) -> Any:
    known = User.objects.filter(username=key).first()
    return known or User(username=key, role=role, password=make_password(None))


def _heads(path: Path) -> dict[str, str]:
    entries = dict((key.text(), value) for key, value in load(path).entries())
    heads = entries.get('heads')
    return {} if heads is None or heads.empty else {name.text(): value.text() for name, value in heads.entries()}


def _read(reading: Callable[[], Mapping[str, T]]) -> Mapping[str, T]:
    try:
        return reading()
    except BotError:
        return {}


class Migration(migrations.Migration):

    dependencies = [
        ("store", "0031_accounts"),
    ]

    operations = [
        migrations.RunPython(_into_accounts, migrations.RunPython.noop),
    ]
