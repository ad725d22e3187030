"""Where the coordinator is: its root folder, its address and the token to use."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple, Optional, Union

from .errors import Unreachable


class Found(NamedTuple):
    url: str
    token: str


def choose_root(given: Union[str, Path, None] = None) -> Path:
    """The root folder: as given, else ``ZIGGIE_ROOT``, else the system's usual place. Absolute."""
    named = given or os.environ.get("ZIGGIE_ROOT")
    return Path(named).absolute() if named else default_root()


def default_root() -> Path:
    if sys.platform == "win32":
        if Path("C:/Ziggie").is_dir():
            return Path("C:/Ziggie/agent-deployment")
        local = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
        return Path(local) / "Ziggie" / "agent-deployment"
    data = os.environ.get("XDG_DATA_HOME") or ""
    # A relative path there is to be ignored (XDG base directory specification).
    base = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return base / "ziggie" / "agent-deployment"


def discover(root: Path, url: Optional[str] = None, token: Optional[str] = None) -> Found:
    """Address and token: as given, else an agent's own from its environment, else from the files of the root.

    Raises:
        Unreachable: there is no coordinator, or its token cannot be read.
    """
    url = url or os.environ.get("ZIGGIE_URL")
    token = token or os.environ.get("ZIGGIE_TOKEN")
    if url and token:
        return Found(url, token)
    file = root / "coordinator.json"
    try:
        announced = json.loads(file.read_text("utf-8"))
        token_file = root / announced["token_file"]
        return Found(url or announced["url"], token or token_file.read_text("utf-8").strip())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreachable(
            "UNREACHABLE",
            f"No coordinator was found: {file} cannot be used ({error}). "
            "Start one with `ziggie serve`, or name its folder with root= or ZIGGIE_ROOT.",
            {"looked_for": str(file)},
        ) from error
