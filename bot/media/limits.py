"""What a channel takes as a picture. Data only, so that describing a channel loads no imaging library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ImageLimits:
    """Ratios are width ÷ height; sizes in pixels and bytes; alt length in characters."""

    min_count: int = 0
    max_count: int = 4
    min_ratio: float = 0.0
    max_ratio: float = float("inf")
    min_width: int = 1
    max_width: int = 2048
    max_height: int = 2048
    max_bytes: int = 4_000_000
    max_alt: int = 1000
