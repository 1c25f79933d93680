from dataclasses import asdict, dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...vatportal import voen
from ..account_move.account_move import ISSUED
from ..account_move.due import SAYS_SOMETHING
from ..res_partner import GETS_QAIME

# How far back a sale counts for the question which products need a code.
SOLD_DAYS = 90
# The columns that every payer of VAT needs; the others are told of.
NEEDED = ('vat',)


@dataclass
class Button:
    """What does a step, or leads there.

    :ivar key: which action it is, see ``vatportal.checklist.action_step``
    :ivar effect: what it will change; asked for beforehand where :attr:`asks`
    """

    key: str
    label: str
    effect: str = ''
    asks: bool = False


@dataclass
class Step:
    """One step of the set-up of a company.

    :ivar state: ``done``; ``open``: nothing can be sent, or not rightly, before it is; ``advice``: it is for people to decide
    :ivar text: what is so, or what is missing
    """

    key: str
    title: str
    state: str
    text: str
    buttons: list = field(default_factory=list)

    def told(self):
        """The step as a page takes it."""
        return asdict(self)


@dataclass
class Facts:
    """What is known of a company, as far as several steps want it or one question answers it for all companies."""

    company: object
    connector: object
    has_chart: bool
    sold_bare: int
    sellable: int
    sellable_bare: int
    numbers: int
    taxes: object


class VatportalChecklist(models.AbstractModel):
    """The steps of the set-up, in the order in which nothing that is done undoes what was done before."""

    _name = 'vatportal.checklist'
    _description = 'Set-up for e-taxes'

    @api.model
    def _steps(self, companies):
        """Return a dict of company → list of :class:`Step`, for ``companies``."""
        return {
            company: [
                self._chart_step(facts),
                self._currency_step(facts),
                self._voen_step(facts),
                self._connector_step(facts),
                self._tax_step(facts),
                self._product_step(facts),
                self._people_step(facts),
                self._invoice_step(facts),
            ]
            for company, facts in self._facts(companies).items()
        }

    @api.model
    def _facts(self, companies):
        own = Domain('company_id', 'in', companies.ids)
        bare = Domain('vatportal_has_code', '=', False)
        found = self.env['vatportal.connector'].search(own)
        connectors = found.grouped('company_id')
        sold = self._sold_bare(companies)
        sellable = self._sellable_domain(companies)
        products, without = (self._count('product.template', domain) for domain in (sellable, sellable & bare))
        numbers = self._count('vatportal.document', own & Domain('direction', '=', 'outgoing') & Domain('qaime', '!=', False))
        charts = companies._vatportal_with_chart()
        taxes = self.env['account.tax']._vatportal_of(companies)
        return {
            company: Facts(
                company=company,
                connector=connectors.get(company, found.browse())[:1].with_prefetch(found.ids),
                has_chart=company in charts,
                sold_bare=len(sold.get(company, ())),
                sellable=self._of_all(products, company),
                sellable_bare=self._of_all(without, company),
                numbers=numbers.get(company, 0),
                taxes=taxes[company],
            )
            for company in companies
        }

    @api.model
    def _count(self, model, domain, what='__count'):
        """How many of ``model`` there are in ``domain``, for each company."""
        return dict(self.env[model]._read_group(domain, ['company_id'], [what]))

    @api.model
    def _sellable_domain(self, companies):
        """The products that any of ``companies`` can sell: its own, those of the companies whose branch it is, and those of none."""
        return Domain('company_id', 'in', [*companies.sudo().parent_ids.ids, False]) & Domain('sale_ok', '=', True)

    @api.model
    def _of_all(self, counts, company):
        """How many of the products counted in ``counts`` are among those that ``company`` can sell."""
        return sum(counts.get(owner, 0) for owner in (*company.sudo().parent_ids, self.env['res.company']))

    @api.model
    def _sold_bare(self, companies):
        """What ``companies`` have sold of late and can't send without a code: dict of company → ``product.template``.

        What takes off, and what is free, stands on no qaimə, nor does what is sold abroad; see AccountMove._vatportal_line_problems().
        """
        sent = ISSUED & SAYS_SOMETHING & Domain('vatportal_unsent_reason', '=', False) & Domain('commercial_partner_id', 'any', GETS_QAIME)
        lines = Domain(
            [
                ('company_id', 'in', companies.ids),
                ('parent_state', '=', 'posted'),
                ('move_type', 'in', ('out_invoice', 'out_refund')),
                ('display_type', '=', 'product'),
                ('price_subtotal', '>', 0),
                ('balance', '!=', 0),
                ('product_id.vatportal_has_code', '=', False),
                ('product_id', '!=', False),
                ('date', '>=', fields.Date.today() - timedelta(days=SOLD_DAYS)),
            ]
        ) & Domain('move_id', 'any', sent)
        found = self.env['account.move.line']._read_group(lines, ['company_id'], ['product_id:recordset'])
        return {company: products.product_tmpl_id for company, products in found}

    @api.model
    def _open_step(self, key, title, text, button, able):
        """A step that is open, with what does it where the user is ``able`` to; else with the word that an administrator is."""
        if able:
            return Step(key, title, 'open', text, [button])
        return Step(key, title, 'open', self._for_administrators(text))

    @api.model
    def _for_administrators(self, text):
        return ' '.join((text, self.env._('It takes an administrator (group Settings).')))

    # ------------------------------------------------------------------ the company

    def _chart_step(self, facts):
        _, company = self.env._, facts.company
        title = _('Chart of accounts')
        if facts.has_chart:
            names = dict(company._chart_template_selection())
            return Step('chart', title, 'done', names.get(company.chart_template) or _('The company has accounts and journals of its own.'))
        text = _('There are no accounts and no journals yet. Begin here: loading a chart deletes the taxes and journals that were made before it.')
        name = company._vatportal_chart()[1]
        effect = _(
            'Odoo makes the accounts, journals, taxes and fiscal positions of “%s”. The company becomes one of Azerbaijan and keeps its books in manat.', name
        )
        if taxes := self.env['account.tax'].with_context(active_test=False).search_count([('company_id', '=', company.id)]):
            effect += ' ' + _('Taxes that it has now are deleted: %s.', taxes)
        return self._open_step('chart', title, text, Button('chart', _('Load “%s”', name), effect, asks=True), self.env.is_system())

    def _currency_step(self, facts):
        _, company = self.env._, facts.company
        title = _('Azerbaijan and manat')
        if company._vatportal_is_of_azerbaijan():
            return Step('currency', title, 'done', _('The company is of Azerbaijan and keeps its books in AZN.'))
        text = _(
            'e-taxes takes manat only. Country: %(country)s; tax country: %(fiscal)s; currency: %(currency)s.',
            country=company.country_id.name or _('none'),
            fiscal=company.account_fiscal_country_id.name or _('none'),
            currency=company.currency_id.name,
        )
        if company.currency_id.name != 'AZN' and company.root_id._existing_accounting():
            return Step('currency', title, 'open', ' '.join((text, _('Something was booked already, so Odoo keeps the currency: make a new company.'))))
        effect = _("The company's country and tax country become Azerbaijan, its currency AZN. What the generic chart has made for another country goes along.")
        return self._open_step('currency', title, text, Button('currency', _('Set Azerbaijan and AZN'), effect, asks=True), company.has_access('write'))

    def _voen_step(self, facts):
        _, company = self.env._, facts.company
        number = voen.normalize(company.vat)
        if voen.has_valid_check_digit(number):
            return Step('voen', 'VÖEN', 'done', number)
        if not number:
            text = _('The company has no VÖEN. It is its Tax ID.')
        elif not voen.is_voen(number):
            text = _('“%s” is no VÖEN, which has exactly 10 digits.', company.vat)
        else:
            text = _('The check digit of %s is wrong. Look whether it was mistyped.', number)
        return self._open_step(
            'voen', 'VÖEN', text, Button('voen', _('Enter the VÖEN'), _('You enter it on the form of the company.')), company.has_access('write')
        )

    # ------------------------------------------------------------------ the portal

    def _connector_step(self, facts):
        _, connector = self.env._, facts.connector
        title = _('Connector to VatPortal, tested')
        if not connector:
            effect = (
                _('You enter address and token. Invoices that are here already get their kind and main note; nothing is sent by it.')
                if self.env.is_system()
                else _(
                    'You enter the address; an administrator (group Settings) enters the log-in data. Invoices that are here already get '
                    'their kind and main note; nothing is sent by it.'
                )
            )
            return Step('connector', title, 'open', _('There is none yet.'), [Button('connector', _('Create the Connector'), effect)])
        look = Button('connector', _('Open the Connector'))
        if not connector._has_log_in():
            text = _('The log-in data are missing.')
            return Step('connector', title, 'open', text if self.env.is_system() else self._for_administrators(text), [look])
        test = Button('test', _('Test the Connection'), _('VatPortal is asked for an invoice that does not exist. No PIN is needed, and nothing changes.'))
        # Whoever has told Odoo no time zone is in Azerbaijan, not in Greenwich.
        zone = self.env.context.get('tz') or self.env.user.tz or 'Asia/Baku'
        moment = connector.tested_at and format_datetime(self.env, connector.tested_at, tz=zone)
        if not connector.tested_at:
            text = _('%s was not tested since its log-in data were entered.', connector.name)
        elif connector.test_problem:
            text = _('At %(moment)s it did not work: %(problem)s', moment=moment, problem=connector.test_problem)
        elif connector.down_since:
            text = _('Does not work at the moment: %s', connector.last_error or '')
        else:
            return Step('connector', title, 'done', _('%(connector)s worked at %(moment)s.', connector=connector.name, moment=moment), [look])
        return Step('connector', title, 'open', text, [test, look])

    def _people_step(self, facts):
        _, connector = self.env._, facts.connector
        title = _('Users to notify')
        if not connector:
            return Step('people', title, 'advice', _('They are named on the connector.'))
        button = Button('connector', _('Open the Connector'), _('They get PIN codes and failures of what no person has started.'))
        names = ', '.join(connector._told_users().mapped('name'))
        if connector.people_note:
            return Step('people', title, 'open', connector.people_note, [button])
        if connector.notify_user_ids:
            return Step('people', title, 'done', names, [button])
        return Step('people', title, 'advice', _('Nobody is named, so these hear of everything: %s.', names), [button])

    # ------------------------------------------------------------------ taxes, products, the first number

    def _tax_step(self, facts):
        _, company = self.env._, facts.company
        title = _('Taxes with their e-taxes category')
        if not facts.has_chart or not facts.connector:
            return Step('taxes', title, 'open', _('The chart of accounts and the connector come first.'))
        create = Button(
            'taxes', _('Create Missing Taxes'), _('Taxes that are there already get their category; what is missing is made, for sales and purchases.')
        )
        defaults = {'sale': company.account_sale_tax_id, 'purchase': company.account_purchase_tax_id}
        if facts.connector.taxation == 'simplified':
            if not (defaults['sale']._vatportal_own_columns() or defaults['sale']._vatportal_unknown()):
                return Step('taxes', title, 'done', _('Under simplified taxation invoices carry no VAT.'))
            text = _('Under simplified taxation invoices carry no VAT, and new products get %s.', defaults['sale'].name)
            effect = _('New products of the company get no sales tax any more. Those that are there keep theirs.')
            return self._open_step('taxes', title, text, Button('no_tax', _('Take Off the Default Tax'), effect, asks=True), company.has_access('write'))
        columns = facts.taxes._vatportal_columns(company)
        uses, nothing = {'sale': _('sales'), 'purchase': _('purchases')}, _('none')
        if lacking := [name for use, name in uses.items() if any((use, column) not in columns for column in NEEDED)]:
            return Step('taxes', title, 'open', _('There is no tax of 18 %% with the e-taxes category for: %s.', ', '.join(lacking)), [create])
        if strange := [f'{uses[use]}: {tax.name or nothing}' for use, tax in defaults.items() if not tax._vatportal_is_known()]:
            text = _('New products get a tax that e-taxes does not know (%s).', '; '.join(strange))
            effect = _('New products of the company get the tax of 18 % for sales and purchases. Those that are there keep theirs.')
            return self._open_step('taxes', title, text, Button('default_taxes', _('Make 18 % the Default'), effect, asks=True), company.has_access('write'))
        rest = dict(self.env['account.tax']._fields['vatportal_category']._description_selection(self.env))
        missing = sorted({rest[column] for use in uses for column in ('zero', 'exempt', 'not_subject') if (use, column) not in columns})
        text = _('New products get %(sale)s for sales, %(purchase)s for purchases.', sale=defaults['sale'].name, purchase=defaults['purchase'].name)
        buttons = []
        if missing:
            text, buttons = ' '.join((text, _('Without a tax of its own: %s.', ', '.join(missing)))), [create]
        late = facts.connector._late_taxes(facts.taxes)
        if not late:
            return Step('taxes', title, 'done', text, buttons)
        effect = _(
            "Cash basis will be switched on in the settings of Invoicing, and the company's taxes of 18 % will be booked when they are paid, "
            'over an account of their own. What is confirmed already stays as it is.'
        )
        switch = Button('cash_basis', _('VAT on Payment'), effect, asks=True)
        return Step('taxes', title, 'advice', ' '.join((text, facts.connector._late_text(late))), [switch, *buttons])

    def _product_step(self, facts):
        _ = self.env._
        title = _('Products with their e-taxes code')
        codes = [
            Button('products', _('Fill In Codes'), _("A list with suggestions: one by one, several at once, from a file, or from the vendors' documents.")),
            Button('categories', _('By Category'), _('The code of a category is that of all its products that have none of their own.')),
        ]
        models = ('product.template', 'product.category')
        able = [button for button, model in zip(codes, models, strict=True) if self.env[model].has_access('write')]
        classifier = Button('classifier', _('Load the Classifier'), _('A file with codes and names. The field then finds codes by words.'))
        if facts.sold_bare:
            state = 'open'
            text = _(
                'Products sold in the last %(days)s days that have no code: %(count)s. Their invoices can not be sent.', days=SOLD_DAYS, count=facts.sold_bare
            )
        elif not facts.sellable:
            state, text = 'advice', _('There is no product that can be sold yet. Make the first ones with their codes.')
        elif not facts.sellable_bare:
            return Step('products', title, 'done', _('All products that can be sold have a code.'), [classifier])
        else:
            state = 'advice'
            text = _(
                'All that was sold on e-invoices in the last %(days)s days has a code. Products that can be sold and have none: %(count)s.',
                days=SOLD_DAYS,
                count=facts.sellable_bare,
            )
        if len(able) < len(codes):
            text = ' '.join((text, _('It takes the right to create products (Products: Create).')))
        return Step('products', title, state, text, [*able, classifier])

    def _invoice_step(self, facts):
        _ = self.env._
        title = _('The first invoice')
        if facts.numbers:
            return Step('invoice', title, 'done', _('Documents that have their number: %s.', facts.numbers))
        text = _('Confirm an invoice and press “Send to e-taxes”. The first number appears in the dialog.')
        buttons = [Button('invoice', _('Make an Invoice'))] if facts.company == self.env.company else []
        return Step('invoice', title, 'advice', text, buttons)
