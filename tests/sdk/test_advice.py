"""What is recommended of a received document, and why."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal.advice import VERDICTS, Facts, Ordered, Row, Usual, advise, contract_words

D = Decimal
ROW = Row('Sement M400', D(10), D(100), D(118))
QUM = replace(ROW, name='Qum')
ORDERED = Ordered('P00012', (D(100), D(118)), left=D(10), received=D(10))
PLAIN = Facts(rows=(ROW,), base=D(1000), vat=D(180))
AS_ORDERED = replace(PLAIN, orders={0: ORDERED}, expects_orders=True)
AS_USUAL = replace(PLAIN, usual={0: Usual(D(100), 7)})


def codes(facts):
    verdict, reasons = advise(facts)
    assert verdict == max((reason.verdict for reason in reasons), key=VERDICTS.index)
    return verdict, [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ('facts', 'verdict', 'expected'),
    [
        (AS_ORDERED, 'fine', ['as_ordered']),
        (AS_USUAL, 'fine', ['price_usual']),
        (PLAIN, 'ask', ['nothing_to_compare']),
        (replace(PLAIN, known=False), 'ask', ['unknown_vendor']),
        (replace(AS_ORDERED, known=False), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, twin='MT261125000100'), 'refuse', ['twin']),
        (replace(AS_USUAL, usual={0: Usual(D(118), 7, gross=True)}), 'fine', ['price_usual']),
        (replace(AS_USUAL, usual={0: Usual(D(100), 7, gross=True)}), 'ask', ['price_higher']),
        (replace(AS_USUAL, rows=(replace(ROW, gross=None),), usual={0: Usual(D(1), 7, gross=True)}), 'fine', []),
        # VAT
        (replace(AS_ORDERED, vat=D('180.01')), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, vat=D('180.02')), 'refuse', ['vat']),
        (replace(AS_ORDERED, base=D(0), vat=D(0)), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, base=None, vat=D(1)), 'fine', ['as_ordered']),
        # Orders
        (replace(AS_ORDERED, orders={0: replace(ORDERED, prices=(D('84.75'), D(100)))}), 'refuse', ['price_above_order']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, prices=(D(118), D('139.24')))}), 'ask', ['price_not_ordered']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, prices=(D('100.001'), D('118.01')))}), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, prices=())}), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, left=D(9))}), 'refuse', ['more_than_ordered']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, received=D(9))}), 'ask', ['more_than_received']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, received=None)}), 'fine', ['as_ordered']),
        (replace(AS_ORDERED, orders={0: replace(ORDERED, left=None)}), 'ask', ['unit_not_ordered']),
        (replace(AS_ORDERED, orders={}), 'ask', ['not_ordered']),
        # Prices
        (replace(AS_USUAL, usual={0: Usual(D('95.30'), 3)}), 'fine', ['price_usual']),
        (replace(AS_USUAL, usual={0: Usual(D('95.20'), 3)}), 'ask', ['price_higher']),
        (replace(AS_USUAL, usual={0: Usual(D(106), 3)}), 'ask', ['price_lower']),
        (replace(AS_USUAL, rows=(replace(ROW, price=None),)), 'fine', []),
        # Rows that nothing is known of
        (replace(AS_USUAL, rows=(ROW, QUM)), 'ask', ['not_compared', 'price_usual']),
        (replace(AS_ORDERED, rows=(ROW, QUM), expects_orders=False), 'ask', ['not_compared']),
        (replace(AS_ORDERED, rows=(ROW, QUM)), 'ask', ['not_ordered']),
        (replace(AS_ORDERED, rows=(ROW, QUM), expects_orders=False, usual={1: Usual(D(100), 2)}), 'fine', ['price_usual']),
        (replace(PLAIN, rows=(ROW, QUM), base=None), 'ask', ['nothing_to_compare']),
        # The contract
        (replace(AS_USUAL, note='Müqavilə A-12; 20.11.2026', earlier_notes=('Müqavilə A-12; 01.10.2026',)), 'fine', ['contract', 'price_usual']),
        (replace(AS_USUAL, note='Müqavilə B-1', earlier_notes=('Müqavilə A-12', 'müqavilə a-12')), 'ask', ['contract_other', 'price_usual']),
        (replace(AS_USUAL, note=' ', earlier_notes=('Müqavilə A-12',)), 'ask', ['contract_missing', 'price_usual']),
        (replace(AS_USUAL, note='Hesab 7', earlier_notes=('Hesab 5', 'Hesab 6')), 'fine', ['price_usual']),
    ],
)
def test_verdict(facts, verdict, expected):
    if not expected:
        assert advise(facts) == ('fine', ())
        return
    assert codes(facts) == (verdict, expected)


@pytest.mark.parametrize(
    ('quantity', 'written', 'amount', 'ordered', 'expected'),
    [
        # However many: what the row comes to counts, not the unit.
        (1, '100', '100.00', '100.01', 'fine'),
        (1, '100', '100.00', '99.98', 'refuse'),
        (100_000, '0.06', '6000.00', '0.05', 'refuse'),
        (100_000, '0.04', '4000.00', '0.05', 'ask'),
        (100_000, '0.054', '5400.00', '0.05', 'refuse'),
        (1_000_000, '0.05', '50000.00', '0.046', 'refuse'),
        (-100_000, '0.04', '-4000.00', '0.05', 'ask'),
        (0.001, '900', '0.90', '100', 'refuse'),
        # Half of the fourth decimal, or of the last one, is rounding; and so is a qəpik of the row.
        (100_000, '0.8475', '84750.00', '0.84745763', 'fine'),
        (100_000, '0.8476', '84760.00', '0.84745763', 'refuse'),
        (1_000_000, '0.00124', '1240.00', '0.0012', 'refuse'),
        (3, '33.33', '100.00', '33.33', 'fine'),
        (7, '0.142857', '1.00', '0.14285714', 'fine'),
    ],
)
def test_a_price_is_compared_by_what_the_row_comes_to(quantity, written, amount, ordered, expected):
    quantity, amount, ordered = D(str(quantity)), D(amount), D(ordered)
    row = Row('Vint', quantity, amount / quantity, amount / quantity * D('1.18'), D(written))
    facts = Facts(rows=(row,), orders={0: Ordered('P1', (ordered, ordered * D('1.18')), left=D(10) ** 7)})
    verdict, reasons = advise(facts)
    assert verdict == expected, reasons
    if expected != 'fine':
        assert reasons[0].values['price'] != reasons[0].values['ordered']


@pytest.mark.parametrize(
    ('quantity', 'price', 'usual', 'expected'),
    [
        (100_000, '0.06', '0.05', 'price_higher'),
        (100_000, '0.052', '0.05', 'price_usual'),
        (100_000, '0.04', '0.05', 'price_lower'),
        (1, '0.06', '0.05', 'price_usual'),
        (2, '0.06', '0.05', 'price_higher'),
        (-100_000, '0.06', '0.05', 'price_higher'),
    ],
)
def test_a_usual_price_too(quantity, price, usual, expected):
    facts = Facts(rows=(Row('Vint', D(quantity), D(price)),), usual={0: Usual(D(usual), 3)})
    (reason,) = advise(facts)[1]
    assert reason.code == expected


@pytest.mark.parametrize(
    ('price', 'quantity', 'shown'),
    [(D(100), 10, '100.00'), (D('0.054'), 100_000, '0.054'), (D('0.05'), 100_000, '0.05'), (D(100) / 3, 3, '33.333'), (D(100) / 3, 1_000_000, '33.33333333')],
)
def test_a_price_reads_as_exactly_as_its_row_needs(price, quantity, shown):
    row = Row('Vint', D(quantity), price)
    (reason,) = advise(Facts(rows=(row,), usual={0: Usual(D(1), 3)}))[1]
    assert str(reason.values['price']) == shown


def test_the_gravest_counts_and_comes_first():
    facts = replace(AS_ORDERED, rows=(ROW, QUM), orders={0: replace(ORDERED, left=D(1))}, twin='MT1', known=False, vat=D(360), base=D(2000))
    verdict, found = codes(facts)
    assert verdict == 'refuse'
    assert found == ['twin', 'more_than_ordered', 'not_ordered']


def test_contract_words():
    assert contract_words('Müqavilə №A-12, 20.11.2026; INV/2026/00001') == {'a-12', 'inv/2026/00001'}
    assert contract_words('') == contract_words('müqavilə 2026-11-20') == set()


amounts = st.decimals(D(0), D(10) ** 6, places=2)
rows = st.builds(Row, st.text(max_size=5), amounts, st.none() | amounts, st.none() | amounts)
orders = st.builds(Ordered, st.just('P1'), st.lists(amounts, max_size=2).map(tuple), st.none() | amounts, st.none() | amounts)


@given(
    st.builds(
        Facts,
        st.lists(rows, max_size=3).map(tuple),
        st.dictionaries(st.integers(0, 2), orders),
        st.dictionaries(st.integers(0, 2), st.builds(Usual, amounts, st.integers(1, 9), st.booleans())),
        st.booleans(),
        st.booleans(),
        st.sampled_from(['', 'MT1']),
        st.text(max_size=9),
        st.lists(st.text(max_size=9), max_size=3).map(tuple),
        st.none() | amounts,
        amounts,
    )
)
def test_whatever_is_known(facts):
    """Nothing grave is ever passed over: no reason is graver than the verdict, and they come in order."""
    verdict, reasons = advise(facts)
    ranks = [VERDICTS.index(reason.verdict) for reason in reasons]
    assert ranks == sorted(ranks, reverse=True)
    assert VERDICTS.index(verdict) == max(ranks, default=0)
    if facts.twin:
        assert verdict == 'refuse'
