"""Calling somebody in a comment, by @ and their name or by a list; told are only those who may read that post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from bot.errors import BotError, NotAllowed
from bot.language import say
from bot.services.approval import review
from bot.services.records.context import Context
from bot.store.models import Comment, Submission, User
from bot.store.talk import Mention
from bot.workflow.actors import Actor

MENTION = "mention"
# An address of mail has a letter before its @; what stands in 「 」 is quoted: 「@city_kanazawa」 is an account at X.
_AT = re.compile(r"(?<![「\w.+-])[@＠]", re.ASCII)
_GOES_ON = re.compile(r"[\w-]|[.+]\w", re.ASCII)  # after a log-in name: it was the beginning of a longer one
_SAID = re.compile(r"[^\s、。，．！？「」（）()：]{0,40}")


def readers(ctx: Context, submission: Submission) -> dict[str, str]:
    """Everybody who may see this submission and so may be called, with their names."""
    known = User.objects.filter(is_active=True).order_by("username")
    found = [user.username for user in known if review.reads(ctx, user, submission)]
    names: Mapping[str, str] = {}
    with suppress(BotError):  # people.yml cannot be read: the log-in names are known all the same
        names = {key: author.name for key, author in ctx.library.people.items()}
    return {person: names.get(person, person) for person in found}


def called(ctx: Context, actor: Actor, submission: Submission, body: str, tell: str) -> list[str]:
    """Whom this comment calls, each once. Raises NotAllowed for a name that nobody has who may see the post: whether somebody
    else has it is not said."""
    known = readers(ctx, submission)
    if tell and tell not in known:
        raise NotAllowed(
            "not a reader",
            summary="選んだ人は、この原稿を見られません",
            next_step="「知らせる人」の欄から選び直してください",
            field="tell",
        )
    found = dict.fromkeys([*([tell] if tell else []), *_named_in(body, known)])
    return [person for person in found if person != actor.person]


def _named_in(body: str, known: Mapping[str, str]) -> Iterator[str]:
    for at in _AT.finditer(body):
        yield _named(body, at.end(), known)


def _named(body: str, start: int, known: Mapping[str, str]) -> str:
    """The longest name that stands here, so that nobody is called by the beginning of another's name."""
    fitting = [(len(word), person) for person, name in known.items() for word in (person, name) if _stands(body, start, word)]
    longest = max((length for length, _ in fitting), default=0)
    people = {person for length, person in fitting if length == longest}
    if len(people) == 1:
        return people.pop()
    said = _SAID.match(body, start)
    raise NotAllowed(
        "nobody of this name" if not people else "several of this name",
        summary=say("「@{name}」に当たる人が、この原稿を見られる人の中にいません", name=said[0] if said else "")
        if not people
        else say("「@{name}」という人が、二人以上います", name=body[start : start + longest]),
        next_step="「知らせる人」の欄から選ぶか、@ のすぐ後にログイン名を書いてください。人の名でなければ「 」で囲んでください",
        field="body",
    )


def _stands(body: str, start: int, word: str) -> bool:
    if not word or not body.startswith(word, start):
        return False
    # Japanese goes on without a blank (@kouhouさん); a letter would make it another log-in name (@kouhou-2).
    end = start + len(word)
    return not (_GOES_ON.match(word[-1]) and _GOES_ON.match(body[end : end + 2]))


def keep(comment: Comment, people: list[str]) -> None:
    Mention.objects.bulk_create([Mention(comment=comment, person=person) for person in people])


def waiting(ctx: Context, actor: Actor) -> list[Mention]:
    """What calls this person and was not opened yet, of what they still may read; the newest first."""
    seen = Submission.objects.filter(review.readable(ctx, actor))
    rows = Mention.objects.filter(person=actor.person, seen_at=None, comment__submission__in=seen)
    rows = rows.select_related("comment__submission").order_by("-id")
    return list(rows.defer("comment__submission__bundle", "comment__submission__source"))


def see(ctx: Context, actor: Actor, submission: Submission) -> None:
    """This person has opened it."""
    mine = Mention.objects.filter(person=actor.person, seen_at=None, comment__submission__identity=submission.identity)
    mine.update(seen_at=ctx.clock.now())
