"""Log-in data in the arguments of calls.

At ``--log-level=debug`` Odoo logs each call with its arguments, by whatever protocol it comes. What a person enters for a
connector is such an argument.
"""

import logging

from .secret import MASK, SECRETS

_NAMES = frozenset(SECRETS)
_WORDS = {'like', 'ilike', 'in', 'any', 'not like', 'not ilike', 'not in', 'not any'}


class SecretFilter(logging.Filter):
    """Puts asterisks in the place of log-in data where a call of one of our models is logged."""

    def filter(self, record):
        args = record.args
        if isinstance(args, tuple) and args and str(getattr(args[0], '_name', '')).startswith('vatportal.'):
            record.args = tuple(type(arg)(masked(arg.args), masked(dict(arg.kwargs))) if hasattr(arg, 'kwargs') else arg for arg in args)
        return True


def masked(data):
    """``data``, of any plain shape, without log-in data: by name among values; where a table names such a column, or a
    search such a field, all that stands beside the names."""
    if isinstance(data, dict):
        values = data.values()
        return {name: MASK if value and name in _NAMES else value for name, value in zip(data, _beside_names(values), strict=True)}
    if isinstance(data, (list, tuple)):
        return _beside_names(data)
    return data


def _beside_names(values):
    if not any(_names_secret(value) for value in values):
        return [masked(value) for value in values]
    return [value if _is_row_of_names(value) else MASK for value in values]


def _names_secret(value):
    return isinstance(value, (list, tuple)) and any(
        isinstance(name, str) and not _NAMES.isdisjoint(name.replace('.', '/').replace(':', '/').split('/')) for name in value
    )


def _is_row_of_names(value):
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
        return False
    condition = len(value) == 3 and (value[1] in _WORDS or not value[1].strip('=<>!?'))
    return not condition


logging.getLogger('odoo.service.model').addFilter(SecretFilter())
