"""What ./dev bench runs in Odoo's shell: one row, on a database of its own."""

import json
from pathlib import Path

from odoo.api import Environment
from odoo.modules.registry import Registry

import bench_follow
import bench_forms
import bench_lists
import bench_memory
import bench_receive
import bench_send
from bench_world import World

_WORKS = {
    'send': bench_send.send,
    'press': bench_send.press,
    'store': bench_receive.store,
    'bill': bench_receive.bill,
    'follow': bench_follow.follow,
    'lanes': bench_follow.lanes,
    'pace': bench_follow.pace,
    'grow': bench_receive.grow,
    'memory': bench_memory.memory,
    'lists': bench_lists.lists,
    'forms': bench_forms.forms,
}


def run(env, name, result, settings):
    """Measure the row ``name`` and write its lines to the file ``result``.

    :param settings: ``size``, ``rounds``, ``portal`` (a URL, or False), and ``other``: the database to compare with, or None
    """
    env['ir.cron'].search([]).active = False
    env.cr.commit()
    other = settings.pop('other')
    empty = other and World(Environment(Registry(other).cursor(), env.uid, {}))
    lines = _WORKS[name](World(env), empty=empty, **settings)
    Path(result).write_text(json.dumps(lines))
    if empty:
        empty.env.cr.close()
