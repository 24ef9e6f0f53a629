"""Whatever stands in a file, the checks end in a time that grows as the file does, with sentences and never a traceback."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.checks.registry import check_paths, check_post, rules
from bot.checks.rule import MARK, Subject
from bot.cli.core import Core
from bot.registry import load
from tests.checks.test_examples import FRONT
from tests.office import write_content

# What the rules look for, and what Markdown, YAML and ruby are made of.
_SIGNS = "「」（）【】《》｜。、，・…ー～-_=+*#>|`!?:;@/\\\"'&%％$^~[]{}()<>0123456789０１９年月日時分円人件枚ヶカ千○×△①ⅣａＡaZ"
_WORDS = (
    "令和 8年 12月 31日 （火） のうち から ポイント です。 である。 TODO xxx 090 1234 5678 9018 http:// https://bit.ly/ "
    "[こちら]( {漢字| <!-- 点検: style.comma --> ## - 🎉 \ufe0f \u200d カ\u3099 \ufeff ｶﾞ "
    "先着順 避難勧告 本日は 開催します 始めました"
)
PIECES = [
    *_SIGNS,
    *_WORDS.split(" "),
    "{{ indicator.",
    " }}",
    "<!-- 点検: ",
    " -->",
    "\n",
    "\n\n",
    "- ",
    "　",
    " ",
    "\x0b",
    "日　時",
]
PROSE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join)
KEYS = ["a", "title", "reason", "next", "x", "newsletter", "images", "publish", "link", "id"]
SLOW = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    content = Path(tmp_path_factory.mktemp("fuzz")) / "content"
    write_content(content)
    return Core(load({"DXBOT_CONTENT_DIR": str(content)}))


def sound(core: Core, raw: bytes) -> None:
    path = core.library.posts_dir / "a.md"
    path.write_bytes(raw)
    ((_, findings),) = check_paths(core.library, [path], core.specs, core.templates)
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    for finding in findings:
        assert finding.message
        assert 1 <= finding.line <= max(lines, 1)


@SLOW
@given(PROSE)
def test_any_prose_is_checked(core: Core, body: str) -> None:
    sound(core, FRONT.format(extra="", body=f"{body}\n").encode("utf-8", "surrogatepass"))


@SLOW
@given(
    st.dictionaries(st.sampled_from([*"abc", "title", "reason", "next", "x", "newsletter", "images", "publish", "link"]), PROSE)
)
def test_any_front_matter_is_checked(core: Core, entries: dict[str, str]) -> None:
    front = "".join(f"{key}: {value}\n" for key, value in entries.items())
    sound(core, FRONT.format(extra=front, body="本文です。\n").encode("utf-8", "surrogatepass"))


@SLOW
@given(st.binary(max_size=300))
def test_any_bytes_are_checked(core: Core, raw: bytes) -> None:
    sound(core, raw)


SIGNS = [".", "a.", "1", "1,", "0-", "12月", "○", "「", "（", "　", "🎉", "令", "1%"]
EXAMPLES = [rule.bad.replace(MARK, "").strip().split("\n")[-1] for rule in rules().values() if MARK in rule.bad]


@pytest.mark.parametrize("piece", [*SIGNS, *dict.fromkeys(EXAMPLES)])
def test_the_rules_take_a_time_in_proportion_to_the_text(core: Core, piece: str) -> None:
    """Quadratic work would take sixteen times as long for four times the text."""
    short, long = (_subject(core, piece, length) for length in (900, 3_600))
    assert _cost(long) < 10 * max(_cost(short), 0.005)


def _subject(core: Core, piece: str, length: int) -> Subject:
    plain = re.sub(r"[\[\]{}*#`]", "", piece)  # a reason has no marks; 4,000 characters are the most
    text = json.dumps("はじめです。" + plain * (length // len(plain)), ensure_ascii=False)
    front = FRONT.format(extra=f"reason: {text}\n", body="本文です。\n")
    post = core.library.parse(core.library.posts_dir / "a.md", front.encode())
    return Subject(post, core.specs, core.templates, core.library.city, core.library.indicators)


def _cost(subject: Subject) -> float:
    def once() -> float:
        for kept in ("prose", "whole", "texts", "canonical"):
            subject.__dict__.pop(kept, None)
        start = time.process_time()
        check_post(subject)
        return time.process_time() - start

    return min(once() for _ in range(3))
