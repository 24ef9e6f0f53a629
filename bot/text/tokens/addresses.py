"""Addresses in a text, as X sees them: with a scheme or bare, in any letters, without the punctuation behind them.

The rules are those of twitter-text 3.1 (Apache License 2.0). They are not asked as one expression, as there: it is built of the
list of all top-level domains, takes a moment to load, and its time grows with the square of a paragraph without blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text.tokens.token import Token

LATIN = (
    "\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    "\u0300-\u036f\u1e00-\u1eff"
)
_SPACE = r"\x09-\x0d\x20\x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TURNED = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"  # marks of writing direction
_NEVER = "\ufffe\ufeff\uffff"
_PUNCTUATION = r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"
_OF_NAME = rf"[^{_PUNCTUATION}{_SPACE}{_NEVER}{_TURNED}]"
_RUN = re.compile(rf"{_OF_NAME}+")
# Labels with the dot behind each. Only the last one before the top-level domain must have no "_".
_LABELS = re.compile(rf"(?:{_OF_NAME}++(?:[_-]++{_OF_NAME}++)*+\.)++")
_LABEL = re.compile(rf"(?:{_OF_NAME}|[_-])+")
_LAST_RUN = re.compile(rf"(?<=[_-]){_OF_NAME}++\Z")
_MAY_NOT_PRECEDE = re.compile(rf"[A-Za-z0-9@＠$#＃{_NEVER}]")
_MAY_PRECEDE = re.compile(rf"[^A-Za-z0-9@＠$#＃{_NEVER}]")
_NO_BARE_BEHIND = frozenset("-_./")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_ENDS_IN_SCHEME = re.compile(r"https?\Z", re.IGNORECASE)
_ASCII_NAME = re.compile(r"[0-9A-Za-z]*")
_GOES_ON = re.compile(r"[0-9A-Za-z@+-]")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+", re.IGNORECASE)
# Both cases are spelt out: to compile for either takes many times as long.
_ASCII_LABELS = re.compile(rf"(?:[-A-Za-z0-9{LATIN}]++\.)++")
_PATH_CHARACTER = rf"[A-Za-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN}]"
_IN_BRACKETS = rf"\((?:{_PATH_CHARACTER}++|{_PATH_CHARACTER}*+\({_PATH_CHARACTER}++\){_PATH_CHARACTER}*+)\)"
# As far as the last character that may end a path, and brackets right behind it.
_PATH = re.compile(
    rf"/(?:{_PATH_CHARACTER}*(?:{_IN_BRACKETS}{_PATH_CHARACTER}*)*[+\-A-Za-z\u0400-\u04ff0-9=_#/{LATIN}])?+(?:{_IN_BRACKETS})*+"
)
_QUERY = re.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/]")
_PORT = re.compile(r":[0-9]+")
_OWN_SHORT = re.compile(rf"https?://t\.co/([a-z0-9]+)(?:{_QUERY.pattern})?", re.IGNORECASE)
_LONGEST, _LONGEST_LABEL, _LONGEST_SLUG = 4096, 63, 40
_LONGEST_DOMAIN = 254  # of DNS, with a dot; without a bound a made-up text takes minutes


def urls(text: str) -> Iterator[Token]:
    """In order. A bare domain counts, an address of mail does not."""
    if "." not in text:
        return
    at = taken = 0  # from where to look on, and up to where characters belong to addresses
    while begin := _next_begin(text, at, taken):
        start, domain_at = begin
        domain_end, at = _domain(text, domain_at)
        at = at if at > start else _behind_label(text, start)
        if domain_end:
            path_end, at = _rest(text, domain_end)
            taken = at
            yield from _checked(text, start, domain_at, domain_end, path_end, at)


def _behind_label(text: str, start: int) -> int:
    """What begins further on in a label that no dot follows ends as it does, save for a scheme at its end."""
    label = _LABEL.match(text, start)
    end = label.end() if label else start + 1
    scheme = _LAST_RUN.search(text, start, end) if text.startswith("://", end) else None
    return scheme.start() if scheme else end


def _next_begin(text: str, at: int, taken: int) -> tuple[int, int] | None:
    """Where the next address may begin, and its domain: with a scheme, or at the first letter that what stands before it
    allows."""
    for run in _RUN.finditer(text, at):
        start, end = run.span()
        if text.startswith("://", end) and (scheme := _scheme(text, taken, start, end)) is not None:
            return scheme, end + 3
        if text.startswith((".", "_", "-"), end) and (bare := _bare(text, taken, start, end)) is not None:
            return bare, bare
    return None


def _scheme(text: str, taken: int, start: int, end: int) -> int | None:
    """The beginning of the "http" or "https" that ends there."""
    found = _ENDS_IN_SCHEME.search(text, max(start, end - 5), end)
    return found.start() if found and _allowed(text, taken, found.start()) and _RUN.match(text, end + 3) else None


def _bare(text: str, taken: int, start: int, end: int) -> int | None:
    # The first letter of a text may stand before an address as well as begin it; X takes it for the former.
    if _allowed(text, taken, start) and not (start == 0 and end > 1 and _MAY_PRECEDE.match(text)):
        return start
    before = _MAY_PRECEDE.search(text, max(start, taken), end - 1)
    return before.end() if before else None


def _allowed(text: str, taken: int, start: int) -> bool:
    """Whether an address may begin behind the character before `start`; one that belongs to another address is no such."""
    return start == 0 or (start > taken and not _MAY_NOT_PRECEDE.match(text, start - 1))


def _domain(text: str, start: int) -> tuple[int, int]:
    """Where the domain that begins there ends, 0 for none, and from where to look on."""
    labels = _LABELS.match(text, start, start + _LONGEST_DOMAIN)
    if labels is None:
        return 0, start
    dot, on = labels.end(), labels.end()
    while dot > start:  # the last name that is a top-level domain ends it
        before = text.rfind(".", start, dot - 1) + 1 or start
        stroke = text.rfind("_", before, dot)
        if end := _top_level(text, dot):
            if stroke < 0:
                return end, end
            on = stroke + 1  # a domain may begin behind the "_"
        dot = before
    return 0, on


def _top_level(text: str, at: int, end: int | None = None) -> int:
    """Where the top-level domain that begins there ends, 0 for none."""
    from bot.text.tokens.domains import IN_ASCII, IN_OTHER_LETTERS  # a list that a text without addresses does not need

    end = len(text) if end is None else end
    name = _ASCII_NAME.match(text, at, end)
    behind = text[name.end() : min(end, name.end() + 1)] if name else ""
    if name and name[0].lower() in IN_ASCII and not _GOES_ON.match(behind):
        return name.end()
    if punycode := _PUNYCODE.match(text, at, end):
        return punycode.end()
    if behind.isascii():
        return 0
    rest = text[at : min(end, at + _LONGEST_LABEL)].lower()
    return next((at + len(o) for o in IN_OTHER_LETTERS if rest.startswith(o) and not _GOES_ON.match(rest, len(o))), 0)


def _rest(text: str, at: int) -> tuple[int, int]:
    """Where the path behind a domain ends, 0 for none, and where all of the address does."""
    port = _PORT.match(text, at)
    at = port.end() if port else at
    path = _PATH.match(text, at)
    at = path.end() if path else at
    query = _QUERY.match(text, at)
    return path.end() if path else 0, query.end() if query else at


def _checked(text: str, start: int, domain_at: int, domain_end: int, path_end: int, end: int) -> Iterator[Token]:
    """The address, or what of it is one: of a bare domain the part in Latin letters, of X's own short address no more than
    its name."""
    domain = text[domain_at:domain_end]
    scheme = text[start:domain_at] or "https://"
    if not (length := _ascii_length(domain)) or len(scheme) + (end - domain_at) + length - len(domain) > _LONGEST:
        return
    if start == domain_at:
        if text[start - 1 : start] not in _NO_BARE_BEHIND:
            yield from _latin(text, domain_at, domain_end, end if path_end else 0)
        return
    if own := _OWN_SHORT.match(text, start, end):
        if len(own[1]) > _LONGEST_SLUG:
            return
        end = own.end()
    yield Token(start, end, text[start:end])


def _latin(text: str, start: int, domain_end: int, end: int) -> Iterator[Token]:
    """Those domains in Latin letters within a bare one, the last with what follows it."""
    found: list[tuple[int, int]] = []
    at = start
    while labels := _ASCII_LABELS.search(text, at, domain_end):
        dot, first = labels.end(), labels.start()
        while dot > first and not (top := _top_level(text, dot, domain_end)):
            dot = text.rfind(".", first, dot - 1) + 1
        at = labels.end()
        if dot > first:
            found.append((first, top))
            at = top
    for number, (first, last) in enumerate(found, start=1):
        last = end if end and number == len(found) else last
        yield Token(first, last, text[first:last])


def _ascii_length(domain: str) -> int:
    """Length of the domain in Punycode, 0 for what can be no domain."""
    if domain.isascii():
        return 0 if any(len(label) > _LONGEST_LABEL for label in domain.split(".")) else len(domain)
    try:
        return len(domain.encode("idna"))
    except UnicodeError:
        return 0
