"""The root of a Merkle tree with the hashing of RFC 6962, section 2.1, so that anybody's tools can check it (ADR 18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def root(leaves: Iterable[bytes]) -> bytes:
    """32 bytes. The leaves are read once and not kept: what is needed grows with the logarithm of their number."""
    peaks: list[tuple[int, bytes]] = []  # whole trees from left to right, each with its number of leaves
    for leaf in leaves:
        size, node = 1, _hash(b"\x00" + leaf)  # the prefixes keep a leaf from passing for a node
        while peaks and peaks[-1][0] == size:
            size, node = 2 * size, _hash(b"\x01" + peaks.pop()[1] + node)
        peaks.append((size, node))
    if not peaks:
        return _hash(b"")
    _, node = peaks.pop()
    while peaks:
        node = _hash(b"\x01" + peaks.pop()[1] + node)
    return node


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What is needed besides the leaf at `index` to come to the root, the nearest first (RFC 6962, section 2.1.1)."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below their number
    if index < half:
        return [*path(leaves[:half], index), root(leaves[half:])]
    return [*path(leaves[half:], index - half), root(leaves[:half])]


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
