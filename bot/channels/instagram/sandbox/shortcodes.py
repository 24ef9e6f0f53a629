"""The short names under which Instagram shows its posts: their number in sixty-four digits."""

from __future__ import annotations

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LONGEST = 11  # digits of a number that fits into eight bytes


def encode(identity: str) -> str:
    number, code = int(identity), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code


def decode(code: str) -> str:
    """The number, "" for what is no code."""
    if not code or len(code) > _LONGEST or not set(code) <= set(_DIGITS):
        return ""
    number = 0
    for digit in code:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return str(number)
