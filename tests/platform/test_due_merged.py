from datetime import date

from ..common import script
from ..due_common import DueCommon


class TestDueMerged(DueCommon):
    """Contacts that were entered twice are merged, and only one of them was known to get invoices by e-taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        azerbaijan, georgia = cls.env.ref('base.az').id, cls.env.ref('base.ge').id
        cls.private, cls.firm, cls.abroad = cls.env['res.partner'].create(
            [
                {'name': 'Aygün', 'country_id': azerbaijan},
                {'name': 'Aygün MMC', 'country_id': azerbaijan, 'vat': '2001876531', 'is_company': True},
                {'name': 'Aygün', 'country_id': georgia},
            ]
        )

    def invoices_of(self, *partners):
        return self.env['account.move'].concat(*(self.create_invoice(partner_id=partner.id) for partner in partners))

    def merge(self, *sources, into):
        self.env['base.partner.merge.automatic.wizard'].create({})._merge([into.id, *(source.id for source in sources)], into)
        self.env.invalidate_all()

    def test_one_that_gets_none(self):
        """Whose invoices have a last day from then on; those that the other one has had for years are not gone through."""
        moves, known = self.invoices_of(self.private, self.abroad), self.create_invoice(partner_id=self.firm.id)
        self.assertFalse(any(moves.mapped('vatportal_due_date')))
        walked = self.computed('account.move', 'vatportal_due_date', lambda: self.merge(self.private, self.abroad, into=self.firm))
        self.assertEqual({one for part in walked for one in part}, set(moves.ids))
        self.assertEqual((moves + known).mapped('vatportal_due_date'), [date(2026, 11, 20)] * 3)

    def test_into_one_that_gets_none(self):
        """It becomes one that does."""
        moves = self.invoices_of(self.private, self.firm)
        self.merge(self.firm, into=self.private)
        self.assertEqual(moves.mapped('vatportal_due_date'), [date(2026, 11, 20)] * 2)

    def test_into_one_that_gets_none_for_ever(self):
        moves = self.invoices_of(self.abroad, self.firm)
        self.merge(self.firm, into=self.abroad)
        self.assertFalse(any(moves.mapped('vatportal_due_date')))

    def test_two_that_are_alike(self):
        other = self.firm.copy({'name': 'Aygün QSC'})
        self.invoices_of(self.firm, other)
        self.assertEqual(self.computed('account.move', 'vatportal_due_date', lambda: self.merge(other, into=self.firm)), [])

    def test_the_update(self):
        """Nothing tells whose invoices were another's before: of all that may be due, and are not, it is asked."""
        missed, wrong = self.invoices_of(self.firm, self.private)
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET vatportal_due_date = NULL WHERE id = %s', [missed.id])
        self.env.cr.execute("UPDATE account_move SET vatportal_due_date = '2026-11-20' WHERE id = %s", [wrong.id])
        self.env.invalidate_all()
        script('19.0.1.12.0/end-merged.py').migrate(self.env.cr, '19.0.1.11.0')
        self.env.invalidate_all()
        self.assertEqual((missed + wrong).mapped('vatportal_due_date'), [date(2026, 11, 20), False])
