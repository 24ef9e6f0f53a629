"""One grammar of what a text holds beside words: addresses, tags, numbers, dates. Column, checks, counting, preview and price
ask it."""

from __future__ import annotations

from bot.text.tokens.addresses import urls
from bot.text.tokens.mail import mails
from bot.text.tokens.tags import hashtags, is_hashtag, mentions
from bot.text.tokens.token import Token

__all__ = ["Token", "hashtags", "is_hashtag", "mails", "mentions", "urls"]
