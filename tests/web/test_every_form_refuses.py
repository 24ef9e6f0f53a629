"""Every form with something to fill in is refused, and comes back with all that a person needs to mend it.

The forms are gathered from the pages, not from a list: a new one fails here until it has a case, or a reason to have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import Resolver404, resolve
from lxml import html

from tests.office import Office
from tests.web.browser import PASSWORD, Browser, signed_in

Typed = Mapping[str, str | list[str]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`given` is typed into the form as the page shows it; the sentence with these `words` is then at `field`."""

    given: Typed
    field: str
    words: str


# By the name of the address that the form is sent to.
CASES: Mapping[str, list[Case]] = {
    "approve": [
        Case(given={"when": "at", "at": "きのう", "reference": "7"}, field="at", words="日時が読めません"),
    ],
    "return": [Case(given={"reason": " ", "point": []}, field="reason", words="差し戻しには理由が要ります")],
    "comment": [
        Case(given={"place": "0:0", "body": " "}, field="body", words="中身がありません"),
        Case(given={"place": "", "body": "時点は？"}, field="place", words="選ばれていません"),
    ],
    "suggest": [
        Case(given={"before": "", "after": "直した文"}, field="before", words="もとの文がありません"),
        Case(
            given={"before": "どこにもない文", "after": "直", "why": "見本", "known": "1"}, field="before", words="原稿の文に"
        ),
        Case(given={"before": "窓口", "after": "", "why": "見本"}, field="after", words="直した文がありません"),
        Case(given={"before": "窓口", "after": "直した文", "why": ""}, field="why", words="提案の理由がありません"),
        Case(given={"before": "窓口", "after": "直した文", "why": "見本"}, field="known", words="確かめていません"),
    ],
    "describe_picture": [
        Case(given={"alt": "長" * 2001, "credit": "見本課"}, field="alt", words="長すぎます"),
        Case(given={"alt": "窓口", "credit": "長" * 2001}, field="credit", words="長すぎます"),
    ],
    "record_picture": [
        Case(given={"people": "consented", "consent": "", "why": "見本"}, field="consent", words="同意の記録の番号"),
        Case(given={"until": "きのう", "why": "見本"}, field="until", words="日付が読み取れません"),
        Case(given={"not_from": "あした", "why": "見本"}, field="not_from", words="日付が読み取れません"),
    ],
    "posts": [
        Case(given={"to": "at", "at": "いつか"}, field="at", words="日時が読めません"),
        Case(given={"to": "day", "day": "いつか"}, field="day", words="日付が読めません"),
        Case(given={"to": "by", "by": "たくさん"}, field="by", words="ずらす日数が読めません"),
    ],
    "move": [Case(given={"free": "", "at": "2020-01-01T12:15"}, field="at", words="過ぎている")],
    "decide": [Case(given={"verdict": "published", "url": "どこか"}, field="url", words="アドレスが要ります")],
    "decide_thread": [
        Case(given={"way": "go_on", "at": "いつか"}, field="at", words="時刻を読み取れません"),
        Case(given={"way": "go_on", "at": "2020-01-01T12:15"}, field="at", words="配信できません"),
        Case(given={"way": "leave", "reason": " "}, field="reason", words="理由が要ります"),
        Case(given={"way": "take_down", "reason": ""}, field="reason", words="理由が要ります"),
    ],
    "take_down": [Case(given={"reason": " "}, field="reason", words="理由が要ります")],
    "stop": [Case(given={"reason": "", "channel": "x"}, field="reason", words="停止には理由が要ります")],
    "issue_duty_stop": [Case(given={"name": " "}, field="name", words="氏名が要ります")],
    "settings": [
        Case(given={"why": "見本", "open": "いつか"}, field="open", words="時刻"),
        Case(given={"why": "見本", "kind": "closed", "first": "いつか"}, field="first", words="日付が読めません"),
        Case(given={"why": "見本", "most": "たくさん"}, field="most", words="数が読めません"),
        Case(given={"why": "見本", "gap": "たくさん", "at": "10:00"}, field="gap", words="数が読めません"),
    ],
    "office_texts": [
        Case(given={"content": " ", "why": "見本"}, field="content", words="文がありません"),
        Case(given={"content": "長" * 1001, "why": "見本"}, field="content", words="文が長すぎます"),
        Case(given={"why": "見本"}, field="content", words="いまと同じです"),
        Case(given={"content": "直した文", "why": " "}, field="why", words="理由がありません"),
        Case(given={"name": " ", "content": "文", "why": "見本"}, field="name", words="名前がありません"),
        Case(given={"name": "時点", "content": "文", "why": "見本"}, field="name", words="もうあります"),
        Case(
            given={"kind": "hashtags", "act": "new", "name": "年", "content": "2026", "why": "見本"},
            field="content",
            words="ハッシュタグになりません",
        ),
    ],
    "ask_to_lift": [Case(given={"reason": " "}, field="reason", words="解除には理由が要ります")],
    "blackouts": [
        Case(given={"start": "いつか", "end": "2026-12-10T00:00", "why": "弔意"}, field="start", words="日時が読めません"),
        Case(given={"start": "2026-12-09T00:00", "end": "いつか", "why": "弔意"}, field="end", words="日時が読めません"),
        Case(given={"start": "2026-12-09T00:00", "end": "2026-12-08T00:00", "why": "弔意"}, field="end", words="終わり"),
        Case(given={"start": "2026-12-09T00:00", "end": "2026-12-10T00:00", "why": ""}, field="why", words="理由"),
    ],
    "words": [
        Case(given={"wrong": "", "right": "こども"}, field="wrong", words="両方が要ります"),
        Case(given={"wrong": "子供達", "right": ""}, field="right", words="両方が要ります"),
        Case(given={"wrong": "同じ", "right": "同じ"}, field="right", words="同じです"),
        Case(given={"wrong": "長い", "right": "ながい", "reason": "あ" * 201}, field="reason", words="理由は"),
    ],
    "arrange": [
        Case(given={"headline": "見出し", "take": []}, field="take", words="選ばれていません"),
        Case(given={"headline": "見" * 201}, field="headline", words="長すぎます"),
        Case(given={"headline": "見出し", "hang": "斜め"}, field="hang", words="その決まりはありません"),
        Case(given={"headline": "見出し", "numbers": "ローマ数字"}, field="numbers", words="その決まりはありません"),
        Case(given={"headline": "見出し", "look": "1", "hang": "斜め"}, field="hang", words="その決まりはありません"),
    ],
    "record_printed": [Case(given={"text": " "}, field="text", words="紙面に載った文がない")],
    "correct": [
        Case(given={"wrong": "", "right": "正しい"}, field="wrong", words="訂正の"),
        Case(given={"wrong": "誤り", "right": ""}, field="right", words="訂正の"),
    ],
    "begin_correction": [
        Case(given={"wrong": "", "right": "正しい"}, field="wrong", words="訂正の"),
        Case(given={"wrong": "誤り", "right": ""}, field="right", words="訂正の"),
        Case(given={"kind": "祭り", "wrong": "誤り", "right": "正しい"}, field="kind", words="訂正の種類"),
    ],
    "issue_token": [Case(given={"label": "机のパソコン", "scopes": []}, field="scopes", words="選ばれていません")],
}
OF_AN_OPERATOR: Mapping[str, list[Case]] = {
    "change_role": [Case(given={"role": "mayor"}, field="role", words="その役割はありません")],
    "change_email": [Case(given={"email": "アドレス"}, field="email", words="アドレス")],
    "invite": [Case(given={"person": "", "role": "leader"}, field="person", words="利用者名")],
    "change_standing": [
        Case(given={"department": "市民課", "signing_keys": "鍵"}, field="signing_keys", words="署名の公開鍵ではありません"),
    ],
}
WITHOUT: Mapping[str, str] = {
    "write": "has a page of its own to be mended on: tests/drafts/test_form_refusals.py",
    "approve_opened": "nothing is typed, and no box ticked is answered with a sentence: tests/web/test_queue.py",
    "account_reauthenticate": "a password, which is never shown again: django-allauth's form",
    "account_change_password": "passwords, which are never shown again: django-allauth's form",
}
_NOT_TYPED = ("hidden", "submit", "button")


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as it stands on the page at this address."""

    name: str
    act: str
    page: str
    names: frozenset[str]
    filled: tuple[tuple[str, str], ...]


def forms(browser: Browser, pages: list[str]) -> Iterator[Form]:
    """Those with something to type, to choose or to tick."""
    for page in pages:
        document = html.document_fromstring(browser.get(page).text)
        for form in document.iter("form"):
            fields = [*form.xpath(".//input|.//select|.//textarea")]
            fields += document.xpath("//*[@form=$own]", own=form.get("id", " ")) if form.get("id") else []
            names = frozenset(f.get("name") for f in fields if f.get("name") and f.get("type") not in _NOT_TYPED)
            act = (form.get("action") or page).partition("#")[0].partition("?")[0]
            if form.get("method", "").lower() == "post" and names:
                yield Form(name=_name(act), act=act, page=page, names=names, filled=tuple(form.form_values()))


def _name(act: str) -> str:
    try:
        return resolve(act).view_name
    except Resolver404:
        return act


def wrong(browser: Browser, form: Form, case: Case) -> str:
    """What a refused form lacks when it comes back; "" for nothing."""
    sent: dict[str, Any] = {}
    for name, value in form.filled:
        sent.setdefault(name, []).append(value)
    sent |= case.given
    headers = {"Referer": browser.base + quote(form.page, safe="/?=&%")}
    answer = browser.session.post(browser.base + form.act, data=sent, headers=headers, timeout=10)
    if answer.status_code != 422:
        return f"status {answer.status_code}"
    shown = html.document_fromstring(answer.text)
    told = shown.xpath("//*[contains(concat(' ', @class, ' '), ' wrong ')]")
    invalid = shown.xpath("//*[@aria-invalid='true']")
    if [e.get("name") for e in invalid] != [case.field] or not told:
        return f"stands at {[e.get('name') for e in invalid]}: {[t.text_content() for t in told]}"
    if case.words not in told[0].text_content() or told[0].get("id") not in invalid[0].get("aria-describedby").split():
        return f"says {told[0].text_content()}"
    if f"#{invalid[0].get('id')}" not in shown.xpath("//main//div[contains(@class, 'refusals')]//a/@href"):
        return "no link to the field in the summary"
    if not shown.xpath("//main//h2[@autofocus and @tabindex='-1']"):
        return "no heading with the focus"
    return _lost(shown, invalid[0], case)


def _lost(shown: Any, invalid: Any, case: Case) -> str:
    (form,) = invalid.iterancestors("form") if not invalid.get("form") else shown.xpath("//form[@id=$i]", i=invalid.get("form"))
    kept = {name: value.lstrip("\n") for name, value in form.form_values()}
    typed = {n: v for n, v in case.given.items() if n in form.fields and isinstance(v, str) and v.strip()}
    lost = {name: value for name, value in typed.items() if kept.get(name) != value and case.field != name}
    return f"lost {lost}" if lost else ""


def found(browser: Browser, pages: list[str]) -> dict[str, list[Form]]:
    gathered: dict[str, list[Form]] = {}
    for form in forms(browser, pages):
        gathered.setdefault(form.name, []).append(form)
    return gathered


def refused(browser: Browser, gathered: Mapping[str, list[Form]], cases: Mapping[str, list[Case]]) -> list[str]:
    """What is wrong with a case, every form that has none, and every case of no form."""
    without = [
        f"{name} of {at[0].page} has no case" for name, at in gathered.items() if name not in cases.keys() | WITHOUT.keys()
    ]
    problems = without + [f"{name} is on no page" for name in cases if name not in gathered]
    for name in gathered.keys() & cases.keys():
        for case in cases[name]:
            fitting = [form for form in gathered[name] if case.field in form.names]
            said = wrong(browser, fitting[0], case) if fitting else f"no form has the field {case.field}"
            problems += [f"{name} {dict(case.given)}: {said}"] if said else []
    return problems


def test_every_form_of_an_officer_is_refused_at_its_field(officer: Browser, pages: list[str]) -> None:
    problems = refused(officer, found(officer, pages), CASES)
    assert not problems, "\n".join(problems)


def test_every_form_of_an_operator_is_refused_at_its_field(office: Office, people: None, web_site: str) -> None:
    operator = signed_in(web_site, "unyou")
    operator.post("/account/reauthenticate/", "/account/reauthenticate/", password=PASSWORD)
    problems = refused(operator, found(operator, ["/people/", "/grants/", "/audit/"]), OF_AN_OPERATOR)
    assert not problems, "\n".join(problems)
