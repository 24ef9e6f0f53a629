"""What the paper cannot print: a character that neither typeface of the proof has, or that the file for the typesetter cannot
hold. It is found in a post before it is approved, and keeps that post alone out of its issue."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import regex

from bot import trouble
from bot.errors import BotError, FileError, MissingGlyph, NewsletterError
from bot.language import say
from bot.newsletter import qr
from bot.newsletter.article import Article, written
from bot.newsletter.cells import normal
from bot.newsletter.encoding import is_common, unencodable
from bot.newsletter.fontfile import font_files
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, inked, set_article
from bot.newsletter.tokens import addresses
from bot.text.tokens import urls

log = logging.getLogger(__name__)
_WAY_OUT = "別の字に変えるか、newsletter: に紙面だけの文を書いてください"


def refusal(article: Article, profile: Profile) -> BotError | None:
    """Why the article cannot be printed; None where it can."""
    try:
        return _refusal(article, profile)
    except Exception as e:  # a fault of ours in one post must not stop the others of the issue
        return problem_of(f"原稿 {article.identity}", e)


def problem_of(what: str, error: Exception) -> BotError:
    """What is told where something could not be set: what was raised on purpose as it is, a fault of the program in a sentence,
    and in full in its log. What the machine lacks is no problem of the text, and is raised again."""
    if isinstance(error, BotError) and not isinstance(error, trouble.MachineTrouble):
        return error
    if isinstance(error, trouble.MachineTrouble) or trouble.of(error) is not None:
        raise error
    log.error("%s could not be set", what, exc_info=error)
    return NewsletterError(
        f"{what} could not be set: {type(error).__name__}",
        summary=say("{what} を、内部の問題で組めません（{kind}）", what=what, kind=type(error).__name__),
        next_step="運用担当者に知らせてください",
    )


def _refusal(article: Article, profile: Profile) -> BotError | None:
    character = next(iter(missing(written(article), profile)), "")
    if not character:
        return None
    if addresses(character):
        return _address(article, character, profile)
    place = _place(set_article(article, profile, ()), character)
    code = "・".join(f"U+{ord(c):04X}" for c in character)
    return MissingGlyph(
        f"the paper lacks {code} in {article.identity}",
        summary=say(
            "原稿 {identity} の{place}の「{character}」（{code}）は、紙面で使えません",
            identity=article.identity,
            place=place,
            character=character,
            code=code,
        ),
        next_step=_WAY_OUT,
    )


def _address(article: Article, address: str, profile: Profile) -> NewsletterError:
    if profile.addresses == "qr":
        return NewsletterError(
            f"an address of {len(address)} characters in {article.identity}",
            summary=say(
                "原稿 {identity} のアドレス「{address}…」は、QR コードにするには長すぎます",
                identity=article.identity,
                address=address[:60],
            ),
            next_step=say("{most}字までのアドレスにするか、newsletter: に紙面だけの文を書いてください", most=qr.MOST),
        )
    return NewsletterError(
        f"an address in {article.identity}",
        summary=say("原稿 {identity} にアドレス「{address}」があります", identity=article.identity, address=address[:60]),
        next_step="「市の名前 手続きの名前」で検索、のように書くか、schedules/newsletter.yml の addresses を変えてください",
    )


def _place(setting: Setting, character: str) -> str:
    """In words, with the line that the character is on."""
    found = next((ink for ink in inked(setting) if character in ink.text), None)
    return say("{where}「{line}」", where=found.where, line=found.line) if found else say("文")


def missing(text: str, profile: Profile) -> tuple[str, ...]:
    """The characters of the text that the paper cannot print, each once, with what is combined with it, and the addresses that
    it does not take."""
    if is_common(text):
        return ()
    fonts = font_files(profile)
    drawn = dict.fromkeys(c for c in regex.findall(r"\X", normal(text)) if c.strip())
    lacking = [c for c in drawn if all(font.lacks(c) for font in fonts) or unencodable(c, profile.encoding)]
    return (*dict.fromkeys(_refused(text, profile)), *lacking)


def _refused(text: str, profile: Profile) -> list[str]:
    match profile.addresses:
        case "refuse":
            return [found.text for found in addresses(text)]
        case "qr":
            return [found.text for found in urls(text) if len(found.text.encode()) > qr.MOST]
        case _:
            return []


def missing_by(path: Path, text: str) -> tuple[str, ...]:
    """The same by a profile's file; nothing while it cannot be read, which is told at its own place."""
    try:
        return missing(text, _read(path, path.stat().st_mtime_ns))
    except FileError:
        return ()


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Profile:
    return load(path)
