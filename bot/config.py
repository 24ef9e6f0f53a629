"""All configuration, read once from the environment. Each field below is one option: type, default, what it means. What one
channel alone needs is declared in its folder; `bot.registry.load` reads it with the rest.

A secret is read from NAME or from the file named by NAME_FILE, and shows only as "***" wherever it is printed.
A value that cannot be read raises ConfigError at start; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from bot import folders
from bot.errors import ConfigError
from bot.language import say
from bot.options import Secret, option, values_of

T = TypeVar("T")

SQLITE, SECRET_KEY, FALLBACKS = "dxbot.sqlite3", "secret_key", "secret_key_fallbacks"  # in the state directory
ROOT = folders.ROOT
IN_FORCE = "in-force"  # a file with the name of the folder beside it


def may_exist(path: Path) -> bool:
    """False only for what is surely not there. What cannot be asked (no right to look, a disk that is away) may be there, and
    whoever reads it learns why not: an absent file means "no rules" or "no figures" to some readers."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


Language = Literal["ja", "en"]
SmtpTls = Literal["starttls", "tls", "none"]
LogForm = Literal["json", "console", ""]
WebhookForm = Literal["plain", "slack", "teams"]


@dataclass(frozen=True, kw_only=True)
class Config:
    content_dir: Path = option("DXBOT_CONTENT_DIR", folders.SHIPPED / "content", "原稿・画像・職員一覧の置き場")
    schedules_dir: Path = option(
        "DXBOT_SCHEDULES_DIR",
        folders.SHIPPED / "schedules",
        "配信枠・休止時間などの設定の置き場（原稿の置き場に schedules/ がないとき）",
    )
    templates_dir: Path = option("DXBOT_TEMPLATES_DIR", folders.SHIPPED / "templates", "ひな型の置き場")
    content_repository: str = option(
        "DXBOT_CONTENT_REPOSITORY", "", "原稿の Git リポジトリ。空なら置き場のファイルをそのまま使う"
    )
    content_branch: str = option("DXBOT_CONTENT_BRANCH", "main", "原稿を取り込むブランチ")
    content_committers: str = option(
        "DXBOT_CONTENT_COMMITTERS",
        "",
        "Git サーバー自身のコミッターのアドレス（noreply@github.com など、カンマ区切り）。だれの手にも数えない",
    )
    confirm_across_departments: bool = option(
        "DXBOT_CONFIRM_ACROSS_DEPARTMENTS", False, "研修中の職員の原稿を、ほかの課のリーダーも確認できるようにする（true）"
    )
    require_signed: bool = option("DXBOT_REQUIRE_SIGNED", False, "登録された鍵で署名されたコミットの原稿だけを申請する（true）")
    content_interval: int = option("DXBOT_CONTENT_INTERVAL", 300, "原稿を取り込みに行く間隔（秒）")
    content_token: Secret = option("DXBOT_CONTENT_TOKEN", Secret(""), "原稿のリポジトリと状態表示に使う鍵（https のとき）")
    content_status_url: str = option(
        "DXBOT_CONTENT_STATUS_URL", "", "コミットに結果を表示する API（例 https://api.github.com/repos/市/原稿）"
    )
    content_webhook_secret: Secret = option(
        "DXBOT_CONTENT_WEBHOOK_SECRET", Secret(""), "更新の知らせ（/hooks/content/）の署名の鍵"
    )
    var_dir: Path = option("DXBOT_VAR_DIR", ROOT / "var", "データベースなど状態の置き場")
    mark_dir: str = option("DXBOT_MARK_DIR", "", "配信の印の、二つ目の置き場（別のディスクなど）。空なら使わない")
    service_user: str = option(
        "DXBOT_SERVICE_USER", "", "dxbot を動かす、このコンピューターの利用者。空なら状態の置き場の持ち主"
    )
    database_url: Secret = option("DATABASE_URL", Secret(""), "データベース（接続の鍵を含む）。空なら状態の置き場の SQLite")
    keep_days: int = option("DXBOT_KEEP_DAYS", 400, "済んだ知らせと、決定に関わらない閲覧の記録を残す日数")
    timezone: ZoneInfo = option("DXBOT_TIMEZONE", ZoneInfo("Asia/Tokyo"), "時刻帯。原稿の時刻もこれで読む")
    log: LogForm = option("DXBOT_LOG", "", "ログの形（json または console）。空なら、端末では console", ("json", "console"))
    metrics_token: Secret = option("DXBOT_METRICS_TOKEN", Secret(""), "この機械の外から /metrics を読むための鍵")
    watch_silence: int = option("DXBOT_WATCH_SILENCE", 80, "配信の動きがこの秒数だけ見えなければ、見張りが知らせる")
    watch_next: int = option("DXBOT_WATCH_NEXT", 1800, "見張りの知らせをだれも確認しないとき、次の人に知らせるまでの秒数")
    watch_mail: str = option("DXBOT_WATCH_MAIL", "", "見張りが、利用者の後に知らせるメールアドレス（カンマ区切り）")
    lang: Language = option("DXBOT_LANG", "ja", "表示の言語（ja または en）", get_args(Language))
    sandbox: bool = option("DXBOT_SANDBOX", False, "練習用サーバーだけを使い、外部への通信を全て断る")
    token: Secret = option("DXBOT_TOKEN", Secret(""), "承認などの操作に使う、あなた個人の鍵")
    secret_key: Secret = option("DXBOT_SECRET_KEY", Secret(""), "ログインの署名に使う鍵。空なら状態の置き場に作る")
    secret_key_fallbacks: Secret = option("DXBOT_SECRET_KEY_FALLBACKS", Secret(""), "取り替える前の鍵（空白区切り）")
    record_class: str = option("DXBOT_RECORD_CLASS", "", "投稿の記録の、公文書としての分類。空なら未定（仮）")
    record_years: int = option("DXBOT_RECORD_YEARS", 0, "投稿の記録の保存年数。空なら未定（仮）")
    audit_key: Secret = option(
        "DXBOT_AUDIT_KEY", Secret(""), "操作の記録の一日ごとに署名する鍵（Ed25519 の PEM）。空なら状態の置き場に作る"
    )
    audit_branch: str = option(
        "DXBOT_AUDIT_BRANCH", "", "その署名を送る、原稿のリポジトリのブランチ（原稿とは別の名前）。空なら送らない"
    )
    tsa_url: Secret = option(
        "DXBOT_TSA_URL", Secret(""), "その署名に時刻の証明（RFC 3161）をもらう時刻認証局のアドレス。空なら使わない"
    )
    tsa_roots: str = option("DXBOT_TSA_ROOTS", "", "時刻認証局を確かめる証明書（PEM）のファイル")
    allowed_hosts: str = option("DXBOT_ALLOWED_HOSTS", "127.0.0.1,localhost", "画面を開けるホスト名（カンマ区切り）")
    trusted_proxy: str = option(
        "DXBOT_TRUSTED_PROXY", "", "画面の前で TLS を終えるサーバーのアドレス。その前にも中継があれば 192.0.2.10/2 のように段数"
    )
    oidc_issuer: str = option("DXBOT_OIDC_ISSUER", "", "庁内の認証基盤（OpenID Connect）のアドレス。空なら使わない")
    oidc_client_id: str = option("DXBOT_OIDC_CLIENT_ID", "", "認証基盤に登録した、この画面の名前")
    oidc_client_secret: Secret = option("DXBOT_OIDC_CLIENT_SECRET", Secret(""), "認証基盤に登録した秘密鍵")
    oidc_person_claim: str = option(
        "DXBOT_OIDC_PERSON_CLAIM", "preferred_username", "利用者名が入る項目（本人が変えられないもの）"
    )
    oidc_groups_claim: str = option("DXBOT_OIDC_GROUPS_CLAIM", "groups", "所属グループが入る項目")
    oidc_roles: str = option("DXBOT_OIDC_ROLES", "", "グループと役割。dx-koho=officer,dx-leaders=leader のように、強い順に書く")
    site_url: str = option("DXBOT_SITE_URL", "http://127.0.0.1:8000", "画面のアドレス。招待や知らせの文に入る")
    smtp_server: str = option("DXBOT_SMTP_SERVER", "", "知らせのメールを送るサーバー（mail.example.jp:587）。空なら送らない")
    smtp_tls: SmtpTls = option("DXBOT_SMTP_TLS", "starttls", "メールの暗号化（starttls、tls、none）", get_args(SmtpTls))
    smtp_user: str = option("DXBOT_SMTP_USER", "", "メールサーバーの利用者名")
    smtp_password: Secret = option("DXBOT_SMTP_PASSWORD", Secret(""), "メールサーバーのパスワード")
    mail_from: str = option("DXBOT_MAIL_FROM", "dxbot@localhost", "知らせのメールの差出人")
    webhook_url: Secret = option("DXBOT_WEBHOOK_URL", Secret(""), "知らせを送るチャットのアドレス。空なら送らない")
    webhook_secret: Secret = option("DXBOT_WEBHOOK_SECRET", Secret(""), "チャットへの知らせに付ける署名の鍵")
    webhook_form: WebhookForm = option(
        "DXBOT_WEBHOOK_FORM", "plain", "チャットへの知らせの形（plain、slack、teams）", get_args(WebhookForm)
    )
    webhook_body: str = option(
        "DXBOT_WEBHOOK_BODY",
        '{"text": "$text"}',
        "plain のときの JSON。$text・$subject（見出し）・$body（本文）が知らせに置きかわる",
    )
    digest_at: tuple[time, ...] = option("DXBOT_DIGEST_AT", (time(8, 30),), "急がない知らせをまとめて送る時刻（08:30,13:00）")
    monthly_cap_usd: int = option("DXBOT_MONTHLY_CAP_USD", 0, "費用のかかる配信先（X）の1か月の上限（米ドル）。空なら止めない")
    jma_base_url: str = option(
        "DXBOT_JMA_BASE_URL",
        "",
        "気象庁の電文の置き場（https://www.data.jma.go.jp/developer/xml）。空なら読まず、災害で自動では止まらない",
    )
    public_url: str = option(
        "DXBOT_PUBLIC_URL",
        "",
        "市民向けの公開サイト（dxbot site build）のアドレス。空なら、アドレスの要る新着とサイトマップを作らない",
    )
    media_base_url: str = option("DXBOT_MEDIA_BASE_URL", "", "掲載画像を公開するアドレス（Instagram が取りに来る）")
    declared: tuple[object, ...] = ()

    def of(self, kind: type[T]) -> T:
        """The options that a channel, or what channels share, declares for itself: a dataclass of `option`s."""
        for own in self.declared:
            if isinstance(own, kind):
                return own
        raise ConfigError(
            f"{kind.__module__}.{kind.__qualname__} is declared by no channel",
            summary=say(
                "設定 {module}.{qualname} は、どの配信先の OPTIONS にもありません",
                module=kind.__module__,
                qualname=kind.__qualname__,
            ),
            next_step="使う配信先の OPTIONS に加えてください",
        )

    @property
    def sets_dir(self) -> Path:
        """Where `dxbot sync` keeps the sets of shared files, with the name of the one in force (ADR 17)."""
        return self.var_dir / "sync" / "shared"

    @property
    def shared_dir(self) -> Path:
        """The folder of the files that all posts share: the set of the repository that is in force, else the content folder.
        Who reads several of them asks once, since the next set may come into force meanwhile."""
        if not self.content_repository:
            return self.content_dir
        try:
            return self.sets_dir / (self.sets_dir / IN_FORCE).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):  # nothing was taken yet, or by a version that knew no sets
            return self.content_dir

    @property
    def rules_dir(self) -> Path:
        """The folder of the schedules: that of the content where it has one, so that every machine obeys the same."""
        own = self.shared_dir / "schedules"
        return own if may_exist(own) else self.schedules_dir

    @property
    def hosts(self) -> list[str]:
        """The names by which the web site may be called."""
        return [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]

    @property
    def proxy(self) -> tuple[str, int] | None:
        """The address of the server that ends TLS before the web site, as it looks from here, and through how many such servers
        a request comes. Raises ConfigError."""
        if not self.trusted_proxy:
            return None
        address, _, hops = self.trusted_proxy.partition("/")
        try:
            known = str(ip_address(address.strip()))
        except ValueError:
            known = ""
        if not known or not re.fullmatch(r"[1-9]?", hops):
            raise ConfigError(
                "DXBOT_TRUSTED_PROXY is not address or address/hops",
                summary="環境変数 DXBOT_TRUSTED_PROXY を読めません",
                next_step="127.0.0.1 か 192.0.2.10/2（アドレス/段数）のように書いてください。名前や範囲では書けません",
            )
        return known, int(hops or 1)

    @property
    def smtp_address(self) -> tuple[str, int]:
        """Host and port of the mail server. Raises ConfigError."""
        host, _, port = self.smtp_server.rpartition(":")
        if not host or not port.isdecimal():
            raise ConfigError(
                "DXBOT_SMTP_SERVER is not host:port",
                summary="環境変数 DXBOT_SMTP_SERVER を読めません",
                next_step="mail.example.jp:587 のように書いてください",
            )
        return host, int(port)

    @property
    def database(self) -> Secret:
        """The address with its password."""
        return self.database_url or Secret(f"sqlite:///{self.var_dir / SQLITE}")


def read(env: Mapping[str, str], kinds: Iterable[type[Any]]) -> Config:
    """The configuration, with the options that are declared elsewhere (dataclasses of `option`s). Raises ConfigError naming
    the variable, never its value. Programs call `bot.registry.load`, which knows what is declared."""
    given = values_of(Config, env)
    values = {**folders.defaults(folders.current()), **given}
    _require_no_password(values.get("content_repository", ""))
    _require_object(values.get("webhook_body", Config.webhook_body))
    if values.get("content_repository") and "content_dir" not in given:
        values["content_dir"] = values["var_dir"] / "content"  # a folder that only `dxbot sync` writes
    return Config(**values, declared=tuple(kind(**values_of(kind, env)) for kind in kinds))


def require(options: Any, channel: str, *names: str) -> None:
    """Raises ConfigError naming those of these options that are not set."""
    missing = [f.metadata["env"] for name in names for f in fields(options) if f.name == name and not getattr(options, name)]
    if missing:
        raise ConfigError(
            f"{', '.join(missing)} not set",
            summary=say("{channel} の設定 {variable} がありません", channel=channel, variable="、".join(missing)),
            next_step="環境変数に値を入れてください",
        )


def _require_no_password(url: str) -> None:
    """An address is printed here and there; a key has an option of its own."""
    if re.match(r"https?://[^/]*@", url):
        raise ConfigError(
            "DXBOT_CONTENT_REPOSITORY holds a credential",
            summary="環境変数 DXBOT_CONTENT_REPOSITORY のアドレスに利用者名か鍵が入っています",
            next_step="アドレスから除き、鍵は DXBOT_CONTENT_TOKEN か DXBOT_CONTENT_TOKEN_FILE に書いてください",
        )


def _require_object(form: str) -> None:
    try:
        found = json.loads(form)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(
            "DXBOT_WEBHOOK_BODY is no JSON object",
            summary="環境変数 DXBOT_WEBHOOK_BODY を読めません",
            next_step='{"text": "$text"} のような JSON で書いてください。$text・$subject・$body が知らせに置きかわります',
        )
