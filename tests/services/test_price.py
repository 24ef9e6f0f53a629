"""The cost that is shown is what the platform asks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.render.appearance import appearance
from bot.render.variant import read_variant
from tests.office import PICTURE, TUESDAY, Office

TWO = f"{PICTURE}, {{file: blue.png, alt: 青い四角の見本, people: none}}"
SHORT = "短い文です（見本）。\n"
LONG = "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(24)) + "\n"


@pytest.mark.parametrize(
    ("images", "body", "own", "price"),
    [
        ("", SHORT, "thread: true", "0.015"),
        (TWO, SHORT, "thread: true", "0.025"),
        (TWO, SHORT, "text: 見本です。https://example.jp/", "0.210"),
        (TWO, LONG, "thread: true", "0.070"),
    ],
)
def test_what_is_shown_is_what_x_asks(office: Office, images: str, body: str, own: str, price: str) -> None:
    (first, *_) = office.approved(channels="x", images=images, body=body, extra=f"slot: lunch\nx: {{{own}}}")
    variant = read_variant(first.submission.bundle, "x")
    assert variant is not None
    look = appearance(office.ctx.spec("x"), variant, office.ctx.library.city, lambda media: media.sha256)
    runner = office.runner()
    office.at(TUESDAY.replace(hour=12, minute=15))
    for _ in range(8):
        runner.beat()
        office.at(office.clock.now() + timedelta(seconds=5))
    assert {d.state for d in office.deliveries()} == {"published"}
    assert Decimal(look.cost) == office.sandbox.spent() == Decimal(price)
