"""The plainest clients there are, one for each protocol of the sandbox: an upload, a commit and a reading, as they go over the
wire, with no library in between that would hide or translate an answer."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from typing import Any

import requests

from bot.channels.instagram.sandbox import credentials as private_credentials
from bot.channels.x.sandbox import credentials as x_credentials
from bot.meta_graph.sandbox import credentials as graph_credentials
from tests.sandbox.drawn import drawn

TIMEOUT = 5.0
TEXT = "見本です。"


class Driver(ABC):
    channel: str

    def __init__(self, base_url: str, picture_url: str) -> None:
        self._base, self._picture_url = base_url, picture_url

    @abstractmethod
    def upload(self, timeout: float = TIMEOUT) -> requests.Response:
        """Of a red square; seen by nobody."""

    @abstractmethod
    def commit(self, timeout: float = TIMEOUT) -> requests.Response:
        """One request that makes a post."""

    @abstractmethod
    def read(self, timeout: float = TIMEOUT) -> requests.Response:
        """Own posts."""

    @abstractmethod
    def listed(self, answer: requests.Response) -> int:
        """How many posts a reading shows."""

    @abstractmethod
    def ready(self) -> None:
        """Make what has to be there before `commit`."""

    def _send(self, method: str, path: str, timeout: float, **more: Any) -> requests.Response:
        return requests.request(method, self._base + path, timeout=timeout, **more)


class X(Driver):
    channel = "x"
    headers = {"Authorization": f"Bearer {x_credentials.USER_BEARER}"}

    def ready(self) -> None:
        """A text is enough."""

    def upload(self, timeout: float = TIMEOUT) -> requests.Response:
        files = {"media": ("red.jpg", drawn(), "image/jpeg")}
        form = {"media_category": "tweet_image"}
        return self._send("POST", "/2/media/upload", timeout, headers=self.headers, files=files, data=form)

    def commit(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("POST", "/2/tweets", timeout, headers=self.headers, json={"text": TEXT})

    def read(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("GET", f"/2/users/{x_credentials.USER}/tweets", timeout, headers=self.headers)

    def listed(self, answer: requests.Response) -> int:
        return int(answer.json()["meta"]["result_count"])


class FacebookPage(Driver):
    channel = "facebook"
    headers = {"Authorization": f"Bearer {graph_credentials.PAGE_TOKEN}"}
    page = f"/v26.0/{graph_credentials.PAGE}"

    def ready(self) -> None:
        """A text is enough."""

    def upload(self, timeout: float = TIMEOUT) -> requests.Response:
        files = {"source": ("red.jpg", drawn(), "image/jpeg")}
        form = {"published": "false"}
        return self._send("POST", f"{self.page}/photos", timeout, headers=self.headers, files=files, data=form)

    def commit(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("POST", f"{self.page}/feed", timeout, headers=self.headers, data={"message": TEXT})

    def read(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("GET", f"{self.page}/published_posts", timeout, headers=self.headers)

    def listed(self, answer: requests.Response) -> int:
        return len(answer.json()["data"])


class InstagramGraph(Driver):
    channel = "instagram"
    headers = {"Authorization": f"Bearer {graph_credentials.INSTAGRAM_TOKEN}"}
    _user = f"/v26.0/{graph_credentials.INSTAGRAM_USER}"
    _container = ""

    def upload(self, timeout: float = TIMEOUT) -> requests.Response:
        form = {"image_url": self._picture_url, "caption": TEXT}
        return self._send("POST", f"{self._user}/media", timeout, headers=self.headers, data=form)

    def ready(self) -> None:
        self._container = self.upload().json()["id"]
        for _ in ("IN_PROGRESS", "FINISHED"):
            self.status(self._container)

    def status(self, container: str) -> requests.Response:
        return self._send("GET", f"/v26.0/{container}?fields=status_code,status", TIMEOUT, headers=self.headers)

    def commit(self, timeout: float = TIMEOUT) -> requests.Response:
        form = {"creation_id": self._container}
        return self._send("POST", f"{self._user}/media_publish", timeout, headers=self.headers, data=form)

    def read(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("GET", f"{self._user}/media", timeout, headers=self.headers)

    def listed(self, answer: requests.Response) -> int:
        return len(answer.json()["data"])


class InstagramPrivate(Driver):
    channel = "instagram"
    _session = {"ds_user_id": private_credentials.USER, "sessionid": private_credentials.SESSION}
    headers = {"Authorization": f"Bearer IGT:2:{base64.b64encode(json.dumps(_session).encode()).decode()}"}

    def upload(self, timeout: float = TIMEOUT) -> requests.Response:
        data, name = drawn(), "31_0_1"
        told = {"X-Entity-Name": name, "X-Entity-Length": str(len(data)), "X-Instagram-Rupload-Params": '{"upload_id": "31"}'}
        return self._send("POST", f"/rupload_igphoto/{name}", timeout, headers=self.headers | told, data=data)

    def ready(self) -> None:
        self.upload()

    def commit(self, timeout: float = TIMEOUT) -> requests.Response:
        form = {"signed_body": "SIGNATURE." + json.dumps({"upload_id": "31", "caption": TEXT})}
        return self._send("POST", "/api/v1/media/configure/", timeout, headers=self.headers, data=form)

    def read(self, timeout: float = TIMEOUT) -> requests.Response:
        return self._send("GET", f"/api/v1/feed/user/{private_credentials.USER}/", timeout, headers=self.headers)

    def listed(self, answer: requests.Response) -> int:
        return len(answer.json()["items"])


DRIVERS = (X, FacebookPage, InstagramGraph, InstagramPrivate)
