"""Numbers and names in what people write."""

import pytest

from vatportal.names import stands_in, words


@pytest.mark.parametrize(
    'text', ['P00012', 'Sifariş P00012, 20.11.2026', 'Sifariş: P00012.', 'Sifariş:P00012', '№P00012; müqavilə 7', '“P00012” üzrə', '(P00012)', 'P00011,P00012']
)
def test_a_number_stands_in_a_note(text):
    assert stands_in(words('P00012'), words(text))


@pytest.mark.parametrize('text', ['', None, 'P000123', 'AP00012', 'P00012-1', 'P00012/2'])
def test_another_number_does_not(text):
    assert not stands_in(words('P00012'), words(text))


def test_of_several_words():
    note = words('Müqavilə № A-12 üzrə, sifariş 7')
    assert stands_in(words('Müqavilə № A-12'), note)
    assert stands_in(words('A-12 üzrə sifariş'), note)
    assert not stands_in(words('Müqavilə 7'), note)
    assert not stands_in(words(''), note)
