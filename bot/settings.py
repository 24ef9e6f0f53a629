"""Django's settings, derived from bot.config. Nothing imports this module by name."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import dj_database_url

from bot.config import ROOT, load
from bot.loopback import is_loopback

CONFIG = load()


def _secret_key(var_dir: Path) -> str:
    """The configured key, or one made at the first start and kept readable by its owner alone."""
    if CONFIG.secret_key:
        return CONFIG.secret_key.reveal()
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


def _database(url: str) -> dict[str, Any]:
    settings: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)}
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # WAL lets readers go on beside the one writer; FULL makes an intent survive a power cut; IMMEDIATE takes the
        # write lock at once, so that a transaction never fails half way for want of it.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    return settings


SECRET_KEY = _secret_key(CONFIG.var_dir)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in CONFIG.allowed_hosts.split(",") if host.strip()]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "bot.store",
    "bot.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bot.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bot.web.middleware.PlainErrors",
]
ROOT_URLCONF = "bot.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CONFIG.templates_dir / "web"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bot.web.context.city",
            ],
        },
    }
]
DATABASES = {"default": _database(CONFIG.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "store.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "queue"
LOGOUT_REDIRECT_URL = "login"
LANGUAGE_CODE = CONFIG.lang
TIME_ZONE = str(CONFIG.timezone)
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "bot" / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# On a city's own host the site stands behind TLS; only a trial on one machine may do without.
SECURE = not all(is_loopback(host) for host in ALLOWED_HOSTS)
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":  # several publishers may share the work
    INSTALLED_APPS.append("procrastinate.contrib.django")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A beat that is passed over because the last one is still at work is no news.
    "loggers": {"apscheduler": {"level": "ERROR"}},
}
