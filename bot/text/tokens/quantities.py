"""Numbers, amounts and percentages, as an office prints them. Expressions, not compiled ones: each is a part of another."""

from __future__ import annotations

COUNT = r"\d[\d,]*"
# From its first digit on: else a long one is looked at from each.
NUMBER = rf"(?<![\d,.万億兆千百]){COUNT}(?:\.\d+)?"
AMOUNT = rf"{NUMBER}(?:億{COUNT})?(?:万{COUNT})?[億万]?"
PERCENT = "[%％]"
# Whole or with a decimal point; with commas only where each parts three digits.
PRINTED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
