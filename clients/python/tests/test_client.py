"""Against a live coordinator, whose root ZIGGIE_TEST_ROOT names, with a runtime "echo", one "gate" that ends with `go`,
and one "asker" that writes its token into the root and runs until it is stopped.

Run for both transports: ZIGGIE_TEST_TRANSPORT is "file" or "http".
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from agent_deployment_client import AgentDeploymentClient, Refused, Unreachable
from ziggie_client.discovery import Found, discover
from ziggie_client.transport import HttpTransport

ROOT = Path(os.environ["ZIGGIE_TEST_ROOT"])
TRANSPORT = os.environ["ZIGGIE_TEST_TRANSPORT"]


def client(parent="overwatch_py", **options):
    return AgentDeploymentClient(parent_agent_id=f"{parent}_{TRANSPORT}", root=ROOT, transport=TRANSPORT, **options)


def echo(one, prompt="hello", **options):
    return one.deploy_agent("L2.1", prompt=prompt, runtime="echo", report_required=False, **options)


class Deploying(unittest.TestCase):
    def test_deploys_waits_and_reads(self):
        one = client()
        agent = echo(one, name="first")
        answer = one.wait([agent["agent_id"]], timeout=30)
        self.assertTrue(answer["done"])
        self.assertEqual([ended["status"] for ended in answer["ended"]], ["completed"])
        self.assertEqual(one.get_agent_status(agent["agent_id"])["name"], "first")
        self.assertIn(agent["agent_id"], [mine["agent_id"] for mine in one.list_my_agents()])
        self.assertEqual(Path(agent["log_file"]).read_text("utf-8").strip().splitlines()[-1], "hello")

    def test_the_same_request_id_starts_nothing_twice(self):
        one = client()
        request_id = f"py_same_{TRANSPORT}"
        first = echo(one, request_id=request_id)
        again = echo(one, request_id=request_id)
        self.assertEqual(again["agent_id"], first["agent_id"])
        with self.assertRaises(Refused) as refused:
            echo(one, "something else", request_id=request_id)
        self.assertEqual(refused.exception.code, "DUPLICATE_REQUEST_MISMATCH")

    def test_a_prompt_file_of_the_root(self):
        (ROOT / "prompts" / f"py_{TRANSPORT}.md").write_text("from a file\n", "utf-8")
        one = client()
        agent = one.deploy_agent(
            "L2.2", f"prompts/py_{TRANSPORT}.md", runtime="echo", report_required=False, timeout=60
        )
        one.wait([agent["agent_id"]], timeout=30)
        self.assertIn("from a file", Path(agent["log_file"]).read_text("utf-8"))

    def test_a_refusal_says_what_is_wrong(self):
        with self.assertRaises(Refused) as refused:
            client().deploy_agent("L2.1", prompt="x", runtime="nothing")
        self.assertEqual(refused.exception.code, "UNKNOWN_RUNTIME")
        self.assertIn("Deployment failed: ", str(refused.exception))

    def test_several_at_once_or_none(self):
        one = client("py_batch")
        good = {"agent_type": "L2.1", "config": {"prompt": "x", "runtime": "echo", "report_required": False}}
        agents = one.deploy_agents([good, {**good, "agent_type": "L2.2"}])
        self.assertEqual([agent["agent_type"] for agent in agents], ["L2.1", "L2.2"])
        with self.assertRaises(Refused):
            one.deploy_agents([good, {**good, "agent_type": "boss"}])
        self.assertEqual(len(one.list_my_agents()), 2)
        self.assertTrue(one.wait(timeout=30)["done"])

    def test_a_hundred_threads_each_get_their_own(self):
        one = client("py_threads")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(echo(one)["agent_id"])) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(answers)), 10)
        one.wait(timeout=60)


class Looking(unittest.TestCase):
    def test_an_unknown_agent(self):
        one = client()
        self.assertEqual(one.get_agent_status("agent_20200101_000000_999"), {"error": "Agent not found"})
        self.assertEqual(one.get_agent_status("../../token"), {"error": "Agent not found"})
        with self.assertRaises(Refused) as refused:
            one.report("agent_20200101_000000_999")
        self.assertEqual(refused.exception.code, "UNKNOWN_AGENT")

    def test_a_plan(self):
        plan = client().plan({"a": 3, "b": 2, "c": 2, "d": 2}, 3)
        self.assertEqual(sorted(task for worker in plan["workers"] for task in worker["tasks"]), ["a", "b", "c", "d"])

    def test_a_tree_and_a_filtered_list(self):
        one = client("py_tree")
        agent = echo(one)
        one.wait([agent["agent_id"]], timeout=30)
        self.assertEqual(one.tree(agent["agent_id"])[0]["agent"]["agent_id"], agent["agent_id"])
        listed = one.list_agents(parent_agent=one.parent_agent_id, status="completed")
        self.assertEqual([each["agent_id"] for each in listed], [agent["agent_id"]])

    def test_a_report_is_handed_in_and_read(self):
        one = client("py_report")
        agent = echo(one)
        one.wait([agent["agent_id"]], timeout=30)
        one.submit_report(f"# Report of {agent['agent_id']}\n", agent["agent_id"])
        self.assertIn("# Report of", one.report(agent["agent_id"])["markdown"])
        tree = one.report(agent["agent_id"], tree=True)["tree"]
        self.assertEqual([row["agent_id"] for row in tree["agents"]], [agent["agent_id"]])


class Waiting(unittest.TestCase):
    def test_the_inbox_tells_each_end_once(self):
        one = client("py_inbox")
        ids = [echo(one)["agent_id"] for _ in range(3)]
        seen, last = [], None
        while len(seen) < 3:
            answer = one.inbox(acknowledge=last, timeout=30, limit=2)
            self.assertTrue(answer["messages"], "no message within 30 s")
            seen += [message["agent_id"] for message in answer["messages"]]
            last = answer["messages"][-1]["seq"]
        self.assertEqual(sorted(seen), sorted(ids))
        self.assertEqual(one.inbox(acknowledge=last)["messages"], [])

    def test_a_stop_ends_the_branch(self):
        one = client("py_stop")
        agent = one.deploy_agent("L2.1", prompt="x", runtime="gate", report_required=False)
        self.assertFalse(one.wait([agent["agent_id"]], timeout=0.2)["done"])
        self.assertEqual(one.stop(agent["agent_id"], "enough")["status"], "stopped")
        self.assertEqual(one.get_agent_status(agent["agent_id"])["status"], "stopped")


class Approvals(unittest.TestCase):
    def setUp(self):
        agent = client("py_asks").deploy_agent("L2.1", prompt="x", runtime="asker", report_required=False)
        self.agent_id = agent["agent_id"]
        self.addCleanup(client("py_asks").stop, self.agent_id)
        token = ROOT / f"token-{self.agent_id}"
        deadline = time.monotonic() + 30
        while not token.exists():  # The agent writes its own.
            self.assertLess(time.monotonic(), deadline, "the agent wrote no token")
            time.sleep(0.02)
        self.agent = AgentDeploymentClient(
            self.agent_id, root=ROOT, transport=TRANSPORT, token=token.read_text("utf-8").strip()
        )
        self.operator = client("py_operator", token=(ROOT / "token").read_text("utf-8").strip())

    def asks(self, call, **options):
        return self.agent.request_approval(call, "deploy", {"version": "1.2"}, **options)

    def test_an_agent_asks_and_the_operator_decides(self):
        asked = self.asks("call-1")
        self.assertEqual(asked["status"], "open")
        listed = self.operator.approvals(agent_id=self.agent_id)["approvals"]
        self.assertEqual([one["approval_id"] for one in listed], [asked["approval_id"]])
        self.assertEqual(json.loads(listed[0]["input"]), {"version": "1.2"})
        with self.assertRaises(Refused) as refused:
            self.agent.decide(asked["approval_id"], "allow")
        self.assertEqual(refused.exception.code, "NOT_ALLOWED")
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.asks("call-1", timeout=30)))
        waiting.start()
        denied = self.operator.decide(asked["approval_id"], "deny", message="not today", request_id=f"py_no_{self.agent_id}")
        waiting.join(30)
        self.assertEqual([answer["status"] for answer in answers], ["denied"])
        self.assertEqual(answers[0]["decided"]["message"], "not today")
        # The same request again has the same answer; another one comes too late.
        again = self.operator.decide(asked["approval_id"], "deny", message="not today", request_id=f"py_no_{self.agent_id}")
        self.assertEqual(again["decided"], denied["decided"])
        with self.assertRaises(Refused) as refused:
            self.operator.decide(asked["approval_id"], "allow")
        self.assertEqual(refused.exception.code, "ALREADY_DECIDED")
        self.assertEqual(refused.exception.details["status"], "denied")
        self.assertEqual(self.operator.approvals(agent_id=self.agent_id)["approvals"], [])
        self.assertEqual(len(self.operator.approvals(status="all", agent_id=self.agent_id)["approvals"]), 1)

    def test_what_a_branch_is_allowed_is_not_asked_again(self):
        asked = self.asks("call-1")
        self.assertEqual(self.operator.decide(asked["approval_id"], "allow", branch=True)["status"], "allowed")
        self.assertEqual(self.asks("call-2")["decided"]["by"], asked["approval_id"])
        self.assertIn(self.agent_id, [one["agent_id"] for one in self.operator.approvals()["allowed"]])
        with self.assertRaises(Refused) as refused:
            self.operator.decide("apr_0123456789ab", "allow")
        self.assertEqual(refused.exception.code, "UNKNOWN_APPROVAL")


class Trouble(unittest.TestCase):
    def test_nobody_there(self):
        nowhere = AgentDeploymentClient("overwatch", root=ROOT / "nowhere", transport=TRANSPORT)
        with self.assertRaises(Unreachable) as unreachable:
            nowhere.plan({"a": 1}, 1)
        self.assertIn("ziggie serve", str(unreachable.exception))

    def test_another_program_at_the_port(self):
        if TRANSPORT != "http":
            self.skipTest("files have no port")
        import http.server

        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        other = client(url=f"http://127.0.0.1:{server.server_port}", token="x" * 43)
        with self.assertRaises(Exception) as raised:
            other.plan({"a": 1}, 1)
        self.assertEqual(raised.exception.code, "UNEXPECTED_ANSWER")

    def test_a_call_that_timed_out_is_not_sent_again(self):
        if TRANSPORT != "http":
            self.skipTest("files are not sent again either")
        import socket

        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        silent.settimeout(30)
        transport = HttpTransport(Found(f"http://127.0.0.1:{silent.getsockname()[1]}", "x" * 43))
        with self.assertRaises(Unreachable) as unreachable:
            transport.send({"request_id": "py_silent", "action": "list"}, 0.2)
        self.assertIn("ask again with the same request_id", str(unreachable.exception))
        silent.accept()[0].close()
        # Connections wait in the backlog: what was sent again would be there by now.
        silent.setblocking(False)
        with self.assertRaises(BlockingIOError):
            silent.accept()[0].close()

    def test_where_the_coordinator_is(self):
        """As given, else of the agent's root if a living one is named there, else as the agent was told."""
        mine = {"ZIGGIE_URL": "http://127.0.0.1:1", "ZIGGIE_TOKEN": "mine", "ZIGGIE_ROOT": str(ROOT)}
        announced = json.loads((ROOT / "coordinator.json").read_text("utf-8"))
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, mine):
            self.assertEqual(discover(ROOT), (announced["url"], "mine"))
            self.assertEqual(discover(ROOT, "http://127.0.0.1:2"), ("http://127.0.0.1:2", "mine"))
            self.assertEqual(discover(ROOT, None, "given"), (announced["url"], "given"))
            with self.assertRaises(Unreachable):
                discover(Path(folder))
            gone = subprocess.Popen([sys.executable, "-c", ""])
            gone.wait()
            os.environ["ZIGGIE_ROOT"] = folder
            self.assertEqual(discover(Path(folder)), ("http://127.0.0.1:1", "mine"))
            for changes in ({"pid": gone.pid}, {"pid": "1"}, {"url": 7}):
                (Path(folder) / "coordinator.json").write_text(json.dumps({**announced, **changes}), "utf-8")
                self.assertEqual(discover(Path(folder)), ("http://127.0.0.1:1", "mine"))

    def test_no_request_id_leaves_the_folder(self):
        with self.assertRaises(Refused) as refused:
            echo(client(), request_id="../escaped")
        self.assertEqual(refused.exception.code, "INVALID_REQUEST")
        self.assertFalse((ROOT / "escaped.json").exists())

    def test_leaves_no_files_behind(self):
        one = client("py_clean")
        agent = echo(one)
        one.wait([agent["agent_id"]], timeout=30)
        left = [path.name for folder in ("requests", "responses") for path in (ROOT / folder).glob(f"*{agent['request_id']}*")]
        self.assertEqual(left, [])
        json.dumps(agent)


if __name__ == "__main__":
    unittest.main()
