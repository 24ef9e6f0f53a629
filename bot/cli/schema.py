"""dxbot schema: the forms of the shared files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bot.cli.console import print_json, tell


@click.command("schema", epilog="例: dxbot schema -o .vscode")
@click.option("--outputs", "of_outputs", is_flag=True, help="共通のファイルの代わりに、--json が出すものの形を出す")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="ファイルごとに書くフォルダ")
def schema_command(of_outputs: bool, output: Path | None) -> None:
    """共通のファイル（people.yml など）の書き方を、編集ソフトが読める形（JSON Schema）で出します。

    フォルダを書けば、ファイルごとの .schema.json と、VS Code の設定の例（settings.json に加える内容）を出します。
    """
    if of_outputs:
        _outputs(output)
        return
    from bot.shared_files import schema  # pydantic and all forms: most starts do without them

    found = schema.schemas()
    if output is None:
        print_json(found)
        return
    output.mkdir(parents=True, exist_ok=True)
    for path, form in found.items():
        _write(output / schema.file_name(path), form)
    tell(
        "{count}件を {output} に書きました。VS Code の settings.json には次を加えてください。", count=len(found), output=output
    )
    print_json({"yaml.schemas": {_address(output / schema.file_name(p)): f"**/{p}" for p in found}})


def _outputs(folder: Path | None) -> None:
    from bot.cli import outputs

    found = outputs.schemas()
    if folder is None:
        print_json(found)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for command, form in found.items():
        _write(folder / f"{command.replace(' ', '-')}.schema.json", form)
    tell("{count}件を {output} に書きました。", count=len(found), output=folder)


def _write(path: Path, form: dict[str, Any]) -> None:
    path.write_text(json.dumps(form, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _address(path: Path) -> str:
    return path.as_posix() if path.is_absolute() else f"./{path.as_posix()}"
