"""The form of each shared file. What is told beside a name is shown by editors, and stands in the files of `dxbot schema`.

A form says which names there are and what kind their values are. What several values must say together (close after open, a
slot within the hours) is asked by the readers, which take a file at each start without pydantic (ADR 17).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter

from bot.shared_files.content_forms import ChartEntry, City, Figure, PeopleEntry, PlanEntry, RecommendationEntry, WordEntry
from bot.shared_files.kinds import Listed, Named, SomeNamed, SomeTexts, Words
from bot.shared_files.paper_forms import Newsletter
from bot.shared_files.schedule_forms import Blackout, Disaster, Quiet, Slots, YearlyForm

FORMS: Mapping[str, TypeAdapter[Any]] = {
    "people.yml": TypeAdapter(Annotated[dict[str, PeopleEntry], SomeNamed]),
    "city.yml": TypeAdapter(City),
    "phrases.yml": TypeAdapter(Annotated[dict[str, Words], Named]),
    "hashtags.yml": TypeAdapter(Annotated[dict[str, SomeTexts], Named]),
    "words.yml": TypeAdapter(Annotated[dict[str, WordEntry], Named]),
    "strategy/plan.yml": TypeAdapter(Annotated[dict[str, PlanEntry], Named]),
    "strategy/recommendations.yml": TypeAdapter(Annotated[dict[str, RecommendationEntry], Named]),
    "strategy/indicators.yml": TypeAdapter(Annotated[dict[str, Figure], Named]),
    "strategy/charts.yml": TypeAdapter(Annotated[dict[str, ChartEntry], Named]),
    "schedules/slots.yml": TypeAdapter(Slots),
    "schedules/quiet.yml": TypeAdapter(Quiet),
    "schedules/blackouts.yml": TypeAdapter(Annotated[list[Blackout], Listed]),
    "schedules/newsletter.yml": TypeAdapter(Newsletter),
    "schedules/disaster.yml": TypeAdapter(Disaster),
    "schedules/yearly.yml": TypeAdapter(Annotated[list[YearlyForm], Listed]),
}
