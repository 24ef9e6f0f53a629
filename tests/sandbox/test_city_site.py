"""The city's public site beside the timelines: the files of the folder that a practice names, and nothing else."""

from __future__ import annotations

from pathlib import Path

import requests

from bot.sandbox import server


def test_the_files_of_the_site_and_no_others_are_served_with_the_policy_of_its_guide(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "posts").mkdir(parents=True)
    (site / "posts" / "a.html").write_text("原稿", encoding="utf-8")
    (site / "index.html").write_text("市", encoding="utf-8")
    (site / ".dxbot-site.json").write_text("[]", encoding="utf-8")
    (tmp_path / "dxbot.sqlite3").write_text("secret", encoding="utf-8")
    with server.create(tmp_path / "sandbox") as sandbox:
        assert requests.get(f"{sandbox.base_url}/site/index.html", timeout=5).status_code == 404
        address = sandbox.show_site(site)
        assert address == f"{sandbox.base_url}/site"
        assert requests.get(f"{address}/", timeout=5).text == "市"
        page = requests.get(f"{address}/posts/a.html", timeout=5)
        assert (page.text, page.headers["Content-Type"]) == ("原稿", "text/html; charset=utf-8")
        guide = (Path(server.__file__).parents[2] / "docs" / "public-site.md").read_text("utf-8")
        assert f"Content-Security-Policy: {page.headers['Content-Security-Policy']}\n" in guide
        for outside in ("%2e%2e/dxbot.sqlite3", "..%2fdxbot.sqlite3", ".dxbot-site.json", "posts", "nothing.html"):
            assert requests.get(f"{address}/{outside}", timeout=5).status_code == 404
