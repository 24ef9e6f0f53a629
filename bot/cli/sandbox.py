"""dxbot sandbox: the platforms' protocols on this machine alone."""

from __future__ import annotations

import click

from bot.cli.console import tell
from bot.registry import load


@click.command("sandbox", epilog="例: dxbot sandbox --port 8001 --env")
@click.option("--port", default=8001, show_default=True)
@click.option("--env", "show_environment", is_flag=True, help="接続に使う環境変数を表示して終わる")
def sandbox_command(port: int, show_environment: bool) -> None:
    """練習用サーバー（各配信先のまね）を動かします。"""
    from bot.sandbox import server
    from bot.sandbox.credentials import environment

    if show_environment:
        for name, value in environment(f"http://127.0.0.1:{port}").items():
            click.echo(f"export {name}='{value}'")
        return
    sandbox = server.create(load().var_dir / "sandbox", port)
    tell("練習用サーバー: {base_url}/", base_url=sandbox.base_url)
    sandbox.serve_forever()
