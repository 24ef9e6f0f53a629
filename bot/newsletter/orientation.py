"""Which characters lie along a vertical line: UAX #50, Unicode Vertical Text Layout."""

from __future__ import annotations

from bisect import bisect_right

# The characters of vo=R and vo=Tr, first and last of each range: VerticalOrientation.txt of Unicode 14.0 (see NOTICE).
_LYING = """
0-A6 A8-A8 AA-AD AF-B0 B2-BB BF-D6 D8-F6 F8-2E9 2EC-10FF 1200-1400 1680-18AF 1900-2015 2017-201F 2022-202F 2032-203A 203D-2041
2043-2046 204A-2050 2052-2064 2066-20DC 20E1-20E1 20E5-20FF 2102-2102 210A-210E 2110-2112 2115-2115 2118-211D 2124-2124
2126-2126 2128-2128 212A-212D 212F-2134 2140-2144 214B-214B 214E-214E 218A-218B 2190-221D 221F-2233 2236-22FF 2308-230B
2320-2323 2329-232A 232C-237C 239B-23BD 23CE-23CE 23D0-23D0 23DC-23E1 2423-2423 2500-259F 261A-261F 2768-2775 2794-2B11
2B30-2B4F 2B5A-2B96 2B98-2BB7 2BD2-2BD2 2BEC-2BEF 2C00-2E4F 2E52-2E7F 3008-3011 3014-301F 3030-3030 30A0-30A0 30FC-30FC
A4D0-A95F A980-ABFF D800-DFFF FB00-FE0F FE20-FE2F FE49-FE4F FE58-FE5E FE63-FE66 FE70-FF00 FF08-FF09 FF0D-FF0D FF1A-FF1E
FF3B-FF3B FF3D-FF3D FF3F-FF3F FF5B-FFDF FFE3-FFE3 FFE8-FFEF FFF9-FFFB FFFE-1097F 109A0-1157F 11600-119FF 11AC0-12FFF
13440-143FF 14680-16FDF 18D80-1AFEF 1B300-1CEFF 1CFD0-1CFFF 1D200-1D2DF 1D380-1D7FF 1DAB0-1EFFF 1F800-1F8FF 1FB00-1FFFF
"""
_RANGES = [tuple(int(end, 16) for end in pair.split("-")) for pair in _LYING.split()]
_FIRST = [first for first, _ in _RANGES]


def lies(text: str) -> bool:
    """Whether the character is turned clockwise where the typeface has no vertical form of it; combining marks and selectors
    behind it go with it."""
    code = ord(text[0])
    place = bisect_right(_FIRST, code) - 1
    return place >= 0 and code <= _RANGES[place][1]
