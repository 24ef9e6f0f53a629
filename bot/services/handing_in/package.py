"""A post on its way between separated networks: a zip of one .md and its pictures, written the same each time, and trusted in
nothing when it arrives.

A member's declared size is only a hint: what is read is counted, and reading ends at the limit. Everything is laid out in a
folder of its own and looked at there; the post's file is put in its place last, and never over another one unasked.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bot.content import frontmatter
from bot.content.library import read_all
from bot.content.post import Post
from bot.errors import ContentError, Place
from bot.language import say
from bot.media import images, timing
from bot.media.limits import ImageLimits
from bot.services.records.context import Context

MAX_MEMBERS = 50
MAX_PICTURE = 20_000_000  # bytes
MAX_TOTAL = 100_000_000  # bytes
PICTURES_SECONDS = 60.0  # of computing for all of them; ten photographs of 48 megapixels take 40
MAX_RATIO = 200  # a text of one letter repeated deflates about 1000 to 1; what people write and photograph, below 20 to 1
_RATIO_MATTERS = 1_000_000  # bytes; below it a bomb is harmless
_PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif"}
_LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}
_UNUSABLE = re.compile(
    r'[\x00-\x1f<>:"|?*\\]|^\.|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)', re.IGNORECASE
)  # no file name on Windows
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_ANY = ImageLimits(max_count=MAX_MEMBERS, max_width=100, max_height=100, max_bytes=1_000_000, min_width=1)


def pack(post: Post) -> bytes:
    """The zip: stored, not deflated, and without times, so that the same post gives the same bytes everywhere."""
    buffer = BytesIO()
    members = {post.source.path.name: post.source.path, **{p.file: p.path for p in post.files}}
    with zipfile.ZipFile(buffer, "w") as packed:
        # No compression and no times: two sides compare a package by its hash.
        for name, path in members.items():
            member = zipfile.ZipInfo(PurePosixPath(name).as_posix())
            # Unix and 0644 everywhere: the system that packs would otherwise show in the bytes.
            member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            packed.writestr(member, path.read_bytes())
    return buffer.getvalue()


def unpack(ctx: Context, package: Path, folder: Path, *, replace: bool = False) -> Path:
    """Put the post into `folder` (or over the same post where it lies, if `replace`), and say where it is. Raises ContentError
    for whatever is wrong, with nothing left behind."""
    # In the content folder itself, so that each file is put in place by a rename and not by copying.
    with TemporaryDirectory(prefix=".import-", dir=ctx.config.content_dir) as name:
        staging = Path(name).resolve()
        written = _lay_out(package, staging)
        (staged,) = (f for f in written if f.suffix == ".md")
        post = _read(ctx, staged)
        _require_pictures(post, [f for f in written if f != staged])
        target = _target(ctx, package, post, folder / staged.name, replace)
        _place(package, staged, target, [f for f in written if f != staged], replace)
    return target


def _lay_out(package: Path, staging: Path) -> list[Path]:
    """Every member, as a file below `staging`."""
    try:
        with zipfile.ZipFile(package) as packed:
            members = _members(package, packed)
            left, written = MAX_TOTAL, []
            for name, member in members.items():
                limit = min(left, frontmatter.MAX_BYTES if name.suffix.lower() == ".md" else MAX_PICTURE)
                with packed.open(member) as stream:
                    # The declared size is the sender's word; one byte beyond the limit is proof enough.
                    data = stream.read(limit + 1)
                if len(data) > limit:
                    raise _refused(package, say("「{name}」が大きすぎます", name=name), "画像を小さくして、作り直してください")
                left -= len(data)
                written.append(staging / name.with_suffix(".md" if name.suffix.lower() == ".md" else name.suffix))
                written[-1].parent.mkdir(parents=True, exist_ok=True)
                written[-1].write_bytes(data)
            return written
    except FileNotFoundError:
        raise frontmatter.unreadable(package) from None
    except UnicodeDecodeError:
        raise _refused(package, "zip の中のファイル名を読めません", "dxbot export で作り直してください") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise _refused(package, "zip として開けないか、壊れています", "dxbot export で作り直してください") from None


def _members(package: Path, packed: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """Each file by its path beside the post's, in the order of the zip."""
    infos = packed.infolist()
    if len(infos) > MAX_MEMBERS:
        raise _refused(
            package,
            say("zip の中のファイルが多すぎます（上限は {max_members}）", max_members=MAX_MEMBERS),
            "1つの原稿とその画像だけにしてください",
        )
    named = [(_name(package, info), info) for info in infos]
    files = [(n, i) for n, i in named if not (i.is_dir() or n.name in _LEFT_BY_SYSTEMS or n.parts[0] == "__MACOSX")]
    for name, info in files:
        _require_plain(package, name, info)
    posts = [n for n, _ in files if n.suffix.lower() == ".md"]
    if len(posts) != 1:
        raise _refused(
            package, say("zip の中の原稿（.md）が {count}個あります", count=len(posts)), "1つの原稿とその画像だけにしてください"
        )
    base = posts[0].parent
    if outside := next((n for n, _ in files if not n.is_relative_to(base)), None):
        raise _refused(
            package, say("「{outside}」が原稿と別の場所にあります", outside=outside), "画像を原稿と同じ場所に置いてください"
        )
    if len({str(n).casefold() for n, _ in files}) != len(files):
        raise _refused(package, "zip の中に同じ名前のファイルが2つあります", "どちらか1つにしてください")
    return {n.relative_to(base): i for n, i in files}


def _name(package: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    """The member's name as it was meant: without the UTF-8 flag it is UTF-8 all the same (macOS) or CP932 (Windows)."""
    # `filename` has been cut at a NUL and had its slashes turned, so a check of it would check something else.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp932")
    parts = unicodedata.normalize("NFC", name).removesuffix("/").split("/")
    shown = parts[-1][:60]
    if any(
        not p or p in (".", "..") or (_UNUSABLE.search(p) and p not in _LEFT_BY_SYSTEMS and parts[0] != "__MACOSX")
        for p in parts
    ):
        raise _refused(
            package,
            say("zip の中に使えない名前や場所のファイルがあります（{shown!a}）", shown=shown),
            "dxbot export で作り直してください",
        )
    return PurePosixPath(*parts)


def _require_plain(package: Path, name: PurePosixPath, info: zipfile.ZipInfo) -> None:
    """An ordinary file of a kind that belongs here, not encrypted, not packed beyond belief."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    # A symbolic link could make the next member be written anywhere.
    if kind not in (0, stat.S_IFREG):
        raise _refused(
            package,
            say("「{name}」はふつうのファイルではありません", name=name),
            "リンクではなく、ファイルそのものを入れてください",
        )
    if info.flag_bits & _ENCRYPTED:
        raise _refused(package, "zip にパスワードが付いています", "パスワードを付けずに作り直してください")
    if name.suffix.lower() not in {".md", *_PICTURES}:
        raise _refused(
            package, say("「{name}」は原稿（.md）でも画像でもありません", name=name), "1つの原稿とその画像だけにしてください"
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(
            package, say("「{name}」は使えない方式で圧縮されています", name=name), "dxbot export で作り直してください"
        )
    if info.file_size > _RATIO_MATTERS and info.file_size > MAX_RATIO * info.compress_size:
        raise _refused(
            package, say("「{name}」の圧縮のしかたが普通ではありません", name=name), "dxbot export で作り直してください"
        )


def _read(ctx: Context, staged: Path) -> Post:
    """The post, with its pictures decoded to the last byte; errors name the file as the sender knows it."""
    try:
        with timing.together(PICTURES_SECONDS, "画像を小さくするか、数を減らして作り直してください"):
            post = ctx.library.read(staged)
            for picture in post.files:
                # Decoded whole: a picture that is damaged half way would otherwise be found out when it is sent.
                images.fit(picture.path, _ANY, picture.place)
    except ContentError as e:
        place = Place(path=Path(staged.name), line=e.place.line, column=e.place.column)
        raise ContentError(e.message, summary=e.summary, next_step=e.next_step, place=place, rule=e.rule) from None
    return post


def _require_pictures(post: Post, arrived: list[Path]) -> None:
    """Each arrived picture is the one that the post shows: a file of that name in media/ would be shown in its stead."""
    used = {p.path for p in post.files}
    for picture in arrived:
        if picture in used:
            continue
        known = next((p for p in post.files if picture.name == Path(p.file).name), None)
        if known is None:
            raise _refused(
                Path(post.source.path.name),
                say("原稿に書かれていない画像「{name}」があります", name=picture.name),
                "images: に書くか、外してください",
            )
        if known.path.read_bytes() != picture.read_bytes():
            raise _taken(Path(post.source.path.name), picture.name)


def _target(ctx: Context, package: Path, post: Post, wished: Path, replace: bool) -> Path:
    same = (p.source.path for p in read_all(ctx.library) if isinstance(p, Post) and p.identity == post.identity)
    known = next(same, None)
    if known and not replace:
        raise _refused(
            package,
            say("同じ原稿が {name} としてすでにあります", name=known.name),
            "置き換えるときは --replace を付けてください",
        )
    if not known and wished.exists():
        raise _refused(
            package, say("別の原稿が {name} という名前ですでにあります", name=wished.name), "ファイルの名前を変えてください"
        )
    return known or wished


def _place(package: Path, staged: Path, target: Path, pictures: list[Path], replace: bool) -> None:
    """Pictures first, the post last: a post never stands there without them."""
    put: list[Path] = []
    try:
        for source, beside in _beside(staged, target, pictures):
            if beside.is_file() and beside.read_bytes() == source.read_bytes():
                continue
            _move(source, beside)
            put.append(beside)
        if replace and target.is_file():
            staged.replace(target)
        else:
            _move(staged, target)
    except FileExistsError as e:
        # All or nothing: pictures without their post would stand there and be nobody's.
        for done in put:
            done.unlink()
        raise _taken(package, Path(e.filename2 or target).name) from None


def _beside(staged: Path, target: Path, pictures: list[Path]) -> Iterator[tuple[Path, Path]]:
    for picture in pictures:
        yield picture, target.parent / picture.relative_to(staged.parent)


def _move(source: Path, target: Path) -> None:
    """Raises FileExistsError rather than overwrite: Windows renames so, elsewhere a hard link does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.name == "nt":
        source.rename(target)
    else:
        target.hardlink_to(source)


def _taken(path: Path, name: str) -> ContentError:
    return _refused(path, say("「{name}」という別のファイルがすでにあります", name=name), "ファイルの名前を変えてください")


def _refused(path: Path, summary: str, next_step: str) -> ContentError:
    return ContentError("parcel refused", summary=summary, next_step=next_step, place=Place(path=path), rule="content.parcel")
