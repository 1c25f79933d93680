from ..bill_common import BillCommon
from ..common import SELLER
from ..keyboard_common import KeyboardCase

FOCUS = '.modal footer button:focus'
# Of a form or a list Odoo makes all but its colours and names.
OURS = ('color-contrast', 'button-name', 'link-name', 'image-alt')

# Resolves when the page beside the bill shows its whole table.
_FITS = """new Promise((resolve) => {
    const look = () => {
        const page = document.querySelector(".o_vatportal_qaime_preview iframe").contentDocument;
        const table = page.querySelector(".table-responsive");
        table && page.body.style.zoom && table.scrollWidth <= table.clientWidth + 1 ? resolve(true) : setTimeout(look, 50);
    };
    look();
})"""


class TestKeyboard(BillCommon, KeyboardCase):
    """Sending and receiving without a mouse and without seeing the screen."""

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def spoken(self):
        """What the regions that are read out by themselves say: list of (how urgently, text)."""
        return self.js(
            '[...document.querySelectorAll(".modal [aria-live], .modal [role=status], .modal [role=alert]")]'
            '.filter((region) => region.textContent.trim() && region.getAttribute("aria-live") !== "off")'
            '.map((region) => [region.getAttribute("aria-live") || region.getAttribute("role"), region.textContent.replace(/\\s+/g, " ")])'
        )

    def code(self, pin):
        """The code that waits, as a screen reader says it; it is asked for on the phone too."""
        self.wait(f'.modal .o_vatportal_code[data-kind=pin{pin}]')
        code = self.sandbox.wait_prompt(pin).code
        urgent = [text for how, text in self.spoken() if how == 'assertive']
        self.assertEqual(len(urgent), 1)
        self.assertIn(' '.join(code), urgent[0])
        self.assertIn(f'PIN{pin}', urgent[0])
        self.assertFalse([name for _role, name, _values in self.tree() if name == code], 'not read as a number too')
        self.assert_named()
        self.assert_readable('.modal .o_vatportal_progress')
        self.assert_accessible('.modal .o_vatportal_progress')
        role, name = self.focused()
        self.assertEqual((role, name), ('button', 'Close'), 'neither a switch nor what stops it')

    def test_send(self):
        move = self.create_invoice()
        with self.page(f'/odoo/customer-invoices/{move.id}'):
            self.wait('.o_form_view button[name=action_vatportal_send]')
            self.tab_to('Send to e-taxes')
            self.press('Enter')
            self.wait('.modal button[name=action_send]:focus')
            self.assertEqual(self.focused()[0], 'button')
            self.assertIn('Send to e-taxes', [name for role, name, _values in self.tree() if role == 'heading'])
            self.assertTrue(any(role == 'dialog' for role, _name, _values in self.tree()))
            self.assert_named()
            self.assert_accessible('.modal .o_form_view', OURS)
            self.press('Enter')
            for pin in (1, 2):
                self.code(pin)
                self.sandbox.confirm(pin=pin)
            self.wait('.modal .o_vatportal_progress[data-state=done]')
            self.wait(FOCUS)
            self.assertEqual(self.focused(), ('button', 'Close'))
            number = self.js('document.querySelector(".modal .o_vatportal_qaime").textContent.trim()')
            self.assertTrue(any(number in text for _how, text in self.spoken()), 'the number is read out')
            self.assert_accessible('.modal .o_vatportal_progress')
            # The focus stays in the dialog, all the way round.
            passed = self.tab_to('Close', limit=10)
            self.assertTrue(any(name.endswith('Copy the number') for _role, name in passed), passed)
            self.press('Escape')
            self.wait('body:not(:has(.modal)) .o_form_view')
        self.env.invalidate_all()
        self.assertEqual((move.vatportal_state, move.vatportal_qaime), ('registered', number))

    def test_a_pin_is_missed(self):
        move = self.create_invoice()
        with self.page(f'/odoo/customer-invoices/{move.id}'):
            self.wait('.o_form_view button[name=action_vatportal_send]')
            self.tab_to('Send to e-taxes')
            self.press('Enter')
            self.wait('.modal button[name=action_send]:focus')
            self.press('Enter')
            self.code(1)
            self.sandbox.decline(pin=1)
            self.wait('.modal .o_vatportal_progress[data-state=failed] .o_vatportal_retry:focus')
            self.assertTrue(any(how == 'alert' and 'PIN1' in text for how, text in self.spoken()), 'why is read out')
            self.assert_readable('.modal .o_vatportal_progress')
            self.press('Enter')
            self.code(1)
            self.tab_to('Stop', limit=10)
            self.press('Space')
            self.wait('.modal .o_vatportal_progress:not(:has(.o_vatportal_code))')
            self.wait(FOCUS)
            self.assertTrue(any('Decline the prompt' in text for _how, text in self.spoken()))

    def test_receive(self):
        """Import, with its PIN, to the bill with the qaimə beside it."""
        self.sandbox.portal.add_document(0, held=False, tin_to=SELLER)
        self.browser_size = '1920x1080'
        with self.page('/odoo/e-taxes'):
            self.wait('.o_vatportal_desk_done')
            self.assert_accessible('.o_vatportal_desk')
            self.tab_to('e-taxes')
            self.press('Enter')
            self.wait('.o-dropdown--menu [role=menuitem]')
            self.tab_to('Import from e-taxes', key='ArrowDown')
            self.press('Enter')
            self.wait('.modal .o_field_widget[name=source] input')
            self.assert_named()
            self.assert_accessible('.modal .o_form_view', OURS)
            self.tab_to('What VatPortal holds already')
            self.press('ArrowDown')
            self.assertEqual(self.focused(), ('radio', 'Ask e-taxes now (PIN1)'))
            self.tab_to('Import')
            self.press('Enter')
            self.code(1)
            self.sandbox.confirm(pin=1)
            self.wait('.modal .o_vatportal_progress[data-state=done] .o_vatportal_show_documents:focus')
            self.press('Enter')
            # The boxes of Odoo's lists have no names; what is in the rows has.
            self.wait('.o_list_view .o_data_row')
            self.assert_accessible('.o_list_view .o_list_renderer', OURS)
            self.press('ArrowDown')
            self.press('ArrowDown')
            self.wait('.o_data_row :focus')
            self.press('Enter')
            self.wait('.o_form_view button[name=action_create_bills]')
            self.assert_named()
            self.assert_accessible('.o_form_view .o_form_sheet_bg', OURS)
            self.tab_to('Create Bill')
            self.press('Enter')
            self.wait('.o_form_view .o_field_widget[name=invoice_line_ids]')
            self.wait('.o_vatportal_qaime_preview iframe')
            self.assertIn('Electronic Invoice (Qaimə)', [name for role, name, _values in self.tree() if role == 'Iframe'])
            self.js(_FITS)

    def test_what_is_only_read(self):
        """Pictures, set-up and the lists of the month."""
        for status in ('approved', 'onApproval', 'canceled'):
            self.document(status=status, status_code=status)
            self.document(direction='outgoing', status=status, status_code=status)
        self.create_invoice()
        pages = {
            'setup_action': '.o_vatportal_setup',
            'report_action_sent': '.o_graph_view',
            'report_action_received': '.o_graph_view',
            'report_action_approval': '.o_graph_view',
            'report_action_refusal': '.o_graph_view',
            'reconciliation_action_sale': '.o_list_view',
            'vat_return_action_sale': '.o_pivot_view',
            'reading_action': '.o_list_view',
            'document_action_answer': '.o_list_view',
            'deadline_action': '.o_list_view',
        }
        with self.page('/odoo/e-taxes'):
            self.wait('.o_vatportal_desk')
            for action, selector in pages.items():
                with self.subTest(action):
                    # Until it is there: the list of the one before would be taken for its own.
                    self.js(
                        f'odoo.__WOWL_DEBUG__.root.env.services.action.doAction("l10n_az_vatportal.vatportal_{action}", {{clearBreadcrumbs: true}}).then(() => true)'
                    )
                    self.wait(f'.o_action_manager {selector}')
                    self.assert_accessible('.o_action_manager :is(.o_content, .o_vatportal_setup)', OURS)
