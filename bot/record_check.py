"""Is this record whole? `python record_check.py record.pdf [--key HEX]`, or record.json: reads the file, no code of its writer.
Without --key: compare the key that is told with the published one. `openssl ts -verify` looks further into a stamp of time."""

import hashlib
import json
import re
import sys
import zlib
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SEAL = re.compile(rb"%dxbot-seal (\{[^\n]*\})\n(startxref\n\d{1,12}\n%%EOF\n?)\Z")  # PDF/A allows nothing after its end
_MOST, _MOST_PDF = 20_000_000, 300_000_000  # bytes; 10 pictures of 4 MB for 3 networks are 120 MB, all else some 100 KB
_LARGE = "大きすぎて、記録とは思えません（上限は、データが 20 MB、PDF が 300 MB）"
_FORMLESS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, OSError, zlib.error)
_STREAM, _LENGTH = re.compile(rb"\n(<<[^\n]{0,4096}>>)\nstream\n"), re.compile(rb"/Length (\d{1,12})(?!\d)")


class NotWhole(Exception):
    """What is not as it was sealed, and where."""


def check(path: Path, key: str = "") -> list[str]:
    """What was found to be right. Raises NotWhole, for whatever bytes: anybody can seal anything."""
    try:
        _require(path.stat().st_size <= _MOST_PDF, _LARGE)
        return _checked(path, path.read_bytes(), key)
    except _FORMLESS:
        raise NotWhole("読める記録ではありません（ファイルの名前と、読む権限も確かめてください）") from None


def _checked(path: Path, raw: bytes, key: str) -> list[str]:
    raw, keys, shown = _opened(raw) if raw.startswith(b"%PDF") else (raw, [], None)
    _require(len(raw) <= _MOST, _LARGE)
    try:
        told = dict(json.loads(raw.decode("utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError) as e:
        at = e.start if isinstance(e, UnicodeDecodeError) else len(raw.decode()[: e.pos].encode())
        raise NotWhole(f"{raw[:at].count(10) + 1}行目（{at + 1}バイト目）が、形を成していません") from None
    _require(told["manifest"]["format"] == "dxbot record 1", "記録の形ではありません")
    _sections(raw, told)
    named = told["seal"]["key"]
    _require({named, key or named, *keys} == {named}, f"封をした鍵（{named[:16]}…）が、指定した鍵と違います")
    _require_signed(named, told["seal"]["signature"], _canonical(told["manifest"]), "封の署名が、目録に合いません")
    pending = _entries(told)
    pictures = {picture["sha256"] for d in told["deliveries"] for picture in d["pictures"]}
    files = [file for sha in pictures if (file := path.parent / "pictures" / f"{sha}.jpg").is_file()]
    for file in files if shown is None else []:
        _require(_sha(file.read_bytes()) == file.stem, f"画像 {file.name} が、出た時の画像と違います")
    return [
        f"{len(told['manifest']['sections'])}の部分は、封をした時のままです（鍵 {named[:16]}…）",
        f"操作の記録{len(told['entries']) - pending}件は、その日の署名に含まれています。署名がまだの日のものは{pending}件です",
        f"画像{len(files) if shown is None else len(pictures & shown)}枚は、記録のとおりです",
        f"時刻の証明（RFC 3161）は{sum(len(head.get('stamps', ())) for head in told['heads'])}件付いています",
    ]


def _opened(raw: bytes) -> tuple[bytes, list[str], set[str]]:
    """Of a PDF: the data attached, the key of its seal, the digests of the pictures that it shows."""
    ends = _SEAL.findall(raw, start := max(raw.rfind(b"%dxbot-seal {"), 0))
    _require(len(ends) == 1, "PDF の終わりに、読める封がありません")
    seal, bare = json.loads(ends[0][0]), raw[:start] + ends[0][1]
    own = (_sha(bare[at : at + 4096]) for at in range(0, len(bare), 4096))
    for number, (mine, sealed) in enumerate(zip_longest(own, seal["blocks"])):
        _require(mine == sealed, f"PDF の{number * 4096 + 1}〜{number * 4096 + 4096}バイト目が、封をした時と違います")
    _require_signed(seal["key"], seal["signature"], "".join(seal["blocks"]), "PDF の封の署名が、内容に合いません")
    streams = [(m[1], memoryview(bare)[m.end() :][: int(_LENGTH.findall(m[1])[-1])]) for m in _STREAM.finditer(bare)]
    data = [stream for about, stream in streams if b"/EmbeddedFile" in about]
    _require(len(data) == 1, f"PDF の添付ファイルが{len(data)}個あります（記録では1個です）")
    pictures = {_sha(stream) for about, stream in streams if b"/DCTDecode" in about}
    return zlib.decompressobj().decompress(data[0], _MOST + 1), [seal["key"]], pictures


def _sections(raw: bytes, told: dict[str, Any]) -> None:
    """Each section stands on a line of its own, in one written form: so a byte that is not as sealed has a place."""
    sums, start = told["manifest"]["sections"], 0
    expected = ["{", *(f"{_canonical(name)}:{_canonical(told[name])}" for name in told), "}", ""]
    lines = raw.split(b"\n")
    _require(set(told) == {*sums, "manifest", "seal"} and len(lines) == len(expected), "目録と、ある部分とが合いません")
    for number, (line, name, right) in enumerate(zip(lines, ["", *told, "", ""], map(str.encode, expected), strict=True), 1):
        bare = line.removesuffix(b",") if 1 < number < len(lines) - 2 else line
        if bare != right:
            wrong = next(i for i, (a, b) in enumerate(zip_longest(bare, right)) if a != b)
            raise NotWhole(f"{number}行目の{start + wrong + 1}バイト目が、決まった書き方ではありません")
        same = name not in sums or _sha(_canonical(told[name]).encode()) == sums[name]
        _require(same, f"{number}行目「{name}」（{start + 1}〜{start + len(line)}バイト目）が、封をした時と違います")
        start += len(line) + 1


def _entries(told: dict[str, Any]) -> int:
    """How many have no signed day yet. What was approved is, byte for byte, what the record shows."""
    for s in told["submissions"]:
        _require("bundle" not in s or _sha(s["bundle"].encode()) == s["digest"], f"申請 {s['id']} が、照合番号に合いません")
    roots = dict[str | None, str]()
    for head in told["heads"]:
        stated = dict(line.split(": ", 1) for line in head["statement"].splitlines()[1:])
        _require_signed(stated["key"], head["signature"], head["statement"], f"{head['day']} の署名が、内容に合いません")
        own = [_sha(head["statement"].encode()) in stamp["token"] for stamp in head.get("stamps", ())]
        _require(all(own), f"{head['day']} の時刻の証明が、その日の署名の文のものではありません")
        roots[stated["day"]] = stated["root"]
    for entry in told["entries"]:
        at = datetime.fromisoformat(entry["at"]).astimezone(UTC).isoformat() if "at" in entry else ""
        texts = [at, *(entry.get(name) for name in ("actor", "verb", "object", "digest", "detail", "previous_hash"))]
        same = not at or _sha(json.dumps(texts, ensure_ascii=False).encode()) == entry["hash"]
        _require(same, f"操作の記録 {entry['id']} が、その照合番号に合いません")
        way = bytes.fromhex(entry["hash"]), entry.get("index"), entry.get("size"), entry.get("path")
        root = _root(*way).hex() if entry["day"] else None
        _require(root == roots.get(entry["day"]), f"操作の記録 {entry['id']} が、{entry['day']} の署名に含まれていません")
    return sum(entry["day"] is None for entry in told["entries"])


def _root(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """RFC 6962, section 2.1.1: the root of a tree of `size` leaves to which the way of this one leads."""
    if size == 1:
        return hashlib.sha256(b"\x00" + leaf).digest() if not path else b""
    half, rest, other = 1 << (size - 1).bit_length() - 1, path[:-1], bytes.fromhex("".join(path[-1:]))
    pair = (_root(leaf, index, half, rest), other) if index < half else (other, _root(leaf, index - half, size - half, rest))
    return hashlib.sha256(b"\x01" + b"".join(pair)).digest()


def _require(right: bool, otherwise: str) -> None:
    if not right:
        raise NotWhole("".join(c if c.isprintable() else "?" for c in otherwise[:300]))


def _require_signed(key: str, signature: str, text: str, otherwise: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        raise NotWhole(otherwise) from None


def _sha(data: bytes | memoryview) -> str:
    return hashlib.sha256(data).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    try:
        sys.stdout.write("\n".join(check(Path(*sys.argv[1:2]), "".join(sys.argv[3:4]))) + "\n")
    except NotWhole as wrong:
        sys.exit(str(wrong))
