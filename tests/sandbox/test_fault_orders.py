"""Which fault comes when: times, schedules, endpoints, and orders that make no sense."""

import json

import pytest
from sb_client import DELETE, IMPORT, READ, STATUS, make_invoice

from sandbox.faults import KINDS


def test_times_after_and_endpoints(sb, demo):
    sb.faults.add(READ, 'http_500', times=2, after=1)
    sb.faults.add('*', 'unavailable', after=5)

    def ask(endpoint, body):
        return demo.call(endpoint, body).status_code

    assert [ask(READ, {'ids': []}) for _ in range(4)] == [200, 500, 500, 200]
    assert [ask(STATUS, {'procId': 1}) for _ in range(3)] == [400, 503, 400]
    assert sb.faults.all() == []
    sb.faults.add(READ, 'http_500', times=None)
    assert [ask(READ, {'ids': []}) for _ in range(5)] == [500] * 5
    sb.faults.clear()
    assert ask(READ, {'ids': []}) == 200


def test_schedule(sb, demo):
    sb.faults.schedule([None, 'http_500', ('error', {'code': 12}), None], READ)
    assert [demo.call(READ, {'ids': []}).status_code for _ in range(4)] == [200, 500, 400, 200]


def test_first_order_wins_and_the_other_waits(sb, demo):
    sb.faults.add('*', 'http_500')
    sb.faults.add('*', 'bad_gateway')
    assert [demo.call(READ, {'ids': []}).status_code for _ in range(3)] == [500, 502, 200]


def test_orders_that_make_no_sense(sb):
    for values in (
        {'kind': 'nonsense'},
        {'kind': 'wrong_shape', 'shape': 'cube'},
        {'kind': 'need_retry', 'endpoint': STATUS},
        {'kind': 'process_back', 'endpoint': IMPORT},
    ):
        with pytest.raises(ValueError):
            sb.faults.add(**values)


def test_process_faults_for_any_endpoint_wait_for_a_process(sb, demo):
    sb.faults.add('*', 'process_hangs')
    assert demo.code(READ, {'ids': []}) == 0
    assert demo.code(DELETE, {'ids': ['x']}) == 20
    process = demo.send(make_invoice())
    assert demo.status(process) == (1, {})


def test_every_kind_is_described():
    import sandbox.faults

    text = sandbox.faults.__doc__
    assert [kind for kind in KINDS if kind not in text] == []
    assert json.loads(json.dumps(KINDS)) == KINDS
