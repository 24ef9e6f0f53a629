"""One publisher process of ours: the real engine and store, with a channel that makes one POST to the stub."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from bot.channel_kit.base import Account, CannotTell, Found, Outgoing, Prepared, Receipt, Sent
from bot.cli.office import office
from tests.bench import stub

if TYPE_CHECKING:
    from bot.services.records.context import Context


TRICKLING = "-trickling@"
_SHORTEST, _LONGEST = 5, 60  # seconds that a container takes


class StubChannel:
    """What a real channel does, without a platform's manners: one request, one id."""

    def __init__(self, port: int, trickle: float = 0.0, containers: bool = False) -> None:
        self.account, self._port, self._trickle, self._containers = "one", port, trickle, containers

    def prepare(self, outgoing: Outgoing) -> Prepared:
        if self._containers:
            time.sleep(_SHORTEST + crc32(outgoing.text.encode()) % (_LONGEST - _SHORTEST + 1))
        return Prepared(outgoing=outgoing)

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        number = stub.post(self._port, prepared.outgoing.text)
        if TRICKLING in prepared.outgoing.text:
            time.sleep(self._trickle)
        return Receipt(remote_id=number, url=f"http://127.0.0.1/{number}", at=now)

    def find(self, sent: Sent) -> Found:
        """Read back, as from a platform's list of recent posts."""
        there = stub.Stub(self._port).stats()["keys"]
        text = sent.prepared.outgoing.text
        return Receipt(remote_id=text, url="", at=sent.since) if text in there else CannotTell()

    def delete(self, remote_id: str) -> None:
        raise NotImplementedError

    def stands(self, remote_id: str) -> bool:
        raise NotImplementedError

    def probe(self) -> Account:
        return Account(identity=self.account)


def fill(ctx: Context, order: dict[str, Any]) -> dict[str, Any]:
    from bot.store.models import Delivery
    from tests.bench import stock

    start, spread = datetime.fromtimestamp(order["start"], UTC), order["spread"]
    moments = [start.timestamp() + spread * n / order["count"] for n in range(order["count"])]
    keys = [f"{order['name']}-{n}@{moment}" for n, moment in enumerate(moments)]
    lanes = stock.accounts(order["lanes"], "instagram" if order["containers"] else "facebook")
    stock.fill(ctx, [datetime.fromtimestamp(m, UTC) for m in moments], lanes, keys, order["containers"])
    if order["trickle"]:
        stock.fill(ctx, [start], ["facebook:trickling"], [f"{order['name']}{TRICKLING}{start.timestamp()}"])
    if order["future"]:
        stock.fill_future(order["future"], order["lanes"], datetime(2036, 1, 1, tzinfo=UTC))
    return {"deliveries": Delivery.objects.count()}


def publish(ctx: Context, order: dict[str, Any]) -> dict[str, Any]:
    """Run as `dxbot run` does until nothing of this order is left."""
    from bot.services.delivery import engine as publish_module
    from bot.services.delivery import outcome
    from bot.services.runner import Runner
    from bot.store.models import Delivery

    class StubRunner(Runner):
        def channel(self, key: str) -> Any:
            return StubChannel(order["port"], order["trickle"], order["containers"])

    # Once, before the start: a look through all identities would itself grow with what is planned for later.
    own = Delivery.objects.filter(identity__startswith=f"{order['name']}-").order_by("id").values_list("id", flat=True)
    first, last = own[0], own.reverse()[0]

    def left() -> bool:
        moving = ("scheduled", "publishing", "unknown")
        return Delivery.objects.filter(id__range=(first, last), state__in=moving).exists()

    if order["hurry"]:  # a dead worker's deliveries are looked at after seconds, not minutes
        publish_module.LEASE = timedelta(seconds=3)
        outcome.RECONCILE_AFTER = tuple(timedelta(seconds=s) for s in (0.2, 0.5, 1, 1.5, 2))
    while time.time() < order["go"]:
        time.sleep(0.001)
    runner = StubRunner(ctx)
    runner.start()
    while left():
        time.sleep(0.2)
    runner.stop()
    return {"rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def idle(ctx: Context, order: dict[str, Any]) -> dict[str, Any]:
    """A publisher with nothing to do."""
    from bot.services.runner import Runner

    runner = Runner(ctx)
    runner.start()
    time.sleep(3)
    before = time.process_time()
    time.sleep(order["seconds"])
    cpu = time.process_time() - before
    runner.stop()
    return {"cpu": cpu}


if __name__ == "__main__":
    command = json.loads(sys.argv[1])
    print(json.dumps({"fill": fill, "publish": publish, "idle": idle}[command["do"]](office(), command)))
