"""What can go wrong, as exceptions with a stable ``code``."""

from __future__ import annotations

from typing import Any, Dict, Optional


class ZiggieError(Exception):
    """Every error of this package.

    Attributes:
        code: stable, for programs: a code of the coordinator's catalogue, or ``UNREACHABLE`` or ``UNEXPECTED_ANSWER``.
        message: one sentence for people: what was given, what was expected, what to do.
        details: facts of the message, for programs.
    """

    def __init__(self, code: str, message: str, details: Optional[Dict[str, Any]] = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Dict[str, Any] = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Refused(ZiggieError):
    """The coordinator turned the request down. For a deployment: nothing was started."""

    def __str__(self) -> str:
        return f"Deployment failed: {self.message}" if self.details.get("action") == "deploy" else super().__str__()


class DeploymentTimeout(Refused, TimeoutError):
    """The agent could not be started in time, and will not be."""


class Unreachable(ZiggieError, TimeoutError):
    """Nobody answered. Whether the request was carried out is unknown; asking again with the same request_id is safe."""
