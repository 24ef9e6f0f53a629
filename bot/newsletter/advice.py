"""How an article fits the column and what the PR office could turn, without drawing anything: quick enough to ask on each
request of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.newsletter.fit import FitReport
from bot.newsletter.profile import Profile
from bot.newsletter.setting import Setting, set_article


@dataclass(frozen=True, kw_only=True)
class Knob:
    """A change of the profile that the PR office may choose; `fit` with it and those before it."""

    label: str
    fit: FitReport


@dataclass(frozen=True, kw_only=True)
class Advice:
    """`knobs` is empty for an article that fits."""

    fit: FitReport
    knobs: tuple[Knob, ...]

    def as_json(self) -> dict[str, Any]:
        return self.fit.as_json() | {"knobs": [{"label": k.label, "summary": k.fit.summary} for k in self.knobs]}


def advise(setting: Setting, profile: Profile, protected: Sequence[str]) -> Advice:
    return Advice(fit=setting.fit, knobs=tuple(_knobs(setting, profile, protected)))


def _knobs(setting: Setting, profile: Profile, protected: Sequence[str]) -> Iterator[Knob]:
    """What could make an overflowing article fit, one on top of the other, as far as needed. Type is never made smaller."""
    fit = setting.fit
    for label, turn in _KNOBS:
        if fit.fits:
            return
        turned = turn(profile)
        if turned != profile:
            profile = turned
            fit = set_article(setting.article, profile, protected).fit
            yield Knob(label=label, fit=fit)


def _smaller_figure(profile: Profile) -> Profile:
    figure = profile.figure
    return replace(profile, figure=replace(figure, lines=figure.lines - 1)) if figure and figure.lines > 1 else profile


_KNOBS: tuple[tuple[str, Callable[[Profile], Profile]], ...] = (
    ("写真・図を1行小さくする", _smaller_figure),
    ("句読点のぶら下げを使う（hang: true）", lambda p: replace(p, hang=True)),
    ("禁則を新聞の強さにする（kinsoku: newspaper）", lambda p: replace(p, kinsoku="newspaper")),
    ("小見出しを1行取りにする（heading_lines: 1）", lambda p: replace(p, heading_lines=1)),
)
