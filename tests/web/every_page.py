"""An address of every page that an officer sees, each with something on it: for whatever must hold on all of them."""

from __future__ import annotations

import datetime

import pytest
from PIL import Image

from bot.schedule.changes import RuleChange
from bot.schedule.rules import Blackout
from bot.services.approval import comments, picture_records
from bot.services.delivery import blackouts, pause, rule_changes
from bot.services.files import viewed
from bot.services.handing_in import drafts, words
from bot.store.drafts import Draft
from bot.store.models import Delivery, Submission
from bot.store.pictures import PictureRecord
from bot.workflow.actors import Actor, Role
from tests.office import Office


@pytest.fixture
def pages(office: Office, people: None) -> list[str]:
    """An address of every page, each with something on it."""
    (office.folder / "phrases.yml").write_text("時点: いつの数字ですか。\n", encoding="utf-8")
    first = office.submit(office.post(extra="publish: 2026-12-01 12:15"))
    comments.add(office.ctx, office.officer, first.id, "x", "0:0", "時点は？")
    second = office.submit(office.post(extra="publish: 2026-12-02 12:15", body="変えた文です（見本）。\n"))
    Submission.objects.filter(id=second.id).update(
        findings=[{"rule": "見本", "level": "warning", "line": 1, "column": 1, "message": "見本", "advice": "見本"}]
    )
    done = office.approved("b", title="決裁の見本", channels="x, facebook")
    office.publish_all()
    office.submit(office.post("c", title="翻訳の見本", author="kokusai-trainee"), office.trainee)
    viewed.record(
        office.ctx, office.officer, office.submit(office.post("y", title="まとめての見本", body="別の文です（見本）。\n"))
    )
    planned = office.approved("d", title="予定の見本", extra="publish: 2026-12-03 10:20")
    Delivery.objects.filter(id=planned[0].id).update(state="undecided", intent_at=office.clock.now())
    _broken_thread(office)
    office.at(office.clock.now() + datetime.timedelta(minutes=1))
    pause.pause(office.ctx, office.officer, "地震のため", "facebook")
    _blackouts(office)
    _words(office)
    draft = drafts.begin(office.ctx, Actor(person="shimin-leader", role=Role.OFFICER))
    Draft.objects.update(person="kouhou")
    Image.new("RGB", (800, 600), "green").save(other := office.folder / "media" / "green.png")  # in no post
    draft = drafts.add_picture(office.ctx, office.officer, draft.id, other.read_bytes())
    picture = _pictures(office)
    other = office.approved("g", title="もう一つの見本", channels="facebook", extra="publish: 2026-12-17 12:15")
    return [
        "/",
        f"/pictures/?draft={draft.id}",
        "/pictures/?q=ありません",
        f"/pictures/{picture}/",
        "/queue/",
        "/queue/?q=ありません",
        f"/submissions/{first.id}/",
        f"/submissions/{second.id}/",
        f"/submissions/{second.id}/?against=approved",
        f"/submissions/{second.id}/sheet/",
        f"/submissions/{done[0].submission_id}/",
        "/connections/",
        "/calendar/?date=2026-12-01",
        "/calendar/?date=2026-12-01&view=week",
        "/calendar/?date=2026-12-01&view=list",
        f"/deliveries/{planned[1].id}/move/",
        f"/deliveries/{done[0].id}/move/",
        "/deliveries/",
        f"/deliveries/posts/?chosen={planned[1].submission_id}",
        f"/deliveries/posts/?chosen={planned[1].submission_id}&chosen={other[0].submission_id}",
        "/deliveries/posts/?chosen=999999",
        "/held/",
        "/stop/",
        "/texts/",
        "/settings/",
        f"/settings/{_rules(office)}/",
        "/blackouts/",
        "/words/?wrong=子供",
        "/disasters/",
        "/issues/",
        "/issues/2026-12/",
        "/issues/2027-01/",
        "/achievement/",
        "/history/",
        f"/history/{second.id}/",
        f"/history/{done[0].submission_id}/",
        "/tokens/",
        "/account/second-factor/",
        "/account/second-factor/totp/activate/",
        "/account/second-factor/webauthn/",
        "/account/second-factor/webauthn/add/",
        "/account/sessions/",
        "/account/password/",
        "/account/reauthenticate/",
        "/write/",
        f"/write/{draft.id}/",
        "/submissions/999999/",
        "/nowhere/",
    ]


def _parts(count: int) -> str:
    return "".join(f"{n}番目に、職員がお話を聞いて、入力します（見本）。\n\n" for n in range(count))


def _broken_thread(office: Office) -> None:
    """Two parts stand, the third was refused."""
    thread = {"channels": "x", "extra": "publish: 2026-12-04 10:20\nx: {thread: true}"}
    rows = office.approved("t", title="スレッドの見本", body=_parts(20), **thread)
    numbers = [row.id for row in rows]
    Delivery.objects.filter(id__in=numbers[:2]).update(state="published", remote_id="1", url="https://x.com/i/status/1")
    Delivery.objects.filter(id__in=numbers[2:]).update(state="failed", problem="配信先が掲載を断りました")


def _pictures(office: Office) -> int:
    """One that is held back, one that may be chosen."""
    record = PictureRecord.objects.latest("id")
    ended = {"until": datetime.date(2026, 11, 30), "not_from": datetime.date(2026, 12, 1), "why": "本人の申し出"}
    told = picture_records.Told(people="consented", consent="承諾書 1", **ended)
    picture_records.record(office.ctx, office.officer, record.id, told, "")
    return record.id


def _words(office: Office) -> None:
    """One of one's own, one of another, and one to decide on."""
    words.propose(office.ctx, office.officer, "障碍", "障害", "手引き")
    words.propose(office.ctx, Actor(person="kouhou-kacho", role=Role.OFFICER), "子供", "子ども")


def _rules(office: Office) -> int:
    """One rule that was changed, and one that waits for a second person; its number."""
    narrower = RuleChange(topic="limit", item="x", value={"most": 9})
    rule_changes.make(office.ctx, office.officer, narrower, "多すぎるため", 0)
    more = {"days": ["mon"], "at": "10:00", "gap": 30, "channels": ["x"], "if_closed": "later"}
    wanted = RuleChange(topic="slot", item="shinki", value=more)
    return rule_changes.make(office.ctx, office.officer, wanted, "朝に見る人のため", 1).number


def _blackouts(office: Office) -> None:
    """One in force, one that somebody asks to lift, one that is lifted; what the first one holds, and what missed its time."""
    now, other = office.clock.now(), Actor(person="kouhou-kacho", role=Role.OFFICER)
    held = office.approved("e", title="保留の見本", channels="x, note", extra="publish: 2026-12-08 12:15")
    Delivery.objects.filter(id=held[1].id).update(state="missed")
    office.approved("f", title="止まる見本", channels="x", extra="publish: 2026-12-09 12:15")
    for days, why in ((0, "保守の期間"), (1, "市議会議員選挙"), (2, "取りやめた期間")):
        wanted = Blackout(
            start=now, end=now + datetime.timedelta(days=20 + days), kind="選挙", why=why, set_by="", channels=frozenset({"x"})
        )
        number = blackouts.enter(office.ctx, office.officer, wanted).number
        if days:
            blackouts.ask_to_lift(office.ctx, other, number, "無投票のため")
    blackouts.lift(office.ctx, office.officer, number)
