from decimal import Decimal as D

import pytest

from vatportal.incoming_parts import line_price, split


def row(quantity, price, columns, excise='0', digits=2, vat='0'):
    net = sum(map(D, columns.values()))
    return split(
        'row',
        {name: D(base) for name, base in columns.items()},
        goods=net - D(excise),
        excise=D(excise),
        net=net,
        vat=D(vat),
        road=D(0),
        quantity=D(quantity),
        digits=digits,
    )


@pytest.mark.parametrize(
    ('quantity', 'columns', 'expected'),
    [
        ('3', {'vat': '60', 'zero': '20', 'exempt': '10', 'not_subject': '10'}, ['1.80', '0.60', '0.30', '0.30']),
        ('1', {'vat': '33.34', 'zero': '33.33', 'exempt': '33.33'}, ['0.33', '0.34', '0.33']),
        ('3', {'vat': '100', 'exempt': '-40'}, ['5.00', '-2.00']),
        ('1', {'vat': '1000', 'zero': '1'}, ['1.00', '0.00']),
        ('7', {'vat': '100'}, ['7.00']),
        ('2', {'vat': '100', 'zero': '-100'}, ['2.00', '0.00']),
        ('0', {'vat': '60', 'zero': '40'}, ['0.00', '0.00']),
    ],
)
def test_quantities(quantity, columns, expected):
    parts = row(quantity, '0', columns)
    assert [str(part.quantity) for part in parts] == expected
    assert sum(part.quantity for part in parts) == D(quantity)


def test_what_is_in_no_column_has_its_share():
    parts = split('row', {'vat': D(60)}, goods=D(100), excise=D(0), net=D(100), vat=D('10.8'), road=D(0), quantity=D(10))
    assert [(part.category, part.quantity) for part in parts] == [('vat', 6), (None, 4)]


@pytest.mark.parametrize('excise', ['0', '10', '0.07', '33.333333'])
def test_excise_is_divided_too(excise):
    parts = row('3', '0', {'vat': '70', 'zero': '20', 'exempt': '10'}, excise)
    assert sum(part.excise for part in parts) == D(excise)
    assert [part.base for part in parts] == [70, 20, 10]
    prices = {round(part.goods / part.share, 9) for part in parts}
    assert prices == {round((100 - D(excise)) / 3, 9)}


def test_price_of_a_part_is_the_rows():
    for part in row('1', '100', {'vat': '33.34', 'zero': '33.33', 'exempt': '33.33'}):
        assert line_price(part.goods, part.quantity, D(100), exact=False, share=part.share) == 100.0


def test_price_without_a_tax_gives_the_amount():
    part = row('1', '100', {'vat': '66.67', 'zero': '33.33'})[1]
    price = D(str(line_price(part.goods, part.quantity, D(100), exact=True, share=part.share)))
    assert round(price * part.quantity, 2) == D('33.33')


@pytest.mark.parametrize(
    ('columns', 'goods', 'net', 'rest'),
    [
        ({'vat': '60'}, '100', '100', '40'),
        ({'vat': '60', 'exempt': '20'}, '100', '100', '20'),
        ({'not_subject': '0.5'}, '100', '0', '99.5'),
        ({'vat': '60'}, '60.01', '60.01', None),
        ({'vat': '60'}, '50', '50', None),
        ({'vat': '60'}, '0', '0', None),
        ({}, '100', '100', '100'),
    ],
)
def test_a_return_with_minus_signs_is_split_as_what_it_returns(columns, goods, net, rest):
    def parts(sign):
        found = {name: sign * D(base) for name, base in columns.items()}
        return split('row', found, goods=sign * D(goods), excise=D(0), net=sign * D(net), vat=D(0), road=D(0), quantity=D(10))

    assert [part.goods for part in parts(1) if part.category is None] == ([D(rest)] if rest else [])
    assert [(part.category, part.goods, part.quantity) for part in parts(-1)] == [(part.category, -part.goods, part.quantity) for part in parts(1)]
