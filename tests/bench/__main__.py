"""make bench: ratios to something known, measured in turn in one run, printed and written to docs/benchmarks.md."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.config import ROOT
from tests import postgres
from tests.bench import column, dispatch, pages, start, steadiness, stub, sync
from tests.bench.engine import Row

HEAD = """# 速さの測定

`make bench` が、比べる相手と同じ実行の中で交互に測った値です。絶対値は機械によるので、比を見てください。送り先は、すぐに答える
手元の見本です。

| 比べるもの | 本システム | 相手 | 比 |
| --- | ---: | ---: | ---: |
"""


def _engine() -> list[Row]:
    url = postgres.start()
    with stub.running() as platform:
        return [*dispatch.rows(platform, url), *steadiness.rows(platform, url)]


def main() -> None:
    rows = [start.check(), *_engine(), *sync.table(), *column.rows(), *pages.rows()]
    lines = [f"| {what} | {ours:,.3g} | {other:,.3g} | {ratio:.2f} |" for what, ours, other, ratio in rows]
    text = HEAD + "\n".join(lines) + f"\n\n測定日：{datetime.now(UTC):%Y-%m-%d}\n"
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
