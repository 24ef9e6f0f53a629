"""The app, the system user, the Page and its Instagram account that exist on the sandbox's Graph. They open nothing anywhere
else."""

from __future__ import annotations

APP, APP_SECRET = "200000000000001", "sandbox-app-secret"
APP_TOKEN = f"{APP}|{APP_SECRET}"
USER, USER_TOKEN = "300000000000001", "sandbox-system-user-token"
PAGE, PAGE_TOKEN = "100000000000001", "sandbox-page-token"
INSTAGRAM_USER, INSTAGRAM_TOKEN = "17841400000000001", "sandbox-instagram-token"
