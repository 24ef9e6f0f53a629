"""The accounts that exist in the sandbox, and the settings that let a client use them. They open nothing anywhere else."""

from __future__ import annotations

import json

X_USER, X_USERNAME = "1500000000000000001", "sandbox_city"
X_CONSUMER_KEY, X_CONSUMER_SECRET = "sandboxconsumerkey0001", "sandbox-consumer-secret"
X_TOKEN, X_TOKEN_SECRET = f"{X_USER}-sandboxaccesstoken0001", "sandbox-access-token-secret"
X_APP_BEARER, X_USER_BEARER = "sandbox-app-only-bearer", "sandbox-oauth2-user-bearer"
META_APP, META_APP_SECRET = "200000000000001", "sandbox-app-secret"
META_APP_TOKEN = f"{META_APP}|{META_APP_SECRET}"
PAGE, PAGE_TOKEN = "100000000000001", "sandbox-page-token"
META_USER, META_USER_TOKEN = "300000000000001", "sandbox-system-user-token"
INSTAGRAM_USER, INSTAGRAM_TOKEN = "17841400000000001", "sandbox-instagram-token"
PRIVATE_USER, PRIVATE_SESSION = "50000000001", "50000000001%3Asandbox%3A1"
NAME = "市の公式アカウント（練習）"

_DEVICE = {
    "app_version": "364.0.0.35.86",
    "android_version": 33,
    "android_release": "13.0",
    "dpi": "480dpi",
    "resolution": "1080x2400",
    "manufacturer": "Sandbox",
    "device": "sandbox",
    "model": "Sandbox",
    "cpu": "sandbox",
    "version_code": "374010953",
}
_UUIDS = {
    "phone_id": "00000000-0000-4000-8000-000000000001",
    "uuid": "00000000-0000-4000-8000-000000000002",
    "client_session_id": "00000000-0000-4000-8000-000000000003",
    "advertising_id": "00000000-0000-4000-8000-000000000004",
    "android_device_id": "android-0000000000000001",
    "request_id": "00000000-0000-4000-8000-000000000005",
    "tray_session_id": "00000000-0000-4000-8000-000000000006",
}


def environment(base_url: str) -> dict[str, str]:
    """Every DXBOT_ variable that points a client at the sandbox. DXBOT_MEDIA_BASE_URL is not among them: the pictures
    lie with the web site."""
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
        "DXBOT_INSTAGRAM_PRIVATE_SESSION": json.dumps(private_session()),
    }


def private_session() -> dict[str, object]:
    """instagrapi's settings as an operator saves them after a login: the session, and a device that stays the same."""
    return {
        "uuids": _UUIDS,
        "authorization_data": {
            "ds_user_id": PRIVATE_USER,
            "sessionid": PRIVATE_SESSION,
            "should_use_header_over_cookies": True,
        },
        "device_settings": _DEVICE,
        "user_agent": "Instagram 364.0.0.35.86 Android (33/13.0; 480dpi; 1080x2400; Sandbox; Sandbox; sandbox; x; ja_JP; 0)",
        "country": "JP",
        "country_code": 81,
        "locale": "ja_JP",
        "timezone_offset": 32400,
    }
