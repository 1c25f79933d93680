import re
from itertools import chain

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date, formatLang

from ...vatportal import voen
from ...vatportal.outgoing_items import LARGEST, PRICE_DECIMALS
from ...vatportal.qaime_xml import TEXT_LIMIT
from .. import portal_text
from ..amounts import API_NAMES
from ..product import is_gtin
from ..states import baku_day

# A day farther back than this is more likely mistyped than late.
LONG_AGO = relativedelta(years=1)

# Fields of the API whose name is not ours, beside those of API_NAMES.
_LINE_NAMES = {'id': 'product_code', 'unit_price': 'price_unit', 'aksizgrade': 'excise_rate'}
_DOCUMENT_NAMES = {'id': 'erp_id', 'seller': 'seller_vat', 'buyer': 'buyer_vat', 'type': 'kind_id', 'items': 'line_ids'}
# Said in better words by our own checks before the portal's rules are asked.
_CHECKED_BEFORE = {20, 21, 22, 23, 39, 40, 41, 44, 45, 61}


class VatportalSource(models.AbstractModel):
    """What stands between a record and e-taxes, told before the portal is asked."""

    _inherit = 'vatportal.source'

    def _vatportal_problems(self, connector):
        """Return the problems of these records, in their order, as a list of dicts.

        ``name`` (of the record), ``line_id`` (the record's line, or False), ``level`` ('error' stops the record,
        'warning' does not), ``field`` (the accountant's name for it), ``message`` (what is wrong and what to
        do), ``res_model`` and ``res_id`` (the record to mend). A warning that ``asks`` is one that nobody is to pass over unseen.
        """
        return [problem for problems in self._vatportal_problems_of_each(connector).values() for problem in problems]

    def _vatportal_check(self, connector, seen=True):
        """Check these records, to be sent together through ``connector``.

        :param seen: see :meth:`_vatportal_problems_of_each`
        :return: dict of record → list of problems; the records that can be sent; dict of record → the values of its document
        """
        values = {}
        found = self._vatportal_problems_of_each(connector, values, seen)
        ready = self.filtered(lambda record: not any(problem['level'] == 'error' for problem in found[record]))
        for record, problems in ready._vatportal_together_problems().items():
            found[record] += problems
            ready -= record
        return found, ready, values

    def _vatportal_problems_of_each(self, connector, values=None, seen=True):
        """The problems as a dict of record → list; what has to be searched for is searched for all of them at once.

        :param values: a dict that gets record → the values of its document, as they were checked
        :param seen: whether a person sees them before anything goes. Where nobody does, a warning that asks is an error
        """
        values = {} if values is None else values
        found = {record: record._vatportal_record_problems(connector, values) for record in self}
        for record, problems in self._vatportal_searched_problems().items():
            found[record] += problems
        for problem in chain(*found.values()) if not seen else ():
            if problem.get('asks'):
                problem['level'] = 'error'
        return found

    def _vatportal_searched_problems(self):
        """What other records stand against sending these.

        :return: dict of record → list of problems, see :meth:`_vatportal_problems`
        """
        return {}

    def _vatportal_record_problems(self, connector, values):
        """The problems of this one record.

        :param values: a dict that gets record → the values of its document, where they could be built
        """
        raise NotImplementedError

    def _vatportal_together_problems(self):
        """What stands against sending these records, each of them ready, together.

        :return: dict of record → list of problems, see :meth:`_vatportal_problems`
        """
        return {}

    def _vatportal_problem(self, field, message, level='error', record=None, line=None, asks=False):
        record = record if record is not None else self
        return {
            **({'asks': True} if asks else {}),
            'name': self.display_name,
            'line_id': line.id if line else False,
            'level': level,
            'field': field,
            'message': message,
            'res_model': record._name,
            'res_id': record.id,
        }

    # ------------------------------------------------------------------ the record as a whole

    def _vatportal_sent_problem(self):
        """The problem that the record is at e-taxes, or on its way, already; None where it is not."""
        document = self._vatportal_live_document()
        if not document:
            return None
        if document.qaime:
            text = self.env._('It is at e-taxes already, with the number %s.', document.qaime)
        else:
            text = self.env._('It was sent already; its process has not ended.')
        return {**self._vatportal_problem(self.env._('Status'), text, record=document), 'sent': True}

    def _vatportal_unsent_problem(self):
        """The problem that a person has said why the record never goes; None where nobody has."""
        reason = (self.vatportal_unsent_reason or '').strip()
        if not reason:
            return None
        return self._vatportal_problem(
            self._fields['vatportal_unsent_reason']._description_string(self.env),
            self.env._('Somebody decided that it is never sent: “%s”. If it is to be sent after all, empty that field, tab e-taxes.', reason),
        )

    def _vatportal_connector_problem(self, connector):
        """What stands against sending through ``connector``; None for nothing."""
        company = self.company_id
        if not connector:
            return self._vatportal_problem(
                self.env._('Connector'),
                self.env._(
                    '%s has no VatPortal connector. An accounting manager can create one under Configuration → e-taxes → VatPortal Connectors.', company.name
                ),
                record=company,
            )
        if connector.company_id != company:
            return self._vatportal_problem(
                self.env._('Company'),
                self.env._(
                    'It belongs to %(company)s, the connector to %(other)s. Choose a connector of the same company.',
                    company=company.name,
                    other=connector.company_id.name,
                ),
            )
        return self._vatportal_doubt_problem(connector)

    def _vatportal_doubt_problem(self, connector):
        """Only the account that may have the record already, a partner's with the same phone, can tell, or refuse to take it twice.
        None for nothing."""
        doubtful = self.sudo().vatportal_document_ids.filtered(
            lambda document: document.state == 'rejected' and document.doubtful and not connector._reaches_what_went_through(document.connector_id)
        )[:1]
        if not doubtful:
            return None
        name = doubtful.connector_id.display_name
        text = (
            self.env._('The answer to an earlier try through %s was lost, and it may have it still. Send it through that connector.', name)
            if doubtful.connector_id.active
            else self.env._(
                'The answer to an earlier try through %s was lost, and it may have it still, but that connector is archived. Restore it and send it through '
                'it; or an accounting manager looks into VatPortal and, if it is not there, presses “Not at the Portal (I Looked)” on the document.',
                name,
            )
        )
        return self._vatportal_problem(self.env._('Connector'), text, record=doubtful)

    def _vatportal_currency_problem(self):
        company = self.company_id
        if company.currency_id.name == 'AZN':
            return None
        return self._vatportal_problem(
            self.env._('Currency'), self.env._('The currency of %s is not AZN; e-taxes takes manat only.', company.name), record=company
        )

    def _vatportal_voen_problems(self, parties):
        """The problems with the VÖEN of each of ``parties`` (``res.partner``)."""
        problems = []
        for party in parties:
            number = self._vatportal_voen_of(party)
            if not number:
                text, level = self.env._('%s has no VÖEN. Fill in the Tax ID.', party.name), 'error'
            elif not voen.is_voen(number):
                text, level = (
                    self.env._('The VÖEN of %(name)s must have exactly 10 digits, not “%(vat)s”. Correct the Tax ID.', name=party.name, vat=party.vat),
                    'error',
                )
            elif not voen.has_valid_check_digit(number):
                text, level = (
                    self.env._('The check digit of the VÖEN %(vat)s of %(name)s is wrong. Look whether it was mistyped.', name=party.name, vat=number),
                    'warning',
                )
            else:
                continue
            problems.append(self._vatportal_problem(self.env._('VÖEN'), text, level=level, record=party))
        return problems

    def _vatportal_day_problems(self, field, day):
        """Warn where ``day`` (a date, called ``field`` on the form) lies far off that of today in Azerbaijan."""
        today = baku_day(fields.Datetime.now())
        if not day or today - LONG_AGO <= day <= today:
            return []
        shown = format_date(self.env, day)
        text = (
            self.env._('%s is in the future. Look whether it was mistyped; it can be sent all the same.', shown)
            if day > today
            else self.env._('%s is more than a year ago. Look whether it was mistyped; it can be sent all the same.', shown)
        )
        return [self._vatportal_problem(field, text, level='warning')]

    # ------------------------------------------------------------------ lines

    def _vatportal_product_problems(self, line, product, uom, label):
        """What a line of ``product`` (``product.template``, maybe none) in ``uom`` lacks to stand on a qaimə."""
        problems = []
        if not product:
            problems.append(
                self._vatportal_problem(self.env._('Product'), self.env._('“%s” has no product. Choose one that has an e-taxes code.', label), line=line)
            )
        elif not product._vatportal_code():
            problems.append(
                self._vatportal_problem(
                    self.env._('e-taxes Code'),
                    self.env._('%s has no e-taxes code. Set the 10-digit code on the product or its category.', product.display_name),
                    line=line,
                    record=product,
                )
            )
        if not uom._vatportal_unit():
            problems.append(self._vatportal_problem(self.env._('Unit'), self.env._('“%s” has no unit of measure. Choose one on the line.', label), line=line))
        return problems + self._vatportal_barcode_problems(line)

    def _vatportal_barcode_problems(self, line):
        """Warn where the product of ``line`` has to have a GTIN, or has what looks like one, and is none."""
        product = line.product_id
        if not product or is_gtin(product.barcode):
            return []
        if self._vatportal_is_under_excise(line):
            text = self.env._(
                '%s is under excise and has no GTIN, which e-invoices of such goods need. Enter it as its barcode: 8, 12, 13 or 14 '
                'digits. It can be sent all the same.',
                product.display_name,
            )
        elif re.fullmatch(r'[0-9]{12,14}', product.barcode or ''):
            text = self.env._(
                'The barcode %(barcode)s of %(name)s is no GTIN: its last digit is wrong. Look whether it was mistyped; it can be sent all the same.',
                barcode=product.barcode,
                name=product.display_name,
            )
        else:
            return []
        return [self._vatportal_problem(self.env._('Barcode'), text, level='warning', record=product, line=line)]

    def _vatportal_is_under_excise(self, line):
        """Whether the product of ``line`` is sold with an excise tax."""
        taxes = line.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return 'excise' in taxes._vatportal_categories()

    def _vatportal_large_text(self, row):
        return self.env._(
            'No amount and no quantity above %(limit)s can be sent, of a line or of all of them together. The '
            'largest line is “%(line)s”. Divide it into several documents.',
            line=row.label,
            limit=formatLang(self.env, float(LARGEST), digits=0),
        )

    def _vatportal_price_text(self, row):
        return self.env._(
            "“%(line)s”: the price of one unit can't be written with %(digits)s decimals so that %(quantity)s of "
            'them come to the amount. Use a larger unit of measure.',
            line=row.label,
            digits=PRICE_DECIMALS,
            quantity=f'{row.quantity:f}',
        )

    # ------------------------------------------------------------------ the portal's own rules

    def _vatportal_portal_problems(self, vals):
        """Check what would be sent against the portal's rules 20–64, as it stands ready to be sent.

        :param vals: see :meth:`_vatportal_document_vals`
        """
        lines = [command[2] for command in vals['line_ids'] if command[2]]
        invoice, problems = self.env['vatportal.document']._invoice_of({**vals, 'erp_id': '0' * 7}), []
        try:
            invoice.to_json()
        except ValueError:
            problems.append(
                self._vatportal_problem(
                    self.env._('Amount'), self.env._('An amount, a price or a quantity has more digits than can be sent to the portal. Round it.')
                )
            )
        for problem in invoice.problems():
            if problem.code in _CHECKED_BEFORE:
                continue
            line = lines[problem.item] if problem.item is not None else None
            text = portal_text.validation_text(self.env, problem.code)
            problems.append(
                self._vatportal_problem(
                    self._vatportal_field_label(problem.field, bool(line)),
                    f'“{line["name"]}”: {text}' if line else text,
                    line=line and self._vatportal_line_of(line),
                )
            )
        return problems + self._vatportal_note_problems(vals)

    def _vatportal_note_problems(self, vals):
        """Warn of a note that is longer than the form of e-taxes has room for: VatPortal names no limit, and nobody knows what becomes of it."""
        problems = []
        for name in ('main_info', 'add_info'):
            count = len(vals[name] or '')
            if count > TEXT_LIMIT:
                text = self.env._(
                    'The note has %(count)s characters, and the form of e-taxes has room for %(limit)s. Shorten it; it can be sent all the same.',
                    count=count,
                    limit=TEXT_LIMIT,
                )
                problems.append(self._vatportal_problem(self._fields[f'vatportal_{name}']._description_string(self.env), text, level='warning'))
        return problems

    def _vatportal_line_of(self, line_vals):
        """The line of this record from which a document line with ``line_vals`` was made; None where none is."""
        return None

    def _vatportal_field_label(self, name, of_line):
        """Our label for the field that the portal calls ``name``, of an item or of the document; else that name."""
        names = {api[0 if of_line else 1]: ours for ours, api in API_NAMES.items()} | (_LINE_NAMES if of_line else _DOCUMENT_NAMES)
        model = self.env['vatportal.document.line' if of_line else 'vatportal.document']
        field = model._fields.get(names.get(name, name))
        return field._description_string(self.env) if field else name
