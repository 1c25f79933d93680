from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..common import script
from ..send_common import UPLOAD, SendCommon

PRE_ACCOUNTS = script('19.0.1.4.0/pre-accounts.py')


class TestMigration(SendCommon):
    """What the scripts in ``migrations/`` make of an older database."""

    def migrate(self, name):
        self.env.flush_all()
        script(name).migrate(self.env.cr, '19.0.1.0.0')
        self.env.invalidate_all()

    def test_when_documents_were_sent(self):
        sent, forgotten, lost, waiting = self.invoices(4)
        job = self.send(sent)
        self.finish(job)
        self.finish(self.send(forgotten))
        self.sandbox.faults.add(UPLOAD, 'reset')
        self.send(lost)
        self.queue(waiting)
        self.pass_time(job, 3 * 24 * 3600)
        forgotten.vatportal_document_id.job_ids.sudo().sent_at = False
        documents = (sent + forgotten + lost + waiting).vatportal_document_id.sudo()
        documents.write({'first_sent_at': False, 'last_sent_at': False, 'doubtful': False})
        self.migrate('19.0.1.1.0/post-sent.py')
        for document, moment in zip(documents, (job.sent_at, documents[1].create_date, documents[2].job_ids.sent_at, False), strict=True):
            self.assertEqual((document.first_sent_at, document.last_sent_at), (moment, moment))
        self.assertLess(documents[0].first_sent_at, documents[0].create_date - timedelta(days=2))
        self.assertEqual(documents.mapped('doubtful'), [False, False, True, False])

    def test_statuses_in_every_spelling(self):
        documents = (
            self.env['vatportal.document']
            .sudo()
            .create(
                [
                    {
                        'direction': 'incoming',
                        'company_id': self.company.id,
                        'state': 'registered',
                        'qaime': f'MT26112500010{number}',
                        'connector_id': self.connector.id,
                        'status': 'unknown',
                        'status_code': code,
                        'fingerprint': 'x',
                        'kind_id': self.env.ref('l10n_az_vatportal.kind_default_invoice').id,
                    }
                    for number, code in enumerate(('Approved', 'cancelled', 'DELETED', 'rejected'))
                ]
            )
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE vatportal_document SET bill_state = 'to_bill' WHERE id IN %s", [tuple(documents.ids)])
        self.env.invalidate_all()
        self.migrate('19.0.1.3.0/post-statuses.py')
        self.assertEqual(documents.mapped('status'), ['approved', 'canceled', 'deleted', 'unknown'])
        self.assertEqual(documents.mapped('bill_state'), ['to_bill', 'none', 'none', 'ask'])
        self.assertEqual(documents.mapped('state'), ['registered', 'registered', 'deleted', 'registered'])
        self.assertEqual(documents.mapped('to_follow'), ['changed', 'changed', 'changed', False])

    def test_content_keys(self):
        document = (
            self.env['vatportal.document']
            .sudo()
            .create({'direction': 'incoming', 'company_id': self.company.id, 'state': 'registered', 'content_key': 'old', 'main_info': 'İcarə, oktyabr'})
        )
        self.migrate('19.0.1.3.0/post-content_keys.py')
        self.assertEqual(document.content_key, document._content_key())

    def test_counterparties_of_files(self):
        document = (
            self.env['vatportal.document']
            .sudo()
            .create({'direction': 'incoming', 'company_id': self.company.id, 'state': 'registered', 'partner_id': self.partner.id})
        )
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET counterparty_name = NULL WHERE id = %s', [document.id])
        self.env.invalidate_all()
        self.migrate('19.0.1.3.0/post-counterparties.py')
        self.assertEqual(document.counterparty_name, self.partner.name)

    # ------------------------------------------------------------------ accounts

    def separate(self, **rows):
        """Connectors as they were when each had log-in data of its own, in the tables of that version: name → values."""
        names = list(rows)
        connectors = {
            name: self.env['vatportal.connector'].create({'name': name, 'base_url': f'https://{name}.vatportal.az/api', 'company_id': self.company.id})
            for name in names
        }
        self.env.flush_all()
        cr = self.env.cr
        cr.execute('ALTER TABLE vatportal_secret ADD COLUMN IF NOT EXISTS connector_id int4, ADD COLUMN IF NOT EXISTS turns int4')
        cr.execute("""
            UPDATE vatportal_secret SET connector_id = connector.id FROM vatportal_connector connector
             WHERE connector.account_id = vatportal_secret.account_id""")
        columns = {**PRE_ACCOUNTS.COLUMNS}
        for name, kind in columns.items():
            cr.execute(SQL('ALTER TABLE vatportal_connector ADD COLUMN IF NOT EXISTS %s %s', SQL.identifier(name), SQL(kind)))
        cr.execute(
            SQL(
                'UPDATE vatportal_connector SET (%s) = (SELECT %s FROM vatportal_account WHERE id = account_id)',
                SQL(', ').join(map(SQL.identifier, columns)),
                SQL(', ').join(map(SQL.identifier, columns)),
            )
        )
        cr.execute('ALTER TABLE vatportal_connector DROP COLUMN account_id')
        cr.execute('ALTER TABLE vatportal_secret DROP COLUMN account_id')
        cr.execute('DROP TABLE vatportal_account CASCADE')
        for name, values in rows.items():
            for column, value in values.items():
                table, key = ('vatportal_secret', 'connector_id') if column in PRE_ACCOUNTS.SECRETS else ('vatportal_connector', 'id')
                cr.execute(
                    SQL('UPDATE %s SET %s = %s WHERE %s = %s', SQL.identifier(table), SQL.identifier(column), value, SQL.identifier(key), connectors[name].id)
                )
        return connectors

    def joined(self, **rows):
        """The connectors of :meth:`separate`, migrated, as superuser."""
        connectors = self.separate(**rows)
        self.migrate('19.0.1.4.0/pre-accounts.py')
        return [connectors[name].sudo() for name in rows]

    def test_connectors_of_one_account(self):
        one, two, three, other, elsewhere = self.joined(
            one={
                'base_url': 'https://a.vatportal.az/api',
                'username': 'Demo',
                'token': 'old',
                'token_date': '2026-01-01',
                'secret_hash': 'hash',
                'is_partner': True,
                'phone': '994501234567',
            },
            two={
                'base_url': 'https://a.vatportal.az/api',
                'username': ' demo',
                'token': 'new',
                'token_date': '2026-05-01',
                'is_partner': True,
                'phone': '994501234568',
                'auto_renew': True,
                'renew_days': 70,
            },
            three={'base_url': 'https://a.vatportal.az/api', 'token': 'new', 'token_date': '2026-04-01'},
            other={'base_url': 'https://a.vatportal.az/api', 'username': 'other', 'token': 'others'},
            elsewhere={'base_url': 'https://b.vatportal.az/api', 'username': 'demo', 'token': 'new'},
        )
        self.assertEqual(one.account_id, two.account_id)
        self.assertEqual(one.account_id, three.account_id)
        self.assertEqual(len((one + other + elsewhere).account_id), 3)
        for connector in one + two + three:
            self.assertEqual((connector.token, connector.secret_hash, connector.username.strip().lower()), ('new', 'hash', 'demo'))
            self.assertEqual((connector.is_partner, connector.auto_renew, connector.renew_days), (True, True, 70))
        self.assertEqual((other.token, elsewhere.token, elsewhere.base_url), ('others', 'new', 'https://b.vatportal.az/api'))
        self.assertEqual([one.phone, two.phone], ['994501234567', '994501234568'])
        secrets = self.env['vatportal.secret'].sudo().search([('account_id', 'in', (one + other + elsewhere).account_id.ids)])
        self.assertEqual(len(secrets), 3)
        self.assertEqual(self.connector.sudo().token, 'sandbox-token')
        # What is entered from now on finds them.
        again = self.env['vatportal.connector'].create({'name': 'Again', 'base_url': 'b', 'username': 'DEMO', 'company_id': self.company.id})
        self.assertEqual(again.sudo().account_id, elsewhere.account_id)

    def test_the_newest_token_that_lives(self):
        """Newer ones that the portal refused, or whose renewal was lost, are dead."""
        login = {'base_url': 'https://a.vatportal.az/api', 'username': 'demo'}
        connectors = self.joined(
            first={**login, 'token': 'oldest', 'token_date': '2026-01-01'},
            second={**login, 'token': 'living', 'token_date': '2026-02-01', 'active': False},
            refused={**login, 'token': 'refused', 'token_date': '2026-03-01', 'down_reason': 'login', 'error_count': 4, 'down_since': '2026-03-02'},
            lost={**login, 'token': 'lost', 'token_date': '2026-04-01', 'renewal_lost_at': '2026-04-02'},
            empty={**login, 'token_date': '2026-05-01'},
        )
        for connector in connectors:
            self.assertEqual((connector.token, connector.down_since, connector.error_count, connector.renewal_lost_at), ('living', False, 0, False))

    def test_nobody_knows_of_which_account(self):
        """Neither user nor token: each is alone, until somebody enters them."""
        one, two = self.joined(one={'base_url': 'https://a.vatportal.az/api'}, two={'base_url': 'https://a.vatportal.az/api'})
        self.assertNotEqual(one.account_id, two.account_id)

    def test_password_and_token_of_one_user(self):
        login = {'base_url': 'https://a.vatportal.az/api', 'username': 'demo'}
        one, two = self.joined(one={**login, 'auth_method': 'password', 'password': 'secret'}, two={**login, 'token': 'token', 'token_date': '2026-01-01'})
        self.assertEqual(one.account_id, two.account_id)
        self.assertEqual((one.auth_method, one.token, one.password), ('token', 'token', 'secret'))

    def test_a_phone_that_an_account_of_a_partner_lacks(self):
        """Its people hear of it, no call goes out without it, and nothing else is kept from being saved."""
        login = {'base_url': self.sandbox.url, 'token': 'partner-token'}
        one, two, gone, alone = self.joined(
            one={**login, 'is_partner': True, 'phone': '994501234567', 'token_date': '2026-01-01'},
            two=login,
            gone={**login, 'active': False},
            alone={**login, 'base_url': 'https://b.vatportal.az/api'},
        )
        self.assertTrue(two.is_partner)
        self.migrate('19.0.1.4.0/post-phones.py')
        self.assertEqual(
            [bool(connector.message_ids.filtered(lambda message: 'Enter the phone' in message.body)) for connector in (one, two, gone, alone)],
            [False, True, False, False],
        )
        self.assertTrue(two.message_ids[0].notified_partner_ids)
        with self.assertRaisesRegex(UserError, 'needs the ASAN'):
            two._client()
        one.write({'token': 'partner-token', 'renew_days': 70, 'auto_renew': False})
        gone.name = 'Gone'
        two.write({'name': 'Two', 'sequence': 3})
        two.phone = '994501234568'
        with two._client():
            pass
        with self.assertRaisesRegex(UserError, 'needs the ASAN'):
            gone.active = True

    def test_numbers_when_documents_were_sent(self):
        """By one statement, for there may be very many."""
        sent, renamed = self.invoices(2)
        self.finish(self.send(sent + renamed))
        incoming = (
            self.env['vatportal.document'].sudo().create({'direction': 'incoming', 'company_id': self.company.id, 'state': 'registered', 'move_id': False})
        )
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE vatportal_document DROP COLUMN source_name')
        self.env.invalidate_all()
        self.migrate('19.0.1.3.0/pre-source_names.py')
        self.assertEqual((sent + renamed).vatportal_document_id.mapped('source_name'), [sent.name, renamed.name])
        self.assertFalse(incoming.source_name)

    def test_boxes_are_no_aliases(self):
        pack = self.env.ref('uom.product_uom_pack_6')
        Alias, other = self.env['vatportal.unit.alias'], self.create_product('Qum', False, uom_id=self.kilo.id)
        pack.vatportal_unit = 'qutu'
        aliases = Alias.create(
            [
                {'name': name, 'uom_id': self.unit.id, 'company_id': company}
                for name, company in (('karton', False), ('yeşik', self.company.id), ('kiloqramlar', False))
            ]
        )
        mappings = self.env['vatportal.product.mapping'].create(
            [
                {'company_id': self.company.id, 'partner_id': self.partner.id, 'name': f'{unit} {product.name}', 'unit': unit, 'product_id': product.id}
                for unit, product in (('Karton', self.product), ('YEŞİK', self.product), ('qutu', self.product), ('karton ', other))
            ]
        )
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_unit_alias SET uom_id = %s WHERE id IN %s', [pack.id, tuple(aliases[:2].ids)])
        self.env.invalidate_all()
        self.migrate('19.0.1.4.0/post-units.py')
        self.assertEqual(pack.vatportal_unit, 'qutu (6 ədəd)')
        self.assertEqual(aliases.exists(), aliases[2])
        none = self.env['uom.uom']
        self.assertEqual([mapping.uom_id for mapping in mappings], [pack, pack, none, none])
        pack.vatportal_unit = 'altılıq'
        self.migrate('19.0.1.4.0/post-units.py')
        self.assertEqual(pack.vatportal_unit, 'altılıq', "a person's choice")

    def test_drafts_that_counted_in_sixes(self):
        """What was taken for packs of six is asked about, not learnt."""
        pack = self.env.ref('uom.product_uom_pack_6')
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'incoming',
                    'company_id': self.company.id,
                    'state': 'registered',
                    'line_ids': [(0, 0, {'name': name, 'unit': unit}) for name, unit in (('Qum', 'Qutu'), ('Daş', 'qutu 6'), ('Mismar', 'qutu'))],
                }
            )
        )
        moves = self.env['account.move'].create(
            [
                {
                    'move_type': 'in_invoice',
                    'partner_id': self.partner.id,
                    'invoice_date': '2026-11-20',
                    'invoice_line_ids': [
                        (
                            0,
                            0,
                            {
                                'product_id': self.product.id,
                                'product_uom_id': pack.id,
                                'quantity': 10,
                                'price_unit': 48,
                                'is_imported': True,
                                'tax_ids': False,
                                'vatportal_line_id': row.id,
                            },
                        )
                    ],
                }
                for row in document.line_ids
            ]
        )
        moves[2].action_post()
        pack.vatportal_unit = 'qutu'
        self.migrate('19.0.1.4.0/post-units.py')
        self.assertEqual(moves.invoice_line_ids.mapped('product_uom_id.id'), [self.unit.id, pack.id])
        self.assertEqual([line.product_uom_id for line in moves.invoice_line_ids], [self.unit, pack, pack])
        self.assertEqual(moves.invoice_line_ids.mapped('price_subtotal'), [480, 480, 480])

    def test_signs_and_days(self):
        credit = self.create_invoice(move_type='out_refund')
        values = {'direction': 'outgoing', 'company_id': self.company.id, 'state': 'registered', 'amount_total': 118, 'seller_vat': self.company.vat}
        documents = (
            self.env['vatportal.document']
            .sudo()
            .create(
                [
                    {**values, 'move_id': credit.id, 'buyer_vat': self.partner.vat},
                    {**values, 'buyer_vat': f'az {self.company.vat[:5]}-{self.company.vat[5:]}'},
                    {**values, 'buyer_vat': self.partner.vat, 'date': '2026-11-30 21:00:00'},
                    {**values, 'buyer_vat': self.partner.vat, 'date': False},
                ]
            )
        )
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET amount_total_signed = amount_total, day = NULL')
        self.env.invalidate_all()
        self.migrate('19.0.1.7.0/pre-days.py')
        self.migrate('19.0.1.7.0/post-signs.py')
        self.assertEqual(documents.mapped('amount_total_signed'), [-118, 0, 118, 118])
        self.assertEqual(documents[2:].mapped('day'), [date(2026, 12, 1), False])

    def test_taxes_that_were_put_on_payment(self):
        """Before it was kept which tax took the place of which."""
        account = self.company_data['default_account_tax_sale'].copy({'reconcile': True})
        vals = {'tax_exigibility': 'on_payment', 'cash_basis_transition_account_id': account.id}
        self.company.tax_exigibility = True
        old, other = self.taxes['vat'], self.create_tax('VAT of others', 18, 'vat')
        (old + other).active = False
        # By one name there may be a tax for goods, one of another country, and one that was replaced already.
        group = self.tax_group.copy({'country_id': self.env.ref('base.ge').id})
        unlike = [
            self.create_tax(old.name, 18, 'vat', active=False, **more)
            for more in ({'tax_scope': 'consu'}, {'country_id': group.country_id.id, 'tax_group_id': group.id}, {'vatportal_replaced_by_id': other.id})
        ]
        new, strange = old.copy({'name': old.name, 'active': True, **vals}), other.copy({'name': 'Another name', 'active': True, **vals})
        account.tax_ids = [Command.set((old + strange).ids)]
        move = self.create_invoice(post=False)
        self.migrate('19.0.1.7.0/post-taxes_on_payment.py')
        self.assertEqual((old.vatportal_replaced_by_id, other.vatportal_replaced_by_id), (new, self.env['account.tax']))
        self.assertEqual([tax.vatportal_replaced_by_id for tax in unlike], [new.browse(), new.browse(), other])
        self.assertEqual(account.tax_ids, new + strange)
        move.action_post()
        self.assertEqual((move.invoice_line_ids.tax_ids, move.line_ids.filtered('tax_line_id').account_id), (new, account))

    def test_mails_whose_sending_failed(self):
        """They were kept, and would leave with whatever is sent by itself; what is on Odoo's list leaves."""
        moves = self.create_invoice() + self.create_invoice() + self.create_invoice()
        moves.sudo().write({'vatportal_mail_leaving': {'subject': 'Hörmətli alıcı'}, 'sending_data': {'author_user_id': self.env.uid}})
        self.env.flush_all()
        for move, data in zip(moves, (None, 'null'), strict=False):
            self.env.cr.execute('UPDATE account_move SET sending_data = %s WHERE id = %s', [data, move.id])
        self.env.invalidate_all()
        self.migrate('19.0.1.8.0/post-mails.py')
        self.assertEqual([bool(move.vatportal_mail_leaving) for move in moves.sudo()], [False, False, True])

    def test_days_of_bills(self):
        vals = {'direction': 'incoming', 'company_id': self.company.id, 'state': 'registered', 'date': '2026-11-20 21:30:00'}
        documents = self.env['vatportal.document'].sudo().create([{**vals, 'move_id': self.create_invoice(move_type='in_invoice').id}, vals])
        documents.bill_day = False
        self.migrate('19.0.1.9.0/pre-bill_day.py')
        self.assertEqual(documents.mapped('bill_day'), [date(2026, 11, 21), False])

    def test_indexes_that_others_replace(self):
        self.env.cr.execute('CREATE INDEX IF NOT EXISTS vatportal_document__qaime_index ON vatportal_document (qaime)')
        self.migrate('19.0.1.6.0/post-indexes.py')
        self.env.cr.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'vatportal_document'")
        names = {name for [name] in self.env.cr.fetchall()}
        self.assertFalse(names & {f'vatportal_document__{field}_index' for field in ('qaime', 'partner_id', 'company_id')})
        self.assertIn('vatportal_document__name_index', names)

    def test_views_that_were_folded(self):
        """What others have built on a view that is gone stays, built on the whole."""
        whole = self.env.ref('l10n_az_vatportal.view_move_form')
        folded, own = self.env['ir.ui.view'].create(
            [{'name': name, 'model': 'account.move', 'inherit_id': whole.id, 'mode': 'extension', 'arch': '<data/>'} for name in ('folded', 'own')]
        )
        own.inherit_id = folded
        self.env['ir.model.data'].create({'module': 'l10n_az_vatportal', 'name': 'view_move_form_bill', 'model': 'ir.ui.view', 'res_id': folded.id})
        for _again in range(2):
            self.migrate('19.0.1.5.0/pre-views.py')
            self.assertFalse(folded.exists())
            self.assertFalse(self.env.ref('l10n_az_vatportal.view_move_form_bill', raise_if_not_found=False))
            self.assertEqual(own.inherit_id, whole)
