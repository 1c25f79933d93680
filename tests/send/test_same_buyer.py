from .advance_common import AdvanceCommon


class TestSameBuyer(AdvanceCommon):
    """Several contacts with one VÖEN, as of a head office and its branches: for e-taxes they are one buyer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.create_branch_contact()

    def asks(self, move):
        return ' '.join(problem['message'] for problem in move._vatportal_problems(self.connector) if problem.get('asks'))

    def test_an_open_advance_of_either(self):
        advance = self.prepaid(1000)
        document = advance.vatportal_document_id
        taking = {'price_unit': -1000, 'product_id': self.service.id}
        final = self.create_invoice({'price_unit': 2000}, taking, partner_id=self.branch.id)
        self.assertEqual(final.vatportal_open_advance_ids, document)
        self.assertIn(advance.vatportal_qaime, self.asks(final))
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(final))
        stranger = self.create_invoice({'price_unit': 2000}, taking, partner_id=self.other_partner.id)
        self.assertFalse(stranger.vatportal_open_advance_ids)
        final.vatportal_advance_id = document
        self.assertFalse(self.problems(final))
        self.finish(self.send(final))
        self.assertEqual((self.payload(final)['main_qaime'], document.advance_left), (advance.vatportal_qaime, 0))

    def test_many_at_once(self):
        advance, theirs = self.prepaid(), self.prepaid(partner_id=self.other_partner.id)
        partners = self.partner, self.branch, self.other_partner
        finals = [self.create_invoice(partner_id=partner.id) for partner in partners]
        self.env.invalidate_all()
        self.assertEqual([final.vatportal_open_advance_ids for final in finals], [move.vatportal_document_id for move in (advance, advance, theirs)])

    def test_ordered_by_one_and_invoiced_to_the_other(self):
        """Whether the advance has its number by then, or gets it later."""
        for later in (False, True):
            with self.subTest(later=later):
                advance = self.down_payment(partner_id=self.branch.id) if later else self.prepaid(partner_id=self.branch.id)
                final = self.final(advance)
                if later:
                    self.assertFalse(final.vatportal_advance_id)
                    self.finish(self.send(advance))
                self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)
                self.assertFalse(self.problems(final))
                self.finish(self.send(final))
                self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    def test_one_of_another_company_or_archived(self):
        """It gets its advance all the same when that gets its number: whose contact it is, or was, is no matter to e-taxes."""
        for contact, vals in ((self.branch, {'company_id': self.company.id}), (self.partner, {'active': False})):
            with self.subTest(vals):
                advance = self.down_payment(partner_id=self.branch.id)
                final = self.final(advance)
                contact.write(vals)
                self.assertFalse(final.vatportal_advance_id)
                self.finish(self.send(advance))
                self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)

    def test_taken_off_and_not_settled(self):
        """Whoever empties the field is asked; nothing goes unseen without the number of the advance."""
        advance = self.prepaid()
        final = self.final(advance)
        self.assertFalse(self.asks(final))
        final.vatportal_advance_id = False
        self.assertIn(advance.vatportal_qaime, self.asks(final))
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(final))

    def test_what_is_no_voen_makes_nobody_the_same(self):
        advance = self.prepaid()
        for vat in (False, '123'):
            self.branch.vat = vat
            final = self.choosing(advance, partner_id=self.branch.id)
            with self.subTest(vat):
                self.assertFalse(final.vatportal_open_advance_ids)
                self.assertProblem('not of this customer', final)

    def test_reversed_and_invoiced_anew_to_the_other(self):
        old = self.registered({'price_unit': 500})
        self.reverse_in_dialog(old, create=False).action_post()
        anew = self.create_invoice({'price_unit': 500}, partner_id=self.branch.id)
        self.assertIn(old.vatportal_qaime, self.asks(anew))
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(anew))
        stranger = self.create_invoice({'price_unit': 500}, partner_id=self.other_partner.id)
        self.assertFalse(self.asks(stranger))
