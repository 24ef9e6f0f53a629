"""What lies in the database and opens a door is sealed, so that a copy of the database alone opens none."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def seal(purpose: str) -> Fernet:
    """Derived with a purpose, so that this key opens nothing else that SECRET_KEY protects."""
    key = hashlib.sha256(f"dxbot {purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
