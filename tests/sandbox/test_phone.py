"""The phone: its page, and its prompts from Python."""

import pytest
import requests
from sb_client import Client, make_invoice


def test_phone(sb, demo):
    assert requests.get(sb.root_url).url == sb.phone_url
    page = requests.get(sb.phone_url)
    assert page.headers['Content-Type'].startswith('text/html')
    assert 'innerHTML' not in page.text and 'http://' not in page.text and 'https://' not in page.text
    process = demo.send(make_invoice(), make_invoice())
    news = requests.get(f'{sb.phone_url}/prompts').json()
    prompt = news['waiting'][0]
    assert prompt['code'] == demo.status(process)[1]['pin1_code']
    assert (prompt["company"], prompt["phone"], prompt["operation"], prompt["count"], prompt["state"]) == (
        "Demo MMC", "994501112233", "upload", 2, "waiting")  # fmt: skip
    assert prompt['seconds_left'] in range(110, 121)
    assert requests.post(f'{sb.phone_url}/confirm', json={'id': prompt['id']}).json()['state'] == 'confirmed'
    assert requests.post(f'{sb.phone_url}/confirm', json={'id': prompt['id']}).status_code == 409
    second = requests.get(f'{sb.phone_url}/prompts').json()['waiting'][0]
    assert second['pin'] == 2
    assert requests.post(f'{sb.phone_url}/decline', json={'id': second['id']}).json()['state'] == 'declined'
    news = requests.get(f'{sb.phone_url}/prompts').json()
    assert news['waiting'] == []
    assert [p['state'] for p in news['history']] == ['declined', 'confirmed']
    assert demo.status(process)[0] == 3
    for body in ({}, [], {'id': [1]}):
        assert requests.post(f'{sb.phone_url}/confirm', json=body).status_code in (400, 409)
    assert requests.get(f'{sb.phone_url}/nothing').status_code == 404
    assert requests.options(f'{sb.phone_url}/confirm').headers['Access-Control-Allow-Origin'] == '*'


def test_prompts_of_several_companies(sb, demo, first):
    mine, theirs = demo.send(make_invoice()), first.send(make_invoice(seller='4444444444'))
    waiting = sb.prompts()
    assert [prompt.process.id for prompt in waiting] == [mine, theirs]
    sb.confirm(waiting[1].id)
    assert 'pin1_code' in demo.status(mine)[1]
    assert 'pin2_code' in first.status(theirs)[1]
    assert sb.wait_prompt(pin=2).process.id == theirs
    with pytest.raises(LookupError):
        sb.confirm(999)


def test_wait_prompt(sb):
    """Comes as soon as the prompt does."""
    sb.configure(stage_seconds=0.02)
    with Client(sb, 'sandbox-token') as client:
        client.send(make_invoice())
    assert sb.wait_prompt().pin == 1
    sb.reset()
    with pytest.raises(LookupError):
        sb.wait_prompt(timeout=0.05)
