"""A post's problems in the words of its form: at which field, and without the names that the file has for things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content import frontmatter
from bot.content.post_form import HEADING, QUESTIONS, Form
from bot.errors import FrontMatterError, Place
from bot.language import say

_LABELS: Mapping[str, str] = {
    "title": "題名",
    "author": "書いた人",
    "measure": "施策",
    "achievement": "達成度",
    "reason": "できていない理由",
    "next": "次にどうするか",
    "channels": "配信先",
    "publish": "配信の時刻",
    "slot": "配信の時刻",
    "expires": "期限",
    "hashtags": "ハッシュタグ",
    "link": "詳しいページのアドレス",
    "contact": "問い合わせ先",
    "images": "画像",
    "lead": "はじめの段落",
    "remainder": "続き",
}
_OF_PICTURE: Mapping[str, str] = {
    "alt": "画像の説明",
    "people": "写っている人",
    "consent": "同意の記録の番号",
    "credit": "提供・撮影",
    "focus": "残すところ",
    "crop": "配信先ごとの切り方",
}
# Elements that are not called as their key: the first of several, or the one that can be filled.
_ELEMENTS = {"images": "picture", "slot": "when"}
# What is said where a field that must be filled is empty, and what to do.
_EMPTY: Mapping[str, tuple[str, str]] = {
    "title": ("題名がありません", "題名を書いてください"),
    "lead": ("はじめの段落がありません", "市民にとって何が変わるかを書いてください"),
    "measure": ("施策を選んでいません", "一覧から選んでください"),
    "achievement": ("達成度を選んでいません", "達成・一部達成・未達成のどれかを選んでください"),
    "channels": ("配信先を選んでいません", "一つ以上選んでください"),
    "reason": ("できていない理由がありません", "なぜまだできていないかを書いてください"),
    "next": ("次にどうするかがありません", "次にすることを書いてください"),
    "publish": ("配信する日時がありません", "日付と時刻の両方を入れるか、ほかの選び方にしてください"),
    "alt": ("画像の説明がありません", "写っているものを、見えない人に伝わるように書いてください"),
    "people": ("写っている人を選んでいません", "人が写っているかどうかを選んでください"),
    "consent": ("同意の記録の番号がありません", "同意を得た記録の番号を書いてください"),
}
# By rule, or by field, where the file's advice speaks of the file.
_ADVICE: Mapping[str, str] = {
    "measure": "一覧から選んでください",
    "channels": "一覧から選び直してください",
    "content.template": "指標の名前を確かめるか、運用担当に聞いてください",
    "author": "運用担当に、職員の一覧への登録を頼んでください",
    "images.file": "画像を外し、選び直してください",
    "limits.length": "題名かはじめの段落を短くしてください",
    "limits.thread": "答えを短くするか、続きの投稿（スレッド）をやめてください",
    "limits.thread-length": "答えを短くするか、続きの投稿（スレッド）をやめてください",
    "limits.equal-parts": "同じ文のどちらかを消すか、違うことを書いてください",
    "limits.pictures": "「画像」で足すか外すか、「配信先」から外してください",
    "left-out.degree": "題名かはじめの段落を短くしてください",
    "left-out.reason": "題名・はじめの段落・理由のどれかを短くするか、続きの投稿（スレッド）にしてください",
    "left-out.contact": "題名かはじめの段落を短くするか、続きの投稿（スレッド）にしてください",
    "left-out.link": "「詳しいページのアドレス」の下の問いで、入れるか入れないかを選んでください",
    "left-out.address": "X の問いで入れるかどうかを選び、紙面には検索する言葉を書いてください",
    "pictures.cut": "残すところを決めるか、「配信先ごとに切り方を変える」で形を選ぶか、ほかの形の画像にしてください",
    "timing.expires": "「配信の時刻」か「期限」を直してください",
    "timing.slot": "ほかの枠か、時刻を選んでください",
}
# Which field a rule is about, where the value that it names is another one, or none of the form's.
_FIELD_OF_RULE = {"left-out.link": "x.link", "limits.pictures": "images"}
_OF_PICTURE_BY_RULE = {"pictures.people": "people", "pictures.cut": "focus"}
_KEY_IN_WORDS = re.compile(r"「([a-z]+(?:\.[a-z]+)?)」")
_KEY_AS_TYPED = re.compile(r"(?<![A-Za-z0-9_/])([a-z]+): ?")


@dataclass(frozen=True, kw_only=True)
class AtField:
    """`element` is the id of the field on the page, `label` its words; `empty` if nothing stands there yet."""

    element: str
    label: str
    message: str
    advice: str
    empty: bool = False


def at_field(form: Form, text: str, place: Place, key: str, rule: str, message: str, advice: str) -> AtField:
    """A problem of `text`, which is the form's file: of the value `key`, or of whatever stands at `place` where it is ""."""
    key = _FIELD_OF_RULE.get(rule) or key or _key_at(text, place)
    if rule == "content.empty-body":
        key = "lead"
    if rule in _OF_PICTURE_BY_RULE:
        key = f"{key.rpartition('.')[0]}.{_OF_PICTURE_BY_RULE[rule]}"
    last = key.rpartition(".")[2]
    empty = _is_empty(form, key)
    if empty and last in _EMPTY and rule not in _FIELD_OF_RULE:
        message, advice = (say(words) for words in _EMPTY[last])
    else:
        named = re.sub(r"\.\d+", "", key)
        message = _in_words(message)
        advice = say(_ADVICE[rule]) if rule in _ADVICE else say(_ADVICE[named]) if named in _ADVICE else _in_words(advice)
    element, label = _field(form, key)
    return AtField(element=element, label=label, message=message, advice=advice, empty=empty)


def _is_empty(form: Form, key: str) -> bool:
    head, _, rest = key.partition(".")
    if head == "images" and rest:
        number, _, name = rest.partition(".")
        if name == "focus":  # nobody has to name a point
            return False
        return int(number) < len(form.pictures) and not str(getattr(form.pictures[int(number)], name, "x")).strip()
    value = getattr(form, head, "x") if not rest else "x"
    return not (value.strip() if isinstance(value, str) else value)


def _field(form: Form, key: str) -> tuple[str, str]:
    """The element's id and the label of the field that holds this value."""
    head, _, rest = key.partition(".")
    if head == "images" and rest:
        number, name = rest.split(".")[:2] if "." in rest else (rest, "")
        if name in _OF_PICTURE and int(number) < len(form.pictures):
            label = say("{number}枚目の{label}", number=int(number) + 1, label=say(_OF_PICTURE[name]))
            return f"{name}-{form.pictures[int(number)].file}", label
    if rest and head not in _LABELS:
        return f"{head}-{rest}", say(_LABELS.get(rest, rest))
    if head.startswith("answer-"):
        return head, QUESTIONS[int(head[-1]) - 1]
    return _ELEMENTS.get(head, head), say(_LABELS.get(head, head))


def _key_at(text: str, place: Place) -> str:
    """The value that stands at this place of a file that `post_form.compose` wrote."""
    lines = text.split("\n")
    end = lines.index("---", 1) if "---" in lines[1:] else 0
    if place.line > end + 1:
        return _section_at(lines[end + 1 : place.line])
    try:
        known = frontmatter.places(frontmatter.split(Path("post.md"), text)[0])
    except FrontMatterError:
        return ""
    before = [(p.line, p.column, key) for key, p in known.items() if (p.line, p.column) <= (place.line, place.column)]
    return max(before)[2] if before else ""


def _section_at(lines: list[str]) -> str:
    """The field of the body in which the last of these lines stands."""
    asked, field = 0, "lead"
    for line in lines:
        if heading := HEADING.match(line):
            wanted = [n for n in range(asked, len(QUESTIONS)) if QUESTIONS[n] == heading[1]]
            if field == "remainder" or not wanted:
                return "remainder"
            asked, field = wanted[0] + 1, f"answer-{wanted[0] + 1}"
    return field


def _in_words(sentence: str) -> str:
    """The sentence with the labels of the form in place of the file's keys."""

    def label(match: re.Match[str]) -> str:
        last = match[1].rpartition(".")[2]
        known = _OF_PICTURE.get(last) if "." in match[1] else _LABELS.get(last) or _OF_PICTURE.get(last)
        return f"「{say(known)}」" if known else match[0]

    return _KEY_AS_TYPED.sub(label, _KEY_IN_WORDS.sub(label, sentence))
