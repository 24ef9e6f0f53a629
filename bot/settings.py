"""Django's settings, derived from bot.config. Nothing imports this module by name."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from bot import folders, logs
from bot.config import FALLBACKS, ROOT, Config
from bot.config import SECRET_KEY as SECRET_KEY_FILE
from bot.errors import ConfigError
from bot.loopback import is_loopback
from bot.options import Secret
from bot.registry import load
from bot.render.environment import CHANNELS
from bot.workflow.actors import roles_by_group

CONFIG = load()


def _secret_key(var_dir: Path) -> str:
    """The configured key, or one made at the first start and kept readable by its owner alone."""
    if CONFIG.secret_key:
        return CONFIG.secret_key.reveal()
    path = var_dir / SECRET_KEY_FILE
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        # A link in place of a write: of two that start at once, the second takes the first one's, and none reads half a key.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _fallbacks(var_dir: Path) -> list[str]:
    """The keys before it, which open what they sealed."""
    if CONFIG.secret_key:
        return CONFIG.secret_key_fallbacks.reveal().split()
    path = var_dir / FALLBACKS
    return path.read_text(encoding="ascii").split() if path.exists() else []


def _database(url: Secret) -> dict[str, Any]:
    settings = _address(url)
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # WAL lets readers go on beside the one writer; FULL makes an intent survive a power cut; IMMEDIATE takes the
        # write lock at once, so that a transaction never fails half way for want of it.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    else:
        # What the engine asks again and again is planned once for each connection; its statements stay the same.
        settings["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 2}
    return settings


def _address(url: Secret) -> dict[str, Any]:
    """Raises ConfigError: what urllib and dj-database-url say quotes the address, password included."""
    try:
        found = {**dj_database_url.parse(url.reveal(), conn_max_age=600, conn_health_checks=True)}
    except ValueError:
        found = {}
    if not found.get("NAME") or found["ENGINE"] not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
        raise ConfigError(
            "DATABASE_URL is not an address of a database",
            summary="環境変数 DATABASE_URL を読めません",
            next_step="postgresql://利用者:鍵@ホスト/データベース のように書き、鍵の記号は %40 のように書きかえてください",
        )
    return found


def _directories(config: Config) -> list[dict[str, Any]]:
    """The city's own OpenID Connect provider, for allauth; none if not configured. Raises ConfigError."""
    roles_by_group(config.oidc_roles)
    if not config.oidc_issuer:
        return []
    return [
        {
            "provider_id": "city",
            "name": "庁内の認証",
            "client_id": config.oidc_client_id,
            "secret": config.oidc_client_secret.reveal(),
            "settings": {"server_url": config.oidc_issuer},
        }
    ]


SECRET_KEY = _secret_key(CONFIG.var_dir)
SECRET_KEY_FALLBACKS = _fallbacks(CONFIG.var_dir)
DEBUG = False
ALLOWED_HOSTS = CONFIG.hosts
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "bot.store",
    "bot.web",
]
MIDDLEWARE = [
    "bot.web.middleware.RequestId",
    "bot.web.middleware.BrowserPolicies",
    "csp.middleware.CSPMiddleware",
    "bot.web.middleware.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bot.web.middleware.NoStore",
    "bot.web.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bot.web.middleware.PlainErrors",
    "bot.web.middleware.SecondFactor",
]
ROOT_URLCONF = "bot.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [*(place / "web" for place in folders.templates(CONFIG.templates_dir)), CHANNELS],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bot.web.context.city",
            ],
            "builtins": ["bot.web.templatetags.moments", "bot.web.templatetags.people"],
        },
    }
]
DATABASES = {"default": _database(CONFIG.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "store.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # how long an invitation is good for
ACCOUNT_ADAPTER = "bot.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # there is no sign-up; this only says "no e-mail address"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 a class
# Of wrong passwords: five for one name from one address in five minutes, a hundred in an hour from all addresses that the
# person never came in from, and of all names from one address thirty in a minute.
# A whole city hall may share one address at half past eight. Of an IPv6 address 64 bits count: a caller has all the others.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "30/m/ip,5/5m/key", "login_failed_elsewhere": "100/h/key"}
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 64
MFA_ADAPTER = "bot.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {"authenticate": "bot.web.forms.CodeForm", "reauthenticate": "bot.web.forms.CodeAgainForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are invited; nobody can have taken another's address at a sign-up
SOCIALACCOUNT_ADAPTER = "bot.web.single_sign_on.DirectoryAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _directories(CONFIG), "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: the content security policy lets no form lead to another site
# In the database, so that a rate limit holds for all processes and over a restart.
# Of 300 entries, which is Django's default, whoever guesses at many names would make it forget the guesses at one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dxbot_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
LANGUAGE_CODE = CONFIG.lang
LOCALE_PATHS = [ROOT / "bot" / "locale"]
TIME_ZONE = str(CONFIG.timezone)
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "bot" / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# On a city's own host the site stands behind TLS; only a trial on one machine may do without. Whether a request came by TLS,
# and from where, waitress has written into it by then, and only from what the named proxy says (bot.cli.listening).
SECURE = CONFIG.proxy is not None or not all(is_loopback(host) for host in ALLOWED_HOSTS)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
# With this beginning of its name a browser takes a cookie by TLS alone, and from this very host: nobody who holds another host
# of the city, or the unencrypted one, can plant a session or a token.
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrftoken"
SESSION_ENGINE = "bot.web.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie more, and no title of a post in one
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if SECURE else 0
# For this host alone: what else lies below a name of the city's, or stands in the browsers' lists, is the city's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Scripts and styles only from our own files, and only passkeys need one: no other duty does. What django-csp would allow by
# itself (frames, fonts, ...) falls back to default-src.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":  # several publishers may share the work
    INSTALLED_APPS.append("procrastinate.contrib.django")
LOGGING = logs.settings(CONFIG, [SECRET_KEY, *SECRET_KEY_FALLBACKS])
