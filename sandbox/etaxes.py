"""The tax portal behind the portal: qaimə documents in the folders of companies.

Two layers, as in reality: what e-taxes has now (`Etaxes.folders`), and what the portal knows of it since
the last download (`Etaxes.held`). A document is a plain dict that is never changed in place: a new status
makes a new dict, so that what was downloaded before stays as it was.
"""

from decimal import Decimal

from .clock import format_datetime, parse_date

INCOMING, SENT = 0, 1
DRAFT = 'draft'  # the third folder: numbered, not signed; no download reaches it

# waiting for the counterparty: still ours to take back
DELETABLE = ('onApproval', 'onApprovalEdited')
GONE = ('canceled', 'deleted', 'deletedBySystem', 'deactivated')

KIND_OF_TYPE = {'default': 'defaultInvoice', 'avans': 'advanceInvoice'}

# document <- line: which totals are the sum of which amounts
TOTALS = {
    'ini_amount': 'ini_amount',
    'ini_amount1': 'ini_amount',
    'ini_amount2': 'ini_amount2',
    'excise_amount': 'total_excise',
    'apply_amount': 'apply_amount',
    'skip_amount': 'skip_amount',
    'zero_amount': 'zero_amount',
    'free_amount': 'free_amount',
    'vat_amount': 'vat_amount',
    'transp_amount': 'transp_amount',
    'net_amount': 'net_amount',
}
# document <- upload
SUMS = {
    'ini_amount': 'sum_subtotal1',
    'ini_amount1': 'sum_subtotal1',
    'ini_amount2': 'sum_subtotal2',
    'excise_amount': 'sum_aksiz',
    'apply_amount': 'sum_apply_vat_amount',
    'skip_amount': 'sum_skip_vat_amount',
    'zero_amount': 'sum_vat_zero',
    'free_amount': 'sum_vat_free',
    'vat_amount': 'sum_vat_amount',
    'transp_amount': 'sum_ttax',
    'net_amount': 'sum_total',
}
# line <- item of an upload
LINE_OF_ITEM = {
    'unit_price': 'unit_price',
    'unit_qty': 'quantity',
    'ini_amount': 'subtotal1',
    'ini_amount2': 'subtotal2',
    'grade': 'aksizgrade',
    'total_excise': 'aksiz',
    'apply_amount': 'apply_vat_amount',
    'skip_amount': 'skip_vat_amount',
    'zero_amount': 'vat_zero',
    'free_amount': 'vat_free',
    'vat_amount': 'vat_amount',
    'transp_amount': 'transport_tax',
    'net_amount': 'total',
}


class Etaxes:
    """The folders of all companies, and the numbers given out."""

    def __init__(self, clock, settings, numbers):
        self.clock = clock
        self.settings = settings
        self.folders = {}  # (company key, folder) -> {qaime: document}
        self.held = {}  # the same, as last downloaded
        self._numbers = numbers  # of invoices that were signed here
        self._seeded = 0
        self._last_id = 100000

    # -- numbers ------------------------------------------------------------------------------------------

    def next_id(self):
        """An id for a document or a line."""
        self._last_id += 1
        return self._last_id

    def new_qaime(self):
        """(serial, number), never given before: MT, year and month of the portal's clock, then 8 digits."""
        return self._cut(f'MT{self.clock.baku():%y%m}{next(self._numbers) % 10**8:08d}')

    def seeded_qaime(self):
        """(serial, number) of a document that was not signed here: the same ones after each reset."""
        self._seeded += 1
        return self._cut(f'EQ{self.clock.baku():%y%m}{self._seeded:08d}')

    def _cut(self, text):
        cut = self.settings.serial_length
        return text[:cut], text[cut:]

    # -- folders ------------------------------------------------------------------------------------------

    def folder(self, company, name, held=False):
        """The documents of one folder, by qaimə."""
        return (self.held if held else self.folders).setdefault((company.key, name), {})

    def put(self, company, folder, document, held=True):
        """File a document; `held` tells the portal of it too, as a download would."""
        self.folder(company, folder)[document['qaime']] = document
        if held:
            self.folder(company, folder, held=True)[document['qaime']] = document
        return document

    def find(self, company, folder, qaime):
        """The document as e-taxes has it now, or None."""
        return self.folder(company, folder).get(qaime)

    def complete(self, company, folder, **fields):
        """A whole document out of any part of it; what is given stays word for word."""
        lines = [self._complete_line(i, line) for i, line in enumerate(fields.pop('lines', None) or [], 1)]
        if 'qaime' not in fields:
            serial, number = (fields.get('serial'), fields.get('number'))
            if serial is None or number is None:
                serial, number = self.seeded_qaime()
            fields.update(serial=serial, number=number, qaime=f'{serial}{number}')
        cut = min(self.settings.serial_length, len(fields['qaime']))
        sent = folder != INCOMING
        document = {
            'id': self.next_id(),
            'main_subject': '',
            'add_subject': '',
            'serial': fields['qaime'][:cut],
            'number': fields['qaime'][cut:],
            'qaime': '',
            'cmp_from': company.name if sent else 'Satıcı MMC',
            'cmp_to': 'Alıcı MMC' if sent else company.name,
            'tin_from': company.voen if sent else '1700000001',
            'tin_to': '1700000001' if sent else company.voen,
            'datetime': format_datetime(self.clock.baku()),
            **{total: sum_of(lines, of_line) for total, of_line in TOTALS.items()},
            'status': 'onApproval',
            'type': 'defaultInvoice',
        }
        return {**document, **fields, 'lines': lines}

    def _complete_line(self, position, line):
        return {
            'id': self.next_id(),
            'line': position,
            'prod_code': '',
            'prod_name': '',
            'barcode': '',
            'unit_name': 'ədəd',
            'unit_price': 0,
            'unit_qty': 1,
            **{name: 0 for name in LINE_OF_ITEM if not name.startswith('unit_')},
            **line,
        }

    def set_status(self, qaime, status, held=True, lines=None, **fields):
        """Change a document's status in every folder it stands in, and whatever else its issuer corrects; sums follow
        from `lines` unless given. Says how many documents there were.
        """
        if lines is not None:
            lines = [self._complete_line(i, line) for i, line in enumerate(lines, 1)]
            sums = {total: sum_of(lines, of_line) for total, of_line in TOTALS.items()}
            fields = {**sums, **fields, 'lines': lines}
        count = 0
        for layer in (self.folders, self.held) if held else (self.folders,):
            for documents in layer.values():
                if qaime in documents:
                    documents[qaime] = {**documents[qaime], **fields, 'status': status}
                    count += layer is self.folders
        return count

    def discard(self, company, folder, qaime):
        """Take a document out of a folder for good."""
        self.folder(company, folder).pop(qaime, None)
        self.folder(company, folder, held=True).pop(qaime, None)

    # -- reading ------------------------------------------------------------------------------------------

    def select(self, company, folder, date_from=None, date_to=None, filters=None, held=False):
        """Documents of a folder in a span of time, filtered, in a stable order."""
        wanted = Filter(filters or {})
        rows = []
        for document in self.folder(company, folder, held).values():
            moment = parse_date(document['datetime'])
            if moment is None or (date_from and moment < date_from) or (date_to and moment > date_to):
                continue
            if wanted(document):
                rows.append((moment, document['id'], document))
        return [document for _moment, _id, document in sorted(rows, key=lambda row: row[:2])]

    def download(self, company, documents, folder):
        """What e-taxes gave is what the portal holds from now on."""
        held = self.folder(company, folder, held=True)
        for document in documents:
            held[document['qaime']] = document

    # -- from an upload -----------------------------------------------------------------------------------

    def from_invoice(self, invoice, advance=None):
        """The document of a signed upload. What it leaves out beside an advance is the advance's."""
        payload = invoice.payload
        serial, number = self.new_qaime()
        items = payload.get('items')
        lines = [self._line_of(i, item) for i, item in enumerate(items or [], 1)]
        if not items and advance:
            lines = advance['lines']
        totals = {total: sum_of(lines, of_line) for total, of_line in TOTALS.items()}
        given = {total: name for total, name in SUMS.items() if payload.get(name) is not None}
        totals.update({total: plain(payload[name]) for total, name in given.items()})
        kind = payload.get('type') or 'default'
        return {
            **self.complete(invoice.company, SENT, serial=serial, number=number),
            'main_subject': payload['main_info'],
            'add_subject': payload.get('add_info') or '',
            'tin_from': payload['seller'],
            'tin_to': payload['buyer'],
            'cmp_to': self.settings.taxpayers.get(payload['buyer'], ''),
            **totals,
            'type': 'agent' if payload.get('with_agent') else KIND_OF_TYPE.get(kind, kind),
            'lines': lines,
        }

    def _line_of(self, position, item):
        amounts = {name: plain(item.get(of_item) or 0) for name, of_item in LINE_OF_ITEM.items()}
        return self._complete_line(
            position, {'prod_code': item['id'], 'prod_name': item['name'], 'barcode': item['barcode'], 'unit_name': item['unit'], **amounts}
        )


class Filter:
    """inc_kinds, exc_kinds, inc_status, exc_status: comma-separated; including wins over excluding."""

    def __init__(self, filters):
        self.include = {'type': _words(filters.get('inc_kinds')), 'status': _words(filters.get('inc_status'))}
        self.exclude = {'type': _words(filters.get('exc_kinds')), 'status': _words(filters.get('exc_status'))}

    def __call__(self, document):
        for field, included in self.include.items():
            if included:
                if document[field] not in included:
                    return False
            elif document[field] in self.exclude[field]:
                return False
        return True


def _words(text):
    return {word.strip() for word in (text or '').split(',') if word.strip()}


def plain(number):
    """A number that JSON can carry without noise."""
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number


def sum_of(lines, name):
    """The exact sum of an amount over lines; what is no number (seeded on purpose) counts nothing."""
    values = [line.get(name) for line in lines]
    return plain(sum((Decimal(str(v)) for v in values if isinstance(v, (int, float))), Decimal(0)))
