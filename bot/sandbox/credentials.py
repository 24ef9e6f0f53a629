"""The accounts that exist in the sandbox, and the settings that let a client use them. They open nothing anywhere else."""

from __future__ import annotations

import json

X_USER = "1500000000000000001"
X_CONSUMER_KEY, X_CONSUMER_SECRET = "sandboxconsumerkey0001", "sandbox-consumer-secret"
X_TOKEN, X_TOKEN_SECRET = f"{X_USER}-sandboxaccesstoken0001", "sandbox-access-token-secret"
PAGE, PAGE_TOKEN = "100000000000001", "sandbox-page-token"
INSTAGRAM_USER, INSTAGRAM_TOKEN = "17841400000000001", "sandbox-instagram-token"
PRIVATE_USER, PRIVATE_SESSION = "50000000001", "50000000001%3Asandbox%3A1"


def environment(base_url: str) -> dict[str, str]:
    """Every DXBOT_ variable that points a client at the sandbox. DXBOT_MEDIA_BASE_URL is not among them: the pictures
    lie with the web site."""
    session = {"authorization_data": {"ds_user_id": PRIVATE_USER, "sessionid": PRIVATE_SESSION}, "locale": "ja_JP"}
    return {
        "DXBOT_SANDBOX": "true",
        "DXBOT_X_BASE_URL": base_url,
        "DXBOT_X_CONSUMER_KEY": X_CONSUMER_KEY,
        "DXBOT_X_CONSUMER_SECRET": X_CONSUMER_SECRET,
        "DXBOT_X_ACCESS_TOKEN": X_TOKEN,
        "DXBOT_X_ACCESS_TOKEN_SECRET": X_TOKEN_SECRET,
        "DXBOT_GRAPH_BASE_URL": base_url,
        "DXBOT_FACEBOOK_PAGE_ID": PAGE,
        "DXBOT_FACEBOOK_PAGE_TOKEN": PAGE_TOKEN,
        "DXBOT_INSTAGRAM_USER_ID": INSTAGRAM_USER,
        "DXBOT_INSTAGRAM_TOKEN": INSTAGRAM_TOKEN,
        "DXBOT_INSTAGRAM_PRIVATE_BASE_URL": base_url,
        "DXBOT_INSTAGRAM_PRIVATE_SESSION": json.dumps(session),
    }
