"""A leader hands in a picture that is made to take the server's memory or time; and honest ones, which are as large."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.config import ROOT
from bot.errors import ContentError, MediaError, Place
from bot.media.images import cleaned, probe
from bot.services.handing_in import draft_preview, drafts, package, push
from bot.store.models import Submission
from tests.attacks.bombs import BOMBS, LARGE, grain, saved
from tests.office import Office
from tests.sync.desk import Desk

MOST = 450_000  # KB: what the issue allows for any picture


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("pictures")
    for name, made in (BOMBS | LARGE).items():
        (folder / name).write_bytes(made())
    command = [sys.executable, "-m", "tests.attacks.measured", str(folder)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    answers: dict[str, dict[str, Any]] = json.loads(said.stdout)
    return answers


@pytest.mark.parametrize("name", BOMBS | LARGE)
def test_no_picture_takes_more_than_its_share(measured: Mapping[str, Mapping[str, Any]], name: str) -> None:
    answer = measured[name]
    assert answer["status"] == 0
    assert answer["kilobytes"] < MOST


@pytest.mark.parametrize("name", sorted({*BOMBS} - {"packed-profile.png", "padding.jpg", "entries.jpg"}))
def test_a_bomb_is_refused_in_a_sentence(measured: Mapping[str, Mapping[str, Any]], name: str) -> None:
    assert measured[name]["refused"]
    assert measured[name]["next_step"]


@pytest.mark.parametrize("name", ["packed-profile.png", "padding.jpg", "entries.jpg", *LARGE])
def test_what_only_needs_less_room_is_taken_in(measured: Mapping[str, Mapping[str, Any]], name: str) -> None:
    assert measured[name].get("refused") is None
    assert 0 < measured[name]["kept"] <= 12_000_000


def test_a_telephones_50_megapixels_are_taken_and_of_more_it_is_said_what_to_do(
    measured: Mapping[str, Mapping[str, Any]],
) -> None:
    assert measured["telephone-50.heic"]["size"] == [8_160, 6_120]
    assert "12MP" in measured["clear-50.heic"]["next_step"]


def test_an_honest_photograph_of_48_megapixels_is_upright_and_large_enough_for_paper(
    measured: Mapping[str, Mapping[str, Any]],
) -> None:
    answer = measured["photograph-48.jpg"]
    assert (answer["size"], answer["fitted"], answer["located"]) == ([6_000, 8_000], [2_250, 3_000], True)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_fine_grained_photograph_is_taken_in_and_its_page_shown(office: Office, kind: str) -> None:
    draft = drafts.begin(office.ctx, office.author)
    draft = drafts.add_picture(office.ctx, office.author, draft.id, saved(grain(900), kind))
    seen = draft_preview.preview(office.ctx, draft)
    assert seen.bundle
    assert all(variant.media for variant in seen.bundle.variants)


@pytest.mark.parametrize(
    "name",
    ["あ" * 300 + ".jpg", "a" * 5_000 + ".png", "/" * 300, "..", ".", "a/../../b.jpg", "/etc/passwd", "red.png/a"],
)
def test_a_name_that_no_picture_can_have_is_found_at_its_place(office: Office, name: str) -> None:
    path = office.post(images=f"{{file: {json.dumps(name)}, alt: 赤い図（見本）, people: none}}")
    with pytest.raises(ContentError) as refused:
        office.ctx.library.read(path)
    assert "画像" in refused.value.summary
    assert refused.value.place.line > 1


@pytest.mark.parametrize("name", ["a\0.jpg", "あ" * 300 + ".jpg"])
def test_a_path_that_no_file_can_have_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    for read in (probe, cleaned):
        with pytest.raises(MediaError, match="missing"):
            read(tmp_path / name, Place(path=tmp_path))


def test_more_pictures_than_any_channel_shows_are_not_opened(office: Office) -> None:
    path = office.post(images=", ".join(["{file: red.png, alt: 赤い図（見本）, people: none}"] * 21))
    with pytest.raises(ContentError) as refused:
        office.ctx.library.read(path)
    assert "20枚" in refused.value.summary


@pytest.mark.parametrize("name", ["../madoguchi.md", "a/b.png", "..", "/etc/passwd", "a" * 300 + ".png"])
def test_a_draft_of_a_post_with_a_strange_picture_stands(office: Office, tmp_path: Path, name: str) -> None:
    desk = Desk(office, tmp_path / "desk")
    desk.write()
    desk.taken()
    desk.write(images=f"{{file: {json.dumps(name)}, alt: 赤い図（見本）, people: none}}")
    desk.commit()
    draft = drafts.reopen(office.ctx, office.author, Submission.objects.get().id)
    seen = draft_preview.preview(office.ctx, draft)
    assert any("画像" in row.field.message for row in seen.findings)


def test_many_slow_pictures_hold_no_package_up(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.post(
        images="{file: red.png, alt: 赤い図（見本）, people: none}, {file: blue.png, alt: 青い図（見本）, people: none}"
    )
    parcel = tmp_path / "package.zip"
    parcel.write_bytes(package.pack(office.ctx.library.read(path)))
    path.unlink()
    monkeypatch.setattr(package, "PICTURES_SECONDS", 1e-6)
    with pytest.raises(ContentError, match="too long") as refused:
        package.unpack(office.ctx, parcel, office.ctx.library.posts_dir)
    assert "時間がかかりすぎます" in refused.value.summary
    assert not path.exists()
    monkeypatch.undo()
    assert package.unpack(office.ctx, parcel, office.ctx.library.posts_dir).exists()


def test_many_slow_pictures_of_a_push_are_left_for_the_next_sync(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(office, tmp_path)
    for name in ("a", "b"):
        desk.write(name, channels="x", title=f"題名{name}（見本）", body=f"{name}の文です（見本）。\n")
    desk.write("c", channels="x", images="", title="題名c（見本）", body="cの文です（見本）。\n")
    monkeypatch.setattr(push, "PICTURES_SECONDS", 1e-6)
    desk.commit()
    report = desk.sync()
    assert {i.path: str(i.taken) for i in report.items} == {
        "posts/a.md": "refused",  # whose own second look is one too many
        "posts/b.md": "refused",
        "posts/c.md": "submitted",
    }
    assert {f.rule for i in report.items for f in i.findings} == {"media.too-slow"}
    monkeypatch.undo()
    assert {str(i.taken) for i in desk.sync().items} == {"submitted"}
    assert len(desk.submissions()) == 3
