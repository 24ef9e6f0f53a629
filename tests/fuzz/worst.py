"""`python -m tests.fuzz.worst`: the inputs that ask most of each reader for their size, each in a process of its own, with
seconds of computing and megabytes. The table in docs/adr/0021 was made by it."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping

from tests.attacks.test_endless_texts import SIGNS
from tests.disaster import telegrams as made

POST, SETTINGS, XML = 20_000, 1_000_000, 10_000_000  # bytes that are read
_AREAS = made.quake(*[("391", "石川県加賀", "5+")] * 79_000)
_ENTRIES = made.feed([made.entry(f"{made.BASE}2026120103{n:05}_0_VZZZ99_170000.xml", headline="石川県") for n in range(20_000)])


def _as_much_as_is_read(sign: str) -> bytes:
    paragraph = "はじめ。" + sign * (380 // len(sign)) + "\n\n"
    return (paragraph * POST).encode()[: POST - 1_000]


WORST: Mapping[str, Callable[[], list[bytes]]] = {
    "post": lambda: [_as_much_as_is_read(sign) for sign in (*SIGNS, "①", "あ", "a.", "先着順")],
    "shared": lambda: [
        b"\0" + filled[: SETTINGS - 1] for filled in (b"[" * SETTINGS, b"- a\n" * SETTINGS, b"a: {b: [c]}\n" * SETTINGS)
    ],
    "package": lambda: [b"\0\0".join([b"a.md", b"a" * 20_000] * 60), b"\0\0".join([f"{n}.jpg".encode() for n in range(200)])],
    "telegram": lambda: [b"\x01" + _AREAS, b"\x01<Report>" + b'<a b=""/>' * (XML // 9 - 2) + b"</Report>"],
    "feed": lambda: [_ENTRIES, b"<feed>" + b"<entry/>" * (XML // 8 - 2) + b"</feed>"],
    "sheet": lambda: [(b"1," * 199 + b"\n") * 990, b'"' + b'""' * 60_000 + b'"', b"1\n" * 19_000],
    "record": lambda: [b"{" + b",".join(b'"%d":[]' % n for n in range(100_000)) + b"}", b"[" * 1_000_000],
    "form": lambda: [b"\0\0".join([(sign * 18_000).encode()[:18_000]] * 19) for sign in ("**", "あ。\n\n", "[", "- ")],
}


def _measured(target: Callable[[bytes], None], data: bytes) -> tuple[float, int]:
    """Seconds of computing, and megabytes at the most."""
    answer, end = os.pipe()
    if not (child := os.fork()):
        began = time.process_time()
        target(data)
        os.write(end, str(time.process_time() - began).encode())
        os._exit(0)
    os.close(end)
    with os.fdopen(answer, "rb") as said:
        text = said.read()
    _, status, used = os.wait4(child, 0)
    assert status == 0, "it broke"
    return float(text), used.ru_maxrss // 1000


def main() -> None:
    from tests.fuzz import targets

    targets.set_up()
    warnings.simplefilter("ignore")
    for name, make in WORST.items():
        target = targets.TARGETS[name]
        target(b"")  # what is loaded once is no part of it
        for data in make():
            seconds, megabytes = _measured(target, data)
            begin = repr(data[:24])[1:]
            told = f"{name:9} {len(data):>10,} bytes {seconds:7.2f} s {megabytes:4} MB"
            sys.stdout.write(f"{told} {seconds / len(data) * 1e6:8.2f} µs/byte  {begin}\n")


if __name__ == "__main__":
    main()
