"""Packages: what is packed arrives; what is wrong is refused in one sentence, and nothing is written outside."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.cli.console import explain
from bot.errors import ContentError
from bot.registry import load
from bot.services.handing_in import package
from bot.services.records.context import Context, context
from tests.office import write_content, write_post


@pytest.fixture
def desk(tmp_path: Path) -> Context:
    """Where the package arrives."""
    write_content(tmp_path / "content")
    return context(load({"DXBOT_CONTENT_DIR": str(tmp_path / "content")}))


def picture(colour: str = "green") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "PNG")
    return buffer.getvalue()


def text(folder: Path, name: str = "photo.png", **given: str) -> bytes:
    """A post with one picture of its own."""
    path = write_post(folder / "elsewhere", "source", **given)
    return path.read_bytes().replace(b"red.png", name.encode())


Member = tuple[zipfile.ZipInfo | str, bytes]


def zipped(folder: Path, *members: Member, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", method) as packed:
        for info, data in members:
            packed.writestr(info, data)
    return path


@pytest.fixture(autouse=True)
def _sender(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "posts").mkdir(parents=True)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def unpack(desk: Context, path: Path, *, replace: bool = False) -> Path:
    return package.unpack(desk, path, desk.library.posts_dir / "2026" / "12", replace=replace)


def test_what_is_packed_arrives_and_packs_to_the_same_bytes_again(desk: Context, tmp_path: Path) -> None:
    sent = zipped(tmp_path, ("窓口.md", text(tmp_path, "写真.png")), ("写真.png", picture()))
    post = desk.library.read(unpack(desk, sent))
    assert post.pictures[0].path.read_bytes() == picture()
    packed = package.pack(post)
    (tmp_path / "again.zip").write_bytes(packed)
    moved = context(load({"DXBOT_CONTENT_DIR": str(tmp_path / "other")}))
    write_content(tmp_path / "other")
    assert package.pack(moved.library.read(unpack(moved, tmp_path / "again.zip"))) == packed


def test_a_picture_in_a_folder_keeps_its_place_beside_the_post(desk: Context, tmp_path: Path) -> None:
    members: tuple[Member, ...] = (("送る/post.md", text(tmp_path, "sub/photo.png")), ("送る/sub/photo.png", picture()))
    assert desk.library.read(unpack(desk, zipped(tmp_path, *members))).pictures[0].path.parent.name == "sub"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_names_without_the_flag_are_read_as_windows_and_macos_wrote_them(desk: Context, tmp_path: Path, encoding: str) -> None:
    ascii_name = "X" * len("表の写真".encode(encoding)) + ".png"
    path = zipped(tmp_path, ("post.md", text(tmp_path, "表の写真.png")), (ascii_name, picture()))
    path.write_bytes(path.read_bytes().replace(ascii_name.encode(), "表の写真.png".encode(encoding)))
    assert desk.library.read(unpack(desk, path)).pictures[0].path.name == "表の写真.png"


def _linked(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def _bomb(folder: Path) -> Path:
    """A picture of 1 GB of zeros, about 1 MB as it travels."""
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("post.md", text(folder))
        with packed.open("photo.png", "w") as stream:
            for _ in range(1000):
                stream.write(bytes(1_000_000))
    return path


def _lying_bomb(folder: Path) -> Path:
    """Says 100 bytes, holds 30 MB."""
    path = zipped(folder, ("post.md", text(folder)), ("photo.png", bytes(30_000_000)))
    path.write_bytes(path.read_bytes().replace((30_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    return path


def _cp932_under_the_flag(folder: Path) -> Path:
    path = zipped(folder, ("post.md", text(folder)), ("写真.png", picture()))
    path.write_bytes(path.read_bytes().replace("写真".encode(), "写真a".encode("cp932") + b"b"))
    return path


def _encrypted(folder: Path) -> Path:
    path = zipped(folder, ("post.md", text(folder)), ("photo.png", picture()))
    raw = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(signature)
        while start >= 0:
            raw[start + at] |= 1
            start = raw.find(signature, start + 4)
    path.write_bytes(raw)
    return path


def _with(*members: Member) -> Callable[[Path], Path]:
    return lambda folder: zipped(folder, ("post.md", text(folder)), *members)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "parent": (_with(("../photo.png", picture())), "使えない名前や場所"),
    "parent inside": (_with(("a/../../photo.png", picture())), "使えない名前や場所"),
    "absolute": (_with(("/tmp/photo.png", picture())), "使えない名前や場所"),  # noqa: S108
    "drive": (_with(("C:/photo.png", picture())), "使えない名前や場所"),
    "backslash": (_with(("..\\photo.png", picture())), "使えない名前や場所"),
    "reserved": (_with(("nul.png", picture())), "使えない名前や場所"),
    "symlink": (_with((_linked("photo.png"), b"/etc/passwd")), "ふつうのファイルではありません"),
    "bomb": (_bomb, "圧縮のしかた"),
    "lying bomb": (_lying_bomb, "壊れています"),
    "too large": (lambda f: zipped(f, ("post.md", text(f)), ("photo.png", bytes(21_000_000)), method=0), "大きすぎます"),
    "large text": (lambda f: zipped(f, ("post.md", text(f) + b"a" * 300_000)), "大きすぎます"),
    "not a picture": (_with(("photo.png", b"MZ not a picture")), "画像として開けません"),
    "half a picture": (_with(("photo.png", picture()[:-30])), "壊れています"),
    "nested": (_with(("photo.png", picture()), ("more.zip", b"PK")), "原稿（.md）でも画像でもありません"),
    "nested in disguise": (_with(("photo.png", b"PK\x03\x04" + bytes(100))), "画像として開けません"),
    "encrypted": (_encrypted, "パスワード"),
    "cp932 under the flag": (_cp932_under_the_flag, "ファイル名を読めません"),
    "same name twice": (_with(("photo.png", picture()), ("PHOTO.png", picture())), "同じ名前"),
    "two posts": (_with(("b.md", b"x")), "2個"),
    "no post": (lambda f: zipped(f, ("photo.png", picture())), "0個"),
    "many": (_with(*((f"{n}.png", b"x") for n in range(60))), "多すぎます"),
    "lzma": (lambda f: zipped(f, ("post.md", text(f)), method=zipfile.ZIP_LZMA), "使えない方式"),
    "unused picture": (_with(("photo.png", picture()), ("other.png", picture())), "書かれていない画像"),
    "picture missing": (_with(), "見つかりません"),
    "no zip": (lambda f: _raw(f, b"not a zip"), "zip として開けない"),
    "cut off": (lambda f: _raw(f, zipped(f, ("post.md", text(f))).read_bytes()[:200]), "zip として開けない"),
    "nothing": (lambda f: f / "none.zip", "ファイルを開けません"),
}


def _raw(folder: Path, data: bytes) -> Path:
    (folder / "package.zip").write_bytes(data)
    return folder / "package.zip"


@pytest.mark.parametrize("case", list(BAD))
def test_what_is_wrong_is_refused_in_one_sentence_and_nothing_is_written(desk: Context, tmp_path: Path, case: str) -> None:
    build, says = BAD[case]
    path = build(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(ContentError) as caught:
        unpack(desk, path)
    assert says in caught.value.summary
    assert "\n" not in explain(caught.value)
    assert ".import-" not in explain(caught.value)
    assert everything(tmp_path) == before


def test_a_post_that_is_there_already_is_replaced_only_when_asked(desk: Context, tmp_path: Path) -> None:
    first = unpack(desk, zipped(tmp_path, ("first.md", text(tmp_path)), ("photo.png", picture())))
    kept = first.read_bytes()
    path = zipped(tmp_path, ("second.md", text(tmp_path, title="新しい題名（見本）")), ("photo.png", picture()))
    with pytest.raises(ContentError, match="refused") as caught:
        unpack(desk, path)
    assert "--replace" in caught.value.next_step
    assert first.read_bytes() == kept
    assert unpack(desk, path, replace=True) == first
    assert "新しい題名（見本）" in first.read_text(encoding="utf-8")


@pytest.mark.parametrize("where", ["beside", "media"])
def test_a_picture_of_another_post_is_never_overwritten_nor_shown_instead(desk: Context, tmp_path: Path, where: str) -> None:
    folder = desk.library.posts_dir / "2026" / "12" if where == "beside" else desk.config.content_dir / "media"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "photo.png").write_bytes(picture("blue"))
    with pytest.raises(ContentError) as caught:
        unpack(desk, zipped(tmp_path, ("post.md", text(tmp_path)), ("photo.png", picture())))
    assert "別のファイル" in caught.value.summary
    assert (folder / "photo.png").read_bytes() == picture("blue")
    assert not list(desk.library.posts_dir.rglob("*.md"))
