"""Why git failed, from what it printed: one sentence with what to do, and git's own words cleaned of all that is secret."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import BotError
from bot.language import say

NOT_STARTED = 127  # what a shell says of a program that it cannot start
_LONGEST = 160  # characters of git's own words: one line, as people read it
# An address is told without who signs in and without its query; both may be a key, and neither helps.
_SIGNED_IN = re.compile(r"(\w[\w+.-]*://)[^/@\s]*@")
_QUERY = re.compile(r"\?[^\s'\"]*")
# A word that no person wrote: a key, or a part of one. The name of a commit has 40 signs of hexadecimal, and stays.
_KEY = re.compile(r"\b(?![0-9a-f]{40}\b)(?=[\w+/=-]*\d)(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-)?[A-Za-z0-9_+=-]{32,}")
_HEADER = re.compile(r"(?i)(authorization|proxy-authorization|cookie)\s*:.*")
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NAMED = re.compile(r"'[^'\n]*'")
_TOLD = ("fatal: ", "error: ", "remote: ", "ssh: ", " ! ")  # how git marks what went wrong, the weightiest first


@dataclass(frozen=True)
class _Cause:
    """A kind of failure: words of git's by which it is known, and what a person is told."""

    words: re.Pattern[str]
    summary: str
    next_step: str


def _cause(words: str, summary: str, next_step: str) -> _Cause:
    return _Cause(re.compile(words, re.IGNORECASE), summary, next_step)


# The first that fits. What stands above is what the words below it would hide: a proxy's 407 is no wrong branch.
_CAUSES = (
    _cause(
        r"No space left|Disk quota exceeded|Read-only file system|unable to (write|create) .*(file|temporary)",
        summary="状態の置き場に、原稿の写し（Git）を書けません",
        next_step="ディスクの空きと、状態の置き場に書けることを確かめてください。直れば、次の間隔で自動で取り込みます",
    ),
    _cause(
        r"CONNECT tunnel failed|Proxy CONNECT|from proxy after CONNECT|resolve proxy",
        summary="プロキシが、Git サーバーへの接続を取り次ぎません",
        next_step="プロキシの設定（HTTPS_PROXY）と、その利用者名・パスワードを確かめてください",
    ),
    _cause(
        r"Could not resolve host|Name or service not known|name resolution|nodename nor servname",
        summary="Git サーバーの名前を引けません",
        next_step="DXBOT_CONTENT_REPOSITORY のホスト名と、DNS の設定を確かめてください。直れば、自動で取り込みます",
    ),
    _cause(
        r"Host key verification failed|REMOTE HOST IDENTIFICATION",
        summary="Git サーバー（ssh）のホスト鍵を確かめられません",
        next_step="サーバーの管理者にホスト鍵を聞き、確かめてから、dxbot を動かす利用者の known_hosts に加えてください",
    ),
    _cause(
        r"certificate|SSL|TLS|CAfile",
        summary="Git サーバーの証明書を確かめられないか、暗号化した接続を始められません",
        next_step="庁内の認証局なら、証明書の場所を SSL_CERT_FILE に書いてください。時計と途中の機器も確かめてください",
    ),
    _cause(
        r"Authentication failed|could not read (Username|Password)|Permission denied|Access denied|terminal prompts disabled"
        r"|error: 40[13]|HTTP 40[13]|Invalid (username|credentials)|not allowed to (push|upload)",
        summary="原稿のリポジトリが、こちらの鍵を受け付けません",
        next_step="DXBOT_CONTENT_TOKEN（ssh なら dxbot を動かす利用者の鍵）の期限と、このリポジトリへの権限を確かめてください",
    ),
    _cause(
        r"couldn't find remote ref|Remote branch .* not found|Needed a single revision",
        summary="原稿のリポジトリに、そのブランチがありません",
        next_step="DXBOT_CONTENT_BRANCH の名前を確かめてください",
    ),
    _cause(
        r"does not appear to be a git repository|not a git repository|repository .*not found|is this a git repository\?"
        r"|error: 404|does not exist",
        summary="そのアドレスに、原稿のリポジトリがありません",
        next_step="DXBOT_CONTENT_REPOSITORY のアドレスと、このサーバーにその場所を読む権限があることを確かめてください",
    ),
    _cause(
        r"transport '.*' not allowed|strange pathname|Unable to find remote helper|protocol .* (is not|not) supported",
        summary="DXBOT_CONTENT_REPOSITORY の書き方では、つなげません",
        next_step="https:// か ssh:// で始まるアドレスを書いてください。練習モードでは file:// だけです",
    ),
    _cause(
        r"rejected|hook declined|protected branch|stale info|failed to push",
        summary="原稿のリポジトリが、書き込みを断りました",
        next_step="ブランチの保護の設定と、DXBOT_CONTENT_TOKEN に書き込みの権限があることを確かめてください",
    ),
    _cause(
        r"timed? ?out|refused|unreachable|No route to host|Failed to connect|Could ?n.t connect|reset by peer|hung up"
        r"|early EOF|RPC failed|error: 5\d\d|Empty reply|too slow",
        summary="Git サーバーにつながりません",
        next_step="Git サーバーが動いているか、途中の通信が通るかを確かめてください。直れば、次の間隔で自動で取り込みます",
    ),
    _cause(
        r"fsck|bad object|corrupt|missing (blob|tree|commit)|object file .* is empty|invalid index-pack|unpack-objects",
        summary="原稿の写し（Git）か、リポジトリの中身が壊れています",
        next_step="状態の置き場の sync/mirror.git を消すと作り直します。続くなら、リポジトリで git fsck をしてください",
    ),
    _cause(
        r"out of memory|malloc|mmap failed|Cannot allocate|unable to fork|cannot fork|Too many open files",
        summary="メモリーなど、このサーバーの資源が足りず、Git が動きません",
        next_step="サーバーのメモリーと、サービスの上限の設定を確かめてください。空けば、次の間隔で自動で取り込みます",
    ),
)
_SLOW = _cause(
    "",
    summary="Git サーバーの返事を待ちきれませんでした",
    next_step="途中の通信と、リポジトリの大きさを確かめてください。次の間隔で自動でやり直します",
)
_ABSENT = _cause(
    "",
    summary="git という命令が、このサーバーにないか、動かせません",
    next_step="git を入れ（Debian なら apt-get install git）、dxbot を動かす利用者が使えることを確かめてください",
)
_OTHER = _cause(
    "",
    summary="原稿の置き場（Git）を読み書きできません",
    next_step="DXBOT_CONTENT_REPOSITORY と DXBOT_CONTENT_BRANCH、通信と権限を確かめてください",
)


class GitFailed(BotError):
    """git ended with an error (`code`), hung (None), or could not be started (NOT_STARTED). `printed` is its standard error, of
    which a person reads the line that tells why. `secrets` are what must not stand in it, whatever it is."""

    def __init__(self, command: str, code: int | None, printed: str = "", secrets: tuple[str, ...] = ()) -> None:
        reason = _reason(printed, secrets)
        cause = _SLOW if code is None else _ABSENT if code == NOT_STARTED and not printed else _cause_of(printed)
        how = "timeout" if code is None else str(code)
        told = say(cause.summary)
        super().__init__(
            f"git {command} failed ({how})" + (f": {reason}" if reason else ""),
            summary=say("{told}（git: {reason}）", told=told, reason=reason) if reason else told,
            next_step=cause.next_step,
        )


def _cause_of(printed: str) -> _Cause:
    """Not by the names in it: a server may be called ssl.example.jp."""
    words = _NAMED.sub("''", printed)
    return next((cause for cause in _CAUSES if cause.words.search(words)), _OTHER)


def _reason(printed: str, secrets: tuple[str, ...]) -> str:
    """The line that tells most, fit to be read by anybody."""
    lines = [line for line in printed.splitlines() if line.strip()]
    marked = (line for mark in _TOLD for line in lines if line.startswith(mark))
    chosen = next(marked, lines[-1] if lines else "")
    for secret in filter(None, secrets):
        chosen = chosen.replace(secret, "***")
    for pattern, instead in ((_HEADER, r"\1: ***"), (_SIGNED_IN, r"\1***@"), (_QUERY, "?***"), (_KEY, "***")):
        chosen = pattern.sub(instead, chosen)
    chosen = _NOT_PRINTABLE.sub(" ", chosen).strip()
    return chosen if len(chosen) <= _LONGEST else chosen[:_LONGEST] + "…"
