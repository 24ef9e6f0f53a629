"""textlint's Japanese rules on the same sentences as tests/checks/test_lists.py (`make corpus`, where npm can install them).

A faulty sentence counts as found whatever textlint says of it, since its rules are divided otherwise than ours; of ours only
the rule that is meant counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.checks.test_lists import sentences

PRESETS = {
    "preset-ja-technical-writing": "textlint-rule-preset-ja-technical-writing@10.0.2",
    "preset-japanese": "textlint-rule-preset-japanese@10.0.4",
    "preset-jtf-style": "textlint-rule-preset-jtf-style@3.0.3",
}
LISTS = {
    "誤りのある文": [s["sentence"] for s in sentences("should-be-found.tsv")],
    "ふだんの知らせ": [s["sentence"] for s in sentences("should-be-silent.tsv") if s["kind"] == "everyday"],
    "紛らわしいが正しい文": [s["sentence"] for s in sentences("should-be-silent.tsv") if s["kind"] != "everyday"],
}


def install(home: Path) -> None:
    """Raises what subprocess raises where it cannot."""
    (home / "package.json").write_text("{}", encoding="utf-8")
    packages = ["textlint@14", *PRESETS.values()]
    subprocess.run(["npm", "install", "--silent", *packages], cwd=home, check=True, capture_output=True, timeout=300)


def flagged(home: Path, preset: str, texts: list[str]) -> int:
    """Of how many of the texts, each a file of its own, textlint says anything."""
    (home / ".textlintrc.json").write_text(json.dumps({"rules": {preset: True}}), encoding="utf-8")
    files = [home / f"{number:03}.md" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(f"{text}\n", encoding="utf-8")
    command = [str(home / "node_modules" / ".bin" / "textlint"), "--config", ".textlintrc.json", "--format", "json"]
    out = subprocess.run([*command, *(file.name for file in files)], cwd=home, check=False, capture_output=True, text=True)
    for file in files:
        file.unlink()
    return sum(1 for result in json.loads(out.stdout) if result["messages"])


def main(home: Path) -> None:
    try:
        install(home)
    except (OSError, subprocess.SubprocessError):
        print("textlint は、npm で入れられないため比べていません。", file=sys.stderr)  # noqa: T201
        return
    for preset in PRESETS:
        print(preset, *(f"{kind} {flagged(home, preset, texts)}/{len(texts)}" for kind, texts in LISTS.items()), sep="\t")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
