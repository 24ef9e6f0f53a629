"""What went out before is not sent again unnoticed: per channel, whatever the white space, for a year."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis.strategies import integers
from hypothesis.strategies import text as texts

from bot.cli.main import cli
from bot.services.approval.submit import NotReady
from bot.services.handing_in import draft_preview, drafts
from bot.store.models import Delivery, Submission
from bot.text.likeness import canonical, nearly_equal_to
from tests.office import Office

BODY = "窓口で書く回数を減らします。職員がお話を聞いて入力します。待つ時間も短くなります。市民センターでも同じです（見本）。\n"


def rules(submission: Submission) -> list[tuple[str, str]]:
    return [(f["rule"], f["level"]) for f in submission.findings if f["rule"].startswith("duplicates.")]


def published(office: Office, channels: str = "x") -> Delivery:
    delivery = office.approved("first", channels=channels, body=BODY)[0]
    office.publish_all()
    return Delivery.objects.get(id=delivery.id)


def test_a_text_that_went_out_is_refused_with_its_day_and_its_link_whatever_the_white_space(office: Office) -> None:
    before = published(office)
    with pytest.raises(NotReady) as refused:
        office.submit(office.post("again", channels="x", body=BODY.replace("職員", "\n職員")))
    (found,) = [f for f in refused.value.findings if f.level == "error"]
    assert found.rule == "duplicates.equal"
    assert "2026年12月1日にXに出した投稿" in found.message
    assert before.url in found.message


def test_a_text_that_is_nearly_the_same_is_to_be_looked_at(office: Office) -> None:
    published(office)
    near = office.submit(office.post("near", channels="x", body=BODY.replace("時間も", "時間が")))
    assert rules(near) == [("duplicates.similar", "warning")]
    other = office.submit(office.post("other", channels="x", title="決裁の画面", body="紙の決裁をやめました（見本）。\n"))
    assert rules(other) == []


def test_a_text_that_another_post_is_to_say_is_told_before_the_approval(office: Office) -> None:
    """Three times one text: the second and third say so, whether the first is approved or not."""

    def hand_in(name: str, day: int, channel: str = "x") -> Submission:
        path = office.post(name, title="毎週の相談", channels=channel, body=BODY, extra=f"publish: 2026-12-{day:02} 12:15")
        return office.submit(path)

    first = hand_in("first", 8)
    assert rules(first) == []
    assert rules(hand_in("second", 15)) == [("duplicates.planned", "warning")]
    office.approve(first)
    (found,) = [f for f in hand_in("third", 22).findings if f["rule"].startswith("duplicates.")]
    assert "12月15日にXに出す予定の「毎週の相談」と同じ文です" in found["message"]
    assert rules(hand_in("elsewhere", 22, "facebook")) == []


def test_another_channel_and_a_text_of_long_ago_do_not_count(office: Office) -> None:
    published(office)
    assert rules(office.submit(office.post("elsewhere", channels="facebook", body=BODY))) == []
    office.at(office.clock.now() + timedelta(days=364))
    with pytest.raises(NotReady):
        office.submit(office.post("again", channels="x", body=BODY))
    office.at(office.clock.now() + timedelta(days=3))
    planned = office.approved("again", channels="x", body=BODY, extra="slot: lunch")[0]
    assert (planned.state, rules(planned.submission)) == ("scheduled", [])


def test_a_post_is_not_compared_with_itself(office: Office) -> None:
    published(office, "x, facebook")
    Delivery.objects.filter(channel="facebook").update(state="failed")
    assert rules(office.submit(office.post("first", channels="x, facebook", body=BODY))) == []


def test_the_writing_page_tells_of_it_while_the_post_is_written(office: Office) -> None:
    published(office)
    draft = drafts.begin(office.ctx, office.author)
    form = draft.form | {
        "title": "書かない窓口（見本）",
        "lead": BODY.strip(),
        "channels": ["x"],
        "measure": "1-1",
        "achievement": "done",
    }
    draft.form = form
    assert "duplicates.equal" in {r.rule for r in draft_preview.preview(office.ctx, draft).findings}


def test_of_two_posts_with_the_same_text_the_later_file_is_told_once(office: Office) -> None:
    office.post("a", body=BODY)
    office.post("b", body=BODY)
    office.post("c", title="ほかの題", body=BODY)
    out = CliRunner(env=office.env).invoke(cli, ["check", "--json"]).output
    found = [f for f in json.loads(out) if f["rule"] == "duplicates.twice"]
    assert [(f["path"].rpartition("/")[2], f["line"]) for f in found] == [("b.md", 3)]
    assert "X・Instagram・Facebookの文が、原稿 a.md と同じです" in found[0]["message"]


def twice(office: Office, *arguments: str) -> list[str]:
    out = CliRunner(env=office.env).invoke(cli, ["check", *arguments, "--json"]).output
    return [f["path"].rpartition("/")[2] for f in json.loads(out) if f["rule"] == "duplicates.twice"]


def test_a_file_that_is_named_twice_is_not_its_own_double(office: Office) -> None:
    path = str(office.post("a", body=BODY))
    assert twice(office, path, path) == []


def test_what_is_said_once_a_year_may_be_said_in_the_same_words(office: Office) -> None:
    for name, publish in (("a", "2025-12-01"), ("b", "2026-12-02"), ("c", "2027-11-30")):
        office.post(name, body=BODY, extra=f"publish: {publish} 12:15")
    assert twice(office) == ["c.md"]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("市民課の窓口が変わります。待つ時間が短くなります。", "市民課の窓口が変わります。待つ時間が短くなります！", True),
        ("あいうえおかきくけこ", "あいうえおさしすせそ", False),
        ("あいうえおかきくけこ" * 4, "あいうえおかきくけこ", False),  # the same runs, but four times as long
        ("あいうえおかきくけこ" * 8 + "さしすせそたちつてと", "あいうえおかきくけこ" * 6 + "さしすせそたちつてと", True),
        ("窓口", "窓口。", False),
        ("", "", False),
    ],
)
def test_texts_are_nearly_equal_by_their_runs_of_characters(one: str, other: str, near: bool) -> None:
    assert nearly_equal_to(canonical(one))(canonical(other)) is near
    assert nearly_equal_to(canonical(other))(canonical(one)) is near


@settings(max_examples=300, deadline=None)
@given(base=texts(alphabet="あいうえお", max_size=80), at=integers(0, 80), extra=texts(alphabet="あいうえおか", max_size=20))
def test_nearly_equal_is_the_jaccard_index_of_the_runs_of_texts_of_like_length(base: str, at: int, extra: str) -> None:
    other = base[:at] + extra + base[at:]
    a, b = ({text[n : n + 5] for n in range(len(text) - 4)} for text in (base, other))
    alike = bool(a | b) and len(a & b) / len(a | b) >= 0.85 and len(base) >= 0.6 * len(other)
    assert nearly_equal_to(base)(other) is nearly_equal_to(other)(base) is alike
