"""What goes out: texts of the channels, pictures, the digest."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import registry
from bot.config import ROOT
from bot.content.library import Library
from bot.content.post import Post
from bot.errors import MediaError, TemplateError
from bot.render.bundle import render
from bot.render.environment import Templates
from bot.render.variant import Bundle, read_bundle
from tests.office import TOKYO, write_content, write_post

SPECS = tuple(registry.specs().values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_content(tmp_path)
    return tmp_path


def rendered(folder: Path, templates: Path = ROOT / "templates", **given: str) -> Bundle:
    library = Library(folder, TOKYO, {spec.key: spec.options for spec in SPECS})
    post: Post = library.read(write_post(folder, **given))
    return render(post, SPECS, Templates(templates), library.city)


def text(bundle: Bundle, channel: str) -> str:
    variant = bundle.variant(channel)
    assert variant is not None
    return "\n---\n".join(part.text for part in variant.parts)


BODY = "{提言|ていげん}を受けました。\n\n## 変えたこと\n\n- {提言|ていげん}どおり\n- [公式サイト](https://example.jp/a)\n\n結び。\n"


def test_x_gets_title_lead_degree_and_tags_in_one_post(folder: Path) -> None:
    bundle = rendered(folder, body=BODY, extra="hashtags: [金沢市DX]")
    assert text(bundle, "x") == "書かない窓口（見本）\n\n提言（ていげん）を受けました。\n\n達成度：達成\n\n#金沢市DX"


def test_facebook_gets_the_whole_body_with_links_and_each_reading_once(folder: Path) -> None:
    shown = text(rendered(folder, body=BODY), "facebook")
    assert shown.count("ていげん") == 1
    assert "【変えたこと】\n・提言どおり\n・公式サイト（https://example.jp/a）\n\n結び。" in shown


def test_an_address_in_the_body_is_shown_where_the_texts_show_addresses(folder: Path) -> None:
    body = "くわしくは[申込みの案内](https://example.jp/apply)へ。\n"
    shown, words = "申込みの案内（https://example.jp/apply）へ。", "申込みの案内へ。"
    plain, chosen = rendered(folder, body=body), rendered(folder, body=body, extra="x: {link: true}")
    assert [shown in text(plain, key) for key in ("facebook", "instagram", "x")] == [True, True, False]
    assert words in text(plain, "x")
    assert shown in text(chosen, "x")
    city = folder / "city.yml"
    in_profile = city.read_text(encoding="utf-8").replace("{", "{links_in_profile: [instagram], ", 1)
    city.write_text(in_profile, encoding="utf-8")
    assert words in text(rendered(folder, body=body), "instagram")


def test_the_newsletter_gets_labelled_blocks_with_ruby_for_the_typesetter(folder: Path) -> None:
    shown = text(rendered(folder, body=BODY + "\n《注意》と｜線。\n"), "newsletter")
    assert shown.startswith(
        "【見出し】\n書かない窓口（見本）\n\n【リード】\n｜提言《ていげん》を受けました。\n\n【本文】\n◆変えたこと\n"
    )
    assert "※［＃始め二重山括弧、1-1-52］注意※［＃終わり二重山括弧、1-1-53］と※［＃縦線、1-1-35］線。" in shown
    assert "【写真説明】\n赤い四角の見本" in shown


def test_a_channel_may_have_its_own_text_or_only_a_part_of_its_own(folder: Path) -> None:
    bundle = rendered(
        folder, extra="x: {text: 'X だけの文。取得率{{ indicator.card.rate }}%'}\nfacebook: {lead: '{別|べつ}のリード。'}"
    )
    assert text(bundle, "x") == "X だけの文。取得率46.5%"
    assert "別（べつ）のリード。" in text(bundle, "facebook")
    assert "窓口で書く回数" in text(bundle, "instagram")


def test_every_variant_carries_every_picture_with_its_alt_text(folder: Path) -> None:
    for variant in rendered(folder).variants:
        assert [m.alt for m in variant.media] == ["赤い四角の見本"]
        assert all(m.data.startswith(b"\xff\xd8\xff") for m in variant.media)


def test_a_link_on_x_is_a_costed_choice(folder: Path) -> None:
    link = "link: https://example.jp/a"
    without, with_link = (rendered(folder, extra=e).variant("x") for e in (link, f"{link}\nx: {{link: true}}"))
    assert without is not None
    assert with_link is not None
    assert (float(without.cost_usd), float(with_link.cost_usd)) == (0.015, 0.2)
    assert "https://example.jp/a" in with_link.parts[0].text


WISH = "publish: 2026-12-01 12:15\nexpires: 2026-12-20\nnewsletter: {issue: 2027-01}"


@pytest.mark.parametrize(
    ("changed", "channels"),
    [
        (WISH.replace("12-20", "12-21"), "x, newsletter"),  # later off the air
        (WISH.replace("expires: 2026-12-20\n", ""), "x, newsletter"),
        (WISH.replace("12:15", "12:30"), "x, newsletter"),
        (WISH.replace("2027-01", "2027-02"), "x, newsletter"),
        (WISH, "newsletter, x"),
    ],
)
def test_a_wish_that_changes_after_the_approval_is_another_digest(folder: Path, changed: str, channels: str) -> None:
    approved = rendered(folder, extra=WISH, channels="x, newsletter")
    assert rendered(folder, extra=WISH, channels="x, newsletter").digest == approved.digest
    assert rendered(folder, extra=changed, channels=channels).digest != approved.digest


def by_the_author(folder: Path, tmp_path: Path, entry: str) -> str:
    """What a city shows whose template names the author."""
    posts = tmp_path / "named" / "posts"
    posts.mkdir(parents=True)
    for spec in SPECS:
        (posts / f"{spec.key}.txt").write_text("書いた人：{{ author }}", encoding="utf-8")
    people = f"shimin-leader: {{name: 金沢花子, department: 市民課, role: leader{entry}}}\n"
    (folder / "people.yml").write_text(people, encoding="utf-8")
    return text(rendered(folder, templates=posts.parent), "x")


@pytest.mark.parametrize("entry", ["", ", public: false", ", public: 'no'"])
def test_a_person_who_did_not_agree_is_shown_by_the_department(folder: Path, tmp_path: Path, entry: str) -> None:
    assert by_the_author(folder, tmp_path, entry) == "書いた人：市民課"


def test_a_person_who_agreed_is_shown_by_name(folder: Path, tmp_path: Path) -> None:
    assert by_the_author(folder, tmp_path, ", public: true") == "書いた人：金沢花子"


def test_an_empty_list_of_tags_takes_the_tags_off_one_channel(folder: Path) -> None:
    bundle = rendered(folder, extra="hashtags: [金沢市DX]\nx: {hashtags: []}\ninstagram: {hashtags: [別]}")
    assert "#" not in text(bundle, "x")
    assert "#金沢市DX" in text(bundle, "facebook")
    assert text(bundle, "instagram").endswith("\n#別")


@pytest.mark.parametrize("mark", ["", "#", "＃"])
def test_a_tag_of_one_channel_may_be_written_with_its_mark_as_those_of_all_may(folder: Path, mark: str) -> None:
    bundle = rendered(folder, extra=f"hashtags: ['{mark}金沢市DX']\ninstagram: {{hashtags: ['{mark}別', '{mark}窓口']}}")
    assert text(bundle, "x").endswith("\n#金沢市DX")
    assert text(bundle, "instagram").endswith("\n#別 #窓口")


@pytest.mark.parametrize(("link", "price"), [("", "0.015"), ("https://example.jp/a", "0.2")])
def test_every_post_of_a_thread_costs(folder: Path, link: str, price: str) -> None:
    """X asks for each; one with an address in it is dearer."""
    body = "最初の段落です。\n\n" + "職員がお話を聞いて入力します。" * 40 + "\n"
    extra = "slot: lunch\nx: {thread: true, link: true}" + (f"\nlink: {link}" if link else "")
    variant = rendered(folder, extra=extra, body=body).variant("x")
    assert variant is not None
    assert len(variant.parts) > 3
    assert "example.jp" not in "".join(part.text for part in variant.parts[:-1])
    assert variant.cost_usd == (len(variant.parts) - 1) * Decimal("0.015") + Decimal(price)


@pytest.mark.parametrize("what", ["body", "alt", "time", "author", "picture", "print"])
def test_the_digest_covers_every_text_every_picture_and_the_wish(folder: Path, what: str) -> None:
    before = rendered(folder).digest
    if what == "picture":
        Image.new("RGB", (800, 600), (0, 200, 0)).save(folder / "media" / "red.png")
        after = rendered(folder).digest
    else:
        changed = {
            "body": {"body": "窓口で書く回数を減らします（見本）！\n"},
            "alt": {"extra": "slot: lunch\nhashtags: [金沢市DX]"},
            "time": {"extra": "slot: evening"},
            "author": {"author": "soumu-leader"},
            "print": {"extra": "slot: lunch\nnewsletter: {caption: 別の説明}"},
        }[what]
        after = rendered(folder, **changed).digest
    assert before != after


def test_the_same_files_give_the_same_digest(folder: Path) -> None:
    assert rendered(folder).digest == rendered(folder).digest


def test_a_bundle_is_the_same_after_being_written_down(folder: Path) -> None:
    bundle = rendered(folder, extra="slot: lunch\nx: {thread: true}")
    assert read_bundle(bundle.canonical).digest == bundle.digest
    assert dataclasses.replace(read_bundle(bundle.canonical), author="other").digest != bundle.digest


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("一行目\n{{ titel }}\n", 2, 4),
        ("{% if title %}\nabc\n", 2, 1),
        ("{{ title.__class__.__mro__ }}", 1, 1),
        ("{{ 1 // 0 }}", 1, 1),
    ],
)
def test_a_broken_template_is_named_with_its_line(folder: Path, tmp_path: Path, template: str, line: int, column: int) -> None:
    posts = tmp_path / "templates" / "posts"
    posts.mkdir(parents=True)
    for spec in SPECS:
        (posts / f"{spec.key}.txt").write_text(template, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        rendered(folder, templates=tmp_path / "templates")
    assert (caught.value.place.line, caught.value.place.column) == (line, column)
    assert caught.value.place.path.name == "x.txt"


def test_a_city_replaces_a_channels_template_file_by_file(folder: Path, tmp_path: Path) -> None:
    posts = tmp_path / "templates" / "posts"
    posts.mkdir(parents=True)
    (posts / "x.txt").write_text("市のひな型：{{ title }}\n", encoding="utf-8")
    usual, replaced = rendered(folder), rendered(folder, templates=tmp_path / "templates")
    assert {v.channel for v in replaced.variants if v != usual.variant(v.channel)} == {"x"}
    (variant,) = (v for v in replaced.variants if v.channel == "x")
    assert variant.parts[0].text.startswith("市のひな型：")


def test_a_bundle_is_that_of_its_post_with_the_measures_of_its_pictures(folder: Path) -> None:
    bundle = rendered(folder)
    assert bundle.identity == "01TESTmadoguchi"
    sizes = {(media.width, media.height) for variant in bundle.variants for media in variant.media}
    assert sizes == {Image.open(BytesIO(m.data)).size for v in bundle.variants for m in v.media}


def test_a_picture_that_cannot_be_shown_is_refused_where_the_post_names_it(folder: Path) -> None:
    (folder / "media" / "red.png").write_bytes(b"no picture")
    with pytest.raises(MediaError) as caught:
        rendered(folder)
    assert caught.value.place.path.suffix == ".md"
    assert caught.value.place.line


def test_a_template_asks_for_a_channel_s_own_keys_also_where_the_post_has_none(folder: Path, tmp_path: Path) -> None:
    posts = tmp_path / "own" / "posts"
    posts.mkdir(parents=True)
    for spec in SPECS:
        (posts / f"{spec.key}.txt").write_text("{{ options }}", encoding="utf-8")
    plain = rendered(folder, templates=posts.parent)
    assert "None" not in text(plain, "newsletter")
    assert plain.wish["issue"] == ""


def test_a_post_that_begins_with_a_heading_has_no_lead(folder: Path, tmp_path: Path) -> None:
    posts = tmp_path / "lead" / "posts"
    posts.mkdir(parents=True)
    for spec in SPECS:
        (posts / f"{spec.key}.txt").write_text("［{{ lead }}］{{ body }}", encoding="utf-8")
    assert text(rendered(folder, templates=posts.parent, body="## 変えたこと\n\n窓口です。\n"), "facebook").startswith("［］")


def _written(folder: Path, template: str) -> Path:
    """A city's own templates, the same for every channel."""
    posts = folder / "own-templates" / "posts"
    posts.mkdir(parents=True, exist_ok=True)
    for spec in SPECS:
        (posts / f"{spec.key}.txt").write_text(template, encoding="utf-8")
    return posts.parent


def test_a_channel_s_own_body_stands_in_place_of_the_posts(folder: Path, tmp_path: Path) -> None:
    bundle = rendered(
        folder, body=BODY, extra="facebook: {body: 窓口だけの話です。}", templates=_written(tmp_path, "{{ body }}")
    )
    assert text(bundle, "facebook") == "窓口だけの話です。"
    assert "変えたこと" in text(bundle, "x")


def test_a_post_without_pictures_speaks_of_none(folder: Path, tmp_path: Path) -> None:
    bundle = rendered(folder, channels="x", images="", templates=_written(tmp_path, "［{{ alt }}{{ credit }}］"))
    assert text(bundle, "x") == "［］"


def test_a_template_is_told_what_the_picture_shows_and_whose_it_is(folder: Path, tmp_path: Path) -> None:
    picture = "{file: red.png, alt: 赤い四角の見本, people: none, credit: 金沢市広報}"
    bundle = rendered(folder, channels="x", images=picture, templates=_written(tmp_path, "{{ alt }}／{{ credit }}"))
    assert text(bundle, "x") == "赤い四角の見本／金沢市広報"


def test_a_template_is_brief_only_where_the_whole_has_no_room(folder: Path, tmp_path: Path) -> None:
    templates = _written(tmp_path, "{% if brief %}要点{% else %}{{ body }}{% endif %}")
    for times, shown in ((1, "一つの文です。"), (300, "要点")):
        body = f"はじめの段落です（見本）。\n\n{'一つの文です。' * times}\n"
        assert text(rendered(folder, channels="x, facebook", body=body, templates=templates), "x") == shown


def test_where_links_cannot_be_followed_the_text_may_point_to_the_profile(folder: Path, tmp_path: Path) -> None:
    city = folder / "city.yml"
    city.write_text(city.read_text(encoding="utf-8")[:-1] + ", links_in_profile: [instagram]}", encoding="utf-8")
    bundle = rendered(folder, templates=_written(tmp_path, "{% if link_in_profile %}プロフィールへ{% else %}こちら{% endif %}"))
    assert (text(bundle, "instagram"), text(bundle, "facebook")) == ("プロフィールへ", "こちら")


def test_a_draft_without_its_degree_is_shown_with_a_place_for_it(folder: Path) -> None:
    library = Library(folder, TOKYO, {spec.key: spec.options for spec in SPECS})
    draft = dataclasses.replace(library.read(write_post(folder, body=BODY)), achievement="")
    assert "達成度：（達成度）" in text(render(draft, SPECS, Templates(ROOT / "templates"), library.city), "x")


def test_a_long_post_is_a_thread_only_where_its_author_asks_for_one(folder: Path) -> None:
    body = "最初の段落です。\n\n" + "職員がお話を聞いて入力します。" * 40 + "\n"
    own = "".join(f"{n}つ目の文です。" for n in range(60))
    for asked, more in (("", False), (", thread: true", True)):
        variant = rendered(folder, body=body, extra=f"slot: lunch\nx: {{text: '{own}'{asked}}}").variant("x")
        assert variant is not None
        assert (len(variant.parts) > 1) is more
        spec = registry.specs()["x"]
        assert all((part.length, part.limit) == (spec.length(part.text), spec.limit) for part in variant.parts)
