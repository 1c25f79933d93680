"""Taxes of early payment and of foreign currency, spread over the rows."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import CENT, VAT, discount, goods, rounded, to_invoice
from samples import money

from vatportal.levies import charge, total_slack
from vatportal.netting import net_rows, split_untaxed
from vatportal.outgoing_items import AmountError, Levy


def test_vat_of_less_than_the_price():
    rows = split_untaxed([goods(1000)], discount(-20), D(20))
    (line,) = charge(rows, {'vat': D('176.40')})
    assert (line.net, line.extra_not_subject, line.vat, line.total) == (980, 20, D('176.40'), D('1176.40'))
    made = to_invoice([line])
    assert made.problems() == []
    assert made.items[0].subtotal1 == 1000


def test_other_columns_know_no_such_thing():
    exempt = {'category': 'exempt', 'levies': ()}
    rows = [goods(1000, **exempt)]
    assert split_untaxed(rows, discount(-20, **exempt), D(20)) == rows


@given(st.decimals(D(1), D(99999), places=2), st.decimals(D('0.01'), D('2.2'), places=4))
def test_vat_rounded_in_another_currency_goes(amount, rate):
    """VAT rounded in the invoice's currency and then converted: the total stays, the VAT is 18 % to the qəpik."""
    base, vat = rounded(amount * rate), rounded(rounded(amount * D('0.18')) * rate)
    if base < CENT:
        return
    (line,) = charge([goods(base)], {'vat': vat}, total_slack(1, CENT * rate))
    assert line.total == base + vat
    assert abs(line.vat - D('0.18') * line.net) <= CENT
    assert to_invoice([line]).problems() == []


def test_vat_changed_by_hand_in_another_currency_stops():
    with pytest.raises(AmountError, match='vat'):
        charge([goods('1422.56')], {'vat': D('257.00')}, total_slack(1, D('0.017')))


@given(st.decimals(D(1), D(9999), places=2), st.lists(st.sampled_from([D('0.05'), D('0.02'), D('0.125')]), min_size=2, max_size=3))
def test_several_taxes_of_one_kind_are_added(net, rates):
    """Each of them is rounded by itself; two of one rate are two."""
    taxes = tuple(Levy('road', rate=rate) for rate in rates)
    row = goods(net, levies=(VAT, *taxes))
    road, vat = sum(rounded(net * rate) for rate in rates), rounded(net * D('0.18'))
    (line,) = charge(net_rows([row]), {'road': road, 'vat': vat})
    assert (line.road, line.vat) == (road, vat)
    off = discount(-rounded(net / 2), levies=(VAT, Levy('road', rate=sum(rates))))
    assert net_rows([row, off])[0].net == net + off.net


def test_vat_stands_once_on_a_line():
    with pytest.raises(AmountError, match='vat'):
        charge([goods(100, levies=(VAT, VAT))], {'vat': D(36)})


def excise(name, **values):
    return {'levies': (VAT, Levy('excise', tax=name, **values))}


def test_two_taxes_of_a_kind_that_were_changed_against_each_other_stop():
    rows = [goods(100, **excise('wine', rate=D('0.1'))), goods(100, **excise('beer', fixed=D(10)))]
    changed = {'wine': D('9.9'), 'beer': D('10.1')}
    with pytest.raises(AmountError, match='levy'):
        charge(rows, {'excise': D(20)}, kinds=('excise',), by_tax=changed)
    both = (*rows[0].levies, *rows[1].levies[1:])
    (row,) = charge([goods(100, levies=both)], {'excise': D(20)}, kinds=('excise',), by_tax=changed)
    assert row.excise == 20


@given(st.lists(money(highest='99'), min_size=1, max_size=4), st.lists(money(highest='99'), min_size=1, max_size=4))
def test_no_qepik_moves_from_one_tax_to_another(first, second):
    rows = [goods(net, **excise('wine', rate=D('0.125'))) for net in first] + [goods(net, **excise('beer', rate=D('0.05'))) for net in second]
    totals = {'wine': rounded(D('0.125') * sum(first)), 'beer': rounded(D('0.05') * sum(second))}
    sent = charge(rows, {'excise': sum(totals.values())}, kinds=('excise',), by_tax=totals)
    assert sum(row.excise for row in sent[: len(first)]) == totals['wine']


def test_a_discount_is_taken_off_two_taxes_of_one_rate():
    rows = [goods(100, **excise('wine', rate=D('0.1'))), goods(100, **excise('beer', rate=D('0.1'))), discount(-50, **excise('wine', rate=D('0.1')))]
    sent = charge(net_rows(rows), {'excise': D(15)}, kinds=('excise',), by_tax={'wine': D(5), 'beer': D(10)})
    assert [row.excise for row in sent] == [D('7.5'), D('7.5')]
