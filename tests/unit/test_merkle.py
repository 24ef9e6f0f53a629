"""The tree's root against the vectors that the programs of Certificate Transparency share, and against the RFC's definition."""

from __future__ import annotations

import hashlib

import pytest

from bot import merkle

LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes.fromhex("606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_root_is_that_of_every_other_program(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


def _by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1: the left part is the largest power of two below the number of leaves."""
    if len(leaves) < 2:
        return hashlib.sha256(b"".join(b"\x00" + leaf for leaf in leaves)).digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _by_definition(leaves[:middle]) + _by_definition(leaves[middle:])).digest()


@pytest.mark.parametrize("size", [9, 15, 16, 17, 100, 1000])
def test_a_tree_of_any_size_is_as_the_rfc_defines_it(size: int) -> None:
    leaves = [str(number).encode() for number in range(size)]
    assert merkle.root(iter(leaves)) == _by_definition(leaves)
