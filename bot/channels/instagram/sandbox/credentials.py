"""The session that is open on the sandbox's private endpoints of Instagram. It opens nothing anywhere else."""

from __future__ import annotations

USER, SESSION = "50000000001", "50000000001%3Asandbox%3A1"

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


def session() -> dict[str, object]:
    """instagrapi's settings as an operator saves them after a login: the session, and a device that stays the same."""
    return {
        "uuids": _UUIDS,
        "authorization_data": {
            "ds_user_id": USER,
            "sessionid": SESSION,
            "should_use_header_over_cookies": True,
        },
        "device_settings": _DEVICE,
        "user_agent": "Instagram 364.0.0.35.86 Android (33/13.0; 480dpi; 1080x2400; Sandbox; Sandbox; sandbox; x; ja_JP; 0)",
        "country": "JP",
        "country_code": 81,
        "locale": "ja_JP",
        "timezone_offset": 32400,
    }
