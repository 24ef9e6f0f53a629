"""The record of a post: what it holds is what the database has, a changed byte is found, the redacted copy names nobody."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import merkle, record_check
from bot.errors import NotAllowed
from bot.record_check import NotWhole
from bot.services.approval import review
from bot.services.delivery import takedowns
from bot.services.pages import record_files
from bot.services.records import days
from bot.store.models import Attempt, Decision, Delivery, Submission, User
from bot.workflow.actors import Role
from tests.office import Office
from tests.site.test_public_site import in_print, printed

BODY = "窓口は12月5日に始まります（見本）。\n\n## 何を変えたか\n\n職員がお話を聞いて入力します。\n\n" + "".join(
    f"{each}の手続きでは、お名前と住所を書く回数が減り、窓口でお待ちになる時間も短くなります。\n\n"
    for each in ["転入", "転出", "転居", "出生"]
)
ALBUM = "{file: red.png, alt: 赤い四角の見本, people: none}, {file: blue.png, alt: 青い四角の見本, people: none}"


@pytest.fixture
def record(office: Office, tmp_path: Path) -> Path:
    """Of a post with a thread, an album, two returns, a 代決, a correction and a take-down."""
    for person in ("kouhou", "kacho-2"):
        User.objects.create(username=person, role=Role.OFFICER)
    extra = "slot: lunch\nx: {thread: true}"
    for text in ("古い文です（見本）。\n", "次の文です（見本）。\n"):
        review.return_(
            office.ctx, office.officer, office.submit(office.post(extra=extra, body=text)).id, "時点を書いてください"
        )
    made = office.submit(office.post(extra=extra, body=BODY, images=ALBUM))
    terms = review.Terms(reference="広報-12", on_behalf_of="kacho-2")
    review.approve(office.ctx, office.officer, made.id, made.digest, terms)
    office.publish_all()
    right = BODY.replace("12月5日", "12月6日")
    noted = "correction: {kind: 誤記, wrong: 12月5日, right: 12月6日}\nx: {thread: true}"
    office.approve(office.submit(office.post(extra=noted, body=right, images=ALBUM)))
    office.runner().beat()
    takedowns.take_down(office.ctx, office.officer, office.deliveries("published")[0].id, "誤り")
    office.runner().remove()
    office.at(office.clock.now() + timedelta(days=1))
    days.close(office.ctx)
    found = record_files.files(office.ctx, office.officer, made.id)
    record_files.write(found, tmp_path / "record")
    return tmp_path / "record" / "record.json"


def told(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_it_holds_what_the_database_has(record: Path) -> None:
    found = told(record)
    digests = list(Submission.objects.order_by("id").values_list("digest", flat=True))
    assert [s["digest"] for s in found["submissions"]] == digests
    assert [d["url"] for d in found["deliveries"]] == list(Delivery.objects.order_by("id").values_list("url", flat=True))
    assert len(found["attempts"]) == Attempt.objects.count()
    assert len(found["decisions"]) == Decision.objects.count() == 4
    assert [d["on_behalf_of"] for d in found["decisions"] if d["reference"]] == ["kacho-2"]
    assert found["submissions"][-1]["correction"]["right"] == "12月6日"
    assert {d["state"] for d in found["deliveries"]} == {"published", "removed"}
    assert {d["part"] for d in found["deliveries"] if d["channel"] == "x"} >= {0, 1}
    assert [t["reason"] for t in found["taken_down"]] == ["誤り"]
    assert found["record"]["classification"] == "未定（仮）"
    page = (record.parent / "record.html").read_text(encoding="utf-8")
    assert "<td>承認</td>" in page
    assert "<h3>Facebook（1件目、第1版）削除済み</h3>" in page
    assert all(d["text"].split("\n")[0] in page for d in found["deliveries"])


def test_it_is_whole_and_its_entries_are_in_the_signed_days(record: Path) -> None:
    said = record_check.check(record)
    assert "に含まれています" in said[1]
    assert "日のものは1件です" in said[1]  # that it was written out, of the open day
    assert "画像0枚" not in said[2]


def test_each_changed_byte_is_found_with_its_place(record: Path) -> None:
    raw = record.read_bytes()
    for place in range(0, len(raw), max(1, len(raw) // 60)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        record.write_bytes(changed)
        with pytest.raises(NotWhole):
            record_check.check(record)
    at = raw.index(b"kacho-2")
    record.write_bytes(raw[:at] + b"kacho-3" + raw[at + 7 :])
    line = raw[:at].count(b"\n") + 1
    with pytest.raises(NotWhole, match=f"^{line}行目"):
        record_check.check(record)


def test_what_is_sealed_anew_by_another_key_or_with_another_text_is_found(record: Path) -> None:
    with pytest.raises(NotWhole, match="鍵"):
        record_check.check(record, "00" * 32)
    picture = next((record.parent / "pictures").iterdir())
    picture.write_bytes(picture.read_bytes() + b"x")
    with pytest.raises(NotWhole, match=picture.name):
        record_check.check(record)


def test_the_redacted_copy_names_nobody_and_is_whole(office: Office, record: Path) -> None:
    found = record_files.files(office.ctx, office.officer, Submission.objects.first().id, redacted=True)  # type: ignore[union-attr]
    record_files.write(found, record.parent)
    for name in ("record.json", "record.html"):
        text = found[name].decode()
        assert not [person for person in ("kouhou", "kacho-2", "shimin-leader") if person in text]
        assert "個人に関する情報" in text
    record_check.check(record)


def test_the_register_has_the_six_columns_and_marks_what_nobody_decided(office: Office, record: Path) -> None:
    text = record_files.register(office.ctx, office.officer, 2026)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert list(row) == ["分類", "名称", "移管者", "移管の時期", "記録媒体の種別", "請求番号"]
    assert (row["名称"], row["移管の時期"]) == ("書かない窓口（見本）", "未定（仮）")
    decided = replace(office.ctx, config=replace(office.ctx.config, record_class="広報", record_years=5))
    (row,) = csv.DictReader(io.StringIO(record_files.register(decided, office.officer, 2026).removeprefix("\ufeff")))
    assert (row["分類"], row["移管の時期"]) == ("広報", "2032年4月")
    assert record_files.due(decided, office.officer) == []
    assert record_files.transfer(decided, office.officer).count("\n") == 1


def test_what_is_due_for_transfer_is_listed_when_its_years_are_over(office: Office, record: Path) -> None:
    kept = replace(office.ctx, config=replace(office.ctx.config, record_class="広報", record_years=1))
    assert record_files.due(kept, office.officer) == []
    office.at(office.clock.now().replace(year=2028, month=3, day=31))
    assert record_files.due(kept, office.officer) == []
    office.at(office.clock.now() + timedelta(days=1))
    assert record_files.due(kept, office.officer) == [2026]
    (row,) = csv.DictReader(io.StringIO(record_files.transfer(kept, office.officer).removeprefix("\ufeff")))
    assert (row["名称"], row["移管の時期"]) == ("書かない窓口（見本）", "2028年4月")


def test_a_figure_that_a_text_names_stands_in_it_as_data(office: Office) -> None:
    made = office.submit(office.post(body="取得率は{{ indicator.card.rate }}です（見本）。\n"))
    found = record_files.files(office.ctx, office.officer, made.id)
    (reading,) = json.loads(found["record.json"])["readings"]
    assert reading["now"]["name"] == "取得率"
    assert [r["value"] for r in reading["now"]["readings"]] == ["46.5"]


def test_a_post_of_the_paper_alone_is_registered_and_its_officer_is_hidden(office: Office) -> None:
    office.approved("a", channels="newsletter")
    in_print(office, officer="kacho-gone")
    assert "書かない窓口（見本）" not in record_files.register(office.ctx, office.officer, 2026)
    printed(office)
    assert "書かない窓口（見本）" in record_files.register(office.ctx, office.officer, 2026)
    assert "書かない窓口（見本）" not in record_files.register(office.ctx, office.officer, 2025)
    number = Submission.objects.get().id
    open_, hidden = (record_files.files(office.ctx, office.officer, number, redacted=r)["record.json"] for r in (False, True))
    assert b"kacho-gone" in open_
    assert b"kacho-gone" not in hidden


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_each_leaf_leads_to_the_root(size: int) -> None:
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    for index, leaf in enumerate(leaves):
        way = [node.hex() for node in merkle.path(leaves, index)]
        assert record_check._root(leaf, index, size, way) == merkle.root(leaves)


def test_the_redacted_copy_hides_surnames_with_a_title_and_lists_what_else_may_be_a_name(office: Office) -> None:
    User.objects.create(
        username="kanazawa-t", role=Role.OFFICER, last_name="金沢", first_name="太郎", email="kt@city.example.jp"
    )
    User.objects.create(username="x-hayashi", role=Role.OFFICER, last_name="髙林", first_name="花")
    User.objects.create(username="facebook", role=Role.LEADER)  # a word of the program as well
    made = office.submit(office.post(channels="facebook", body="金沢市の窓口です（見本）。担当：金沢。\n"))
    reason = "金沢課長と高林さんの指示です。ＫＴ＠city.example.jp へ。金沢に聞くこと。"
    review.return_(office.ctx, office.officer, made.id, reason)
    found = record_files.files(office.ctx, office.officer, made.id, redacted=True)
    (said,) = json.loads(found["record.json"])["decisions"]
    mark = "（職員の氏名のため不開示）"
    assert said["reason"] == f"{mark}課長と{mark}さんの指示です。{mark} へ。金沢に聞くこと。"
    rows = record_files.to_look_at(office.ctx, office.officer, made.id)
    assert ("判断", "1", "reason", "金沢", "xample.jp へ。金沢に聞くこと。", "職員の姓と同じ語") in rows
    assert not [name for name in found if "names" in name]
    with pytest.raises(NotAllowed):
        record_files.to_look_at(office.ctx, office.leader, made.id)
