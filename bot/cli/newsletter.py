"""dxbot newsletter build: the column's files."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import tell
from bot.cli.office import me, office
from bot.language import say


@click.group("newsletter", help=say("新聞広報のコラムを作る"))
def newsletter_command() -> None:
    pass


@newsletter_command.command("build", epilog="例: dxbot newsletter build --issue 2026-12 -o out")
@click.option("--issue", help="号（2026-12）。書かなければ次の号")
@click.option("-o", "directory", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def build_command(issue: str | None, directory: Path) -> None:
    """承認された原稿から、校正刷り（.pdf）・組み見本（.html）・行数の報告（-fit.json）・流し込み原稿（.txt）・
    InDesign のタグ付きテキスト（-indesign.txt）・縦書きの Word ファイル（.docx）・読むための横書きの文章
    （-article.html）・試験的な IDML（-trial.idml）を作ります。校了になった号では、校了にしたファイルそのものです。
    載せる順と目安の行数は、画面の「紙面」か schedules/newsletter.yml で決めます。"""
    ctx = office()
    from bot.services.paper import issues

    for path in issues.export(ctx, issue, directory):
        click.echo(path)


@newsletter_command.command("proof", epilog="例: dxbot newsletter proof 2026-12")
@click.argument("issue")
def proof_command(issue: str) -> None:
    """号の校正刷りを状態の置き場に作り、その照合番号と、校了かどうかを表示します。"""
    ctx = office()
    from bot.services.paper import issues

    built = issues.build(ctx, issue)
    for path in built.files:
        click.echo(path)
    tell("照合番号 {digest}", digest=built.digest)
    release = issues.signed_off(built)
    if release is None:
        tell("校了になっていません。")
    else:
        tell("{officer} が校了にしました。", officer=release.officer)


@newsletter_command.command("sign-off", epilog="例: dxbot newsletter sign-off 2026-12 --digest 3f5a…（proof で見た照合番号）")
@click.argument("issue")
@click.option("--digest", required=True, help="見た校正刷りの照合番号（全部）。違っていれば校了にしません")
def sign_off_command(issue: str, digest: str) -> None:
    """号を校了にします。あとで内容が変わると、校了ではなくなります。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.paper import issues

    issues.sign_off(ctx, actor, issue, digest)
    tell("{issue} を校了にしました。", issue=issue)


@newsletter_command.command("printed", epilog="例: dxbot newsletter printed 2026-12 紙面.txt")
@click.argument("issue")
@click.argument("file", type=click.Path(path_type=Path))
def printed_command(issue: str, file: Path) -> None:
    """紙面に実際に載った文を、その号の記録にします。"""
    ctx = office()
    actor = me(ctx)
    from bot.content import frontmatter
    from bot.services.paper import printed

    try:
        data = file.read_bytes()
    except OSError as e:
        raise frontmatter.unreadable(file) from e
    printed.record(ctx, actor, issue, frontmatter.decode(file, data))
    tell("{issue} に載った文を記録しました。", issue=issue)
