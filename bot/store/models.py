"""The tables. Rows are moved by `bot.services` only; a state's meaning is in `bot.workflow`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

import bot.store.alarms
import bot.store.clocks
import bot.store.connections
import bot.store.disaster
import bot.store.drafts
import bot.store.hands
import bot.store.heads
import bot.store.heartbeats
import bot.store.keys
import bot.store.likeness
import bot.store.marks
import bot.store.newsletter
import bot.store.notices
import bot.store.office_texts
import bot.store.pictures
import bot.store.rules
import bot.store.talk
import bot.store.threads
import bot.store.uploads
import bot.store.vanished
import bot.store.wording
import bot.store.words  # noqa: F401 Django finds their tables through here
from bot.store.people import Standing
from bot.workflow.actors import ROLE_LABELS, Actor, Role
from bot.workflow.kinds import Bar, Kind, told
from bot.workflow.states import OCCUPIED, TORN, DeliveryState, SubmissionState


class User(AbstractUser, Standing):
    """A person whom the city knows; whoever has a password signs in. `username` is their key in content/people.yml."""

    role = models.CharField("役割", max_length=16, choices=[(r.value, label) for r, label in ROLE_LABELS.items()])

    @property
    def actor(self) -> Actor:
        return Actor(person=self.username, role=Role(self.role))


class PersonalToken(models.Model):
    """A key for the command line. Only its SHA-256 is kept; the key itself is shown once. `scopes` are the permissions that
    it carries, never more than its person's role has."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)


class Blob(models.Model):
    """The bytes of a prepared picture, by their SHA-256."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()


class Submission(models.Model):
    """A Bundle in the queue. Its content never changes: a changed post is a new submission. `issue` is that of the newsletter:
    the one that the author wished for, else the next one at the time of the approval. `version` counts from
    1 what was published of the post and then corrected. `hands` are the Hands of
    bot.services.people.hands as dictionaries, `edits_upto` the last Edit that is among them or before them."""

    identity = models.CharField(max_length=300)
    path = models.CharField(max_length=500)
    title = models.CharField(max_length=300)
    author = models.CharField(max_length=150)
    department = models.CharField(max_length=150)
    measure = models.CharField(max_length=40)
    needs_confirmation = models.BooleanField(default=False)
    submitted_by = models.CharField(max_length=150)
    submitted_at = models.DateTimeField()
    road = models.CharField(max_length=10, blank=True)  # "" where it was handed in before roads were kept
    commit = models.CharField(max_length=64, blank=True)
    hands = models.JSONField(default=list)
    edits_upto = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    correction = models.JSONField(null=True)  # a Correction as JSON; None: it corrects nothing
    state = models.CharField(max_length=16, default=SubmissionState.SUBMITTED)
    bundle = models.TextField()
    digest = models.CharField(max_length=64)
    source = models.TextField()
    inputs = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    publish_at = models.DateTimeField(null=True)
    slot = models.CharField(max_length=60, blank=True)
    expires_at = models.DateTimeField(null=True)
    channels = models.JSONField(default=list)  # keys; see bot.store.lists for asking by one
    tags = models.JSONField(null=True)  # None where it was handed in before tags were kept
    kind = models.CharField(max_length=20, default=Kind.PUBLICATION)
    series = models.CharField(max_length=60, blank=True)  # "" for none; then `series_part` is 0
    series_part = models.PositiveIntegerField(default=0)
    important = models.BooleanField(default=False)
    issue = models.CharField(max_length=20, blank=True)
    blobs = models.ManyToManyField(Blob)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(state__in=["submitted", "confirmed", "approved"]),
                name="one_open_submission_per_post",
            )
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"]),
            models.Index(fields=["state", "department"], name="departments_by_state"),
            models.Index(fields=["state", "publish_at"], name="wished"),
            models.Index(fields=["identity"], name="same_post"),
            models.Index(fields=["issue", "state"], name="of_an_issue"),
            models.Index(fields=["series", "series_part"], condition=~Q(series=""), name="parts_of_series"),
        ]

    @property
    def told_title(self) -> str:
        """The title wherever people are told of it."""
        return told(self.kind, self.title)


class ContentBranch(models.Model):
    """How far a branch of the content repository was taken. `unfinished` are paths whose commit could not be handed in;
    `asked_at`: somebody told us that there is something new; `recorded` is the commit up to which Edits are kept."""

    repository = models.CharField(max_length=500)
    branch = models.CharField(max_length=200)
    head = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    recorded = models.CharField(max_length=64, blank=True)
    unfinished = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "content branches"
        constraints = [models.UniqueConstraint(fields=["repository", "branch"], name="one_row_per_branch")]


class CommitStatus(models.Model):
    """A commit's result was shown at the git server; written before it is sent, so that it is sent at most once."""

    commit = models.CharField(max_length=64)
    context = models.CharField(max_length=60)
    state = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "commit statuses"
        constraints = [models.UniqueConstraint(fields=["commit", "context"], name="one_status_per_commit")]


class Decision(models.Model):
    """What a person decided about a submission, bound to the digest of what they saw.

    `reference` is the number under which the office's own files keep the decision (決裁番号). `on_behalf_of` names the person
    in whose absence it was decided (代決); they look at it afterwards (後閲), which fills `countersigned_by` and `_at`."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=16)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    reference = models.CharField(max_length=60, blank=True)
    on_behalf_of = models.CharField(max_length=150, blank=True)
    countersigned_by = models.CharField(max_length=150, blank=True)
    countersigned_at = models.DateTimeField(null=True)


class Viewing(models.Model):
    """When a person last had a submission before their eyes. Its content never changes, so this says which text they saw."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="viewings")
    person = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "person"], name="one_viewing_per_person")]


class Comment(models.Model):
    """A remark at a place in a submission: `quote` begins at character `start` (from 0) of a channel's part. `asked_in` is the
    return that asks its author to see to it, None for a remark that no return named."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    channel = models.CharField(max_length=40)
    part = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    quote = models.TextField()
    body = models.TextField()
    author = models.CharField(max_length=150)
    at = models.DateTimeField()
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True)
    asked_in = models.ForeignKey("Decision", on_delete=models.SET_NULL, null=True, related_name="points")


class FeedKey(models.Model):
    """The secret in a calendar feed's address. Only its SHA-256 is kept; the address itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="feed_keys")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Lane(models.Model):
    """One account of one channel. `account` is the one that last published there ("" for none yet). `closed_at`: nothing is
    claimed until a person opens it; `not_before`: it has to wait, since `waiting_since` and for `wait_reason`; `used` of
    `quota` commits have left in the window that ends at `window_end`."""

    name = models.CharField(max_length=120, primary_key=True)
    account = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    not_before = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    wait_reason = models.CharField(max_length=200, blank=True)
    quota = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(default=0)
    window_end = models.DateTimeField(null=True)


class Pause(models.Model):
    """The stop switch: while `ended_at` is empty nothing goes out on `channel` ("" means all). `cause` is who pressed it, as a
    Bar: a person, a disaster, or one of which only what is light-hearted is held."""

    channel = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=10, default=Bar.STOP)
    reason = models.TextField()
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)


class Delivery(models.Model):
    """One part of one Variant to one channel. `due_at` is when it should appear; `run_at` when it is tried next. `bar` is what
    holds it while it is held, "" where that is not known. `token` is what was prepared, on the account and by the way of
    connecting that `prepared_by` names; it can be used as it is until `prepared_until`. While `preparing_until` is ahead,
    somebody prepares it; the next one may not before `prepare_after`. `first_intent_at` is when its first request left.
    `again_by` is who wants it sent again while it is in doubt. `replaces` is the post that a correction corrects, the
    first of its thread. `alone_by` is who let it go without the part of its series that comes before it. `told_until`: people
    know that it will not make its time, for its account waits so long. `look_since`: it may be out since then, unknown to this
    database; it is looked for at `reconcile_at`, and not sent before."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="deliveries")
    identity = models.CharField(max_length=300)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, default=Kind.PUBLICATION)
    way = models.CharField(max_length=10, blank=True)  # of a correction, on its channel; "" for none
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by", db_index=False)
    channel = models.CharField(max_length=40)
    lane = models.CharField(max_length=120)
    part = models.PositiveIntegerField(default=0)
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)  # see waiting_for
    due_at = models.DateTimeField()
    run_at = models.DateTimeField()
    last_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=DeliveryState.SCHEDULED)
    bar = models.CharField(max_length=10, blank=True)
    # Raised by whoever takes the row over; what carries an older number writes nothing (ADR 3).
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    # Set before the one request leaves: with it a dead worker's row is in doubt, without it surely not sent (ADR 3).
    intent_at = models.DateTimeField(null=True)
    first_intent_at = models.DateTimeField(null=True)
    token = models.TextField(blank=True)
    prepared_by = models.CharField(max_length=200, blank=True)
    prepared_until = models.DateTimeField(null=True)
    preparing_until = models.DateTimeField(null=True)
    prepare_after = models.DateTimeField(null=True)
    reconcile_attempts = models.PositiveIntegerField(default=0)
    reconcile_at = models.DateTimeField(null=True)
    again_by = models.CharField(max_length=150, blank=True)
    told_until = models.DateTimeField(null=True)
    alone_by = models.CharField(max_length=150, blank=True)
    look_since = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True)
    parent_remote_id = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            # The last wall against publishing twice: a place on a channel is taken once, whatever the code does.
            models.UniqueConstraint(
                fields=["identity", "channel", "part", "version"],
                condition=Q(state__in=sorted(OCCUPIED)),
                name="one_live_delivery_per_part",
            ),
            # One in flight for each account: order and rate hold with any number of workers, whatever they do (ADR 3).
            models.UniqueConstraint(
                fields=["lane"], condition=Q(state__in=["publishing", "unknown"]), name="one_in_flight_per_lane"
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "due_at", "id"], condition=Q(state="scheduled"), name="due_by_lane"),
            models.Index(fields=["run_at", "id"], condition=Q(state="scheduled"), name="due"),
            models.Index(fields=["reconcile_at"], condition=Q(state="unknown"), name="in_doubt"),
            models.Index(fields=["reconcile_at"], condition=Q(state="undecided"), name="asked_again"),
            models.Index(fields=["reconcile_at"], condition=Q(look_since__isnull=False), name="may_be_out"),
            models.Index(fields=["after"], condition=Q(state="waiting"), name="waiting_for"),
            models.Index(fields=["last_at"], condition=Q(state="scheduled"), name="too_late_scheduled"),
            models.Index(fields=["last_at"], condition=Q(state="held"), name="too_late_held"),
            models.Index(fields=["after"], condition=Q(state__in=sorted(TORN)), name="torn_threads"),
            models.Index(fields=["id"], condition=Q(way="repost", state="published"), name="reposts"),
            # For people's lists. A state must not come first: it would draw the planner away from the narrow ones above.
            models.Index(fields=["due_at", "state", "id"], name="calendar"),
        ]


class Attempt(models.Model):
    """One try of a Delivery; append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)


class AuditEntry(models.Model):
    """Append-only and chained: `hash` covers the row and the hash before it, so an edit shows."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=40)
    object = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, blank=True)
    detail = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name_plural = "audit entries"
