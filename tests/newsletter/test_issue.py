"""A whole issue: order, lengths, a shared headline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.content.document import Heading, Paragraph, Text
from bot.errors import ConfigError
from bot.newsletter.arrangement import IssueArrangement
from bot.newsletter.article import Article
from bot.newsletter.issue import frames_of, roll_of
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import set_article
from bot.render.variant import Media

PLANNED = """
issues:
  - issue: "2026-12"
    deadline: 2026-12-04
    headline: 書かない｜窓口
    posts: [{id: b, lines: 5}, {id: a}]
    corrections: [{issue: "2026-11", wrong: 46.8%, right: 46.5%}]
"""


def paper(folder: Path, issues: str) -> Profile:
    text = (ROOT / "schedules" / "newsletter.yml").read_text(encoding="utf-8")
    path = folder / "newsletter.yml"
    path.write_text(text[: text.index("issues:")] + issues.strip(), encoding="utf-8")
    return load(path)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return paper(tmp_path, PLANNED)


def article(identity: str, *, media: tuple[Media, ...] = ()) -> Article:
    """On its own 1 + 2 + 2 + 1 + 1 lines of 15 cells: lead, body, heading (行取り2), a line, where to ask."""
    return Article(
        identity=identity,
        issue="2026-12",
        title=(Text(f"題{identity}"),),
        lead=(Text("リード"),),
        body=(Paragraph((Text("あ" * 20),)), Heading(2, (Text("小見出し"),)), Paragraph((Text("い" * 5),))),
        caption=f"写真{identity}",
        contact="市民課",
        handover=f"【見出し】\n題{identity}",
        media=media,
    )


def picture(name: str) -> Media:
    return Media(file=name, alt="", width=30, height=20, sha256="", data=b"")


def summaries(posts: list[Article], plan: IssueArrangement, profile: Profile) -> list[str]:
    return [length.summary for length in roll_of(posts, plan, profile).lengths]


def test_planned_posts_come_in_the_planned_order_and_the_others_are_named(profile: Profile) -> None:
    roll = roll_of([article("c"), article("a"), article("b")], profile.arrangement("2026-12"), profile)
    assert [a.identity for a in roll.posts] == ["b", "a"]
    assert roll.left_out == ("c",)
    assert roll.as_lines()[-1] == "c　この号の予定にないため、載せていません"


def test_an_issue_without_a_plan_takes_the_posts_as_they_come(profile: Profile) -> None:
    posts, plan = [article("b"), article("a")], profile.arrangement("2027-01")
    roll = roll_of(posts, plan, profile)
    assert frames_of(roll.posts, plan) == posts
    assert (roll.missing, roll.left_out) == ((), ())


def test_posts_under_a_shared_headline_stand_in_one_frame_each_below_its_title(profile: Profile) -> None:
    (frame,) = frames_of([article("b"), article("a")], profile.arrangement("2026-12"))
    setting = set_article(frame, profile, ())
    assert "".join(line.text for line in setting.headline.lines) == "書かない窓口"
    text = "".join(placed.line.text for placed in setting.filled.placed)
    assert text.index("題ｂ") < text.index("リード") < text.index("題ａ")
    assert text.count("小見出し") == 2
    assert text.count("問い合わせ　市民課") == 2
    assert frame.handover == "【共通の見出し】\n書かない窓口\n\n【見出し】\n題b\n\n【見出し】\n題a"


def test_the_first_picture_of_a_shared_column_keeps_its_own_caption(profile: Profile) -> None:
    (frame,) = frames_of([article("b"), article("a", media=(picture("a.jpg"),))], profile.arrangement("2026-12"))
    assert [media.file for media in frame.media] == ["a.jpg"]
    assert frame.caption == "写真a"


def test_each_posts_lines_are_told_beside_the_planned_ones(profile: Profile) -> None:
    posts = [article("b"), article("a")]
    plan = profile.arrangement("2026-12")
    alone = summaries(posts, replace(plan, headline=""), profile)
    assert alone == ["目安5行、実際7行、2行超過", "目安なし、実際7行"]
    assert summaries(posts, plan, profile) == ["目安5行、実際8行、3行超過", "目安なし、実際8行"]
    other = IssueArrangement(issue="2026-12", posts={"b": 7, "a": 9})
    assert summaries(posts, other, profile) == ["目安7行、実際7行、ちょうど", "目安9行、実際7行、2行不足"]


def test_the_lengths_of_a_shared_column_add_up_to_what_it_uses(profile: Profile) -> None:
    posts = [article("b"), article("a")]
    plan = profile.arrangement("2026-12")
    (frame,) = frames_of(posts, plan)
    setting = set_article(frame, profile, ())
    assert sum(length.lines for length in roll_of(posts, plan, profile).lengths) == setting.fit.used


def test_a_planned_post_that_is_not_there_is_missed(profile: Profile) -> None:
    roll = roll_of([article("a")], profile.arrangement("2026-12"), profile)
    assert roll.missing == ("b",)
    assert roll.as_lines()[-1] == "b　承認された原稿がないため、載っていません"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("issues: 12", "「issues」は並びで書いてください"),
        ("issues:\n  - {issue: 1}", "「issues」の 1 に締切がありません"),
        ("issues:\n  - {issue: 1, deadline: 2026-12-04, titel: あ}", "「titel」という項目はありません"),
        ("issues:\n  - {issue: 1, deadline: 2026-12-04, posts: a}", "「issues.posts」は並びで書いてください"),
        ("issues:\n  - {issue: 1, deadline: 2026-12-04, posts: [a]}", "「issues.posts」は「名前: 値」の形"),
        ("issues:\n  - {issue: 1, deadline: 2026-12-04, posts: [{id: a, lines: -1}]}", "「issues.posts.lines」の値 -1"),
        (
            "issues:\n  - {issue: 1, deadline: 2026-12-04, corrections: [{issue: 1}]}",
            "「issues.corrections」に「wrong」がありません",
        ),
    ],
)
def test_a_wrong_plan_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        paper(tmp_path, wrong)
    assert "newsletter.yml の" in caught.value.summary
    assert said in caught.value.summary
