"""The lists of an archive as XLSX: the same rows give the same bytes. Plain functions: nothing of the database here."""

import io
from datetime import date, datetime

import xlsxwriter

from .portal_values import clean

# Excel takes so many characters in a cell.
CELL = 32000
_WIDTHS = {'text': 22, 'date': 17, 'amount': 13}


class Sheet:
    """One sheet with a heading, written row by row; the rows wait in a file of xlsxwriter's, not in memory."""

    def __init__(self, title, columns):
        """:param columns: list of (heading, 'text' | 'date' | 'amount')"""
        self._file, self._row, self._kinds = io.BytesIO(), 0, [kind for _heading, kind in columns]
        self._book = xlsxwriter.Workbook(self._file, {'constant_memory': True})
        # Else the moment of writing stands in it.
        self._book.set_properties({'created': datetime(1980, 1, 1)})
        self._formats = {
            'text': None,
            'date': self._book.add_format({'num_format': 'dd.mm.yyyy hh:mm'}),
            'day': self._book.add_format({'num_format': 'dd.mm.yyyy'}),
            'amount': self._book.add_format({'num_format': '#,##0.00'}),
        }
        self._sheet = self._book.add_worksheet(title)
        bold = self._book.add_format({'bold': True, 'text_wrap': True})
        self._sheet.freeze_panes(1, 1)
        for place, (heading, kind) in enumerate(columns):
            self._sheet.set_column(place, place, _WIDTHS[kind])
            self._sheet.write_string(0, place, heading, bold)

    def add(self, values):
        """Write a row, a value for each column; nothing and zero are left empty. A text is a text, whatever it begins with."""
        self._row += 1
        for place, (kind, value) in enumerate(zip(self._kinds, values, strict=True)):
            if value in (None, False, ''):
                continue
            if isinstance(value, (date, datetime)):
                self._sheet.write_datetime(self._row, place, value, self._formats['date' if isinstance(value, datetime) else 'day'])
            elif kind == 'amount':
                self._sheet.write_number(self._row, place, float(value), self._formats['amount'])
            else:
                self._sheet.write_string(self._row, place, clean(value, CELL))

    def content(self):
        """The XLSX, as bytes; nothing can be added afterwards."""
        if self._row:
            self._sheet.autofilter(0, 0, self._row, len(self._kinds) - 1)
        self._book.close()
        return self._file.getvalue()
