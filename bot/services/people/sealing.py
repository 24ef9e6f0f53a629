"""What lies in the database and opens a door is sealed, so that a copy of the database alone opens none."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(purpose: str) -> MultiFernet:
    """Derived with a purpose, so that this key opens nothing else that SECRET_KEY protects. Seals with the newest key, opens
    with those before it, too."""
    return MultiFernet([_derived(purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def newest(purpose: str) -> Fernet:
    """Opens only what was sealed with the newest key."""
    return _derived(purpose, settings.SECRET_KEY)


def _derived(purpose: str, secret: str) -> Fernet:
    key = hashlib.sha256(f"dxbot {purpose}:{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
