"""dxbot check --fix: what nobody could read differently is put right, and nothing else is touched."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.content.tidy import tidied
from tests.checks.test_examples import Desk, desk

__all__ = ["desk"]
_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # of slides, word processors and Unicode
_PLAIN = st.text(st.characters(exclude_categories=("Cs", "Mn", "Mc", "Me"), exclude_characters=f"\r\ufeff{_LINE_ENDS}"))


def test_line_ends_the_mark_at_the_beginning_and_parted_letters_are_put_right_and_told(desk: Desk) -> None:
    path, _, _ = desk.written("カ\u3099ス料金と cafe\u0301 の話です。")
    raw = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))
    done = desk.run("check", str(path), "--fix")
    assert path.read_bytes() == raw.replace("カ\u3099".encode(), "ガ".encode()).replace("e\u0301".encode(), "é".encode())
    assert (
        "初めの見えない印（BOM）を除きました、改行を LF にそろえました、離れていた濁点などを一文字にまとめました" in done.output
    )
    assert "そろえました" not in desk.run("check", str(path), "--fix").output


def test_without_the_option_the_file_stays_as_it_is(desk: Desk) -> None:
    path, _, _ = desk.written("本文です。")
    raw = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(raw)
    desk.run("check", str(path))
    assert path.read_bytes() == raw


def test_a_file_in_another_encoding_and_a_missing_one_are_left_alone(desk: Desk) -> None:
    path, _, _ = desk.written("本文です。")
    raw = path.read_text(encoding="utf-8").replace("\n", "\r\n").encode("cp932")
    path.write_bytes(raw)
    assert desk.run("check", str(path), "--fix").exit_code == 0
    assert path.read_bytes() == raw
    path.unlink()
    assert "ファイルを開けません" in desk.run("check", str(path), "--fix").output


@given(_PLAIN)
def test_text_without_these_faults_stays_to_the_byte(text: str) -> None:
    assert tidied(text.encode()) == (text.encode(), ())


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_once_is_enough_and_the_meaning_stays(text: str) -> None:
    once, _ = tidied(text.encode())
    assert tidied(once) == (once, ())
    same = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    same = same.translate(dict.fromkeys(map(ord, _LINE_ENDS), "\n"))
    assert unicodedata.normalize("NFC", once.decode()) == unicodedata.normalize("NFC", same)


def test_the_letters_of_a_name_are_not_exchanged() -> None:
    name = "\ufa19\ufa1b"  # 神 and 福 as some names have them; whole NFC would take the common letters
    assert tidied(name.encode()) == (name.encode(), ())
