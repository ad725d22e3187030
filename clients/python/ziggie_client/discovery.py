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

    An agent outlives the coordinator that started it: where ``coordinator.json`` of its root names a living one, the
    agent's token goes there, not to whoever has the port of ``ZIGGIE_URL`` by now. The environment of an agent says
    nothing of another root than its own.

    Raises:
        Unreachable: there is no coordinator, or its token cannot be read.
    """
    if is_own(root):
        token = token or os.environ.get("ZIGGIE_TOKEN")
        own_url = os.environ.get("ZIGGIE_URL")
        if not url and own_url and token:
            url = (announced_in(root) if os.environ.get("ZIGGIE_ROOT") else None) or own_url
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


def is_own(root: Path) -> bool:
    """Whether the environment's address and token are of this root, as far as it says."""
    own = os.environ.get("ZIGGIE_ROOT")
    return not own or os.path.abspath(own) == os.path.abspath(root)


def announced_in(root: Path) -> Optional[str]:
    """Where the coordinator of a root is now; None when no living one says so."""
    try:
        announced = json.loads((root / "coordinator.json").read_text("utf-8"))
        pid, url = announced["pid"], announced["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if isinstance(url, str) and isinstance(pid, int) and is_alive(pid) else None


def is_alive(pid: int) -> bool:
    """A process that belongs to somebody else is alive, too."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def is_alive_on_windows(pid: int) -> bool:
    """There ``os.kill(pid, 0)`` is no question: 0 is the number of Ctrl+C."""
    import ctypes
    from ctypes import wintypes

    query_limited_information, access_denied, still_active = 0x1000, 5, 259
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return ctypes.get_last_error() == access_denied
    try:
        code = wintypes.DWORD()
        return not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value == still_active
    finally:
        kernel.CloseHandle(handle)
