"""The name under which earlier agents import the client. See :mod:`ziggie_client`."""

from ziggie_client import AgentDeploymentClient, DeploymentTimeout, Refused, Unreachable, ZiggieError

__all__ = ["AgentDeploymentClient", "DeploymentTimeout", "Refused", "Unreachable", "ZiggieError"]
