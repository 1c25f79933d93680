"""An outgoing invoice in the portal's own words (VatPortal API v8.0, /inv/import_upload_invoices).

Field names are the portal's JSON names, so that a field found here is the field in its documentation.
All amounts are Decimal, in AZN. Sums carry 2 decimals, item amounts up to 4–5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from .decimals import ZERO, json_number, to_decimal
from .etaxes import EtaxesDocument, EtaxesLine, qaime_number, serie_number
from .rules import QEPIK, SUMS, TYPES, Problem, find_problems

__all__ = ['TYPES', 'EtaxesDocument', 'EtaxesLine', 'Invoice', 'Item', 'Problem', 'qaime_number', 'serie_number']

_OPTIONAL = ('transp_reg_number', 'from_wh', 'to_wh', 'wh_field', 'main_qaime', 'add_info')


@dataclass(frozen=True, kw_only=True)
class _Record:
    """What Invoice and Item share: amounts become Decimal when made, and a JSON number when sent."""

    def __post_init__(self) -> None:
        for name in self.amount_fields():
            value = getattr(self, name)
            # None stays: it means "missing", which the portal tells apart from 0 (24 against 25).
            if value is not None and not isinstance(value, Decimal):
                object.__setattr__(self, name, to_decimal(value, name))

    @classmethod
    @cache
    def amount_fields(cls) -> tuple[str, ...]:
        """Names of the Decimal fields, in order."""
        return tuple(spec.name for spec in fields(cls) if spec.type in (Decimal, 'Decimal'))

    @classmethod
    @cache
    def _names(cls) -> tuple[str, ...]:
        return tuple(spec.name for spec in fields(cls))

    @classmethod
    def _values_from(cls, data: object, what: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise ValueError(f'{what}: not an object')
        amounts = set(cls.amount_fields())
        values: dict[str, Any] = {}
        for spec in fields(cls):
            if spec.name not in data:
                continue
            value = data[spec.name]
            if spec.name in amounts:
                values[spec.name] = to_decimal(value, spec.name)
            elif spec.type is str:
                values[spec.name] = '' if value is None else str(value)
        return values


@dataclass(frozen=True, kw_only=True)
class Item(_Record):
    """One line. ``id`` is the 10-digit product code, ``barcode`` digits (code + ``000`` where none exists).

    ``subtotal1`` = price × quantity, ``subtotal2`` = subtotal1 + ``aksiz`` (excise amount; ``aksizgrade``
    its rate) = the four VAT bases together, ``total`` = subtotal2 + ``vat_amount`` + ``transport_tax``.
    """

    id: str = ''
    name: str = ''
    unit: str = ''
    unit_price: Decimal = ZERO
    quantity: Decimal = ZERO
    barcode: str = ''
    subtotal1: Decimal = ZERO
    aksiz: Decimal = ZERO
    aksizgrade: Decimal = ZERO
    subtotal2: Decimal = ZERO
    apply_vat_amount: Decimal = ZERO
    skip_vat_amount: Decimal = ZERO
    vat_zero: Decimal = ZERO
    vat_free: Decimal = ZERO
    vat_amount: Decimal = ZERO
    transport_tax: Decimal = ZERO
    total: Decimal = ZERO

    def to_json(self) -> dict[str, Any]:
        """The item as the portal takes it.

        :raises ValueError: an amount with more digits than a JSON number keeps.
        """
        return {name: _plain(value, name) for name in self._names() if (value := getattr(self, name)) is not None}

    @classmethod
    def from_json(cls, data: Any) -> 'Item':
        """The inverse of :meth:`to_json`, tolerant about how numbers are written.

        :raises ValueError: not an object, or an amount that is no number.
        """
        return cls(**cls._values_from(data, 'item'))


@dataclass(frozen=True, kw_only=True)
class Invoice(_Record):
    """One invoice. ``id`` is the ERP id: unique for ever, 7 characters or more, the same on every retry.

    ``type`` is ``default`` | ``avans`` | ``goodsTransfer``; ``wh_field`` 1 looks ``from_wh``/``to_wh`` up
    by code, 2 by name. With ``main_qaime`` (the advance settled) amounts and items may be left out.
    """

    id: str
    type: str = 'default'
    with_agent: bool = False
    transp_reg_number: str = ''
    from_wh: str = ''
    to_wh: str = ''
    wh_field: int | None = None
    main_qaime: str = ''
    main_info: str = ''
    add_info: str = ''
    seller: str = ''
    buyer: str = ''
    sum_subtotal1: Decimal = ZERO
    sum_aksiz: Decimal = ZERO
    sum_subtotal2: Decimal = ZERO
    sum_apply_vat_amount: Decimal = ZERO
    sum_skip_vat_amount: Decimal = ZERO
    sum_vat_zero: Decimal = ZERO
    sum_vat_free: Decimal = ZERO
    sum_vat_amount: Decimal = ZERO
    sum_ttax: Decimal = ZERO
    sum_total: Decimal = ZERO
    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, 'items', tuple(self.items or ()))

    @classmethod
    def over(cls, items: Iterable[Item], **values: Any) -> 'Invoice':
        """An invoice over ``items`` with their sums, in whole qəpik; ``values`` are all other fields, sums that differ among them."""
        items = tuple(items)
        sums = {
            name: sum((getattr(item, field) or ZERO for item in items), ZERO).quantize(QEPIK, ROUND_HALF_UP) for name, (_missing, _wrong, field) in SUMS.items()
        }
        return cls(**{**sums, 'items': items, **values})

    @property
    def settles_only(self) -> bool:
        """Whether this invoice only settles an advance: no items and no amounts of its own."""
        return bool(self.main_qaime and not self.items and not any(getattr(self, name) for name in self.amount_fields()))

    def to_json(self) -> dict[str, Any]:
        """The invoice as the portal takes it: plain numbers, optional fields that are empty left out.

        :raises ValueError: an amount with more digits than a JSON number keeps.
        """
        skip = set(self.amount_fields()) | {'items'} if self.settles_only else set()
        result: dict[str, Any] = {}
        for name in self._names():
            value = getattr(self, name)
            if name in skip or value is None or (name in _OPTIONAL and not value):
                continue
            if name == 'with_agent' and not value:
                continue
            result[name] = [item.to_json() for item in value] if name == 'items' else _plain(value, name)
        return result

    @classmethod
    def from_json(cls, data: Any) -> 'Invoice':
        """The inverse of :meth:`to_json`; strings, ints, floats and nulls are read as amounts alike.

        :raises ValueError: not an object, or an amount that is no number.
        """
        values = cls._values_from(data, 'invoice')
        values.setdefault('id', '')
        values['type'] = values.get('type') or 'default'
        agent = data.get('with_agent')
        values['with_agent'] = agent.lower() in ('1', 'true') if isinstance(agent, str) else bool(agent)
        lookup = data.get('wh_field')
        values['wh_field'] = int(to_decimal(lookup, 'wh_field')) if lookup not in (None, '') else None
        values['items'] = tuple(Item.from_json(item) for item in data.get('items') or ())
        return cls(**values)

    def problems(self) -> list[Problem]:
        """Faults that the portal would find (codes 20–64), found before it is asked; [] when fine."""
        return find_problems(self)


def _plain(value: Any, name: str) -> Any:
    return json_number(value, name) if isinstance(value, Decimal) else value
