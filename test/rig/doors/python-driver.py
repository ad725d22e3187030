"""Calls the client: one JSON request per line in, one JSON answer per line out, until the input ends."""

import json
import sys

from ziggie_client import AgentDeploymentClient, Refused


def perform(request):
    action = request["action"]
    agent_id = request.get("agent_id")
    of = agent_id if action == "inbox" else request.get("parent_agent")
    client = AgentDeploymentClient(of, transport="http")
    if action == "deploy":
        more = {name: request[name] for name in ("priority", "estimated_workload") if name in request}
        return client.deploy_agent(
            request["agent_type"], prompt=request["config"]["prompt"], request_id=request["request_id"], **more
        )
    if action == "deploy_batch":
        return {"agents": client.deploy_agents(request["agents"], request_id=request["request_id"])}
    if action == "list":
        agents = client.list_agents() if of is None else client.list_my_agents()
        return {"total": len(agents), "agents": agents, "next_cursor": None}
    if action == "tree":
        return {"roots": client.tree(agent_id)}
    if action == "wait":
        # 0 is for ever; this is over before anything can happen.
        return client.wait(request["agent_ids"], timeout=0.001)
    if action == "plan":
        return client.plan({task["id"]: task["weight"] for task in request["tasks"]}, request["workers"])
    if action == "inbox":
        return client.inbox()
    if action == "submit_report":
        return client.submit_report(request["markdown"], agent_id)
    if action == "restart":
        return client.restart(agent_id, request_id=request["request_id"])
    if action == "status":
        return client.get_agent_status(agent_id)
    return getattr(client, action)(agent_id)


for line in sys.stdin:
    try:
        answer = perform(json.loads(line))
        if answer == {"error": "Agent not found"}:
            said = {"ok": False, "code": "AGENT_NOT_FOUND", "message": answer["error"]}
        else:
            said = {"ok": True, "answer": answer}
    except Refused as refused:
        said = {"ok": False, "code": refused.code, "message": refused.message}
    print(json.dumps(said), flush=True)
