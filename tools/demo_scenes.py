"""What ./dev demo shows: one batch of invoices, then the rest of an invoice's life, then the table of the numbers."""

import datetime

import demo_incoming
from base import Failure, say
from demo_run import Browser, Phone, follow, start, table

BATCH = ['SO0001', 'SO0002', 'SO0003', 'SO0004', 'SO0005', 'SO0006', 'SO0010, avans']
ADVANCE, FINAL, CORRECTED = 'SO0010, avans', 'SO0010', 'SO0004'
PACE = 2.0  # seconds that a stage takes at the sandbox while the reader looks on; the portal itself takes minutes
HASTE = 0.2  # … and while nobody does
PAPER = 'Ofis kağızı A4'
FIRST = {'limit': 1, 'order': 'id'}


def main(odoo: str, sandbox: str, database: str, once: bool) -> bool:
    """Post the drafts, send the batch, play the scenes, print the table; True when nothing failed and each invoice has its number."""
    show = Show(Browser(odoo, database), Phone(sandbox), sandbox)
    show.phone.play('settings', stage_seconds=HASTE if once else PACE)
    show.batch()
    show.phone.play('settings', stage_seconds=HASTE)
    failed = False
    for scene in (show.deletion, show.advance, show.transfer, show.incoming, show.answers):
        try:
            scene()
        except Failure as failure:  # the others go on, and the table is printed
            say(f'  ✗ {failure}')
            failed = True
    show.phone.play('settings', stage_seconds=PACE)
    return table(show.browser, [show.moves[origin] for origin in [*BATCH, FINAL]]) and not failed


class Show:
    """The scenes in their order. Each presses the buttons that a person would press, and says what came of it."""

    def __init__(self, browser: Browser, phone: Phone, sandbox: str):
        self.browser, self.phone, self.call = browser, phone, browser.call
        connectors = self.call('vatportal.connector', 'search', [])
        self.call('vatportal.connector', 'write', connectors, {'base_url': f'{sandbox}/api'})
        # e-taxes has each taxpayer's name; what is uploaded bears the VÖEN alone.
        known = self.call('res.partner', 'search_read', [('vat', '!=', False)], ['vat', 'name'])
        phone.play('settings', taxpayers={partner['vat']: partner['name'] for partner in known})
        drafts = self.call('account.move', 'search_read', [('move_type', '=', 'out_invoice'), ('state', '=', 'draft')], ['invoice_origin'], order='id')
        self.moves = {move['invoice_origin']: move['id'] for move in drafts}
        self.call('account.move', 'write', list(self.moves.values()), {'invoice_date': f'{demo_incoming.today()}'})

    # -- helpers ------------------------------------------------------------------------------------------

    def value(self, model: str, record: int, field: str):
        value = self.call(model, 'read', [record], [field])[0][field]
        return value[1] if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) else value

    def of_move(self, origin: str, field: str):
        return self.value('account.move', self.moves[origin], field)

    def document(self, origin: str) -> int:
        return self.call('account.move', 'read', [self.moves[origin]], ['vatportal_document_id'])[0]['vatportal_document_id'][0]

    def send(self, model: str, records: list[int]):
        self.follow(start(self.browser, model, records))

    def press(self, wizard: str, button: str, values: dict, context: dict | None = None):
        """Fill in a wizard, press its button and follow the process that it starts."""
        record = self.call(wizard, 'create', values, context=context or {})
        self.follow(self.call(wizard, button, [record])['res_id'])

    def follow(self, job: int):
        if not follow(self.browser, self.phone, job, brief=True):
            raise Failure('This process did not end well: see Invoicing → e-taxes → Processes.')

    # -- sending ------------------------------------------------------------------------------------------

    def batch(self):
        self.call('account.move', 'action_post', [move for origin, move in self.moves.items() if origin != FINAL])
        say(f'\nSending {len(BATCH)} posted invoices as one batch:')
        follow(self.browser, self.phone, start(self.browser, 'account.move', [self.moves[origin] for origin in BATCH]))

    def deletion(self):
        """The hours were wrong: away with the document, and a new one for the corrected invoice."""
        move, name, old = self.moves[CORRECTED], self.of_move(CORRECTED, 'name'), self.of_move(CORRECTED, 'vatportal_qaime')
        say(f'\nDeleting {old} from e-taxes to correct {name}:')
        context = self.call('account.move', 'action_vatportal_delete', [move])['context']
        self.press('vatportal.delete.wizard', 'action_delete', {'reason': 'Saatlar səhv yazılıb'}, context)
        self.call('account.move', 'button_draft', [move])
        line = self.call('account.move.line', 'search', [('move_id', '=', move), ('product_id', '!=', False)], **FIRST)
        self.call('account.move', 'write', [move], {'invoice_line_ids': [(1, line[0], {'quantity': 5.5})]})
        self.call('account.move', 'action_post', [move])
        say(f'  {old} is deleted; {name} is back in draft, corrected, posted, and goes again with the next batch.')

    def advance(self):
        """The final invoice names the advance that was sent with the first batch; the corrected one goes along."""
        move = self.moves[FINAL]
        self.call('account.move', 'write', [move], {'vatportal_advance_id': self.document(ADVANCE)})
        self.call('account.move', 'action_post', [move])
        name = self.of_move(FINAL, 'name')
        say(f'\nSending {name}, which settles the advance, and the corrected {self.of_move(CORRECTED, "name")}:')
        self.send('account.move', [move, self.moves[CORRECTED]])
        left = self.value('vatportal.document', self.document(ADVANCE), 'advance_left')
        say(f'  {self.of_move(FINAL, "vatportal_qaime")} settles {self.of_move(ADVANCE, "vatportal_qaime")}; {left:,.2f} AZN are left of the advance.')
        history = self.call('vatportal.document', 'search_read', [('move_id', '=', self.moves[CORRECTED])], ['qaime', 'state'], order='id')
        say(f'  {self.of_move(CORRECTED, "name")} has a history: ' + ', '.join(f'{row["qaime"]} ({row["state"]})' for row in history))

    def transfer(self):
        """Goods from one warehouse to the other, where the glue addon for them is installed."""
        if not self.call('ir.module.module', 'search_count', [('name', '=', 'l10n_az_vatportal_stock'), ('state', '=', 'installed')]):
            return
        picking = self.call('stock.picking', 'search', [('picking_type_code', '=', 'internal'), ('state', '=', 'assigned')], **FIRST)
        name, origin, target = (
            self.value('stock.picking', picking[0], field) for field in ('name', 'vatportal_from_warehouse_id', 'vatportal_to_warehouse_id')
        )
        self.call('stock.picking', 'button_validate', picking)
        say(f'\nSending the goods transfer {name}, {origin} → {target}:')
        self.send('stock.picking', picking)
        say(f'  {name} is {self.value("stock.picking", picking[0], "vatportal_qaime")} at e-taxes. Look at it under Inventory → Transfers → Internal.')

    # -- receiving ----------------------------------------------------------------------------------------

    def incoming(self):
        """Documents of others arrive, some become bills, and a corrected product is remembered."""
        company = self.call('res.company', 'search_read', [], ['name', 'vat'], **FIRST)[0]
        documents = demo_incoming.documents(company['vat'], company['name'])
        self.phone.play('documents', documents=documents, folder=0, held=False)
        say('\nAsking e-taxes for incoming e-invoices:')
        self.press('vatportal.import.wizard', 'action_import', {'direction': 'incoming', 'source': 'etaxes', **days(demo_incoming.DAYS_BACK)})
        found = self.call('vatportal.document', 'search_read', [('direction', '=', 'incoming')], ['seller_vat', 'status', 'bill_state'], order='date')
        ready = [row for row in found if row['bill_state'] == 'to_bill' and row['status'] != 'onApproval']
        paper = [row['id'] for row in found if row['seller_vat'] == demo_incoming.PAPER_VENDOR]
        self.call('vatportal.document', 'action_create_bills', [row['id'] for row in ready])
        self.teach(paper[0])
        self.call('vatportal.document', 'action_create_bills', [paper[1]])
        self.tell_incoming(paper[1])

    def teach(self, document: int):
        """A person says on the draft bill which product the vendor's paper is."""
        bill = self.call('vatportal.document', 'read', [document], ['move_id'])[0]['move_id']
        if not bill:
            raise Failure(f'No bill: {self.value("vatportal.document", document, "bill_question")}')
        line = self.call('account.move.line', 'search', [('move_id', '=', bill[0]), ('name', 'like', demo_incoming.PAPER[1])], **FIRST)
        product = self.call('product.product', 'search', [('name', '=', PAPER)], **FIRST)
        self.call('account.move', 'write', [bill[0]], {'invoice_line_ids': [(1, line[0], {'product_id': product[0]})]})

    def tell_incoming(self, learnt: int):
        rows = self.call('vatportal.document', 'search_read', [('direction', '=', 'incoming')], ['bill_state'])
        states = [row['bill_state'] for row in rows]
        say(
            f'  {len(rows)} documents: {states.count("billed")} are draft bills now, {states.count("to_bill")} wait for one, '
            f'{states.count("ask")} for an answer, {states.count("none")} (cancelled) for nothing.'
        )
        line = self.call('vatportal.document.line', 'search_read', [('document_id', '=', learnt)], ['name', 'product_id', 'match'], **FIRST)[0]
        if line['match'] != 'learnt':
            raise Failure(f'The product of “{line["name"]}” was not remembered.')
        say(f'  “{line["name"]}” was set to “{line["product_id"][1]}” on one bill; the next bill had it by itself.')
        say('  Look at Invoicing → e-taxes → Incoming, and at Configuration → e-taxes → Products of Vendors.')

    def answers(self):
        """The customers have answered: one approved, one sent it back."""
        approved, returned = BATCH[:2]
        for origin, status in ((approved, 'approved'), (returned, 'updateRequested')):
            self.phone.play('status', qaime=self.of_move(origin, 'vatportal_qaime'), status=status)
        say('\nReading what became of the sent ones:')
        self.press('vatportal.import.wizard', 'action_import', {'direction': 'outgoing', 'source': 'portal', **days(1)})
        for origin in (approved, returned):
            task = self.call('mail.activity', 'search_read', [('res_model', '=', 'account.move'), ('res_id', '=', self.moves[origin])], ['summary'])
            say(f'  {self.of_move(origin, "name")}: {self.of_move(origin, "vatportal_status")}' + ''.join(f' – activity “{row["summary"]}”' for row in task))


def days(back: int) -> dict:
    today = demo_incoming.today()
    return {'period': 'custom', 'date_from': f'{today - datetime.timedelta(days=back)}', 'date_to': f'{today}'}
