"""make bench: ratios to something known, measured in turn in one run, printed and written to docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from bot.config import ROOT
from tests import postgres
from tests.bench import checks, column, dispatch, pages, start, steadiness, stub, sync
from tests.bench.engine import LANES, Row

HEAD = """# 速さの測定

`make bench` が、比べる相手と同じ実行の中で交互に測った値です。絶対値は機械によるので、比を見てください。送り先は、すぐに答える
手元の見本です。

| 比べるもの | 本システム | 相手 | 比 |
| --- | ---: | ---: | ---: |
"""

FOOT = """
- 1秒あたりの件数・遅れの行は同じ組を3回、先の予定の行は5回測り、比がまん中の回の値です。メモリ・中断・遅い相手・待つ費用の
  行は、1回の値です。
- 1秒あたりの件数は、どの相手でも、同じ10,000件を、断りのない限り{lanes}の口座に分けたときの値です。
  一つの口座では前の投稿が済むまで次を送らないので、口座が少なければ、速さは相手の答えの速さで決まります。
- 本システムは、署名のない素の接続で見本に送ります。tweepy は送るたびに署名を作るので、その行の比には、そのぶんの差も
  入っています。
- PostgreSQL では、どの相手も、使い込まれたデータベースと同じように統計を取ってから測ります。統計のない空のデータベースでは、
  Procrastinate はずっと遅くなります。
- 遅れは、20秒に散らした1,000件が、予定の時刻から送り先に届くまでの時間です。本システムは、3秒前から用意し、遅くとも時刻の前に
  「送る」と記録し、時刻を待って送ります。
- 途中で落ちたときの秒には、落ちたプロセスの持ち分が空くまで待つ時間（この測定では3秒）が入っています。
"""


def _engine() -> Iterator[Row]:
    url = postgres.start()
    with stub.running() as platform:
        yield from dispatch.rows(platform, url)
        yield from steadiness.rows(platform, url)


def _lines() -> Iterator[str]:
    """Each row as soon as it is measured: it takes a quarter of an hour."""
    for what, ours, other, ratio in chain(pages.rows(), [start.check()], checks.rows(), column.rows(), sync.table(), _engine()):
        print(line := f"| {what} | {ours:,.3g} | {other:,.3g} | {ratio:.2f} |", flush=True)
        yield line


def main() -> None:
    text = HEAD + "\n".join(_lines()) + f"\n\n測定日：{datetime.now(UTC):%Y-%m-%d}\n" + FOOT.format(lanes=LANES)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
