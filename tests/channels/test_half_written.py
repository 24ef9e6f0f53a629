"""A folder that is no whole channel is told of in a sentence that says what it lacks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bot.channels
from bot import registry
from bot.errors import ConfigError
from bot.sandbox.credentials import environment

TOY = Path(__file__).parents[1] / "acceptance" / "toy_channel"


def _forget() -> None:
    registry._modules.cache_clear()
    registry._platform.cache_clear()
    for name in [n for n in sys.modules if n.startswith("bot.channels.toy")]:
        del sys.modules[name]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The one channel of a program that has no other."""
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    monkeypatch.setattr(bot.channels, "__path__", [str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a file that is written twice in a second looks unchanged to Python
    _forget()
    yield Path(shutil.copytree(TOY, tmp_path / "toy", ignore=shutil.ignore_patterns("__pycache__")))
    _forget()


def without(words: str, instead: str = "", file: str = "__init__.py") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert words in text
        (folder / file).write_text(text.replace(words, instead), encoding="utf-8")

    return change


def gone(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def use_it() -> None:
    """As the program does, from its start to a connected channel."""
    registry.specs()
    registry.connect("toy", registry.load(environment("http://127.0.0.1:9")))


def test_the_whole_toy_is_a_channel(toy: Path) -> None:
    use_it()
    assert list(registry.platforms()) == ["toy"]


HALVES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no module": (gone("__init__.py"), "__init__.py がありません"),
    "does not load": (without("SPEC = ", "SPEC == "), "bot.channels.toy を読み込めません（NameError"),
    "does not parse": (without("SPEC = ", "SPEC = = "), "bot.channels.toy を読み込めません（SyntaxError"),
    "no SPEC": (without("SPEC", "SPECS"), "SPEC = ChannelSpec(…) がありません"),
    "another key": (without('key="toy"', 'key="toi"'), "SPEC の key が「toi」です"),
    "no template": (gone("post.txt"), "ひな型 post.txt がありません"),
    "no entry": (without("def connect(", "def join("), "入口の connect(config) がありません"),
    "an entry that is never used": (
        without('key="toy",', 'key="toy", by_hand=True,'),
        "送らない配信先なのに connect があります",
    ),
    "no platform": (gone("sandbox.py"), "練習用の相手 sandbox.py がありません"),
    "a platform without its name": (without("PLATFORM =", "PLATFORMS =", "sandbox.py"), "PLATFORM = Platform(…) がありません"),
    "a platform that does not load": (
        without("PlatformContext, Service", "Platforms", "sandbox.py"),
        "toy.sandbox を読み込めません",
    ),
    "no example": (
        without(
            '(Example(prepared="31,32", made={"id": "18"}, readings={"/api/toy/notes?": {"notes": []}}),)', "()", "sandbox.py"
        ),
        "examples が空です",
    ),
    "a setting that nobody declares": (
        without('"DXBOT_TOY_ACCOUNT": ', '"DXBOT_TOY_NUMBER": ', "sandbox.py"),
        "DXBOT_TOY_NUMBER が、OPTIONS のどれにもありません",
    ),
    "no address": (without("OPTIONS = (Options,)", "OPTIONS = ()"), "OPTIONS に配信先のアドレス base_url がありません"),
    "a setting of another name": (
        without("DXBOT_TOY_TOKEN", "DXBOT_TOKEN_OF_TOY"),
        "DXBOT_TOKEN_OF_TOY の名前は DXBOT_TOY_ で始めて",
    ),
    "settings that are no options": (
        without("OPTIONS = (Options,)", "OPTIONS = Options"),
        "OPTIONS は、設定を並べたデータクラスの組",
    ),
    "no account": (without("def account(", "def konto(", "sender.py"), "account が、どのアカウントかを示していません"),
    "an account without a number": (
        without("{self._options.account}", "", "sender.py"),
        "account が、どのアカウントかを示していません",
    ),
    "no reading back": (without("def find(", "def look(", "sender.py"), "find() がありません"),
    "no taking down": (without("def delete(", "def remove(", "sender.py"), "delete() がありません"),
}


@pytest.mark.parametrize(("spoil", "told"), HALVES.values(), ids=HALVES.keys())
def test_a_half_written_channel_is_told_what_it_lacks(toy: Path, spoil: Callable[[Path], None], told: str) -> None:
    spoil(toy)
    with pytest.raises(ConfigError) as caught:
        use_it()
    assert "bot/channels/toy/ が書きかけです" in caught.value.summary
    assert told in caught.value.summary


def test_a_folder_whose_name_is_no_word_is_told(toy: Path) -> None:
    toy.rename(toy.with_name("My-Toy"))
    with pytest.raises(ConfigError) as caught:
        registry.specs()
    assert "英小文字" in caught.value.summary


def test_everything_that_is_lacking_is_told_at_once(toy: Path) -> None:
    (toy / "post.txt").unlink()
    (toy / "sandbox.py").unlink()
    with pytest.raises(ConfigError) as caught:
        registry.specs()
    assert "post.txt がありません。練習用の相手" in caught.value.summary


def test_what_python_leaves_of_a_channel_that_was_taken_away_is_no_channel(toy: Path) -> None:
    shutil.rmtree(toy)
    (toy / "__pycache__").mkdir(parents=True)
    assert registry.specs() == {}
