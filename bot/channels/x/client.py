"""tweepy's Client with what it lacks: a host that can be set, time limits, and the multipart bodies of X's v2 upload.

OAuth 1.0a user context for every request: its tokens do not expire, and only a user may post.
"""

from __future__ import annotations

import logging
from typing import Any

import tweepy
from requests import Response
from tweepy.auth import OAuth1UserHandler

from bot.channel_kit.http import OnceSession
from bot.options import Secret

READ_TIMEOUT = 30.0

# At DEBUG these write every signed header into the log.
for _talkative in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_talkative).setLevel(logging.INFO)


class Refused(Exception):
    """An answer that is not a 2xx. (tweepy's own exception stumbles over bodies that are not what it expects.)"""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class XClient(tweepy.Client):  # type: ignore[misc]  # tweepy has no types
    """Methods return the answer, which nobody has read yet. They raise Refused, or NoAnswer where no whole one came."""

    def __init__(self, base_url: str, *keys: Secret) -> None:
        """`keys`: of the app, its secret, of the account, its secret."""
        super().__init__(None, *(key.reveal() for key in keys), return_type=Response)
        self.session = OnceSession(READ_TIMEOUT)
        # tweepy has its host fixed; the sandbox is another one, and the only one in sandbox mode (ADR 5).
        self._base = base_url.rstrip("/")

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = True,
        files: Any = None,
        data: Any = None,
    ) -> Response:
        """tweepy's own, without its fixed host; `user_auth` is its signature's, and always true."""
        signer = OAuth1UserHandler(self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)
        response: Response = self.session.request(
            method,
            self._base + route,
            params=params,
            json=json,
            files=files,
            data=data,
            headers={"User-Agent": self.user_agent},
            auth=signer.apply_auth(),
        )
        # A redirect is no answer to a post: to follow it would send the request a second time.
        if not 200 <= response.status_code < 300:
            raise Refused(response)
        return response

    def upload(self, name: str, data: bytes) -> Response:
        """A JPEG that only we can see until it is posted."""
        form = {"media_category": "tweet_image"}
        return self.request("POST", "/2/media/upload", files={"media": (name, data, "image/jpeg")}, data=form)

    def describe(self, media_id: str, alt: str) -> None:
        self.request("POST", "/2/media/metadata", json={"id": media_id, "metadata": {"alt_text": {"text": alt}}})
