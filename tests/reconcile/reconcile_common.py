from odoo.fields import Command

from ..bill_common import BillCommon

LINES = {'vat': 100.0, 'zero': 40.0, 'exempt': 30.0, 'not_subject': 20.0}
NOVEMBER = [('date', '>=', '2026-11-01'), ('date', '<=', '2026-11-30')]


class ReconcileCommon(BillCommon):
    """Entries and documents of a company whose connector was set up in October 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-10-05' WHERE id = %s", [cls.connector.id])
        cls.env.invalidate_all()
        azerbaijan = cls.env.ref('base.az').id
        cls.vendor.write({'is_company': True, 'country_id': azerbaijan})
        cls.citizen = cls.env['res.partner'].create({'name': 'Leyla Məmmədova', 'country_id': azerbaijan})
        cls.by_number = cls.env['res.partner'].create({'name': 'Tbilisi LLC', 'is_company': True, 'vat': 'GE123456789'})
        cls.foreigner = cls.env['res.partner'].create({'name': 'Karvan Ticaret AŞ', 'is_company': True, 'country_id': cls.env.ref('base.tr').id})

    # ------------------------------------------------------------------ what is looked at

    def rows(self, record, *domain):
        """The rows of an entry or a document, oldest first."""
        self.env.flush_all()
        self.env.invalidate_all()
        name = 'move_id' if record._name == 'account.move' else 'document_id'
        return self.env['vatportal.reconciliation'].search([(name, '=', record.id), *domain], order='date, id')

    def found(self, record):
        """(finding, reason) of the one row of ``record``."""
        row = self.rows(record)
        self.assertEqual(len(row), 1, row.mapped('finding'))
        return row.finding, row.reason

    # ------------------------------------------------------------------ both sides

    @classmethod
    def sale(cls, lines=None, **vals):
        """A posted customer invoice; ``lines``: category → net."""
        return cls.create_invoice(*cls.item_vals(lines or LINES, cls.taxes), **{'invoice_date': '2026-11-20', **vals})

    @classmethod
    def purchase_entry(cls, lines=None, **vals):
        """A posted vendor bill that was typed by hand, on its day unless ``date`` says when."""
        lines = cls.item_vals(lines or LINES, cls.purchase)
        vals = {'move_type': 'in_invoice', 'partner_id': cls.vendor.id, 'invoice_date': '2026-11-20', **vals}
        return cls.create_invoice(*lines, **{'date': vals['invoice_date'], **vals})

    @classmethod
    def item_vals(cls, lines, taxes):
        return [{'price_unit': net, 'tax_ids': [Command.set(taxes[category].ids)]} for category, net in lines.items()]

    @classmethod
    def at_etaxes(cls, move, lines=None, **vals):
        """The document of ``move`` as e-taxes has it: with those lines."""
        rows = [cls.line(net, category) for category, net in (lines or LINES).items()]
        incoming = {'direction': 'incoming'} if move.move_type in ('in_invoice', 'in_receipt') else {'direction': 'outgoing'}
        return cls.document(*rows, **{'move_id': move.id, 'date': '2026-11-20 10:00:00', 'partner_id': move.commercial_partner_id.id, **incoming, **vals})

    def posted_bill(self, *lines, **vals):
        """The bill that is made of a received document, posted and booked on its day; return the document."""
        move = self.bill(*lines, **{'date': '2026-11-20 10:00:00', **vals})
        move.date = move.invoice_date
        move.action_post()
        return move.vatportal_bill_document_id
