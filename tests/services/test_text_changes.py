"""Sample sentences and sets of hashtags: the file as the base, what the office says laid over it, by one officer."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from bot.errors import AlreadyDecided, BotError, FileError, NotAllowed, NotFound
from bot.services.handing_in import drafts, hashtags, text_changes
from bot.services.handing_in.text_changes import Act, TextChange
from bot.services.records import office_texts
from bot.services.records.office_texts import Kind
from bot.store.models import AuditEntry
from bot.store.office_texts import OfficeText
from tests.office import Office


@pytest.fixture
def files(office: Office) -> Office:
    (office.folder / "phrases.yml").write_text("時点: いつの数字ですか。\n出典: 何の数字ですか。\n", encoding="utf-8")
    (office.folder / "hashtags.yml").write_text("基本: [金沢市DX]\n", encoding="utf-8")
    return office


def said(name: str, content: str = "", act: Act = Act.SAY, *, kind: Kind = Kind.PHRASE, seen: int = 0) -> TextChange:
    return TextChange(kind=kind, name=name, act=act, content=content, seen=seen)


def make(office: Office, change: TextChange) -> OfficeText:
    return text_changes.make(office.ctx, office.officer, change, "試験のため")


def offered(office: Office) -> dict[str, str]:
    return {phrase.label: phrase.text for phrase in office_texts.phrases(office.ctx)}


def test_what_the_office_says_lies_over_the_file_and_can_be_taken_back(files: Office) -> None:
    row = make(files, said("時点", "年月日を書いてください。"))
    make(files, said("謝意", "ありがとうございます。", Act.NEW))
    assert offered(files) == {
        "時点": "年月日を書いてください。",
        "出典": "何の数字ですか。",
        "謝意": "ありがとうございます。",
    }
    gone = make(files, said("時点", act=Act.GIVE_UP, seen=row.id))
    assert list(offered(files)) == ["出典", "謝意"]
    make(files, said("時点", act=Act.RESTORE, seen=gone.id))
    assert offered(files)["時点"] == "いつの数字ですか。"
    told = list(AuditEntry.objects.filter(verb="change_text").order_by("id").values_list("actor", "detail"))
    assert told[0] == ("kouhou", "差し戻しの文例「時点」：年月日を書いてください。（試験のため）")
    assert [detail.partition("：")[2] for _, detail in told[2:]] == [
        "やめる（試験のため）",
        "ファイルのとおりに戻す（試験のため）",
    ]


def test_what_was_given_up_shows_what_it_was_and_is_used_again(files: Office) -> None:
    row = make(files, said("子育て", "子育て 金沢市", Act.NEW, kind=Kind.HASHTAGS))
    gone = make(files, said("子育て", act=Act.GIVE_UP, kind=Kind.HASHTAGS, seen=row.id))
    line = office_texts.lines(files.ctx, Kind.HASHTAGS)[1]
    assert (line.name, line.content, line.gone) == ("子育て", "子育て 金沢市", True)
    make(files, said("子育て", "子育て 金沢市", kind=Kind.HASHTAGS, seen=gone.id))
    assert [one.tags for one in office_texts.hashtag_sets(files.ctx)] == [("金沢市DX",), ("子育て", "金沢市")]


def test_a_name_that_left_the_file_can_be_entered_anew(files: Office) -> None:
    make(files, said("時点", act=Act.GIVE_UP))
    (files.folder / "phrases.yml").unlink()
    assert offered(files) == {}
    make(files, said("時点", "いつですか。", Act.NEW))
    assert offered(files) == {"時点": "いつですか。"}


def test_of_two_who_change_one_text_at_once_the_second_is_told(files: Office) -> None:
    make(files, said("時点", "一"))
    with pytest.raises(AlreadyDecided):
        make(files, said("時点", "二"))
    ready, raised = threading.Barrier(2), list[BotError]()

    def enter(content: str) -> None:
        try:
            ready.wait(10)
            make(files, said("同時", content, Act.NEW))
        except BotError as e:
            raised.append(e)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter, args=(content,)) for content in ("三", "四")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert OfficeText.objects.filter(name="同時").count() == 1
    assert [type(e) in (AlreadyDecided, NotAllowed) for e in raised] == [True]


@pytest.mark.parametrize(
    ("change", "field", "summary"),
    [
        (said("", "文", Act.NEW), "name", "名前がありません"),
        (said("長" * 41, "文", Act.NEW), "name", "名前が長すぎます"),
        (said("時点", "文", Act.NEW), "name", "「時点」は、もうあります"),
        (said("ない名前", "文"), "", "その名前のものは、ここでは変えられません"),
        (said("時点", ""), "content", "文がありません"),
        (said("時点", "長" * 1001), "content", "文が長すぎます"),
        (said("時点", "いつの数字ですか。"), "content", "いまと同じです"),
        (said("時点", act=Act.RESTORE), "content", "いまと同じです"),
        (said("基本", "", kind=Kind.HASHTAGS), "content", "ハッシュタグがありません"),
        (said("基本", "2026", kind=Kind.HASHTAGS), "content", "「#2026」は、途中で切れるか、ハッシュタグになりません"),
        (said("基本", "金沢市・DX!", kind=Kind.HASHTAGS), "content", "ハッシュタグになりません"),
        (said("基本", "長" * 51, kind=Kind.HASHTAGS), "content", "が長すぎます"),
        (said("基本", " ".join(f"長{n}" for n in range(11)), kind=Kind.HASHTAGS), "content", "ハッシュタグが多すぎます"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(files: Office, change: TextChange, field: str, summary: str) -> None:
    found = text_changes.faults(files.ctx, change, "理由")
    assert [fault.field for fault in found] == [field]
    assert summary in found[0].summary
    with pytest.raises(NotAllowed):
        make(files, change)
    assert not OfficeText.objects.exists()


def test_all_that_is_wrong_is_told_at_once(files: Office) -> None:
    found = text_changes.faults(files.ctx, said("", "2026 あ・い!", Act.NEW, kind=Kind.HASHTAGS), " ")
    assert [fault.field for fault in found] == ["name", "content", "content", "why"]


def test_only_officers_change_them(files: Office) -> None:
    for actor in (files.leader, files.operator, files.trainee):
        with pytest.raises(NotAllowed):
            text_changes.make(files.ctx, actor, said("時点", "一"), "理由")


def test_hashtags_are_kept_without_sign_and_once() -> None:
    assert text_changes.typed(Kind.HASHTAGS, "#金沢市　＃子育て 金沢市 #") == "金沢市 子育て"
    assert text_changes.typed(Kind.PHRASE, " 一行\r\n二行 ") == "一行\n二行"


def test_a_set_goes_into_a_draft_behind_what_it_has(files: Office) -> None:
    make(files, said("子育て", "子育て 金沢市DX", Act.NEW, kind=Kind.HASHTAGS))
    draft = drafts.begin(files.ctx, files.author)
    for name in ("基本", "子育て", "子育て"):
        draft = hashtags.add(files.ctx, files.author, draft.id, name)
    assert draft.form["hashtags"] == ["金沢市DX", "子育て"]
    with pytest.raises(NotFound):
        hashtags.add(files.ctx, files.author, draft.id, "ない組")


def test_a_file_that_cannot_be_read_stops_nobody_from_writing(files: Office) -> None:
    (files.folder / "hashtags.yml").write_text("基本: [2026]\n", encoding="utf-8")
    assert hashtags.offered(files.ctx) == ()
    with pytest.raises(FileError):
        make(files, said("基本", "金沢市", kind=Kind.HASHTAGS))
