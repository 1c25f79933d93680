"""What was received: for tests that ask how often, how fast and with what the portal was called."""

import threading
import time
from collections import deque
from dataclasses import dataclass


@dataclass(eq=False)
class Record:
    """One request; `err_code` and `status` stay None without an answer, `fault` is what it met."""

    time: float  # seconds since the epoch, of this computer
    monotonic: float
    method: str
    path: str  # as in the contract, '/job/read_proc_status'
    headers: dict
    query: dict
    json: object = None
    err_code: int | None = None
    status: int | None = None
    fault: str | None = None
    reply: object = None  # the answer's data, as it was before a fault spoilt it
    processed: bool = False  # whether the portal did what was asked

    def to_json(self):
        return {
            'time': self.time,
            'method': self.method,
            'path': self.path,
            'headers': self.headers,
            'query': self.query,
            'json': self.json,
            'err_code': self.err_code,
            'status': self.status,
            'fault': self.fault,
            'processed': self.processed,
        }


class RequestLog:
    """The last requests, oldest first. Safe to read while requests come in."""

    def __init__(self, size):
        self._lock = threading.Lock()
        self._records = deque(maxlen=size)

    def add(self, method, path, headers, query):
        """Note a request as it arrives."""
        moment = time.clock_gettime(time.CLOCK_REALTIME)
        ticks = time.clock_gettime(time.CLOCK_MONOTONIC)
        record = Record(moment, ticks, method, path, headers, query)
        with self._lock:
            self._records.append(record)
        return record

    def all(self, path=None, method=None):
        """The records, of one endpoint and method if asked for."""
        with self._lock:
            records = list(self._records)
        return [r for r in records if path in (None, r.path) and method in (None, r.method)]

    def clear(self):
        with self._lock:
            self._records.clear()
