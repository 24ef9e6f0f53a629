"""Before a copy deadline the issue is built by itself, once for each deadline, and the PR office hears how it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from shutil import copytree

import pytest

from bot.services.paper import issue_desk, proof_build
from bot.services.records.context import Context
from bot.services.runner import Runner
from bot.store.models import AuditEntry
from bot.store.newsletter import ProofBuild
from tests.notices.conftest import Desk
from tests.notices.servers import MailServer
from tests.office import TOKYO
from tests.together import together

NEAR = datetime(2026, 12, 29, 7, 0, tzinfo=TOKYO)  # the deadline of 2027-01 is the 8th of January in the file; moved below
LONG = "".join(
    f"{n}番目の文です。窓口で書く回数を、これまでのデータを見ながら、少しずつ減らしていきます。\n\n" for n in range(30)
)


@pytest.fixture
def ctx(desk: Desk, tmp_path: Path) -> Context:
    """One issue, of which the copy is due on the 30th of December, and three days' notice."""
    folder = copytree(desk.ctx.config.schedules_dir, tmp_path / "schedules")
    moved = replace(desk.ctx, config=replace(desk.ctx.config, schedules_dir=folder, var_dir=tmp_path / "state"))
    set_deadline(moved, "2026-12-30")
    return moved


def set_deadline(ctx: Context, day: str) -> None:
    profile = ctx.config.schedules_dir / "newsletter.yml"
    head = profile.read_text("utf-8").partition("\nissues:")[0]
    profile.write_text(f'{head}\nissues:\n  - {{issue: "2027-01", deadline: {day}}}\n', encoding="utf-8")


def told() -> list[str]:
    return list(AuditEntry.objects.filter(verb=proof_build.BUILD_PROOF).order_by("id").values_list("detail", flat=True))


def test_the_office_is_told_three_days_before_with_the_fit_and_what_waits(desk: Desk, ctx: Context, mail: MailServer) -> None:
    desk.office.approved("a", channels="newsletter", title="入る原稿（見本）", extra='newsletter: {issue: "2027-01"}')
    desk.office.approved(
        "b", channels="newsletter", title="長い原稿（見本）", extra='newsletter: {issue: "2027-01"}', body=LONG
    )
    desk.office.submit(
        desk.office.post("c", channels="newsletter", title="待つ原稿（見本）", extra='newsletter: {issue: "2027-01"}')
    )
    desk.office.at(datetime(2026, 12, 26, 23, 59, tzinfo=TOKYO))
    assert proof_build.build_proofs(ctx) == 0
    desk.office.at(datetime(2026, 12, 27, 0, 1, tzinfo=TOKYO))
    assert proof_build.build_proofs(ctx) == 1
    (words,) = told()
    assert words.startswith("2027年1月号の原稿の締切は12月30日（水）です。校正刷りを作りました。「入る原稿（見本）」は、枠")
    assert "余りです。" in words.partition("長い原稿")[0]
    assert "あふれです。" in words.partition("長い原稿")[2]
    assert words.endswith("承認待ちの原稿が1件あります。")
    assert len({file.parent for file in (ctx.config.var_dir / "issues" / "2027-01").glob("*/*.pdf")}) == 1
    desk.office.at(datetime(2026, 12, 27, 8, 30, tzinfo=TOKYO))
    desk.round()
    letters = {to: text for to, _, text in mail.messages()}
    assert set(letters) >= {"kouhou@example.jp", "kouhou-2@example.jp"}
    assert f"{words}\nhttps://bot.city.example.jp/issues/2027-01/" in letters["kouhou@example.jp"]
    assert all("2027年1月号" not in text for to, text in letters.items() if not to.startswith("kouhou"))


def test_it_is_told_once_for_each_deadline_and_again_for_a_new_one(desk: Desk, ctx: Context) -> None:
    desk.office.at(NEAR)
    assert [proof_build.build_proofs(ctx) for _ in range(2)] == [1, 0]
    set_deadline(ctx, "2026-12-31")
    assert [proof_build.build_proofs(ctx) for _ in range(2)] == [1, 0]
    assert [words.partition("。")[0] for words in told()] == [
        "2027年1月号の原稿の締切は12月30日（水）です",
        "2027年1月号の原稿の締切は12月31日（木）です",
    ]


def test_a_deadline_that_has_passed_is_not_told_of(desk: Desk, ctx: Context) -> None:
    desk.office.at(datetime(2026, 12, 31, 0, 0, tzinfo=TOKYO))
    assert proof_build.build_proofs(ctx) == 0


def test_an_issue_without_any_post_is_told_of_too(desk: Desk, ctx: Context) -> None:
    desk.office.at(NEAR)
    proof_build.build_proofs(ctx)
    assert "承認された原稿がまだありません。" in told()[0]


def test_a_proof_that_cannot_be_made_is_told_with_its_reason(desk: Desk, ctx: Context) -> None:
    extra = 'newsletter: {issue: "2027-01"}'
    desk.office.approved_unprintable("a", channels="newsletter", title="\U0001f642のある原稿（見本）", extra=extra)
    desk.office.at(NEAR)
    proof_build.build_proofs(ctx)
    assert "校正刷りを作れません" in told()[0]
    assert "\U0001f642" in told()[0]


def test_the_other_posts_are_built_and_a_fault_of_the_program_is_told_too(
    desk: Desk, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = 'newsletter: {issue: "2027-01"}'
    desk.office.approved_unprintable("a", channels="newsletter", title="\U0001f642のある原稿（見本）", extra=extra)
    desk.office.approved("b", channels="newsletter", title="入る原稿（見本）", extra=extra)
    desk.office.at(NEAR)
    proof_build.build_proofs(ctx)
    assert "校正刷りを作りました" in told()[0]
    assert "\U0001f642" in told()[0].partition("校正刷りを作りました")[2]
    assert told()[0].endswith("この原稿を除いて作りました。")
    monkeypatch.setattr(issue_desk, "look", lambda *_: 1 // 0)
    set_deadline(ctx, "2026-12-31")
    proof_build.build_proofs(ctx)
    assert "内部の問題" in told()[1]


def test_the_publisher_s_process_does_it_by_itself_and_survives_a_wrong_file(desk: Desk, ctx: Context) -> None:
    desk.office.at(NEAR)
    runner = Runner(ctx)
    profile = ctx.config.schedules_dir / "newsletter.yml"
    right = profile.read_text("utf-8")
    profile.write_text("name: [", encoding="utf-8")
    runner.sweep()
    assert told() == []
    profile.write_text(right, encoding="utf-8")
    runner.sweep()
    assert len(told()) == 1
    runner.engine.close()


def test_of_two_publishers_one_tells(desk: Desk, ctx: Context) -> None:
    desk.office.at(NEAR)
    counts = list[int]()
    together(2, lambda: counts.append(proof_build.build_proofs(ctx)))
    assert sorted(counts) == [0, 1]
    assert len(told()) == ProofBuild.objects.count() == 1
