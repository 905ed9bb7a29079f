"""Hands on a keyboard that count what they press: a key with a modifier counts as two."""

from dataclasses import dataclass

from playwright.sync_api import Page

IME_KEY = 229  # what a browser is told while an input method has the key


@dataclass
class Fingers:
    """Who works without a mouse."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += len(key.split("+"))
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type it sign by sign."""
        self.press(*text)


@dataclass
class InputMethod:
    """An input method for 汉字 as the browser sees it: a composition, and keys that belong to it."""

    page: Page

    def __post_init__(self) -> None:
        self._line = self.page.context.new_cdp_session(self.page)

    def compose(self, letters: str) -> None:
        """Show letters that are not chosen yet."""
        where = len(letters)
        told = {"text": letters, "selectionStart": where, "selectionEnd": where}
        self._line.send("Input.imeSetComposition", told)

    def take_key(self, name: str) -> None:
        """Press a key that the input method keeps to itself."""
        said = {"key": name, "code": name, "windowsVirtualKeyCode": IME_KEY, "nativeVirtualKeyCode": IME_KEY}
        for kind in ("rawKeyDown", "keyUp"):
            self._line.send("Input.dispatchKeyEvent", {"type": kind} | said)

    def choose(self, signs: str) -> None:
        """Replace the composition by what was chosen."""
        self._line.send("Input.insertText", {"text": signs})
