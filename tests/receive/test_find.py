from odoo.tests import tagged

from ..bill_common import BillCommon


@tagged('post_install', '-at_install')
class TestFind(BillCommon):
    """Documents are found by whatever number a person has of them, and by indexes among hundreds of thousands."""

    def test_by_any_of_its_numbers(self):
        """e-taxes shows a number with a space; an ERP id is asked for by support, and typed in any case."""
        document = self.document(100.0, qaime='MT261025000077', direction='outgoing', erp_id='ODOO-ABCDEFGHIJ-KLMNOPQRSTUVWXYZ2345')
        other = self.document(100.0, qaime='MT261025000078')
        Document = self.env['vatportal.document']
        for text in ('MT2610 25000077', 'mt261025000077', '25000077', 'ABCDEFGHIJ', 'klmnopqrst'):
            found = Document.search([('qaime_search', 'ilike', text)])
            self.assertIn(document, found, text)
            self.assertNotIn(other, found, text)
        self.assertEqual(Document.search([('qaime_search', '=', 'MT2610 25000077')]), document)

    def test_those_that_went_under_a_number(self):
        document = self.document(100.0, direction='outgoing', erp_id='ODOO-ABCDEFGHIJ-KLMNOPQRSTUVWXYZ2345')
        other = self.document(100.0, direction='outgoing', erp_id='ODOO-ABCDEFGHIK-KLMNOPQRSTUVWXYZ2345')
        Document = self.env['vatportal.document']
        domain = Document._of_series({'ODOO-ABCDEFGHIJ-', 'ODOO-BBBBBBBBBB-'})
        self.assertEqual(Document.search(domain), document)
        self.assertEqual((document | other).filtered_domain(domain), document)

    def test_trigrams_serve_no_equality(self):
        """PostgreSQL reads an index of trigrams for each of thousands of exact numbers, which takes minutes."""
        fields = self.env['vatportal.document']._fields
        self.assertEqual([name for name in ('qaime', 'erp_id', 'seller_vat', 'buyer_vat') if fields[name].index == 'trigram'], [])

    def test_lists_and_lookups_have_indexes(self):
        """What is asked for all the time is answered by an index among thousands of documents of many partners."""
        Document = self.env['vatportal.document']
        company = [('company_id', '=', self.company.id)]
        self._multiply(self.document(100.0), 20000)
        queries = {
            'vatportal_document_newest': Document.sudo()._search([], limit=80, order=Document._order),
            'vatportal_document_newest_of_partner': Document._search([('partner_id', '=', self.vendor.id), *company], limit=80, order=Document._order),
            'vatportal_document_qaime_unique': Document._search(
                [*company, ('direction', '=', 'incoming'), ('qaime', 'in', ['MT261025000077', 'MT261025000078'])]
            ),
            'vatportal_document__name_index': Document._search([('qaime_search', 'ilike', '25000077')]),
            'vatportal_document_awaited_bills': Document._search(
                [*Document._awaited_bills_domain(), *company, ('bill_retry_at', '=', False)], limit=100, order='date, id'
            ),
            # As many as go out together.
            'vatportal_document_series': Document._search(Document._of_series({f'ODOO-ABCDEFG{number:03}-' for number in range(100)})),
            'vatportal_document_line__name_index': self.env['vatportal.document.line'].sudo()._search([('name', 'ilike', 'sement')]),
        }
        for index, query in queries.items():
            select = query.select()
            self.env.cr.execute(select.__class__('EXPLAIN %s', select))
            plan = '\n'.join(line for [line] in self.env.cr.fetchall())
            self.assertIn(f'{index} ', plan)

    def _multiply(self, document, count):
        """Store ``count`` documents like ``document`` with numbers and lines of their own; one in a hundred is of its partner."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO vatportal_document
            SELECT another.*
              FROM vatportal_document document, generate_series(1, %s) i, jsonb_populate_record(document, jsonb_build_object(
                       'id', nextval('vatportal_document_id_seq'), 'fingerprint', MD5(i::text),
                       'qaime', 'MT2611' || LPAD(i::text, 8, '0'), 'name', 'MT2611' || LPAD(i::text, 8, '0'),
                       'erp_id', UPPER('ODOO-' || LEFT(MD5(i::text), 10) || '-' || LEFT(MD5('no' || i), 20)),
                       'date', document.date - i * interval '1 minute',
                       'partner_id', CASE WHEN MOD(i, 100) = 0 THEN document.partner_id END)) another
             WHERE document.id = %s
            """,
            [count, document.id],
        )
        self.env.cr.execute(
            """
            INSERT INTO vatportal_document_line
            SELECT another.*
              FROM vatportal_document_line line, vatportal_document document, jsonb_populate_record(line, jsonb_build_object(
                       'id', nextval('vatportal_document_line_id_seq'), 'document_id', document.id, 'name', 'Mal ' || document.qaime)) another
             WHERE line.document_id = %s AND document.id > %s
            """,
            [document.id, document.id],
        )
        # As autovacuum does it.
        self.env.cr.execute(
            'SELECT gin_clean_pending_list(indexrelid) FROM pg_index WHERE indexrelid::regclass::text IN '
            "('vatportal_document__name_index', 'vatportal_document__erp_id_part', 'vatportal_document_line__name_index')"
        )
        self.env.cr.execute('ANALYZE vatportal_document, vatportal_document_line')
