"""Rows of invoices, and what their taxes have to be."""

from dataclasses import replace
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

from hypothesis import strategies as st
from samples import invoice, money

from vatportal import Item
from vatportal.levies import KINDS, charge, due
from vatportal.netting import net_rows
from vatportal.outgoing_items import Levy, Row, item_amounts

CENT = D('0.01')
VAT = Levy('vat', rate=D('0.18'))
EXCISE = Levy('excise', rate=D('0.125'))
ROAD = Levy('road', fixed=D('0.02'))


def to_invoice(rows):
    texts = {'id': '1234567890', 'name': 'Kağız', 'unit': 'ədəd', 'barcode': '1234567890000'}
    return invoice(*(Item(**texts, **item_amounts(row)) for row in rows))


def goods(net, quantity=1, **values):
    """A row with VAT of 18 %, of goods that are named by their price."""
    net, quantity = D(str(net)), D(str(quantity))
    price = net / quantity
    return Row(**{'key': None, 'label': 'row', 'quantity': quantity, 'net': net, 'price': price, 'category': 'vat', 'levies': (VAT,), 'goods': price, **values})


def discount(net, **values):
    return goods(net, takes_off=True, goods=None, **values)


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def totals_of(rows):
    """What an invoice of ``rows`` bears, each tax rounded once over the whole."""
    rows, totals = list(rows), {}
    for kind in KINDS:
        totals[kind] = rounded(sum((due(row, kind) for row in rows), D(0)))
        if kind != 'vat':
            rows = [replace(row, **{kind: due(row, kind)}) for row in rows]
    return totals


def items(rows, totals=None):
    return charge(net_rows(rows), totals_of(rows) if totals is None else totals)


@st.composite
def row(draw):
    category = draw(st.sampled_from(['vat', 'not_subject', 'zero', 'exempt']))
    net, excise = draw(money()), draw(st.just(D(0)) | money(highest='999'))
    vat = ((net + excise) * D('0.18')).quantize(CENT, ROUND_HALF_UP) if category == 'vat' else D(0)
    return Row(
        key=None,
        label='row',
        quantity=draw(st.decimals(D('0.001'), D(9999), places=3)),
        net=net,
        price=draw(money()),
        excise=excise,
        category=category,
        vat=vat,
        road=draw(st.just(D(0)) | money(highest='99')),
    )
