"""Deploy, watch and stop agents of a Ziggie Coordinator. Standard library only, Python 3.9 and newer.

    from ziggie_client import AgentDeploymentClient

    client = AgentDeploymentClient(parent_agent_id="overwatch_001")
    worker = client.deploy_agent("L2.1", prompt="Check the sprites and write your report.")
    client.wait([worker["agent_id"]])
    print(client.report(worker["agent_id"])["markdown"])
"""

from .client import AgentDeploymentClient
from .errors import DeploymentTimeout, Refused, Unreachable, ZiggieError

__all__ = ["AgentDeploymentClient", "DeploymentTimeout", "Refused", "Unreachable", "ZiggieError"]
__version__ = "0.1.0"
