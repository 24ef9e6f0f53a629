"""A word of the city's list is put right with one press, and nothing else of the draft changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.content import post_form
from bot.content.post_form import Form, Shot
from bot.errors import Place, WorkflowError
from bot.services.handing_in import draft_preview, drafts, rewording
from bot.store.drafts import Draft
from tests.chromium import barriers, fits
from tests.drafts.test_drafts import filled, form_of
from tests.office import Office

WORDS = "子供: {right: 子ども}\nカード: {right: 'カード: 札'}\nパソコン: {right: 端末}\n"
TEXTS = {
    "title": "子どもと子供の窓口（見本）",
    "lead": "子供の席を置きます。子供も待てます（見本）。",
    "reason": "子供の席が足りないため",
    "remainder": "## そのほか\n\n- 子供の本",
}
PRESS = "「子供」を「子ども」に直す"


@pytest.fixture
def draft(office: Office) -> Draft:
    (office.folder / "words.yml").write_text(WORDS, encoding="utf-8")
    whole = filled(office, drafts.begin(office.ctx, office.author))
    form = replace(form_of(whole), **TEXTS, achievement="partly", next="来月増やします")  # type: ignore[arg-type]
    return drafts.save(office.ctx, office.author, whole.id, form, drafts.Seen(revision=whole.revision))


def offered(office: Office, draft: Draft) -> list[tuple[int, int, str]]:
    shown = draft_preview.preview(office.ctx, drafts.find(office.author, draft.id)).findings
    return [(f.line, f.column, f.field.element) for f in shown if f.replacement]


def test_each_place_is_put_right_by_itself_and_nothing_else_changes(office: Office, draft: Draft) -> None:
    before = form_of(draft)
    assert [field for _, _, field in offered(office, draft)] == ["title", "reason", "lead", "lead", "remainder"]
    while found := offered(office, draft):
        line, column, field = found[-1]
        made = rewording.reword(office.ctx, office.author, draft.id, (line, column), "子供")
        assert (made.right, made.element) == ("子ども", field)
    after = form_of(drafts.find(office.author, draft.id))
    right = {name: text.replace("子供", "子ども") for name, text in TEXTS.items()}
    assert after == replace(before, **right)  # type: ignore[arg-type]


def test_what_is_gone_meanwhile_is_told_and_what_only_moved_is_put_right(office: Office, draft: Draft) -> None:
    with pytest.raises(WorkflowError) as gone:
        rewording.reword(office.ctx, office.author, draft.id, (1, 1), "子供")  # one of several, and nobody knows which
    assert "もうありません" in gone.value.summary
    one = replace(form_of(draft), title="窓口（見本）", lead="席を置きます（見本）。", reason="席が足りないため")
    drafts.save(office.ctx, office.author, draft.id, one, drafts.Seen(revision=draft.revision))
    rewording.reword(office.ctx, office.author, draft.id, (1, 1), "子供")
    assert form_of(drafts.find(office.author, draft.id)).remainder == "## そのほか\n\n- 子どもの本"


def test_what_the_file_could_not_hold_is_not_offered() -> None:
    form = Form(title="あ'い", reason="カードと「カード」", pictures=(Shot(file="a.jpg", alt="カード"),))
    text = post_form.compose(form)
    lines = text.split("\n")
    line = next(n for n, said in enumerate(lines, start=1) if said.startswith("reason"))
    place = Place(path=Path("post.md"), line=line, column=lines[line - 1].index("カード") + 1)
    assert post_form.replaced(text, place, "カード", "カード: 札") is None
    assert post_form.replaced(text, place, "パソコン", "端末") is None
    made = post_form.replaced(text, place, "カード", "札")
    assert made is not None
    assert made.reason == "札と「カード」"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_one_press_on_the_page_keeps_what_was_typed(
    signed_in: Callable[..., BrowserContext], office: Office, draft: Draft, *, scripts: bool
) -> None:
    page: Page = signed_in("shimin-leader", java_script_enabled=scripts).new_page()
    page.goto(f"/write/{draft.id}/")
    page.get_by_label("問い合わせ先", exact=True).fill("市民課")
    page.get_by_role("button", name=PRESS).first.click()
    page.get_by_text("「子供」を「子ども」に直しました。").wait_for()
    expect(page.get_by_label("題名")).to_have_value("子どもと子どもの窓口（見本）")
    expect(page.get_by_label("問い合わせ先", exact=True)).to_have_value("市民課")
    assert page.url.endswith("#title")
    assert form_of(drafts.find(office.author, draft.id)).contact == "市民課"
    if scripts:
        assert barriers(page) == []
        page.set_viewport_size({"width": 390, "height": 800})
        assert fits(page)
