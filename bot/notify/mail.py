"""Notices by e-mail, through any SMTP server."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from bot.config import Config
from bot.errors import BotError, NotSent, OutcomeUnknown, Rejected, Unavailable
from bot.notify.letter import Letter

_TIMEOUT = 15


def send(config: Config, letter: Letter) -> None:
    """Once. Raises NotSent or Unavailable (surely not delivered), Rejected (never will be), OutcomeUnknown (may have been)."""
    server = _connect(config)
    try:
        server.send_messages([_message(config, letter, server)])
    except smtplib.SMTPRecipientsRefused as e:
        raise _refused(min(code for code, _ in e.recipients.values())) from None
    except smtplib.SMTPResponseException as e:
        raise _refused(e.smtp_code) from None
    except (smtplib.SMTPException, OSError) as e:
        raise OutcomeUnknown(type(e).__name__) from None
    finally:
        _close(server)


def reach(config: Config) -> None:
    """Come as far as a message would, and send none. Raises NotSent with the error's name, ConfigError."""
    _close(_connect(config))


def _connect(config: Config) -> EmailBackend:
    host, port = config.smtp_address
    server = EmailBackend(
        host=host,
        port=port,
        username=config.smtp_user,
        password=config.smtp_password.reveal(),
        use_tls=config.smtp_tls == "starttls",
        use_ssl=config.smtp_tls == "tls",
        timeout=_TIMEOUT,
    )
    try:
        server.open()
    except (smtplib.SMTPException, OSError, BotError) as e:
        _close(server)
        raise NotSent(type(e).__name__) from None
    return server


def _message(config: Config, letter: Letter, server: EmailBackend) -> EmailMessage:
    domain = parseaddr(config.mail_from)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<dxbot.{letter.id}@{domain}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers, please
    }
    return EmailMessage(letter.subject, letter.body, config.mail_from, [letter.address], headers=headers, connection=server)


def _refused(code: int) -> Rejected | Unavailable:
    """RFC 5321: 4xx may be tried again, 5xx not."""
    return Unavailable(f"SMTP {code}", code=str(code)) if 400 <= code < 500 else Rejected(f"SMTP {code}", code=str(code))


def _close(server: EmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError):
        return  # whether the message was taken is known by now
