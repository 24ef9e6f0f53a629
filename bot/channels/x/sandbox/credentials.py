"""The account that exists on the sandbox's X. It opens nothing anywhere else."""

from __future__ import annotations

USER = "1500000000000000001"
CONSUMER_KEY, CONSUMER_SECRET = "sandboxconsumerkey0001", "sandbox-consumer-secret"
TOKEN, TOKEN_SECRET = f"{USER}-sandboxaccesstoken0001", "sandbox-access-token-secret"
APP_BEARER, USER_BEARER = "sandbox-app-only-bearer", "sandbox-oauth2-user-bearer"
