"""What a word for a unit says by itself. Units on a qaimə are free text; there is no official list."""

import re
from decimal import Decimal

from .names import text_key

# Words that are a number of pieces themselves.
_NUMBERS = {2: ('cüt', 'pair', 'pairs', 'пара'), 12: ('düjün', 'düjin', 'duzina', 'dozen', 'dozens', 'дюжина')}
_WORDS = {text_key(word): number for number, words in _NUMBERS.items() for word in words}
# What one vendor puts six into, or fifty kilograms, another fills otherwise.
# fmt: off
_CONTAINERS = {text_key(word) for word in (
    'qutu', 'yeşik', 'kisə', 'çuval', 'meşok', 'paket', 'bağlama', 'qablaşdırma', 'karton', 'butulka', 'şüşə', 'banka', 'bidon',
    'çəllək', 'boçka', 'kanistr', 'vedrə', 'rulon', 'top', 'palet', 'poddon', 'konteyner', 'dəst', 'box', 'case', 'bag', 'sack',
    'pack', 'package', 'carton', 'bottle', 'can', 'barrel', 'roll', 'pallet', 'set', 'коробка', 'ящик', 'мешок', 'пакет', 'пачка',
    'упаковка', 'бутылка', 'банка', 'бочка', 'рулон', 'поддон', 'комплект')}
# fmt: on


def is_container(text: str | None) -> bool:
    """Whether ``text`` names what goods are put into, and not a measure."""
    return any(word in _CONTAINERS for word in text_key(text).split())


def says_how_many(text: str | None, number: Decimal) -> bool:
    """Whether ``text`` says that a unit is ``number`` (Decimal) of others: "qutu (6 ədəd)" does, "qutu" does not."""
    if _WORDS.get(text_key(text)) == number:
        return True
    found = re.findall(r'\d+(?:[.,]\d+)?', text or '')
    return any(Decimal(each.replace(',', '.')) == number for each in found)
