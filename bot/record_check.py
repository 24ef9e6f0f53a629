"""Is this record whole? `python record_check.py record.json [--key HEX]` reads the file alone, with no code of what wrote
it: RFC 8032, RFC 6962 and SHA-256 suffice. Without --key: compare the key that is told with the published one."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


_MOST_BYTES = 20_000_000  # a record has some 100 KB


class NotWhole(Exception):
    """What is not as it was sealed, and where."""


def check(path: Path, key: str = "") -> list[str]:
    """What was found to be right. Raises NotWhole, for whatever bytes."""
    with path.open("rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise NotWhole("大きすぎて、記録とは思えません（上限は 20 MB）")
    try:
        return _checked(path, raw, key)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        # Anybody can seal anything: what is in it need not have a record's form.
        raise NotWhole("記録の形ではありません") from None


def _checked(path: Path, raw: bytes, key: str) -> list[str]:
    told = _read(raw)
    _sections(raw, told)
    named = told["seal"]["key"]
    if key and key != named:
        raise NotWhole(f"封をした鍵（{named[:16]}…）が、指定した鍵と違います")
    if not _signed(named, told["seal"]["signature"], _canonical(told["manifest"])):
        raise NotWhole("封の署名が、目録に合いません")
    _digests(told)
    proved, pending = _entries(told, named)
    pictures = _pictures(path.parent, told)
    return [
        f"{len(told['manifest']['sections'])}の部分は、封をした時のままです（鍵 {named[:16]}…）",
        f"操作の記録{proved}件は、その日の署名に含まれています。まだ署名されていない日のものは{pending}件です",
        f"画像{pictures}枚は、記録のとおりです",
    ]


def _read(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw.decode("utf-8"))
        if told["manifest"]["format"] != "dxbot record 1" or not {"key", "signature"} <= set(told["seal"]):
            raise KeyError("format")
    except UnicodeDecodeError as e:
        raise NotWhole(f"{e.start + 1}バイト目が、文字になっていません") from None
    except json.JSONDecodeError as e:
        at = len(raw.decode()[: e.pos].encode()) + 1
        raise NotWhole(f"{e.lineno}行目（{at}バイト目）が、形を成していません") from None
    return dict(told)


def _sections(raw: bytes, told: dict[str, Any]) -> None:
    """Each section stands on a line of its own, in one written form: so a byte that is not as sealed has a place."""
    sums = told["manifest"]["sections"]
    if set(told) != {*sums, "manifest", "seal"}:
        raise NotWhole("目録と、ある部分とが合いません")
    expected = [b"{", *(f"{_canonical(name)}:{_canonical(told[name])}".encode() for name in told), b"}", b""]
    lines = raw.split(b"\n")
    if len(lines) != len(expected):
        raise NotWhole(f"行の数が{len(lines)}で、{len(expected)}ではありません")
    start, names = 0, list(told)
    for number, (line, right) in enumerate(zip(lines, expected, strict=True), 1):
        name = names[number - 2] if 1 < number < len(lines) - 1 else ""
        bare = line.removesuffix(b",") if 1 < number < len(lines) - 2 else line
        if bare != right:
            wrong = next((i for i, (a, b) in enumerate(zip(bare, right, strict=False)) if a != b), min(len(bare), len(right)))
            raise NotWhole(f"{number}行目の{start + wrong + 1}バイト目が、決まった書き方ではありません")
        if name in sums and hashlib.sha256(_canonical(told[name]).encode()).hexdigest() != sums[name]:
            raise NotWhole(f"{number}行目「{name}」（{start + 1}〜{start + len(line)}バイト目）が、封をした時と違います")
        start += len(line) + 1


def _digests(told: dict[str, Any]) -> None:
    """What was approved is, byte for byte, what the record shows."""
    for submission in told["submissions"]:
        bundle = submission.get("bundle")
        if bundle is not None and hashlib.sha256(bundle.encode()).hexdigest() != submission["digest"]:
            raise NotWhole(f"申請 {submission['id']} の内容が、照合番号に合いません")


def _entries(told: dict[str, Any], key: str) -> tuple[int, int]:
    roots = dict[str, str]()
    for head in told["heads"]:
        stated = dict(line.split(": ", 1) for line in head["statement"].splitlines()[1:])
        if not _signed(stated["key"], head["signature"], head["statement"]):
            raise NotWhole(f"{head['day']} の署名が、内容に合いません")
        roots[stated["day"]] = stated["root"]
    pending = 0
    for entry in told["entries"]:
        if "actor" in entry and _entry_hash(entry) != entry["hash"]:
            raise NotWhole(f"操作の記録 {entry['id']} が、その照合番号に合いません")
        if entry["day"] is None:
            pending += 1
        elif _root(entry) != roots.get(entry["day"]):
            raise NotWhole(f"操作の記録 {entry['id']} が、{entry['day']} の署名に含まれていません")
    return len(told["entries"]) - pending, pending


def _entry_hash(entry: dict[str, Any]) -> str:
    at = datetime.fromisoformat(entry["at"]).astimezone(UTC).isoformat()
    texts = [entry[name] for name in ("actor", "verb", "object", "digest", "detail", "previous_hash")]
    return hashlib.sha256(json.dumps([at, *texts], ensure_ascii=False).encode()).hexdigest()


def _root(entry: dict[str, Any]) -> str:
    """RFC 9162, section 2.1.3.2: the root to which the entry's way leads."""
    node = hashlib.sha256(b"\x00" + bytes.fromhex(entry["hash"])).digest()
    first, last = entry["index"], entry["size"] - 1
    for other in (bytes.fromhex(each) for each in entry["path"]):
        if first % 2 or first == last:
            node = hashlib.sha256(b"\x01" + other + node).digest()
            while first and not first % 2:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + other).digest()
        first, last = first >> 1, last >> 1
    return node.hex() if last == 0 else ""


def _pictures(folder: Path, told: dict[str, Any]) -> int:
    named = {picture["sha256"] for delivery in told["deliveries"] for picture in delivery["pictures"]}
    for sha in sorted(named):
        file = folder / "pictures" / f"{sha}.jpg"
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != sha:
            raise NotWhole(f"画像 {file.name} が、出た時の画像と違います")
    return sum((folder / "pictures" / f"{sha}.jpg").is_file() for sha in named)


def _signed(key: str, signature: str, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    try:
        sys.stdout.write("\n".join(check(Path(sys.argv[1]), sys.argv[3] if "--key" in sys.argv else "")) + "\n")
    except NotWhole as wrong:
        sys.exit(str(wrong))
