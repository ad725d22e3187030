"""The client: every action of the coordinator as a method, through files or HTTP."""

from __future__ import annotations

import json
import os
import secrets
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Union

from .discovery import choose_root, discover, is_own
from .errors import Refused
from .transport import FileTransport, HttpTransport, Transport, is_safe_name

Record = Dict[str, Any]

#: A stop waits for the grace of the branch, at most 600 s, and for the forced end after it.
BRANCH_SECONDS = 660.0
USUAL_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600.0


class AgentDeploymentClient:
    """Deploys agents and looks after them, on behalf of one parent.

    Args:
        parent_agent_id: who deploys; the parent of every agent that is deployed without naming another. Default: the
            agent this runs in (``ZIGGIE_AGENT_ID``), else none.
        root: the coordinator's root folder. Default: ``ZIGGIE_ROOT``, else the system's usual place.
        transport: ``"file"``, ``"http"``, or ``"auto"``: HTTP inside an agent (``ZIGGIE_URL`` and ``ZIGGIE_TOKEN`` are
            set), files elsewhere.
        url, token: for HTTP, in place of what the environment or the root's files say. A token is also sent with request
            files. ``ZIGGIE_URL`` is used where ``coordinator.json`` of ``ZIGGIE_ROOT`` names no living coordinator.

    Every method raises :class:`ziggie_client.Refused` when the coordinator turns the request down, and
    :class:`ziggie_client.Unreachable` when nobody answers. Agents are dictionaries with the fields of the agent record
    (``agent_id``, ``status``, ``status_reason``, ``pid``, ``log_file`` ...). Times are ISO 8601 UTC, durations seconds.
    """

    def __init__(
        self,
        parent_agent_id: Optional[str] = None,
        *,
        root: Union[str, Path, None] = None,
        transport: str = "auto",
        url: Optional[str] = None,
        token: Optional[str] = None,
    ):
        if transport not in ("auto", "file", "http"):
            raise ValueError(f'transport must be "auto", "file" or "http", given {transport!r}')
        self.parent_agent_id = parent_agent_id or os.environ.get("ZIGGIE_AGENT_ID") or None
        self.deployment_root = choose_root(root)
        in_agent = bool(os.environ.get("ZIGGIE_URL") and os.environ.get("ZIGGIE_TOKEN"))
        self._is_http = transport == "http" or (transport == "auto" and (in_agent or url is not None))
        self._url = url
        self._token = token or (os.environ.get("ZIGGIE_TOKEN") if is_own(self.deployment_root) else None) or None

    # -- deploying -----------------------------------------------------------------------------------------------------

    def deploy_agent(
        self,
        agent_type: str,
        prompt_file: Optional[str] = None,
        model: Optional[str] = None,
        timeout: float = 600,
        *,
        prompt: Optional[str] = None,
        name: Optional[str] = None,
        runtime: Optional[str] = None,
        cwd: Optional[str] = None,
        max_runtime: float = 0,
        max_turns: int = 0,
        max_cost_usd: float = 0,
        report_required: Optional[bool] = None,
        estimated_workload: Optional[float] = None,
        group: Optional[Mapping[str, Any]] = None,
        priority: int = 5,
        parent_agent: Optional[str] = None,
        request_id: Optional[str] = None,
        budget: Optional[Mapping[str, Any]] = None,
    ) -> Record:
        """Deploys an agent and returns its record once it has started (files) or started or queued (HTTP).

        Args:
            agent_type: level and place, as ``L2.1`` or ``L3.2.1``.
            prompt_file, prompt: what it is to do, exactly one of them. A file is relative to the root.
            timeout: seconds to wait for the start; an agent still unstarted then is never started. 0 waits for ever.
            max_runtime: seconds of running after which it is stopped; 0 is none.
            group: ``{"id": "wave-1", "size": 3}``; its workloads are balanced.
            request_id: the same id again returns the same answer and starts nothing. Default: a new one.
            budget: what it and all below it may spend, ``{"cost_usd": 1, "agents": 5}`` (also ``tokens``, ``minutes``,
                ``on_exceeded``); at most what its parent has left. Default: it shares its parent's.

        Raises:
            DeploymentTimeout: it could not be started in time.
        """
        config = {
            "prompt_file": prompt_file,
            "prompt": prompt,
            "model": model,
            "runtime": runtime,
            "cwd": cwd,
            "timeout": timeout,
            "max_runtime": max_runtime,
            "max_turns": max_turns,
            "max_cost_usd": max_cost_usd,
            "report_required": report_required,
        }
        fields = {
            "agent_type": agent_type,
            "parent_agent": parent_agent or self.parent_agent_id,
            "name": name,
            "estimated_workload": estimated_workload,
            "group": None if group is None else dict(group),
            "priority": priority,
            "config": config,
        }
        if budget is not None:
            fields["budget"] = dict(budget)
        return self._ask("deploy", fields, 0 if timeout == 0 else USUAL_SECONDS + timeout, request_id)

    def deploy_agents(self, agents: Sequence[Mapping[str, Any]], *, request_id: Optional[str] = None) -> List[Record]:
        """Deploys several in one request: all are accepted, or none.

        Args:
            agents: deploy requests as the protocol has them: ``{"agent_type": "L2.1", "config": {"prompt": "..."}}``.
        """
        fields = {"parent_agent": self.parent_agent_id, "agents": [dict(agent) for agent in agents]}
        return self._ask("deploy_batch", fields, USUAL_SECONDS, request_id)["agents"]

    def plan(self, tasks: Mapping[str, float], workers: int) -> Record:
        """Divides tasks (name to weight) among workers so that the largest share is as small as it can be."""
        listed = [{"id": task, "weight": weight} for task, weight in tasks.items()]
        return self._ask("plan", {"tasks": listed, "workers": workers})

    # -- looking -------------------------------------------------------------------------------------------------------

    def get_agent_status(self, agent_id: str) -> Record:
        """The record of an agent; ``{"error": "Agent not found"}`` when there is none that may be seen."""
        if not is_safe_name(agent_id):
            return {"error": "Agent not found"}
        if not self._is_http:
            return self._read_state(agent_id) or {"error": "Agent not found"}
        try:
            return self._ask("status", {"agent_id": agent_id})
        except Refused as refused:
            if refused.code == "UNKNOWN_AGENT":
                return {"error": "Agent not found"}
            raise

    def list_my_agents(self) -> List[Record]:
        """Agents whose parent is this one, oldest first."""
        return self.list_agents(parent_agent=self.parent_agent_id)

    def list_agents(
        self, *, parent_agent: Optional[str] = None, status: Optional[str] = None, level: Optional[int] = None
    ) -> List[Record]:
        """All agents that may be seen, oldest first; filters are joined by "and"."""
        fields = {"parent_agent": parent_agent, "status": status, "level": level}
        return self._ask("list", {name: value for name, value in fields.items() if value is not None})["agents"]

    def tree(self, agent_id: Optional[str] = None) -> List[Record]:
        """The branch of an agent, or everything that may be seen: nodes with ``agent_id``, ``agent``, ``children``."""
        return self._ask("tree", {} if agent_id is None else {"agent_id": agent_id})["roots"]

    def report(self, agent_id: str, tree: bool = False) -> Record:
        """``{exists, markdown, report_problems, completion_report}`` of an agent's completion report.

        With ``tree``, also ``tree``: the combined report of the agent and all below it, as Markdown in ``tree.markdown``.
        """
        return self._ask("report", {"agent_id": agent_id, **({"tree": True} if tree else {})})

    # -- waiting -------------------------------------------------------------------------------------------------------

    def wait(self, agent_ids: Optional[Iterable[str]] = None, *, mode: str = "all", timeout: float = 0) -> Record:
        """Returns when agents have ended: ``{"done": bool, "ended": [records], "pending": [ids]}``.

        Args:
            agent_ids: whom to wait for; None is all children of this parent.
            mode: ``"all"`` or ``"any"``.
            timeout: seconds after which to return with ``done`` false; 0 waits as long as it takes.
        """
        whom: Record = {"mode": mode}
        if agent_ids is not None:
            whom["agent_ids"] = list(agent_ids)
        elif self.parent_agent_id is not None:
            whom["parent_agent"] = self.parent_agent_id
        deadline = None if timeout == 0 else time.monotonic() + timeout
        while True:
            left = 60.0 if deadline is None else max(0.0, min(60.0, deadline - time.monotonic()))
            answer = self._ask("wait", {**whom, "timeout": left}, USUAL_SECONDS + left)
            if answer["done"] or (deadline is not None and time.monotonic() >= deadline):
                return answer

    def inbox(self, *, acknowledge: Optional[int] = None, timeout: float = 0, limit: int = 100) -> Record:
        """What children need this parent to know: ``{"messages": [...], "has_more": bool}``, oldest first.

        Messages stay until they are acknowledged, also across restarts: hand in the ``seq`` of the last one that was worked
        on with the next call, and each is seen exactly once.

        Args:
            timeout: seconds to wait for a message when there is none, at most 3600.
        """
        fields: Record = {"timeout": timeout, "limit": limit}
        if self.parent_agent_id is not None:
            fields["agent_id"] = self.parent_agent_id
        if acknowledge is not None:
            fields["acknowledge"] = acknowledge
        return self._ask("inbox", fields, USUAL_SECONDS + min(timeout, LONGEST_WAIT_SECONDS))

    # -- changing ------------------------------------------------------------------------------------------------------

    def stop(self, agent_id: str, reason: Optional[str] = None) -> Record:
        """Stops an agent and all below it; returns when they are down, or with what survived."""
        return self._ask("stop", {"agent_id": agent_id, "reason": reason}, BRANCH_SECONDS)

    def pause(self, agent_id: str, reason: Optional[str] = None) -> Record:
        """Freezes an agent and all below it."""
        return self._ask("pause", {"agent_id": agent_id, "reason": reason}, BRANCH_SECONDS)

    def resume(self, agent_id: str, reason: Optional[str] = None) -> Record:
        """Lets a paused branch go on."""
        return self._ask("resume", {"agent_id": agent_id, "reason": reason}, BRANCH_SECONDS)

    def restart(
        self, agent_id: str, *, branch: bool = False, reason: Optional[str] = None, request_id: Optional[str] = None
    ) -> Record:
        """Runs an agent that has ended once more, as its next attempt."""
        return self._ask("restart", {"agent_id": agent_id, "branch": branch, "reason": reason}, BRANCH_SECONDS, request_id)

    def message(self, agent_id: str, text: str) -> Record:
        """Words for a running agent, where its runtime can take them."""
        return self._ask("message", {"agent_id": agent_id, "text": text})

    def submit_report(self, markdown: str, agent_id: Optional[str] = None) -> Record:
        """Hands in a completion report: this agent's own, or that of one below it."""
        return self._ask("submit_report", {"markdown": markdown, "agent_id": agent_id})

    # -- approvals -----------------------------------------------------------------------------------------------------

    def request_approval(
        self, tool_use_id: str, tool_name: str, input: Mapping[str, Any], *, timeout: float = 0
    ) -> Record:
        """Asks the operator whether this agent may do something; with the agent's own token.

        Returns the approval when it is decided, or after ``timeout`` seconds with ``status`` ``"open"``, which is no failure:
        ask again with the same ``tool_use_id`` and input. ``status`` is ``"allowed"``, or ``"denied"``, ``"expired"``,
        ``"closed"``, which all mean no; ``decided["message"]`` says why.

        Args:
            tool_use_id: this agent's own name of the call: the same one is the same question, however often it is asked.
            input: what is to be done, for the operator to read.
            timeout: seconds to wait for the decision, at most 3600.
        """
        fields = {"tool_use_id": tool_use_id, "tool_name": tool_name, "input": dict(input), "timeout": timeout}
        return self._ask("request_approval", fields, USUAL_SECONDS + min(timeout, LONGEST_WAIT_SECONDS))

    def approvals(self, *, status: str = "open", agent_id: Optional[str] = None) -> Record:
        """What agents ask the operator to allow: ``{"approvals": [...], "allowed": [...]}``, oldest first.

        Args:
            status: ``"open"``, or ``"all"``, which also has what was decided lately.
            agent_id: of this agent and all below it; None is all that may be seen.
        """
        return self._ask("list_approvals", {"status": status, "agent_id": agent_id})

    def decide(
        self,
        approval_id: str,
        decision: str,
        *,
        message: Optional[str] = None,
        branch: bool = False,
        request_id: Optional[str] = None,
    ) -> Record:
        """Allows or denies what an agent asks, and returns the approval; needs the operator's token.

        Args:
            decision: ``"allow"`` or ``"deny"``.
            message: with ``"deny"``, what the agent reads.
            branch: with ``"allow"``: the same tool is allowed for this agent and all below it until the agent ends.

        Raises:
            Refused: ``ALREADY_DECIDED`` (``details`` says what, by whom and when), ``UNKNOWN_APPROVAL``, ``NOT_ALLOWED``.
        """
        fields = {"approval_id": approval_id, "decision": decision, "message": message, "branch": branch}
        return self._ask("decide_approval", fields, USUAL_SECONDS, request_id)

    # -- how -----------------------------------------------------------------------------------------------------------

    def _ask(
        self, action: str, fields: Mapping[str, Any], timeout: float = USUAL_SECONDS, request_id: Optional[str] = None
    ) -> Any:
        request = {**fields, "request_id": request_id or make_request_id(action), "action": action}
        return self._transport().send(request, timeout)

    def _transport(self) -> Transport:
        if not self._is_http:
            return FileTransport(self.deployment_root, self._token)
        # Looked for anew at every call: after a restart the coordinator may be at another port.
        return HttpTransport(discover(self.deployment_root, self._url, self._token))

    def _read_state(self, agent_id: str) -> Optional[Record]:
        """State files are replaced whole, so what is there can be read at any moment."""
        try:
            return json.loads((self.deployment_root / "state" / f"{agent_id}.json").read_text("utf-8"))
        except FileNotFoundError:
            return None


def make_request_id(action: str) -> str:
    """A new name: the time for people, chance for uniqueness."""
    return f"{action}_{datetime.now(timezone.utc).strftime('%Y%m%d_%H%M%S')}_{secrets.token_hex(6)}"
