"""Every address of the web site."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from bot.web.views import account, deliveries, hooks, media, queue

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="queue"), name="home"),
    path("login/", LoginView.as_view(template_name="login.html", redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("queue/", queue.queue, name="queue"),
    path("submissions/<int:number>/", queue.submission, name="submission"),
    path("submissions/<int:number>/confirm/", queue.confirm, name="confirm"),
    path("submissions/<int:number>/approve/", queue.approve, name="approve"),
    path("submissions/<int:number>/return/", queue.return_, name="return"),
    path("submissions/<int:number>/withdraw/", queue.withdraw, name="withdraw"),
    path("submissions/<int:number>/media/<str:sha256>.jpg", media.preview, name="preview_media"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:number>/cancel/", deliveries.cancel, name="cancel"),
    path("deliveries/<int:number>/release/", deliveries.release, name="release"),
    path("deliveries/<int:number>/decide/", deliveries.decide, name="decide"),
    path("stop/", deliveries.stop_page, name="stop"),
    path("resume/", deliveries.resume, name="resume"),
    path("tokens/", account.tokens, name="tokens"),
    path("tokens/new/", account.issue, name="issue_token"),
    path("tokens/<int:token>/revoke/", account.revoke, name="revoke_token"),
    path("hooks/content/", hooks.content, name="content_hook"),
    path("m/<str:sha256>.jpg", media.public, name="public_media"),
]
