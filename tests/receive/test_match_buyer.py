from ..bill_common import BillCommon


class TestMatchBuyer(BillCommon):
    """Documents of the sent folder whose buyer is several contacts with one VÖEN, as a head office and its branches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.create_branch_contact()

    def imported(self, *documents):
        created = self.env['vatportal.document'].union(*documents)
        self.env['vatportal.document']._on_imported(created, created.browse())
        return created

    def sent(self, *lines, **vals):
        return self.document(*lines, direction='outgoing', **vals)

    def test_by_total(self):
        """Whichever of them the invoice is for; and where the document was stored while there was one contact only."""
        for amount, partner, known in ((10, self.partner, False), (20, self.branch, False), (30, self.branch, self.partner)):
            with self.subTest(amount):
                move = self.create_invoice({'price_unit': amount}, partner_id=partner.id)
                document = self.imported(self.sent(float(amount), partner_id=known and known.id))
                self.assertEqual(document.move_id, move)
                self.assertEqual(document.partner_id, known or partner)

    def test_one_of_the_company_alone_or_archived(self):
        for price, contact, vals in ((60, self.branch, {'company_id': self.company.id}), (70, self.partner, {'active': False})):
            with self.subTest(vals):
                move = self.create_invoice({'price_unit': price}, partner_id=self.partner.id)
                contact.write(vals)
                self.assertEqual(self.imported(self.sent(float(price))).move_id, move)

    def test_one_for_each(self):
        """Which of the two it is, a person says."""
        moves = self.create_invoice(partner_id=self.partner.id) + self.create_invoice(partner_id=self.branch.id)
        document = self.imported(self.sent())
        self.assertFalse(document.move_id)
        self.assertEqual(document.proposed_move_ids, moves)

    def test_another_buyer(self):
        self.create_invoice(partner_id=self.other_partner.id)
        document = self.imported(self.sent())
        self.assertFalse(document.move_id or document.proposed_move_ids)

    def test_a_package(self):
        for price, partner in ((40, self.partner), (50, self.branch)):
            with self.subTest(partner.name):
                move = self.create_invoice({'price_unit': price}, partner_id=partner.id)
                move.action_vatportal_xml()
                move.sudo().vatportal_package_date = '2026-11-20 08:00:00'
                self.assertTrue(move.vatportal_package_waits)
                document = self.imported(self.sent(float(price), main_info=move.vatportal_main_info, date='2026-12-24 10:00:00'))
                self.assertEqual(document.move_id, move)
                self.assertFalse(move.vatportal_package_waits)

    def test_what_is_no_voen_is_nobodys(self):
        move = self.create_invoice(partner_id=self.branch.id)
        self.branch.vat = '123'
        document = self.imported(self.sent(buyer_vat='123'))
        self.assertFalse(document.move_id or document.proposed_move_ids)
        self.assertFalse(move.vatportal_document_id)
