"""An officer wants her own text published with nobody else's eyes on it: each way that she tried, and more of its kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.approval import review
from bot.services.handing_in import branch, commits, package
from bot.services.people import hands, requests
from bot.services.people.accounts import set_up_user
from bot.store.models import AuditEntry, Submission, User
from bot.workflow.actors import Actor, Role
from tests.sync.desk import KOKUSAI, PEOPLE, SHIMIN, SOUMU, Desk
from tests.sync.origin import git

SHE, COLLEAGUE = Actor(person="koho", role=Role.OFFICER), Actor(person="kouhou", role=Role.OFFICER)
HER_ADDRESS = "koho@example.jp"
HERS = "koho: {name: 広報広聴課（見本）, department: 広報広聴課, role: leader, emails: [koho@example.jp]}\n"
HER_TEXT = "これは広報担当が自分で書いた文です（見本）。\n"


@pytest.fixture
def city(desk: Desk) -> Desk:
    """She is known, and writes like everybody else."""
    set_up_user(desk.office.ctx, "koho", Role.OFFICER, "correct horse battery")
    set_up_user(desk.office.ctx, "kouhou", Role.OFFICER, "correct horse battery")
    desk.origin.write("people.yml", PEOPLE + HERS)
    desk.commit(SOUMU)
    desk.sync()
    desk.office.register()
    return desk


def commit(desk: Desk, author: str, committer: str, push: bool = True) -> None:
    git(desk.origin.desk, "add", "--all")
    who = {
        "GIT_AUTHOR_NAME": "だれか",
        "GIT_AUTHOR_EMAIL": author,
        "GIT_COMMITTER_NAME": "だれか",
        "GIT_COMMITTER_EMAIL": committer,
    }
    git(desk.origin.desk, "commit", "--quiet", "-m", "原稿", **who)
    if push:
        git(desk.origin.desk, "push", "--quiet", "origin", "main")


def blank_line(desk: Desk, name: str = "madoguchi") -> None:
    path = desk.origin.desk / f"posts/{name}.md"
    path.write_bytes(path.read_bytes() + b"\n")


def newest() -> Submission:
    return Submission.objects.order_by("-id")[0]


def refused_to_her(desk: Desk) -> None:
    """Nothing that a decision is made of is hers to do; her colleague may decide."""
    found = newest()
    assert "koho" in hands.contributors(found)
    for act in (
        lambda: review.approve(desk.office.ctx, SHE, found.id, found.digest),
        lambda: review.approve(desk.office.ctx, COLLEAGUE, found.id, found.digest, review.Terms(on_behalf_of="koho")),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert newest().state == "submitted"
    assert review.approve(desk.office.ctx, COLLEAGUE, found.id, found.digest)


def test_a_leaders_address_as_the_author_of_her_commit(city: Desk) -> None:
    city.write(body=HER_TEXT)
    commit(city, SHIMIN, HER_ADDRESS)
    city.sync()
    refused_to_her(city)


def test_her_text_and_a_leaders_blank_line_in_one_push(city: Desk) -> None:
    city.write(body=HER_TEXT)
    commit(city, HER_ADDRESS, HER_ADDRESS, push=False)
    blank_line(city)
    commit(city, SHIMIN, SHIMIN)
    city.sync()
    assert newest().submitted_by == "shimin-leader"
    refused_to_her(city)


def test_her_text_and_a_leaders_blank_line_in_two_pushes(city: Desk) -> None:
    city.write(body=HER_TEXT)
    assert city.taken(HER_ADDRESS) == {"posts/madoguchi.md": "submitted"}
    blank_line(city)
    city.taken(SHIMIN)
    refused_to_her(city)


def test_her_text_that_was_refused_and_that_a_leader_mended(city: Desk) -> None:
    city.write(body=HER_TEXT, extra="link: not a link")
    assert city.taken(HER_ADDRESS) == {"posts/madoguchi.md": "refused"}
    city.write(body=HER_TEXT)
    city.taken(SHIMIN)
    refused_to_her(city)


def test_her_blank_line_under_what_is_in_the_queue_makes_it_hers_too(city: Desk) -> None:
    city.write()
    city.taken(SHIMIN)
    blank_line(city)
    assert city.taken(HER_ADDRESS) == {"posts/madoguchi.md": "unchanged"}
    refused_to_her(city)


def test_her_text_under_a_name_that_a_leader_changes(city: Desk) -> None:
    path = city.write(body=HER_TEXT, extra="link: not a link")
    city.taken(HER_ADDRESS)
    path.write_text(path.read_text(encoding="utf-8").replace("link: not a link\n", ""), encoding="utf-8")
    path.rename(path.with_name("renamed.md"))
    city.taken(SHIMIN)
    assert newest().path == "posts/renamed.md"
    refused_to_her(city)


def test_her_picture_while_a_leader_touches_the_text(city: Desk) -> None:
    city.origin.write("media/red.png", (city.origin.desk / "media/blue.png").read_bytes())
    commit(city, HER_ADDRESS, HER_ADDRESS, push=False)
    city.write()
    commit(city, SHIMIN, SHIMIN)
    city.sync()
    refused_to_her(city)


def test_her_words_in_a_figure_that_the_text_quotes(city: Desk) -> None:
    city.write(body="{{ indicator.card.rate }}%（見本）。\n", extra="indicators: [card]")
    figures = city.origin.desk / "strategy/indicators.yml"
    figures.write_text(figures.read_text(encoding="utf-8").replace("取得率", "取得率と彼女の言葉"), encoding="utf-8")
    git(city.origin.desk, "add", "strategy")
    who = ("-c", "user.name=k", "-c", f"user.email={HER_ADDRESS}")
    git(city.origin.desk, *who, "commit", "--quiet", "-m", "指標", "strategy")
    commit(city, SHIMIN, SHIMIN)
    city.sync()
    refused_to_her(city)


def test_a_ghost_in_people_yml_and_in_the_same_push(city: Desk) -> None:
    ghost = "ghost: {name: だれか, department: 市民課, role: leader, emails: [ghost@example.jp]}\n"
    city.origin.write("people.yml", PEOPLE + HERS + ghost)
    city.write(author="ghost", body=HER_TEXT)
    commit(city, "ghost@example.jp", "ghost@example.jp")
    assert {i.path: str(i.taken) for i in city.sync().items} == {"posts/madoguchi.md": "refused"}
    assert not Submission.objects.exists()
    (asked,) = requests.waiting(city.office.ctx)
    assert (asked.person, asked.new) == ("ghost", True)


def test_her_own_address_beside_a_leaders_name_in_people_yml(city: Desk) -> None:
    """With it, her commits would be the leader's."""
    city.origin.write("people.yml", PEOPLE.replace(SHIMIN, HER_ADDRESS) + HERS.replace(HER_ADDRESS, ""))
    city.write(body=HER_TEXT)
    commit(city, HER_ADDRESS, HER_ADDRESS)
    city.sync()
    refused_to_her(city)
    (asked,) = requests.waiting(city.office.ctx)
    with pytest.raises(NotAllowed, match="address taken"):
        requests.accept(city.office.ctx, city.office.operator, asked.person, asked.digest)


def test_a_trainee_who_raises_their_own_role(city: Desk) -> None:
    city.origin.write("people.yml", (PEOPLE + HERS).replace("role: trainee", "role: leader"))
    city.write(author="kokusai-trainee")
    city.taken(KOKUSAI)
    found = newest()
    with pytest.raises(NotAllowed, match="without confirmation"):
        review.approve(city.office.ctx, COLLEAGUE, found.id, found.digest)
    (asked,) = requests.waiting(city.office.ctx)
    assert "研修中" in asked.told
    assert AuditEntry.objects.filter(verb=requests.ASK).order_by("-id")[0].detail == asked.told


def test_whoever_empties_the_heads(city: Desk) -> None:
    User.objects.filter(username="soumu-leader").update(heads=["市民課"])
    text = (city.origin.desk / "city.yml").read_text(encoding="utf-8")
    city.origin.write("city.yml", text.rstrip("}\n") + ", heads: {}}\n")
    city.write(images="", channels="x")
    city.taken(SHIMIN)
    found = newest()
    with pytest.raises(NotAllowed, match="endorsement"):
        review.approve(city.office.ctx, COLLEAGUE, found.id, found.digest)
    # Nor by moving to a department without a head.
    city.origin.write("people.yml", (PEOPLE + HERS).replace("department: 市民課", "department: 税務課"))
    blank_line(city)
    city.taken(SHIMIN)
    assert newest().department == "市民課"


def test_a_trainees_post_is_read_and_confirmed_in_its_own_department(city: Desk) -> None:
    city.write(author="kokusai-trainee", images="", channels="x")
    city.taken(KOKUSAI)
    found, office = newest(), city.office
    with pytest.raises(NotFound):
        review.confirm(office.ctx, office.author, found.id, found.digest)
    assert not Submission.objects.filter(review.readable(office.ctx, office.author)).exists()
    wide = replace(office.ctx, config=replace(office.ctx.config, confirm_across_departments=True))
    assert Submission.objects.filter(review.readable(wide, office.author)).exists()
    assert Submission.objects.filter(review.readable(office.ctx, office.leader)).exists()
    review.confirm(office.ctx, office.leader, found.id, found.digest)
    assert newest().state == "confirmed"


def test_a_mailmap_in_the_same_push(city: Desk) -> None:
    city.origin.write(".mailmap", f"市民課 <{SHIMIN}> <{HER_ADDRESS}>\n")
    city.write(body=HER_TEXT)
    commit(city, HER_ADDRESS, HER_ADDRESS)
    city.sync()
    refused_to_her(city)


def test_an_address_that_nobody_knows_keeps_the_post_out_until_it_is_known(city: Desk) -> None:
    city.write(body=HER_TEXT)
    commit(city, "private@example.com", "private@example.com", push=False)
    blank_line(city)
    commit(city, SHIMIN, SHIMIN)
    (item,) = city.sync().items
    assert str(item.taken) == "refused"
    assert "private@example.com" in item.findings[0].message
    assert not Submission.objects.exists()


def test_the_web_sites_own_address_as_her_committer(city: Desk) -> None:
    """What the web site commits has itself as committer, which is nobody's hand; that it made the commit, it knows."""
    city.write(body=HER_TEXT)
    commit(city, SHIMIN, "dxbot@localhost")
    (item,) = city.sync().items
    assert (str(item.taken), item.findings[0].rule) == ("refused", "sync.unknown-author")


def test_behalf_of_the_author_who_looks_at_it_afterwards(city: Desk) -> None:
    city.write(author="koho", body=HER_TEXT)
    city.taken(HER_ADDRESS)
    refused_to_her(city)
    # As it may stand in a database of before: the later look is not hers either.
    found = newest()
    found.decisions.update(on_behalf_of="koho")
    with pytest.raises(NotAllowed):
        review.countersign(city.office.ctx, SHE, found.decisions.get().id)
    assert found.decisions.get().countersigned_at is None


def test_what_she_writes_in_the_browser_and_a_leader_then_hands_in(city: Desk) -> None:
    path = city.write(author="koho", body=HER_TEXT)
    text = path.read_bytes()
    path.unlink()
    made = branch.commit_as(city.office.ctx, SHE, {"posts/madoguchi.md": text}, "原稿", branch.head(city.office.ctx))
    city.sync()
    assert (newest().road, newest().commit) == ("web", made)
    git(city.origin.desk, "pull", "--quiet", "origin", "main")
    blank_line(city)
    city.commit(SOUMU)
    city.sync()
    refused_to_her(city)


def test_what_was_approved_by_others_is_the_citys_and_she_may_decide_on_what_comes_after(city: Desk) -> None:
    city.write(body=HER_TEXT)
    city.taken(HER_ADDRESS)
    refused_to_her(city)
    city.write(body=HER_TEXT, title="リーダーが直した題名（見本）")
    city.taken(SHIMIN)
    found = newest()
    assert review.approve(city.office.ctx, SHE, found.id, found.digest)


def test_the_log_and_the_submission_keep_commit_committer_and_road(city: Desk) -> None:
    city.write()
    commit(city, SHIMIN, HER_ADDRESS)
    city.sync()
    found = newest()
    assert (found.road, found.commit) == ("push", city.origin.head)
    told = AuditEntry.objects.get(verb="submit").detail
    assert "road=push" in told
    assert city.origin.head in told
    assert "koho" in told


def test_a_database_of_before_is_filled_from_the_history(city: Desk) -> None:
    from bot.store.hands import Edit
    from bot.store.models import ContentBranch

    city.write(body=HER_TEXT, extra="link: not a link")
    city.taken(HER_ADDRESS)
    Edit.objects.all().delete()
    ContentBranch.objects.update(recorded="")
    city.write(body=HER_TEXT)
    city.taken(SHIMIN)
    refused_to_her(city)


def test_a_forge_that_commits_for_people_is_named_in_the_configuration(city: Desk) -> None:
    city.write()
    commit(city, SHIMIN, "noreply@forge.example")
    assert city.rules() == {"sync.unknown-author"}
    city.office.ctx = replace(
        city.office.ctx, config=replace(city.office.ctx.config, content_committers="a@example.jp, noreply@forge.example")
    )
    assert [str(i.taken) for i in city.sync().items] == ["submitted"]
    assert hands.contributors(newest()) >= {"shimin-leader"}


def test_a_package_that_she_puts_in_place_and_a_leader_hands_in(city: Desk) -> None:
    """Where there is no git."""
    desk = city.office
    (desk.folder / "posts").mkdir(exist_ok=True)
    path = desk.post(author="soumu-leader", name="arrives", body=HER_TEXT)
    packed = desk.folder.parent / "原稿.zip"
    packed.write_bytes(package.pack(desk.ctx.library.read(path)))
    path.unlink()
    commits.receive(desk.ctx, SHE, packed, desk.ctx.library.posts_dir)
    desk.submit(path, Actor(person="soumu-leader", role=Role.LEADER))
    assert newest().road == "package"
    assert AuditEntry.objects.get(verb="import").actor == "koho"
    refused_to_her(city)
