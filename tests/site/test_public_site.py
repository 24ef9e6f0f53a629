"""The public site says what is out, all of it and nothing else."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from justhtml import JustHTML

from bot.errors import ConfigError
from bot.services.approval import withdrawing
from bot.services.pages import public_site
from bot.services.records import days, signing
from bot.services.records.context import Context
from bot.store.models import Blob, Delivery, Submission
from bot.store.newsletter import Erratum, PrintedText, SignOff
from bot.store.threads import Removal, ThreadDecision
from tests.office import Office
from tests.site.pages import everything, page_of, publish, text_of

Build = Callable[[], Path]
TITLE = "書かない窓口（見本）"


def take_down(office: Office, *channels: str) -> None:
    for row in Delivery.objects.filter(channel__in=channels):
        decision = ThreadDecision.objects.create(
            submission_id=row.submission_id,
            channel=row.channel,
            way="take_down",
            parts=1,
            stood=1,
            actor="kouhou",
            at=office.clock.now(),
        )
        now = office.clock.now()
        Removal.objects.create(decision=decision, delivery=row, state="removed", next_at=now, ended_at=now)
    Delivery.objects.filter(channel__in=channels).update(state="removed")


def test_a_post_stands_with_its_text_its_picture_and_where_it_appeared(office: Office, built: Build) -> None:
    publish(office, "a")
    site = built()
    page = page_of(site, TITLE).read_text("utf-8")
    assert "職員がお話を聞いて入力します。" in page
    assert "<h2>何を変えたか</h2>" in page
    (picture,) = re.findall(r'<img src="\.\./(media/[0-9a-f]{64}\.jpg)" alt="赤い四角の見本" width="\d+"', page)
    assert (site / picture).read_bytes() in {bytes(blob.data) for blob in Blob.objects.all()}
    rows = Delivery.objects.filter(state="published")
    assert {row.channel for row in rows} == {"x", "instagram", "facebook"}
    for row in rows:
        assert f'<a href="{row.url}">{office.ctx.spec(row.channel).label}</a>' in page


def test_what_is_not_out_is_not_there(office: Office, built: Build) -> None:
    publish(office, "a")
    office.submit(office.post("b", title="まだ承認していない（見本）", body="待つ文です（見本）。\n"))
    office.approved("c", title="まだ出していない（見本）", channels="x", body="出る前の文です（見本）。\n")
    office.approved("d", title="止めている（見本）", channels="x", body="止めた文です（見本）。\n")
    Delivery.objects.filter(submission__title__startswith="止めて").update(state="held")
    office.approved("e", title="分からない（見本）", channels="x", body="返事のない文です（見本）。\n")
    unclear = Delivery.objects.filter(submission__title__startswith="分から")
    unclear.update(state="undecided", published_at=office.clock.now(), url="https://x.com/i/status/7")
    whole = everything(built())
    assert TITLE in whole
    for hidden in ("まだ承認", "待つ文", "まだ出して", "出る前の文", "止めて", "止めた文", "分からない", "返事のない"):
        assert hidden not in whole


def test_withdrawing_alone_changes_nothing_of_what_still_stands(office: Office, built: Build) -> None:
    publish(office, "a")
    Delivery.objects.filter(channel="x").update(state="scheduled", published_at=None)
    before = {path: path.read_bytes() for path in built().rglob("*") if path.is_file()}
    withdrawing.withdraw(office.ctx, office.officer, Submission.objects.get().id)
    assert Submission.objects.get().state == "closed"
    assert {path: path.read_bytes() for path in built().rglob("*") if path.is_file()} == before


def test_what_was_taken_down_at_one_platform_says_so_and_stands_with_the_rest(office: Office, built: Build) -> None:
    publish(office, "a")
    url = Delivery.objects.get(channel="facebook").url
    take_down(office, "facebook")
    page = page_of(built(), TITLE).read_text("utf-8")
    assert "この投稿は、Facebookでは取り下げました。" in page
    assert url not in page
    assert re.search(r"Facebook　<time[^>]*>2026年12月1日</time>　<strong>取り下げました</strong>（<time", page)
    assert "窓口で書く回数を減らします" in page


def test_what_was_taken_down_everywhere_leaves_its_page_and_neither_text_nor_picture(office: Office, built: Build) -> None:
    publish(office, "a")
    (picture,) = (built() / "media").glob("*.jpg")
    take_down(office, "x", "instagram", "facebook")
    site = built()
    assert "この投稿は取り下げました。" in text_of(site, TITLE)
    assert not picture.exists()
    assert "窓口で書く回数を減らします" not in everything(site)
    assert "赤い四角の見本" not in everything(site)


def test_of_a_thread_only_the_parts_that_are_out_are_said(office: Office, built: Build) -> None:
    thread = {"channels": "x", "extra": "publish: 2026-12-04 10:20\nx: {thread: true}"}
    body = "".join(f"職員がお話を聞いて、{n}番目に入力します（見本）。\n\n" for n in range(1, 21))
    rows = office.approved("t", body=body, **thread)
    office.publish_all()
    assert len(rows) > 2
    last = office.deliveries()[-1]
    Delivery.objects.filter(id=last.id).update(state="failed", published_at=None)
    said = text_of(built(), TITLE)
    assert "、1番目に入力" in said
    assert "、20番目に入力" not in said


def in_print(office: Office, issue: str = "2026-12", officer: str = "kouhou") -> None:
    release = SignOff.objects.create(issue=issue, digest=issue.ljust(64, "0"), officer=officer, at=office.clock.now())
    release.submissions.set(Submission.objects.all())


def printed(office: Office, issue: str = "2026-12") -> None:
    PrintedText.objects.create(issue=issue, handed_over="", text="載った文", officer="kouhou", at=office.clock.now())


def test_the_paper_counts_once_it_is_on_record_as_printed(office: Office, built: Build) -> None:
    office.approved("a", channels="newsletter", body="{窓口|まどぐち}で書く回数を減らします（見本）。\n")
    in_print(office)
    assert TITLE not in everything(built())
    printed(office)
    page = page_of(built(), TITLE).read_text("utf-8")
    assert "新聞広報（2026年12月号）" in page
    assert "<ruby>窓口<rp>（</rp><rt>まどぐち</rt><rp>）</rp></ruby>" in page


def test_a_correction_stands_at_the_post_that_it_is_about_once_it_was_told(office: Office, built: Build) -> None:
    office.approved("a", channels="newsletter", body="電話は220です（見本）。\n")
    office.approved("b", channels="newsletter", title="別の原稿（見本）", body="ほかの文です（見本）。\n")
    in_print(office)
    printed(office)
    Erratum.objects.create(
        issue="2026-12", told_in="2027-01", wrong="電話は220", right="電話は221", officer="kouhou", at=office.clock.now()
    )
    assert "電話は221" not in everything(built())
    printed(office, "2027-01")
    site = built()
    assert "2026年12月号の「電話は220」は、正しくは「電話は221」です。" in text_of(site, TITLE)
    assert "電話は221" not in text_of(site, "別の原稿（見本）")


def test_a_second_build_writes_only_what_changed(office: Office, public: Context, tmp_path: Path) -> None:
    publish(office, "a")
    first = public_site.build(public, tmp_path / "site")
    again = public_site.build(public, tmp_path / "site")
    assert (again.written, again.removed, again.unchanged) == ((), (), len(first.written))
    publish(office, "b", title="二つ目（見本）", channels="x", images="")
    written = public_site.build(public, tmp_path / "site").written
    known = {"index.html", "years/2026.html", "feed.xml", "feed.json", "sitemap.xml", "verify-index.js"}
    assert {name for name in written if not name.startswith(("posts/", "texts/"))} == known
    assert len(written) == len(known) + 2


def test_a_folder_with_other_files_is_left_alone(office: Office, public: Context, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("市の今までのページ", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds other files"):
        public_site.build(public, tmp_path)
    assert (tmp_path / "index.html").read_text("utf-8") == "市の今までのページ"


def test_a_list_of_files_that_leads_elsewhere_deletes_nothing(office: Office, public: Context, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".dxbot-site.json").write_text(json.dumps(["../precious", str(tmp_path / "precious")]))
    public_site.build(public, tmp_path / "site")
    assert (tmp_path / "precious").exists()


def test_every_inner_link_leads_somewhere_and_every_outer_one_is_https_or_an_address_of_the_sandbox(
    office: Office, built: Build
) -> None:
    publish(office, "a", channels="x, instagram", extra="slot: lunch\nlink: https://example.jp/madoguchi")
    take_down(office, "instagram")
    site, seen = built(), 0
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"]+)"', text):
            address = html.unescape(address)
            if re.match(r"[a-z]+:", address):
                assert re.match(r"https://|http://127\.0\.0\.1:\d+/", address), address
                continue
            path, fragment = urldefrag(address)
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page.name} → {address}"
            assert not fragment or f'id="{fragment}"' in target.read_text("utf-8")
            seen += 1
    assert seen > 50


def test_every_page_is_well_formed_and_light(office: Office, built: Build) -> None:
    publish(office, "a", body="職員がお話を聞いて入力します（見本）。\n\n" * 80, channels="facebook")
    site = built()
    shared = sum((site / name).stat().st_size for name in ("tokens.css", "palette.css", "public.css", "icon.svg"))
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert JustHTML(text, collect_errors=True).errors == [], page.name
        scripts = sum((page.parent / name).resolve().stat().st_size for name in re.findall(r'<script src="([^"]+)"', text))
        assert len(text.encode()) + shared + scripts < 100_000


def test_an_address_that_is_none_of_the_web_becomes_no_link(office: Office, built: Build) -> None:
    publish(office, "a")
    Delivery.objects.filter(channel="x").update(url="javascript:alert(1)")
    whole = everything(built())
    assert "javascript:" not in whole


def test_without_an_address_the_site_has_neither_feeds_nor_sitemap(office: Office, tmp_path: Path) -> None:
    publish(office, "a")
    public_site.build(office.ctx, tmp_path / "site")
    assert not {"feed.xml", "feed.json", "sitemap.xml"} & {path.name for path in (tmp_path / "site").iterdir()}
    assert "feed.xml" not in everything(tmp_path / "site")


def test_an_indicator_has_its_table_and_a_place_for_its_chart(office: Office, public: Context, tmp_path: Path) -> None:
    public_site.build(public, tmp_path / "plain")
    page = (tmp_path / "plain" / "indicators" / "card.html").read_text("utf-8")
    assert "46.5%" in page
    assert "208,794／448,702" in page
    assert "<figure" not in page
    public_site.build(public, tmp_path / "drawn", lambda indicator: f"<svg role='img' aria-label='{indicator.name}'></svg>")
    drawn = (tmp_path / "drawn" / "indicators" / "card.html").read_text("utf-8")
    assert "<figure class=\"chart\"><svg role='img' aria-label='取得率'></svg></figure>" in drawn


def test_a_measure_lists_its_posts_and_those_of_the_measures_below_it(office: Office, built: Build) -> None:
    plan = '"2": {name: 働き方}\n"2-1": {name: 紙をやめる, goals: [紙からデジタルに！]}\n"3": {name: 地域}\n'
    (office.folder / "strategy" / "plan.yml").write_text(plan, encoding="utf-8")
    publish(office, "a")
    site = built()
    for key, there in (("2", True), ("2-1", True), ("3", False)):
        page = (site / "measures" / f"{key}.html").read_text("utf-8")
        assert (TITLE in page) is there
        assert ("まだお伝えしていません" in page) is not there
        assert "未確認" in page


def test_accounts_and_policy_are_provisional_until_the_office_says_them(office: Office, built: Build) -> None:
    page = (built() / "accounts.html").read_text("utf-8")
    assert "<td>仮</td>" in page
    assert "仮（広報広聴課が定めるまで、ここには載りません）" in page
    city = (office.folder / "city.yml").read_text("utf-8").removesuffix("}") + ", accounts: {x: https://x.com/kanazawa_dx}"
    (office.folder / "city.yml").write_text(city + ', policy: "返信はしません。"}', encoding="utf-8")
    page = (built() / "accounts.html").read_text("utf-8")
    assert '<a href="https://x.com/kanazawa_dx">' in page
    assert "<td>金沢市 広報広聴課</td>" in page
    assert "返信はしません。" in page
    assert "定めるまで" not in page


def test_a_thousand_posts_take_less_than_ten_seconds(office: Office, public: Context, tmp_path: Path) -> None:
    publish(office, "a")
    many(office, 1000)
    begun = time.process_time()  # of this process: what other tests do beside it is not ours
    public_site.build(public, tmp_path / "site")
    assert time.process_time() - begun < 10
    assert len(list((tmp_path / "site" / "posts").iterdir())) == 1001


def many(office: Office, count: int) -> None:
    """Copies of the post that is out, each under an id of its own."""
    first = Submission.objects.get()
    rows = list(Delivery.objects.all())
    copies = []
    for number in range(count):
        fields = {f.attname: getattr(first, f.attname) for f in Submission._meta.concrete_fields if f.attname != "id"}
        fields |= {"identity": f"COPY-{number}", "title": f"見本 {number}"}
        copies.append(Submission(**fields))
    Submission.objects.bulk_create(copies)
    sent = []
    for copy in Submission.objects.filter(identity__startswith="COPY-"):
        for row in rows:
            fields = {f.attname: getattr(row, f.attname) for f in Delivery._meta.concrete_fields if f.attname != "id"}
            fields |= {"identity": copy.identity, "submission_id": copy.id, "url": f"{row.url}{copy.id}"}
            sent.append(Delivery(**fields))
    Delivery.objects.bulk_create(sent)


def test_the_newest_signed_day_of_the_log_is_printed_and_can_be_checked(office: Office, built: Build) -> None:
    assert "署名された日は、まだありません" in (built() / "verify.html").read_text("utf-8")
    publish(office, "a")
    signing.make(office.ctx)
    office.at(office.clock.now() + timedelta(days=1))
    assert days.close(office.ctx) == 1
    site = built()
    head = days.newest()
    assert head
    page = (site / "verify.html").read_text("utf-8")
    assert html.escape(head.statement) in page
    assert head.signature in page
    key = load_pem_public_key((site / "audit-key.pem").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    key.verify((site / "audit-head.sig").read_bytes(), (site / "audit-head.txt").read_bytes())


def test_the_form_without_scripts_is_named_only_where_others_can_reach_it(
    office: Office, public: Context, tmp_path: Path
) -> None:
    public_site.build(public, tmp_path / "inside")
    assert "送って確かめる" not in (tmp_path / "inside" / "verify.html").read_text("utf-8")
    desk = replace(public, config=replace(public.config, site_url="https://dx.city.example.jp"))
    public_site.build(desk, tmp_path / "outside")
    assert 'href="https://dx.city.example.jp/verify/"' in (tmp_path / "outside" / "verify.html").read_text("utf-8")
