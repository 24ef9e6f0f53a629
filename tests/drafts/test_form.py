"""A post in the form and back: nothing of it is lost, whatever its file looks like."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ROOT
from bot.content import frontmatter, post_form
from bot.content.form_words import at_field
from bot.content.post_form import Form, Shot
from bot.errors import FrontMatterError, Place
from bot.values.characters import unwritable

POSTS = sorted((ROOT / "content" / "posts").rglob("*.md"))
HERE = Path("post.md")


@pytest.mark.parametrize("path", POSTS, ids=lambda p: p.stem)
def test_every_post_of_the_city_comes_back_from_the_form_as_it_was(path: Path) -> None:
    text = frontmatter.decode(path, path.read_bytes())
    again = post_form.compose(post_form.read(path, text))
    _, before = frontmatter.split(path, text)
    _, after = frontmatter.split(path, again)
    assert _front(again, after) == _front(text, before)
    assert again[after:].split() == text[before:].split()


def _front(text: str, body_at: int) -> object:
    return yaml.load(text[4 : body_at - 4], yaml.BaseLoader)  # noqa: S506 every value as it is written


_KINDS = ["Cc", "Cn", "Co", "Cs", "Zl", "Zp"]
# What may not be written is refused, on the form as in a file.
_written = st.characters(codec="utf-8", exclude_categories=_KINDS).filter(lambda c: unwritable(c) is None)
typed = st.text(alphabet=_written)
words = typed.map(str.strip)
prose = st.lists(words.filter(lambda w: not w.startswith("#")), max_size=4).map("\n\n".join).map(str.strip)
shots = st.builds(Shot, file=words.filter(bool), alt=words, people=st.sampled_from(["none", "consented"]), consent=words)
forms = st.builds(
    Form,
    identity=words,
    title=words,
    author=words,
    measure=words,
    achievement=words,
    reason=words,
    next=words,
    channels=st.lists(words, max_size=3).map(tuple),
    publish=st.sampled_from(["", "2026-12-01 12:15"]),
    hashtags=st.lists(words, max_size=3).map(tuple),
    link=words,
    pictures=st.lists(shots, max_size=2).map(tuple),
    lead=prose,
    answers=st.tuples(prose, prose, prose),
    remainder=st.one_of(st.just(""), prose.map(lambda text: f"## そのほか\n\n{text}".strip())),
    rest=st.sampled_from([{}, {"x": {"text": "1"}}, {"indicators": ["a"]}]),
)


@given(forms)
@settings(deadline=None)
def test_whatever_is_typed_comes_back(form: Form) -> None:
    again = post_form.read(HERE, post_form.compose(form))
    assert _bare(again) == _bare(form)


def _bare(form: Form) -> dict[str, object]:
    """Without the difference between one empty line and several."""
    return {name: _lines(value) for name, value in post_form.fields(form)}


def _lines(value: object) -> object:
    if isinstance(value, str):
        return [line.rstrip() for line in value.split("\n") if line.strip()]
    return [_lines(v) for v in value] if isinstance(value, list) else value


@given(forms)
def test_a_kept_form_is_the_form(form: Form) -> None:
    assert post_form.form_of(dict(post_form.fields(form))) == form


def test_a_picture_without_a_description_still_asks_for_one() -> None:
    text = post_form.compose(Form(pictures=(Shot(file="a.jpg"),)))
    assert "alt: ''" in text


def test_a_line_is_named_by_its_field_in_the_form() -> None:
    shot = Shot(file="a.jpg", alt="絵")
    form = Form(
        title="題", reason="理由", pictures=(shot,), lead="はじめ。", answers=("不便。", "", "良い。"), remainder="続き。"
    )
    text = post_form.compose(form)

    def named(content: str) -> tuple[str, str]:
        number = text.split("\n").index(content) + 1
        field = at_field(form, text, Place(path=HERE, line=number, column=len(content)), "", "見本", "見本", "見本")
        return field.element, field.label

    assert named("title: 題") == ("title", "題名")
    assert named("reason: 理由") == ("reason", "できていない理由")
    assert named("  alt: 絵") == ("alt-a.jpg", "1枚目の画像の説明")
    assert named("はじめ。") == ("lead", "はじめの段落")
    assert named("不便。") == ("answer-1", "何が不便だったか")
    assert named("良い。") == ("answer-3", "どう変わったか")


def test_a_cut_is_told_at_the_point_that_nobody_has_to_name() -> None:
    form = Form(title="題", pictures=(Shot(file="a.jpg"), Shot(file="b.jpg")), lead="はじめ。")
    said = "画像「b.jpg」は、真ん中だけが残り、Xでは78%が切れて見えません"
    field = at_field(form, "", Place(path=HERE), "images.1.file", "pictures.cut", said, "crop: を変えてください")
    assert (field.element, field.label, field.empty) == ("focus-b.jpg", "2枚目の残すところ", False)
    assert (field.message, "crop:" in field.advice) == (said, False)


def test_a_front_matter_that_refers_to_itself_is_refused_before_it_grows() -> None:
    laughs = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    with pytest.raises(FrontMatterError) as refused:
        post_form.read(HERE, f"---\na0: &a0 [x]\n{laughs}---\n本文\n")
    assert "参照" in refused.value.summary
