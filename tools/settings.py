"""Write docs/settings.md: every variable that dxbot reads, from the code that reads it.

python -m tools.settings
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field
from datetime import time
from pathlib import Path
from typing import Any

from bot import registry
from bot.config import ROOT, Config
from bot.options import Secret, options_of

PAGE = ROOT / "docs" / "settings.md"
_HEAD = """# 設定の一覧

`make settings` がプログラムから書き出した一覧です。手で直さず、`bot/config.py` と配信先のフォルダーの説明を直してください。

設定は環境変数で渡します。サーバーに置いたときは `/etc/dxbot/dxbot.env` に書き、`systemctl restart dxbot dxbot-web` で効きます。
**鍵**とあるものは、変数に値を書くほかに、`_FILE` を付けた名前でファイルを指して渡せます。サーバーに置いたときは
`/etc/dxbot/keys/` に、変数の名前のファイルで置きます（[運用の手引き](operations.md)）。鍵の値が画面、記録、エラーに出ることは
ありません。

"""
_TABLE = "| 環境変数 | 内容 | 書かなければ |\n| --- | --- | --- |\n"
_OTHERS = """## dxbot のものではないが、従うもの

| 環境変数 | 何が従うか |
| --- | --- |
| `HTTPS_PROXY`、`NO_PROXY`（小文字も） | 配信先、チャット、認証基盤、https の Git。メールとデータベースは従わない |
| `SSL_CERT_FILE`、`SSL_CERT_DIR` | 市の認証局を使う Git の https（OpenSSL で作られた git のとき）とメール |
| `GIT_SSL_CAINFO` | 市の認証局を使う Git の https。認証局の証明書（PEM）のファイル |
| `REQUESTS_CA_BUNDLE` | 配信先、チャット、コミットへの表示、認証基盤への https。中継サーバーが自分の証明書を使うとき |
| `SSH_AUTH_SOCK`、`HOME` | ssh の Git の鍵 |
"""


def page() -> str:
    """The whole page, as the code is now."""
    shared, own = _by_channel()
    parts = [_HEAD, "## 全体\n\n", _table(options_of(Config).values())]
    parts += ["\n## いくつかの配信先に共通のもの\n\n", _table(shared)]
    for key, fields in own.items():
        parts += [f"\n## 配信先 {key}（{registry.specs()[key].label}）\n\n", _table(fields)]
    return "".join([*parts, "\n", _OTHERS])


def _by_channel() -> tuple[list[Field[Any]], dict[str, list[Field[Any]]]]:
    """What several channels declare, and what each declares alone."""
    kinds = registry.options()
    counted = [kind for each in kinds.values() for kind in each]
    shared = dict.fromkeys(kind for kind in counted if counted.count(kind) > 1)
    own = {key: [f for kind in each if kind not in shared for f in options_of(kind).values()] for key, each in kinds.items()}
    return [f for kind in shared for f in options_of(kind).values()], {key: fields for key, fields in own.items() if fields}


def _table(fields: Iterable[Field[Any]]) -> str:
    return _TABLE + "".join(_row(f) for f in fields)


def _row(f: Field[Any]) -> str:
    kind = "**鍵** " if isinstance(f.default, Secret) else ""
    return f"| `{f.metadata['env']}` | {kind}{f.metadata['meaning']} | {_default(f.default)} |\n"


def _default(value: object) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case Path():
            return f"プログラムの `{value.relative_to(ROOT)}/`" if value.is_relative_to(ROOT) else f"`{value}`"
        case tuple():
            return "`" + ",".join(f"{each:%H:%M}" if isinstance(each, time) else str(each) for each in value) + "`"
        case Secret() | "":
            return "なし"
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
