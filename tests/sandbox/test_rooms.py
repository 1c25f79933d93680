"""Admin API, phone page, log, starting and stopping, command line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from sb_client import ETX_READ, EVER, IMPORT, READ, STATUS, Client, make_invoice

from sandbox import Sandbox
from sandbox.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def admin(sb):
    """admin(route, body) → JSON of a POST; without a body, of a GET."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(route, body=None, status=200):
            url = f"{sb.admin_url}/{route}"
            answer = session.get(url) if body is None else session.post(url, json=body)
            assert answer.status_code == status, answer.text
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            return answer.json()

        yield ask


# -- admin -----------------------------------------------------------------------------------------------


def test_admin_settings(admin, demo):
    assert admin("settings")["page_size"] == 5000
    assert admin("settings", {"include_res": False, "page_size": 2})["page_size"] == 2
    assert "res" not in demo.call(READ, {"ids": []}).json()
    for wrong in (
        {"nonsense": 1},
        {"read_style": "put"},
        {"unknown_ids": "x", "page_size": 9},
        {"running_status": 2},
        {"read_style": {"/x": "put"}},
    ):
        assert "error" in admin("settings", wrong, status=400)
    assert admin("settings")["page_size"] == 2
    admin("reset", {})
    assert admin("settings")["page_size"] == 5000
    assert admin("settings")["stage_seconds"] == 0


def test_admin_accounts(sb, admin):
    admin("accounts", {"username": "new", "token": "t", "voens": ["1700000011"]})
    admin(
        "accounts",
        {"username": "firm", "phones": {"994500000001": "1", "994500000002": {"voens": ["2"], "name": "B"}}},
    )
    assert [account["username"] for account in admin("accounts")] == ["demo", "partner", "new", "firm"]
    assert Client(sb, "t").code(READ, {"ids": []}) == 0
    assert Client(sb, "firm-token", "994500000002").code(READ, {"ids": []}) == 0
    admin("accounts", {"username": "new", "token": "u"})
    assert Client(sb, "t").code(READ, {"ids": []}) == 5
    assert "error" in admin("accounts", {}, status=400)


def test_admin_documents(sb, admin, demo):
    added = admin(
        "documents", {"folder": 1, "documents": [{"status": "approved"}, {"qaime": "AA240100000001"}]}
    )
    assert [row["qaime"] for row in demo.documents(1)] == [row["qaime"] for row in added["documents"]]
    assert len(admin("generate", {"count": 3, "folder": 0, "seed": 2})["qaimes"]) == 3
    assert len(demo.documents(0)) == 3
    admin("status", {"qaime": "AA240100000001", "status": "canceled"})
    assert demo.documents(1)[1]["status"] == "canceled"
    for route, body in (
        ("status", {"qaime": "x", "status": "y"}),
        ("generate", {"count": 1, "company": "nobody"}),
    ):
        assert "error" in admin(route, body, status=400)


def test_admin_phone_and_state(admin, demo):
    invoice = make_invoice()
    process = demo.send(invoice)
    assert [prompt["pin"] for prompt in admin("prompts")] == [1]
    assert admin("confirm", {"pin": 1})["prompts"][0]["state"] == "confirmed"
    assert admin("confirm", {"pin": 1}, status=400)
    assert admin("confirm", {"confirm": False, "all": True})["prompts"][0]["pin"] == 2
    state = admin("state")
    assert state["processes"][0] | {"stats": 0} == {
        "id": process, "kind": "upload", "company": "demo", "stage": "pin2", "status": 3, "stats": 0,
    }  # fmt: skip
    assert state["invoices"][0]["qaime"] is None
    qaime = admin("sign", {"id": invoice["id"]})["qaime"]
    assert demo.numbers(invoice["id"]) == {invoice["id"]: qaime}
    assert admin("state")["folders"] == {"demo/1": 1}


def test_admin_faults_log_and_clock(admin, demo):
    admin("faults", {"endpoint": READ, "kind": "http_500", "after": 1})
    assert admin("faults")[0] == {"endpoint": READ, "kind": "http_500", "times": 1, "after": 1}
    assert admin("faults", {"clear": True}) == []
    admin("schedule", {"endpoint": READ, "kinds": [None, ["error", {"code": 12}]]})
    assert [demo.code(READ, {"ids": ["a"]}) for _ in range(3)] == [0, 12, 0]
    records = admin("requests")
    assert [record["err_code"] for record in records] == [0, 12, 0]
    assert records[0]["json"] == {"ids": ["a"]}
    demo.call(READ, method="POST")
    for _ in range(2):  # reading it through the query
        answer = requests.get(
            f"{demo.sandbox.admin_url}/requests", params={"path": READ, "method": "POST"}
        ).json()
        assert len(answer) == 1
    admin("log", {})
    assert admin("requests") == []
    admin("settings", {"stage_seconds": 3600})
    process = demo.send(make_invoice())
    admin("advance", {"seconds": 3600})
    assert demo.status(process)[1] == {"imported": 1}


def test_admin_refuses_nonsense(sb, admin):
    assert requests.get(f"{sb.root_url}/nothing").status_code == 404
    assert admin("nothing", {}, status=404)
    assert admin("state", {}, status=404)
    assert admin("reset", {"x": 1}, status=400)
    assert admin("faults", [1], status=400)
    assert requests.post(f"{sb.admin_url}/settings", data=b"{").status_code == 400
    preflight = requests.options(f"{sb.admin_url}/settings")
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Headers"]) == (204, "Content-Type")


# -- phone -----------------------------------------------------------------------------------------------


def test_phone(sb, demo):
    assert requests.get(sb.root_url).url == sb.phone_url
    page = requests.get(sb.phone_url)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "innerHTML" not in page.text and "http://" not in page.text and "https://" not in page.text
    process = demo.send(make_invoice(), make_invoice())
    news = requests.get(f"{sb.phone_url}/prompts").json()
    prompt = news["waiting"][0]
    assert prompt["code"] == demo.status(process)[1]["pin1_code"]
    assert (prompt["company"], prompt["phone"], prompt["operation"], prompt["count"], prompt["state"]) == (
        "Demo MMC", "994501112233", "upload", 2, "waiting")  # fmt: skip
    assert prompt["seconds_left"] in range(110, 121)
    assert requests.post(f"{sb.phone_url}/confirm", json={"id": prompt["id"]}).json()["state"] == "confirmed"
    assert requests.post(f"{sb.phone_url}/confirm", json={"id": prompt["id"]}).status_code == 409
    second = requests.get(f"{sb.phone_url}/prompts").json()["waiting"][0]
    assert second["pin"] == 2
    assert requests.post(f"{sb.phone_url}/decline", json={"id": second["id"]}).json()["state"] == "declined"
    news = requests.get(f"{sb.phone_url}/prompts").json()
    assert news["waiting"] == []
    assert [p["state"] for p in news["history"]] == ["declined", "confirmed"]
    assert demo.status(process)[0] == 3
    for body in ({}, [], {"id": [1]}):
        assert requests.post(f"{sb.phone_url}/confirm", json=body).status_code in (400, 409)
    assert requests.get(f"{sb.phone_url}/nothing").status_code == 404
    assert requests.options(f"{sb.phone_url}/confirm").headers["Access-Control-Allow-Origin"] == "*"


def test_prompts_of_several_companies(sb, demo, first):
    mine, theirs = demo.send(make_invoice()), first.send(make_invoice(seller="4444444444"))
    waiting = sb.prompts()
    assert [prompt.process.id for prompt in waiting] == [mine, theirs]
    sb.confirm(waiting[1].id)
    assert "pin1_code" in demo.status(mine)[1]
    assert "pin2_code" in first.status(theirs)[1]
    assert sb.wait_prompt(pin=2).process.id == theirs
    with pytest.raises(LookupError):
        sb.confirm(999)


def test_wait_prompt(sb):
    """Comes as soon as the prompt does."""
    sb.configure(stage_seconds=0.02)
    with Client(sb, "sandbox-token") as client:
        client.send(make_invoice())
    assert sb.wait_prompt().pin == 1
    sb.reset()
    with pytest.raises(LookupError):
        sb.wait_prompt(timeout=0.05)


# -- log -------------------------------------------------------------------------------------------------


def test_log(sb, demo):
    demo.call(READ, {"ids": ["x"], "amount": 1.5})
    demo.call(STATUS, {"procId": 1})
    demo.session.get(f"{sb.url}/auth/reset_start.php?login=nobody")
    one, two, three = sb.requests
    assert (one.method, one.path, one.json, one.err_code, one.status) == (
        "GET",
        READ,
        {"ids": ["x"], "amount": 1.5},
        0,
        200,
    )
    assert one.headers["x-vatpapikey"] == "sandbox-token"
    assert one.reply == {"invoices": [], "total": 0}
    assert (two.err_code, two.status, two.processed) == (20, 400, False)
    assert (three.query, three.err_code) == ({"login": "nobody"}, 5)
    assert one.time <= two.time and one.monotonic <= two.monotonic <= three.monotonic
    assert sb.log.all(path=STATUS) == [two]


def test_log_is_bounded():
    with Sandbox(log_size=3) as sandbox, Client(sandbox, "sandbox-token") as client:
        for name in "abcde":
            client.call(READ, {"ids": [name]})
        assert [record.json["ids"] for record in sandbox.requests] == [["c"], ["d"], ["e"]]


# -- life ------------------------------------------------------------------------------------------------


def test_keep_alive(sb, demo):
    with socket.create_connection((sb.host, sb.port)) as connection:
        for _ in range(2):
            connection.sendall(b"GET /phone/prompts HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200") and b"Connection: close" not in answer


def test_bodies_without_length_are_refused(sb, demo):
    answer = requests.post(sb.url + IMPORT, data=iter([b"{}"]), headers={"x-vatpapikey": "sandbox-token"})
    assert answer.status_code == 411
    assert demo.session.post(sb.url + READ, headers={"Content-Length": "x"}).status_code in (400, 411)


def test_stopped_portal_refuses_and_comes_back(sb, demo):
    invoice, port = make_invoice(), sb.port
    demo.send(invoice, upload=False)
    sb.stop()
    assert not sb.running
    with pytest.raises(requests.ConnectionError):
        demo.call(READ, {"ids": []})
    sb.stop()
    assert sb.start().port == port
    assert demo.numbers(invoice["id"]) == {invoice["id"]: ""}


def test_stopping_does_not_wait_for_the_stalled(sb, demo):
    sb.faults.add(READ, "stall", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        demo.call(READ, {"ids": []}, timeout=0.1)
    sb.stop()


def test_numbers_and_ids_outlive_a_reset(sb, demo):
    sb.configure(auto_confirm=True)
    invoice = make_invoice()
    old_process = demo.send(invoice)
    old = demo.numbers(invoice["id"])[invoice["id"]]
    sb.reset()
    sb.configure(auto_confirm=True)
    assert demo.send(invoice) > old_process
    assert demo.numbers(invoice["id"])[invoice["id"]] != old


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_loopback_only(host):
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host=host)


def test_wrong_settings():
    with pytest.raises(ValueError):
        Sandbox(nonsense=1)
    with pytest.raises(ValueError):
        Settings().set(refusal="maybe")


def run(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_command_line():
    with run("--port", "0", "--auto-confirm", "--speed", "1000") as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            url = lines[0].split()[2]
            answer = requests.post(
                url + ETX_READ, json={**EVER, "dir": 0, "username": "demo", "password": "demo"}
            )
            assert answer.json()["err_code"] == 0
            assert lines[1].split()[-1].endswith("/phone")
            port = url.split(":")[2].split("/")[0]
            with run("--port", port) as other:
                assert "in use" in other.communicate()[1]
                assert other.returncode == 1
        finally:
            os.kill(process.pid, signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.parametrize("arguments", [["--speed", "0"], ["--host", "0.0.0.0"]])
def test_command_line_refuses(arguments):
    with run("--port", "0", *arguments) as process:
        assert process.communicate()[1].startswith("sandbox: ")
    assert process.returncode == 1
