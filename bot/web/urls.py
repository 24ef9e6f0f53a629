"""Every address of the web site."""

from __future__ import annotations

from allauth.account.views import logout
from django.urls import include, path
from django.views.generic import RedirectView

from bot.web.views import account, calendar, decisions, deliveries, history, hooks, media, queue, review, sheet, stop, writing

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="queue"), name="home"),
    path("", include("bot.web.account_urls")),
    path("logout/", logout, name="logout"),
    path("write/", writing.desk, name="drafts"),
    path("write/new/", writing.begin, name="begin"),
    path("write/<int:number>/", writing.write, name="write"),
    path("write/<int:number>/live/", writing.live, name="write_live"),
    path("write/<int:number>/settle/", writing.settle, name="settle_draft"),
    path("write/<int:number>/discard/", writing.discard, name="discard"),
    path("write/<int:number>/pictures/<str:file>", writing.picture, name="draft_picture"),
    path("submissions/<int:number>/rewrite/", writing.reopen, name="rewrite"),
    path("queue/", queue.queue, name="queue"),
    path("queue/approve/", queue.approve_opened, name="approve_opened"),
    path("submissions/<int:number>/", review.submission, name="submission"),
    path("submissions/<int:number>/confirm/", decisions.confirm, name="confirm"),
    path("submissions/<int:number>/approve/", decisions.approve, name="approve"),
    path("submissions/<int:number>/return/", decisions.return_, name="return"),
    path("submissions/<int:number>/withdraw/", decisions.withdraw, name="withdraw"),
    path("submissions/<int:number>/endorse/", decisions.endorse, name="endorse"),
    path("submissions/<int:number>/comment/", decisions.comment, name="comment"),
    path("submissions/<int:number>/sheet/", sheet.sheet, name="sheet"),
    path("submissions/<int:number>/sheet.docx", sheet.docx, name="sheet_docx"),
    path("comments/<int:number>/settle/", decisions.settle, name="settle"),
    path("decisions/<int:number>/countersign/", decisions.countersign, name="countersign"),
    path("submissions/<int:number>/media/<str:sha256>.jpg", media.preview, name="preview_media"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/subscribe/", calendar.subscribe, name="subscribe"),
    path("calendar/unsubscribe/", calendar.unsubscribe, name="unsubscribe"),
    path("feeds/<str:key>.ics", calendar.feed, name="feed"),
    path("deliveries/<int:number>/move/", calendar.move, name="move"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:number>/cancel/", deliveries.cancel, name="cancel"),
    path("deliveries/<int:number>/release/", stop.release, name="release"),
    path("deliveries/<int:number>/decide/", deliveries.decide, name="decide"),
    path("held/", stop.held, name="held"),
    path("history/", history.history, name="history"),
    path("history/export.csv", history.export, name="export"),
    path("history/<int:number>/", history.timeline, name="timeline"),
    path("stop/", stop.stop, name="stop"),
    path("resume/", stop.resume, name="resume"),
    path("tokens/", account.tokens, name="tokens"),
    path("tokens/new/", account.issue, name="issue_token"),
    path("tokens/<int:token>/revoke/", account.revoke, name="revoke_token"),
    path("hooks/content/", hooks.content, name="content_hook"),
    path("m/<str:sha256>.jpg", media.public, name="public_media"),
]
