"""The settings that let every channel's client use the sandbox. They open nothing anywhere else."""

from __future__ import annotations

from bot import registry


def environment(base_url: str) -> dict[str, str]:
    """Every DXBOT_ variable that points a client at the sandbox. DXBOT_MEDIA_BASE_URL is not among them: the pictures
    lie with the web site."""
    variables = {"DXBOT_SANDBOX": "true"}
    for platform in registry.platforms().values():
        variables |= platform.environment(base_url)
    return variables


def feed(base_url: str) -> dict[str, str]:
    """Where a publisher hears the disasters that are practised."""
    return {"DXBOT_JMA_BASE_URL": f"{base_url}/jma"}
