"""The two ways a request travels: a file in the root's folders, or HTTP on this machine. Same requests, same answers."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
import urllib.parse
import uuid
from pathlib import Path
from typing import Any, Dict, Optional, Protocol, Tuple

from .discovery import Found
from .errors import DeploymentTimeout, Refused, Unreachable, ZiggieError

Request = Dict[str, Any]


class Transport(Protocol):
    def send(self, request: Request, timeout: float) -> Any:
        """Carries a request to the coordinator and returns its answer.

        Args:
            request: with ``request_id`` and ``action``.
            timeout: seconds the answer may take; 0 waits for ever.

        Raises:
            Refused: the coordinator turned it down.
            Unreachable: nobody answered in time.
        """
        ...


def refusal(action: str, code: str, message: str, details: Optional[Dict[str, Any]]) -> Refused:
    kind = DeploymentTimeout if code == "DEPLOYMENT_TIMEOUT" else Refused
    return kind(code, message, {**(details or {}), "action": action})


class FileTransport:
    """Request files: for those that have the root folder and nothing else."""

    def __init__(self, root: Path, token: Optional[str], poll_seconds: float = 0.1):
        self._requests = root / "requests"
        self._responses = root / "responses"
        self._token = token
        self._poll_seconds = poll_seconds

    def send(self, request: Request, timeout: float) -> Any:
        request_id = request["request_id"]
        if not is_safe_name(request_id):
            raise Refused(
                "INVALID_REQUEST",
                f"request_id must be 1 to 128 characters of A-Z a-z 0-9 . _ - that do not begin with a dot, "
                f"given {json.dumps(request_id)[:80]}.",
            )
        answer = self._responses / f"{request_id}_response.json"
        error = self._responses / f"{request_id}_error.json"
        body = request if self._token is None else {**request, "token": self._token}
        self._write(request_id, body, (answer, error))
        deadline = None if timeout == 0 else time.monotonic() + timeout
        while True:
            if (answered := take(answer)) is not None:
                return answered
            if (refused := take(error)) is not None:
                raise refusal(request["action"], refused["code"], refused["error"], refused.get("details"))
            if deadline is not None and time.monotonic() >= deadline:
                raise Unreachable(
                    "UNREACHABLE",
                    f"Request {request_id} in {self._requests} was not answered within {timeout:g} s. Is the coordinator "
                    "running? Start it with `ziggie serve`; a request file that is still there is carried out then, "
                    "unless you delete it.",
                    {"request_id": request_id},
                )
            time.sleep(self._poll_seconds)

    def _write(self, request_id: str, body: Request, old_answers: Tuple[Path, ...]) -> None:
        """Whole or not at all, and there after a power cut: written beside, synced, renamed."""
        temporary = self._requests / f"{request_id}.json.{uuid.uuid4().hex}.tmp"
        try:
            # An answer that an earlier request of the same name left cannot be this one's.
            for old in old_answers:
                old.unlink(missing_ok=True)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(body, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._requests / f"{request_id}.json")
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise Unreachable(
                "UNREACHABLE",
                f"The request cannot be written to {self._requests} ({error}). Is this the root folder of a coordinator? "
                "Start one with `ziggie serve`, or name its folder with root= or ZIGGIE_ROOT.",
                {"looked_for": str(self._requests)},
            ) from error


def take(path: Path) -> Optional[Any]:
    """The answer, and removes its file; None while there is none."""
    try:
        text = path.read_text("utf-8")
    except OSError:
        return None
    path.unlink(missing_ok=True)
    return json.loads(text)


def is_safe_name(name: Any) -> bool:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    return isinstance(name, str) and 0 < len(name) <= 128 and name[0] != "." and set(name) <= allowed


#: Before Python 3.10 a socket's timeout is no TimeoutError.
TIMEOUTS = (TimeoutError, socket.timeout)


class HttpTransport:
    """HTTP on 127.0.0.1. Proxies of the environment are not asked, and no redirect is followed."""

    #: Pauses, seconds, before a request whose connection broke is sent again under the same request_id.
    retries = (0.15, 0.6)

    def __init__(self, found: Found):
        self._found = found

    def send(self, request: Request, timeout: float) -> Any:
        method, path, body = address_of(request)
        for pause in (*self.retries, None):
            try:
                return self._exchange(request["action"], method, path, body, timeout)
            except ConnectionRefusedError as error:
                raise Unreachable(
                    "UNREACHABLE",
                    f"Nothing answers at {self._found.url}. Is the coordinator running? Start it with `ziggie serve`.",
                ) from error
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, TIMEOUTS) or pause is None:
                    raise Unreachable(
                        "UNREACHABLE",
                        f"{self._found.url} did not answer {method} {path} ({error or 'no answer'}). The request may "
                        "still be carried out; ask again with the same request_id.",
                        {"request_id": request["request_id"]},
                    ) from error
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _exchange(self, action: str, method: str, path: str, body: Optional[Request], timeout: float) -> Any:
        url = urllib.parse.urlsplit(self._found.url)
        connection = http.client.HTTPConnection(url.hostname or "127.0.0.1", url.port, timeout=timeout or None)
        try:
            headers = {"Authorization": f"Bearer {self._found.token}"}
            data = None
            if body is not None:
                headers["Content-Type"] = "application/json"
                data = json.dumps(body).encode("utf-8")
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if 200 <= response.status < 300 and answer is not None:
            return answer
        if isinstance(answer, dict) and "code" in answer:
            raise refusal(action, answer["code"], str(answer.get("detail", "")), answer.get("details"))
        raise ZiggieError(
            "UNEXPECTED_ANSWER",
            f"{self._found.url} answered {method} {path} with {response.status}, but not as a coordinator does. "
            "Is another program using this port?",
        )


BASE = "/api/coordinator"


def address_of(request: Request) -> Tuple[str, str, Optional[Request]]:
    """Method, path and body of an action."""
    action = request["action"]
    agent_id = request.get("agent_id")
    agent = f"{BASE}/agents/{urllib.parse.quote(str(agent_id), safe='')}"
    rest = {name: value for name, value in request.items() if name != "agent_id"}
    if action == "deploy":
        return "POST", f"{BASE}/deploy", request
    if action == "deploy_batch":
        return "POST", f"{BASE}/deploy/batch", request
    if action == "status":
        return "GET", agent, None
    if action == "report":
        return "GET", f"{agent}/report" + ("?tree=1" if rest.get("tree") else ""), None
    if action == "list":
        named = {name: value for name, value in rest.items() if name not in ("request_id", "action") and value is not None}
        return "GET", f"{BASE}/agents" + (f"?{urllib.parse.urlencode(named)}" if named else ""), None
    if action == "list_approvals":
        named = {name: request[name] for name in ("status", "agent_id") if request.get(name) is not None}
        return "GET", f"{BASE}/approvals" + (f"?{urllib.parse.urlencode(named)}" if named else ""), None
    if action == "request_approval":
        return "POST", f"{BASE}/approvals", request
    if action == "decide_approval":
        approval = urllib.parse.quote(str(request["approval_id"]), safe="")
        return "POST", f"{BASE}/approvals/{approval}", {name: value for name, value in rest.items() if name != "approval_id"}
    if action == "tree":
        return "GET", f"{BASE}/tree" if agent_id is None else f"{agent}/tree", None
    if action == "submit_report":
        return ("POST", f"{BASE}/report", request) if agent_id is None else ("PUT", f"{agent}/report", rest)
    if action in ("wait", "inbox", "plan"):
        return "POST", f"{BASE}/{action}", request
    return "POST", f"{agent}/{action}", rest
