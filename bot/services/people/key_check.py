"""The secret key against the database that was sealed with it: a wrong one is told at the start, and no fault at a log-in."""

from __future__ import annotations

from pathlib import Path

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import connection, transaction
from django.utils.crypto import get_random_string

from bot.config import FALLBACKS, SECRET_KEY, Config
from bot.errors import ConfigError, NotAllowed
from bot.services.people.sealing import newest, seal
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.keys import KeyCheck

ROTATED, REPLACED = "rotate_secret_key", "replace_secret_key"  # in the audit log
SECOND_FACTOR, _CHECK = "second factor", "check"  # what the keys are derived for
_WORD = b"dxbot"
_SEALED = ("secret", "seed")  # of allauth's second factors; codes of its earlier versions are a list


def require(ctx: Context) -> None:
    """Raises ConfigError where the secret key is not the one of this database. The first start leaves its mark; the first one
    after a change of the key seals anew what the key before it had sealed."""
    sealed = newest(_CHECK).encrypt(_WORD).decode("ascii")
    row, made = KeyCheck.objects.get_or_create(id=1, defaults={"sealed": sealed})
    if made or _opens(newest(_CHECK), row.sealed):
        return
    if not _opens(seal(_CHECK), row.sealed):
        raise _wrong_key()
    with transaction.atomic():
        if KeyCheck.objects.filter(id=1, sealed=row.sealed).update(sealed=sealed):
            count = _seal_anew()
            audit.record(ctx.clock.now(), audit.SYSTEM, ROTATED, "key:secret", detail=f"{count}")


def _opens(key: Fernet | MultiFernet, sealed: str) -> bool:
    try:
        return key.decrypt(sealed) == _WORD
    except InvalidToken:
        return False


def _wrong_key() -> ConfigError:
    shared = connection.vendor == "postgresql"
    return ConfigError(
        "the secret key is not the one of this database",
        summary="秘密の鍵（DXBOT_SECRET_KEY か、状態の置き場の secret_key）が、このデータベースのものではありません",
        next_step="ほかの機械と同じデータベースを使うときは、同じ鍵を全ての機械の DXBOT_SECRET_KEY_FILE で渡してください。"
        "控えから戻したときは、鍵も控えのものにしてください"
        if shared
        else "控えから secret_key を戻してください。なくしたときは dxbot admin new-secret-key --lost で作り直せます",
    )


def _seal_anew() -> int:
    count = 0
    for factor in Authenticator.objects.select_for_update():
        held = {name: factor.data[name] for name in _SEALED if name in factor.data}
        if held:
            factor.data |= {name: seal(SECOND_FACTOR).rotate(text.encode()).decode("ascii") for name, text in held.items()}
            factor.save(update_fields=["data"])
            count += 1
    return count


def change(ctx: Context, by: str) -> None:
    """A new key in the state folder; the one before it goes on opening what it sealed. In force with the next start. Raises
    NotAllowed where the key is configured."""
    _require_own(ctx.config)
    path = ctx.config.var_dir / SECRET_KEY
    before = path.with_name(FALLBACKS)
    old = before.read_text(encoding="ascii").split() if before.exists() else []
    _write(before, "\n".join([path.read_text(encoding="ascii").strip(), *old]))
    _write(path, get_random_string(50))
    audit.note(ctx, by, ROTATED, "key:secret")


def replace_lost(ctx: Context, by: str) -> int:
    """The key at hand becomes the one of this database. Second factors that only the lost one opens are taken away, and their
    owners set up new ones; how many?"""
    with transaction.atomic():
        KeyCheck.objects.all().delete()
        lost = [factor for factor in Authenticator.objects.all() if not _readable(factor)]
        for factor in lost:
            factor.delete()
        audit.record(ctx.clock.now(), by, REPLACED, "key:secret", detail=f"{len(lost)}")
    require(ctx)
    return len(lost)


def _readable(factor: Authenticator) -> bool:
    try:
        for name in _SEALED:
            if name in factor.data:
                seal(SECOND_FACTOR).decrypt(factor.data[name].encode("ascii"))
    except InvalidToken:
        return False
    return True


def _require_own(config: Config) -> None:
    if config.secret_key:
        raise NotAllowed(
            "the secret key is configured",
            summary="秘密の鍵は DXBOT_SECRET_KEY で渡されています",
            next_step="新しい鍵を DXBOT_SECRET_KEY に、いまの鍵を DXBOT_SECRET_KEY_FALLBACKS に書いて、始め直してください",
        )


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    draft.replace(path)
