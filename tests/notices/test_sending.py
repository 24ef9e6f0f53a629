"""Each message once: tried again only while it surely did not arrive, signed, and silent about secrets."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr
from itertools import pairwise
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import ConfigError
from bot.options import Secret
from bot.registry import load
from bot.services.delivery import pause
from bot.services.telling import messages, notices
from bot.store.notices import Message, Notice
from tests.notices.conftest import Desk
from tests.notices.servers import Chat, MailServer
from tests.together import together


@pytest.fixture
def stopped(desk: Desk) -> Desk:
    """Something urgent to tell: of three people in the office two are told, and the chat."""
    pause.pause(desk.office.ctx, desk.office.officer, "地震のため")
    return desk


def states(channel: str) -> list[str]:
    return sorted(Message.objects.filter(channel=channel).values_list("state", flat=True))


def test_the_mail_is_plain_japanese_text_from_the_configured_sender(stopped: Desk, mail: MailServer) -> None:
    stopped.round()
    message = mail.parsed(mail.envelopes[0])
    assert parseaddr(message["From"])[1] == "dxbot@city.example.jp"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert mail.messages()[0][1] == "【金沢市 広報配信】停止 1件"


def test_a_receiver_can_check_who_sent_the_webhook_and_when(stopped: Desk, room: Chat) -> None:
    stopped.round()
    ((headers, body),) = room.calls
    expected = hmac.new(b"a-signing-key", headers["X-Dxbot-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Dxbot-Signature"] == f"v1={expected}"
    assert int(headers["X-Dxbot-Timestamp"]) == int(stopped.clock.now().timestamp())
    assert json.loads(body)["text"].startswith("【金沢市 広報配信】停止 1件\nkouhou が全ての配信先の配信を止めました。")


def test_words_of_a_person_mention_nobody_in_the_chat(desk: Desk, room: Chat) -> None:
    pause.pause(desk.office.ctx, desk.office.officer, "<!channel> @all <https://evil.example|開く>")
    desk.round()
    text = json.loads(room.calls[0][1])["text"]
    assert not set("<>@") & set(text)
    assert "＜!channel＞" in text


def test_a_title_cannot_add_a_header_to_the_mail(desk: Desk, mail: MailServer) -> None:
    pause.pause(desk.office.ctx, desk.office.officer, "地震\r\nBcc: thief@evil.example\r\n\r\n本文")
    desk.round()
    assert {to for e in mail.envelopes for to in e.rcpt_tos} == {"kouhou-2@example.jp", "unyou@example.jp"}
    assert mail.parsed(mail.envelopes[0])["Bcc"] is None


@pytest.mark.parametrize("answer", ["451 later", "421 closing"])
def test_a_mail_that_was_put_off_is_sent_later_and_once(stopped: Desk, mail: MailServer, answer: str) -> None:
    mail.answers = [answer] * 2
    stopped.round()
    assert states("mail") == ["pending", "pending"]
    stopped.round(timedelta(seconds=59))
    assert mail.envelopes == []
    stopped.round(timedelta(seconds=2))
    stopped.round(timedelta(hours=2))
    assert states("mail") == ["sent", "sent"]
    assert len(mail.envelopes) == 2


def test_a_mail_that_was_refused_for_good_is_given_up(stopped: Desk, mail: MailServer) -> None:
    mail.answers = ["550 no such user"] * 2
    stopped.round()
    for _ in range(5):
        stopped.round(timedelta(hours=1))
    assert states("mail") == ["given_up", "given_up"]
    assert mail.envelopes == []


def test_a_connection_lost_after_the_text_may_mean_that_it_arrived_and_it_is_not_sent_again(
    stopped: Desk, mail: MailServer
) -> None:
    mail.hang_up_after_data = True
    stopped.round()
    for _ in range(5):
        stopped.round(timedelta(hours=1))
    assert len(mail.envelopes) == 2
    assert states("mail") == ["unclear", "unclear"]


def test_a_mail_server_that_is_away_is_tried_with_growing_pauses_and_then_given_up(stopped: Desk, mail: MailServer) -> None:
    away = replace(stopped.ctx.config, smtp_server="127.0.0.1:9", webhook_url=Secret(""))
    stopped.ctx = replace(stopped.ctx, config=away)
    stopped.round()
    tried = []
    for _ in range(12 * 60):
        before = Message.objects.filter(channel="mail").first()
        stopped.round(timedelta(minutes=1))
        after = Message.objects.filter(channel="mail").first()
        assert before is not None
        assert after is not None
        if after.attempts != before.attempts:
            tried.append(stopped.clock.now())
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert states("mail") == ["given_up", "given_up"]
    assert len(tried) > 2


@pytest.mark.parametrize(
    ("status", "state", "calls"),
    [(503, "sent", 2), (429, "sent", 2), (404, "given_up", 1), (307, "given_up", 1), (0, "unclear", 1)],
)
def test_the_webhook_is_called_again_only_if_it_surely_took_nothing(
    stopped: Desk, room: Chat, status: int, state: str, calls: int
) -> None:
    room.statuses = [status]
    stopped.round()
    for _ in range(3):
        stopped.round(timedelta(hours=1))
    assert states("webhook") == [state]
    assert len(room.calls) == calls
    assert len({headers["X-Dxbot-Id"] for headers, _ in room.calls}) == 1


def test_a_message_whose_sender_died_is_not_sent_again(stopped: Desk, mail: MailServer, room: Chat) -> None:
    while notices.take_in(stopped.ctx):
        pass
    messages.compose(stopped.ctx)
    Message.objects.update(state="sending", lease_until=stopped.clock.now() + messages.LEASE)
    stopped.round(timedelta(minutes=1))
    stopped.round(timedelta(minutes=5))
    assert (mail.envelopes, room.calls) == ([], [])
    assert states("mail") == ["unclear", "unclear"]


def test_many_senders_at_once_send_each_message_once(stopped: Desk, mail: MailServer, room: Chat) -> None:
    together(6, lambda: messages.work(stopped.ctx))
    assert sorted(to for to, _, _ in mail.messages()) == ["kouhou-2@example.jp", "unyou@example.jp"]
    assert len(room.calls) == 1
    assert Notice.objects.filter(message=None).count() == 0


def test_neither_the_log_nor_a_row_tells_a_secret(stopped: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    away = replace(
        stopped.ctx.config,
        smtp_password=Secret("mail-secret"),
        smtp_user="dxbot",
        webhook_url=Secret("http://127.0.0.1:9/a-secret-path"),
    )
    stopped.ctx = replace(stopped.ctx, config=away)
    stopped.round()
    written = caplog.text + str(list(Message.objects.values())) + str(list(Notice.objects.values())) + repr(away)
    for secret in ("a-secret-path", "a-signing-key", "mail-secret"):
        assert secret not in written


def test_in_sandbox_mode_no_notice_leaves_the_machine(tmp_path: Path) -> None:
    code = (
        "from bot.cli.office import office; ctx = office();"
        "from bot.services.delivery import pause; from bot.services.telling import messages;"
        "from bot.store.models import User; from bot.store.notices import Message;"
        "from bot.workflow.actors import Actor, Role;"
        "User.objects.create(username='unyou', role='operator', email='unyou@example.jp');"
        "pause.pause(ctx, Actor(person='kouhou', role=Role.OFFICER), '試験'); messages.work(ctx);"
        "print(sorted(Message.objects.values_list('channel', 'state', 'problem')))"
    )
    env = os.environ | {
        "DXBOT_VAR_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "DXBOT_SANDBOX": "true",
        "DXBOT_SMTP_SERVER": "192.0.2.1:25",
        "DXBOT_WEBHOOK_URL": "https://hooks.example.com/services/a-secret-path",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("NotSent") == 2, done.stdout
    assert done.stdout.count("pending") == 2
    assert "a-secret-path" not in done.stdout + done.stderr


@pytest.mark.parametrize("server", ["mail.example.jp", "mail.example.jp:smtp", ":25"])
def test_a_mail_server_without_a_port_is_a_wrong_configuration(server: str) -> None:
    with pytest.raises(ConfigError, match="DXBOT_SMTP_SERVER"):
        _ = load({"DXBOT_SMTP_SERVER": server}).smtp_address


@pytest.mark.parametrize("times", ["8時半", "25:00", "08:30;13:00"])
def test_times_that_are_none_are_a_wrong_configuration(times: str) -> None:
    with pytest.raises(ConfigError, match="DXBOT_DIGEST_AT"):
        load({"DXBOT_DIGEST_AT": times})
