"""The record of a post as PDF/A-3a: what a reader program finds in it, and that no byte of it changes unseen."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot import record_check
from bot.config import ROOT
from bot.record_check import NotWhole
from bot.services.approval import review
from bot.services.pages import post_record, printed_record, record_files
from bot.store.models import Submission, User
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.services.test_post_record import record

__all__ = ["record"]  # the fixture
STAFF = ("kouhou", "kacho-2", "shimin-leader")


def printed(office: Office, folder: Path, *, redacted: bool = False) -> Path:
    number = Submission.objects.order_by("id")[0].id
    found = record_files.files(office.ctx, office.officer, number, redacted=redacted)
    record_files.write(found | {"record.pdf": printed_record.as_pdf(office.ctx, found)}, folder)
    return folder / "record.pdf"


def words(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


def every_text(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Of every object, and of every stream that is no picture and no typeface."""

    def of(value: Any) -> Iterator[str]:
        if isinstance(value, pikepdf.String):
            yield str(value)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Array):
            own = value.values() if isinstance(value, pikepdf.Dictionary) else value
            for each in own:
                if not getattr(each, "is_indirect", False):
                    yield from of(each)

    for each in pdf.objects:
        yield from of(each)
        if isinstance(each, pikepdf.Stream):
            with suppress(pikepdf.PdfError, UnicodeDecodeError):
                yield each.read_bytes().decode()


def test_it_is_a_tagged_pdf_a_3a_with_the_data_of_the_database_attached(office: Office, record: Path, tmp_path: Path) -> None:
    path = printed(office, tmp_path / "out")
    with pikepdf.open(path) as pdf:
        said = pdf.open_metadata()
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
        assert said["dc:title"] == pdf.docinfo["/Title"] == "書かない窓口（見本）の記録"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "ja"
        (intent,) = pdf.Root.OutputIntents
        assert (str(intent.S), int(intent.DestOutputProfile.N)) == ("/GTS_PDFA1", 3)
        assert b"acsp" in intent.DestOutputProfile.read_bytes()[:40]  # an ICC profile
        parts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each]
        assert {str(each.S) for each in parts} >= {"/Table", "/THead", "/TH", "/H1", "/Figure"}
        alternatives = [str(each.Alt) for each in parts if each.S == "/Figure"]
        (file,) = {str(each.UF): each for each in pdf.Root.AF}.values()
        assert (str(file.UF), str(file.AFRelationship)) == ("record.json", "/Source")
        assert file.EF.F.Subtype == "/application/json"
        assert "/ModDate" in file.EF.F.Params
        data = json.loads(pdf.attachments["record.json"].get_file().read_bytes())
        fonts = [
            each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]
        assert alternatives == [p["alt"] for d in data["deliveries"] for p in d["pictures"]] != []
        assert fonts
        assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
        assert not pdf.check_pdf_syntax()
    whole = post_record.sections(office.ctx, Submission.objects.order_by("-id")[0])
    for name in set(whole) - {"record"}:  # its own moment is in there
        assert data[name] == json.loads(json.dumps(whole[name])), name


def test_it_says_in_words_what_was_sent_decided_and_taken_down(office: Office, record: Path, tmp_path: Path) -> None:
    said = re.sub(r"\s", "", words(printed(office, tmp_path / "out")))
    for part in (
        "窓口は12月5日に始まります",
        "代決（kacho-2の不在）",
        "時点を書いてください",
        "訂正（誤記）：12月5日→12月6日",
        "誤り",
    ):
        assert part in said
    assert "2026-12-0109:00:00" in said
    assert "掲載されました" in said


def test_its_pictures_are_those_that_went_out(office: Office, record: Path, tmp_path: Path) -> None:
    path = printed(office, tmp_path / "out")
    named = {p["sha256"] for d in json.loads(record.read_text("utf-8"))["deliveries"] for p in d["pictures"]}
    with pikepdf.open(path) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode"]
        assert {hashlib.sha256(each.read_raw_bytes()).hexdigest() for each in streams} == named
    assert f"画像{len(named)}枚は" in record_check.check(path)[2]


def test_each_changed_byte_of_the_pdf_is_found(office: Office, record: Path, tmp_path: Path) -> None:
    path = printed(office, tmp_path / "out")
    raw = path.read_bytes()
    assert len(record_check.check(path)) == 4
    for place in range(0, len(raw), max(1, len(raw) // 80)):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(NotWhole):
            record_check.check(path)
    path.write_bytes(raw[:9000] + bytes([raw[9000] ^ 1]) + raw[9001:])
    with pytest.raises(NotWhole, match="8193〜12288バイト目"):
        record_check.check(path)
    for other in (raw + b"\n% more", raw[:-1000], raw.replace(b"startxref", b"% x\nstartxref")):
        path.write_bytes(other)
        with pytest.raises(NotWhole):
            record_check.check(path)
    path.write_bytes(raw)
    with pytest.raises(NotWhole, match="鍵"):
        record_check.check(path, "00" * 32)


def test_the_check_runs_alone_with_nothing_of_the_program(office: Office, record: Path, tmp_path: Path) -> None:
    path = printed(office, tmp_path / "out")
    alone = tmp_path / "alone"
    alone.mkdir()
    text = (ROOT / "bot/record_check.py").read_text("utf-8")
    assert len(text.splitlines()) <= 150
    (alone / "record_check.py").write_text(text, "utf-8")
    command = [sys.executable, "-I", "record_check.py", str(path)]
    ran = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    ran = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert "1〜4096バイト目" in ran.stderr


def test_the_redacted_pdf_holds_no_name_anywhere(office: Office, record: Path, tmp_path: Path) -> None:
    path = printed(office, tmp_path / "out", redacted=True)
    record_check.check(path)
    with pikepdf.open(path) as pdf:
        texts = [*every_text(pdf), str(pdf.open_metadata()), str(dict(pdf.docinfo)), words(path)]
        assert any("個人に関する情報" in text for text in texts)
        assert any("dxbot record 1" in text for text in texts)  # the attachment is among them
    assert not [name for name in STAFF for text in texts if name in text]
    whole = printed(office, tmp_path / "whole")
    assert all(name in words(whole) for name in STAFF)


def test_the_redacted_pdf_hides_a_name_in_title_outline_and_picture_and_who_is_gone(office: Office, tmp_path: Path) -> None:
    User.objects.create(username="yamada-h", role=Role.OFFICER, last_name="山田", first_name="花子")
    named = {"title": "山田花子さんと窓口（見本）", "images": "{file: red.png, alt: 山田　花子の見本, people: none}"}
    made = office.submit(office.post(channels="facebook", **named))
    yamada = Actor(person="yamada-h", role=Role.OFFICER)
    review.return_(office.ctx, yamada, made.id, "山田課長か、山　田　花　子に聞いてください")
    office.approved(channels="facebook", body="次の文です（見本）。\n", **named)
    hand = {"road": "push", "commit": "", "people": ["sato-gone"], "signed": True}
    Submission.objects.update(hands=[hand])
    found = {}
    for redacted in (False, True):
        with pikepdf.open(printed(office, tmp_path / str(redacted), redacted=redacted)) as pdf:
            assert "山田花子" in str(pdf.open_outline().root[0].title) or redacted
            found[redacted] = " ".join([*every_text(pdf), str(pdf.open_metadata()), str(dict(pdf.docinfo))])
    names = ("山田", "山　田", "花子", "花　子", "yamada-h", "sato-gone")
    assert [[name in text for name in names] for text in found.values()] == [[True] * 6, [False] * 6]


def test_what_has_no_glyph_is_printed_as_its_number(office: Office, tmp_path: Path) -> None:
    made = office.submit(office.post(channels="x", body="窓口を変えました🎉（見本）。\n"))
    found = record_files.files(office.ctx, office.officer, made.id)
    (tmp_path / "record.pdf").write_bytes(printed_record.as_pdf(office.ctx, found))
    said = re.sub(r"\s", "", words(tmp_path / "record.pdf"))
    assert "窓口を変えました〔U+1F389〕（見本）" in said
    with pikepdf.open(io.BytesIO((tmp_path / "record.pdf").read_bytes())) as pdf:
        assert "🎉" in pdf.attachments["record.json"].get_file().read_bytes().decode()


def test_the_figures_that_the_text_used_are_printed(office: Office, tmp_path: Path) -> None:
    made = office.submit(office.post(body="取得率は{{ indicator.card.rate }}です（見本）。\n"))
    found = record_files.files(office.ctx, office.officer, made.id)
    (tmp_path / "record.pdf").write_bytes(printed_record.as_pdf(office.ctx, found))
    assert "2022-12-05：46.5%（提言）" in re.sub(r"\s", "", words(tmp_path / "record.pdf"))


def sealed_pdf(attached: bytes, *, times: int = 1, more: bytes = b"") -> bytes:
    """What anybody can make: a file that begins like a PDF, with these bytes attached, sealed by a key of their own."""
    packed = zlib.compress(attached)
    part = b"1 0 obj\n<</Type /EmbeddedFile/Length %d>>\nstream\n" % len(packed) + packed + b"\nendstream\n"
    bare = b"%PDF-1.7\n" + part * times + more + b"\nstartxref\n9\n%%EOF\n"
    key = Ed25519PrivateKey.generate()
    blocks = [hashlib.sha256(bare[at : at + 4096]).hexdigest() for at in range(0, len(bare), 4096)]
    seal = {
        "blocks": blocks,
        "key": key.public_key().public_bytes_raw().hex(),
        "signature": key.sign("".join(blocks).encode()).hex(),
    }
    end = bare.rindex(b"startxref")
    return bare[:end] + f"%dxbot-seal {json.dumps(seal)}\n".encode() + bare[end:]


HOSTILE = {
    "nested": b"[" * 200_000,
    "nested in a section": b'{"manifest":' + b'{"a":' * 100_000,
    "twice": b'{"manifest":{},"manifest":{}}',
    "huge number": b'{"manifest":' + b"9" * 5000 + b"}",
    "control characters": json.dumps({"manifest": {"format": "\x1b[2J"}}).encode(),
    "no PDF": b"%PDF-1.7\n\x00\xff" + b"<<" * 300_000,
    "seals without an end": b"%PDF-1.7\n" + b"%dxbot-seal {" * 60_000,
    "two attachments": sealed_pdf(b"{}", times=2),
    "no attachment": sealed_pdf(b"", times=0),
    "dictionaries without an end": sealed_pdf(b"{}", more=b"<<" * 300_000),
    "an attachment that grows": sealed_pdf(b" " * 21_000_000),
    "an attachment of nesting": sealed_pdf(b"[" * 200_000),
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_bytes_get_a_sentence_and_no_traceback(tmp_path: Path, name: str) -> None:
    path = tmp_path / "record"
    path.write_bytes(HOSTILE[name])
    ran = subprocess.run(
        [sys.executable, str(ROOT / "bot/record_check.py"), str(path)], capture_output=True, text=True, check=False, timeout=30
    )
    assert ran.returncode == 1
    assert re.fullmatch(r"[^\x00-\x1f]*[ぁ-ん][^\x00-\x1f]*\n", ran.stderr), ran.stderr


@pytest.mark.parametrize("given", [[], ["missing.pdf"]], ids=["no file", "one that is not there"])
def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path, given: list[str]) -> None:
    command = [sys.executable, str(ROOT / "bot/record_check.py"), *given]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, "読める記録ではありません" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)


def test_pictures_have_room_in_a_pdf_and_data_keeps_its_own_bound(tmp_path: Path) -> None:
    path = tmp_path / "record"
    pictures = b"%" + bytes(range(11, 251)) * 160_000  # 38 MB
    path.write_bytes(sealed_pdf(b"{}", more=pictures))
    with pytest.raises(NotWhole, match="読める記録ではありません"):  # read to its end, where there is no record
        record_check.check(path)
    path.write_bytes(b" " * 20_000_001)
    with pytest.raises(NotWhole, match="データが 20 MB"):
        record_check.check(path)
    with path.open("wb") as file:
        file.truncate(300_000_001)
    with pytest.raises(NotWhole, match="PDF が 300 MB"):
        record_check.check(path)
