"""Leaders commit, rename, edit, delete; the queue and the sandbox show exactly what should be."""

from __future__ import annotations

from tests.sync.desk import SHIMIN, SOUMU, Desk
from tests.sync.origin import git


def seen(desk: Desk, channel: str = "x") -> list[str]:
    """What a citizen sees on a channel: the first line of each post."""
    return [post["text"].splitlines()[0] for post in desk.office.sandbox.posts(channel)]


def test_two_leaders_commit_and_everything_they_do_arrives_exactly_so(desk: Desk) -> None:
    desk.write("one", title="一つ目（見本）")
    desk.write("two", title="二つ目（見本）", author="soumu-leader")
    desk.write("three", title="三つ目（見本）")
    git(desk.origin.desk, "add", "posts/one.md", "posts/three.md")
    git(desk.origin.desk, "-c", "user.name=s", "-c", f"user.email={SHIMIN}", "commit", "--quiet", "-m", "二件")
    assert desk.taken(SOUMU) == {f"posts/{name}.md": "submitted" for name in ("one", "two", "three")}
    assert {(p, by) for p, by, _ in desk.submissions()} == {
        ("posts/one.md", "shimin-leader"),
        ("posts/three.md", "shimin-leader"),
        ("posts/two.md", "soumu-leader"),
    }
    desk.approve_all()

    # A new name and nothing else: what was approved stays approved.
    (desk.origin.desk / "posts/2026").mkdir()
    (desk.origin.desk / "posts/one.md").rename(desk.origin.desk / "posts/2026/ichi.md")
    assert desk.taken() == {"posts/2026/ichi.md": "unchanged"}
    # A change of what was approved: no longer approved, in the queue again.
    desk.write("two", title="二つ目、直した（見本）", author="soumu-leader")
    assert desk.taken(SOUMU) == {"posts/two.md": "submitted"}
    # Gone: not to be published.
    (desk.origin.desk / "posts/three.md").unlink()
    assert desk.taken() == {"posts/three.md": "withdrawn"}
    assert desk.submissions() == [
        ("posts/2026/ichi.md", "shimin-leader", "approved"),
        ("posts/three.md", "shimin-leader", "withdrawn"),
        ("posts/two.md", "soumu-leader", "stale"),
        ("posts/two.md", "soumu-leader", "submitted"),
    ]
    desk.office.publish_all()
    assert len(seen(desk)) == 1
    assert "一つ目" in seen(desk)[0]

    # Renamed and edited after it went out: never a second time. And the edited one, once approved again.
    (desk.origin.desk / "posts/2026/ichi.md").rename(desk.origin.desk / "posts/again.md")
    assert desk.taken() == {"posts/again.md": "unchanged"}
    text = (desk.origin.desk / "posts/again.md").read_text(encoding="utf-8")
    (desk.origin.desk / "posts/again.md").unlink()
    desk.origin.write("posts/new-name.md", text.replace("一つ目", "一つ目、直した"))
    assert desk.taken() == {"posts/new-name.md": "published"}
    desk.approve_all()
    desk.office.publish_all()
    assert len(seen(desk)) == 2
    assert "二つ目、直した" in seen(desk)[1]
    assert not desk.sync().items


def test_a_published_post_that_is_deleted_stays_as_it_is(desk: Desk) -> None:
    path = desk.write()
    desk.taken()
    desk.approve_all()
    desk.office.publish_all()
    path.unlink()
    assert desk.taken() == {}
    assert desk.submissions() == [("posts/madoguchi.md", "shimin-leader", "approved")]


def test_a_new_picture_brings_the_post_back_into_the_queue(desk: Desk) -> None:
    desk.write()
    desk.taken()
    desk.approve_all()
    desk.origin.write("media/red.png", (desk.origin.desk / "media/blue.png").read_bytes())
    assert desk.taken() == {"posts/madoguchi.md": "submitted"}
    assert [state for _, _, state in desk.submissions()] == ["stale", "submitted"]
    assert desk.office.deliveries("scheduled") == []


def test_a_post_without_an_id_that_gets_a_new_name_is_not_published_twice(desk: Desk) -> None:
    text = desk.write().read_text(encoding="utf-8").replace("id: 01TESTmadoguchi\n", "")
    desk.origin.write("posts/madoguchi.md", text)
    desk.taken()
    desk.approve_all()
    desk.office.publish_all()
    (desk.origin.desk / "posts/madoguchi.md").rename(desk.origin.desk / "posts/other.md")
    assert desk.taken() == {"posts/other.md": "refused"}
    assert desk.rules() == {"sync.renamed-without-id"}
    assert len(seen(desk)) == 1


def test_what_comes_while_the_publisher_is_at_work_is_seen_by_its_last_look(desk: Desk) -> None:
    """The file is written before the queue knows: whoever looks in between must not send the old text."""
    from bot.repository.checkout import Checkout
    from bot.services.handing_in import sync

    desk.write()
    older = desk.origin.head
    desk.taken()
    desk.approve_all()
    desk.write(title="直した（見本）")
    newer = desk.commit()
    source = sync.mirror(desk.office.ctx)
    source.fetch()
    Checkout(folder=desk.office.folder, mirror=source).write(source.changes(older, newer))
    desk.office.publish_all()
    assert seen(desk) == []
    assert {i.path: str(i.taken) for i in desk.sync().items} == {"posts/madoguchi.md": "submitted"}
