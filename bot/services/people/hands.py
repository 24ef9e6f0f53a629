"""Who had a hand in a submission: the one place that says so, and keeps them all from deciding on it.

A hand is whoever wrote, committed or handed in any of its text or pictures since its post was last approved (ADR 20).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from bot.errors import NotAllowed
from bot.language import say
from bot.services.people import registered
from bot.services.records import approved as records
from bot.services.records.context import Context
from bot.store.hands import Edit, WebCommit
from bot.store.models import Submission
from bot.workflow.roads import Road

SERVER = "(サーバー)"  # who signed what the web site made


@dataclass(frozen=True, kw_only=True)
class Hand:
    """`people` are the keys of those who did it; `commit` is "" where it came without one; `signed`: by a key that is known."""

    road: str
    commit: str
    people: tuple[str, ...]
    signed: bool = False


@dataclass(frozen=True, kw_only=True)
class Hands:
    """All hands in a post since its last approval, in their order. `upto` is the number of the last Edit among them; `road` is
    that of the last."""

    hands: tuple[Hand, ...]
    upto: int
    road: Road


class UnknownHand(NotAllowed):
    """Somebody whom the accounts do not know had a hand in a post: who must not decide on it cannot be said."""

    def __init__(self, edit: Edit, address: str) -> None:
        super().__init__(
            f"commit {edit.commit} by somebody unknown",
            summary=say(
                "「{path}」を変えたコミット {commit} の {value} がだれか分かりません",
                path=edit.path,
                commit=edit.commit[:12],
                value=address or "空のアドレス",
            ),
            next_step="運用担当に、このアドレスを利用者の「コミットのアドレス」に加えてもらってください",
        )


class Unsigned(NotAllowed):
    """The city wants signatures, and a commit has none of a key that is known."""

    def __init__(self, edit: Edit) -> None:
        super().__init__(
            f"commit {edit.commit} is not signed",
            summary=say(
                "「{path}」を変えたコミット {commit} に、登録された鍵の署名がありません",
                path=edit.path,
                commit=edit.commit[:12],
            ),
            next_step="鍵を利用者に登録してもらい、署名してコミットし直してください",
        )


def contributors(submission: Submission) -> frozenset[str]:
    """Everybody who may not decide on it."""
    kept = {person for hand in submission.hands for person in hand["people"]}
    return frozenset({submission.author, submission.submitted_by, *kept})


def require_none(person: str, submission: Submission, act: str) -> None:
    """Raises NotAllowed for somebody who had a hand in it; `act` is what they may not do with it."""
    if person in contributors(submission):
        raise NotAllowed(
            f"{person} had a hand in submission {submission.id}",
            summary=say("自分が書いた原稿や申請した原稿、手を加えた原稿は{act}できません", act=act),
            next_step="手を加えていない、ほかの担当者に頼んでください",
        )


def committed_by(ctx: Context, commit: str, address: str) -> str:
    """The person who hands a commit in: for whom the web site made it, else whose the author's address is; "" for nobody."""
    made = WebCommit.objects.filter(commit=commit).first()
    return made.person if made else registered.by_address(ctx).get(address, "")


def of_post(
    ctx: Context, identity: str, paths: Iterable[str], road: Road = Road.COMMAND, same: Submission | None = None
) -> Hands:
    """The hands in a post that is made of these files. `road` is that of who hands it in, where no Edit tells another; `same`
    is the submission that is handed in once more.

    Raises UnknownHand.
    """
    others = Submission.objects.filter(identity=identity).exclude(id=same.id if same else 0).order_by("id")
    approved = others.filter(records.approved()).last()
    since, after = (approved.edits_upto, approved.id) if approved else (0, 0)
    earlier = list(others.filter(id__gt=after).defer("bundle", "source"))
    handed_in = [Hand(road=s.road, commit="", people=tuple(sorted(contributors(s)))) for s in earlier]
    edits = _edits({*paths, *(s.path for s in earlier)}, since)
    people = registered.by_address(ctx) if edits else {}
    own = [_hand(ctx, edit, people) for edit in edits]
    return Hands(
        hands=tuple(dict.fromkeys([*handed_in, *own])),
        upto=max((edit.id for edit in edits), default=since),
        road=Road(edits[-1].road) if edits else road,
    )


def as_kept(hands: Hands) -> list[dict[str, object]]:
    """As a submission keeps them."""
    return [hand_as_kept(hand) for hand in hands.hands]


def hand_as_kept(hand: Hand) -> dict[str, object]:
    return asdict(hand)


def _edits(paths: Collection[str], since: int) -> list[Edit]:
    """Those of these paths, and of the paths that these had before, oldest first."""
    known, asked = list[Edit](), set[str]()
    while wanted := {*paths, *(e.source for e in known if e.source)} - asked:
        asked |= wanted
        known += Edit.objects.filter(path__in=wanted, id__gt=since)
    return sorted(known, key=lambda edit: edit.id)


def _hand(ctx: Context, edit: Edit, people: Mapping[str, str]) -> Hand:
    if edit.person:
        # What the web site made, it knows: its word is as good as a signature.
        return Hand(road=edit.road, commit=edit.commit, people=(edit.person,), signed=edit.road == Road.WEB)
    if ctx.config.require_signed and not edit.signer:
        raise Unsigned(edit)
    # The git server's own address, where it merges for people: it writes nothing.
    own = {address.strip().lower() for address in ctx.config.content_committers.split(",")} - {""}
    found = []
    for address in dict.fromkeys((edit.author, edit.committer)):
        if address in own and address != edit.author:
            continue
        if address not in people:
            raise UnknownHand(edit, address)
        found.append(people[address])
    # Whoever signed a commit made it, whatever addresses they wrote into it.
    signed_by = [edit.signer] if edit.signer and edit.signer != SERVER else []
    people_of = tuple(dict.fromkeys([*found, *signed_by]))
    return Hand(road=edit.road, commit=edit.commit, people=people_of, signed=bool(edit.signer))
