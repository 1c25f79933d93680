"""What the ten endpoints do, once a request is admitted."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from .admission import Admission, company_of, same
from .clock import format_datetime, parse_date
from .errors import ApiError
from .etaxes import DRAFT, INCOMING, SENT
from .processes import SUCCESS, deletable
from .validation import Validator

SERIAL_NUMBER = re.compile(r'[A-Z]{2,}[0-9]* [0-9]{8}', re.ASCII)


class Api:
    """Answers requests to /api. Called with the portal's lock held."""

    def __init__(self, portal):
        self.portal = portal
        self.admission = Admission(portal)
        self.handlers = {
            '/inv/import_upload_invoices.php': self.import_upload,
            '/inv/read_invoices': self.read_invoices,
            '/inv/delete': self.delete_invoices,
            '/job/read_proc_status': self.read_status,
            '/job/read_proc_data': self.read_data,
            '/etx/import': self.download,
            '/etx/read_invoices': self.read_documents,
            '/etx/delete': self.delete_documents,
            '/auth/reset_start.php': self.reset_start,
            '/auth/reset_confirm.php': self.reset_confirm,
        }

    def answer(self, call):
        """The data of the answer."""
        return self.handlers[call.endpoint](call)

    # -- invoices -----------------------------------------------------------------------------------------

    def import_upload(self, call):
        upload, invoices = call.body.get('upload', False), call.body.get('invoices')
        if 'invoices' not in call.body or not isinstance(upload, bool):
            raise ApiError(3, 'Root elements missing')
        if not isinstance(invoices, list) or not invoices:
            raise ApiError(6, 'Empty invoices')
        codes = self._codes(call, invoices)
        if any(codes):
            raise ApiError(14, '', {'invoices': codes})
        seen = set()
        for invoice in invoices:
            if invoice['id'] in seen or self.portal.is_taken(call.company, invoice['id']):
                which = f': {invoice["id"]}' if self.portal.settings.names_taken else ''
                raise ApiError(17, f'Invoice already exists{which}')
            seen.add(invoice['id'])
        call.process = self.portal.post(call.company, invoices, upload)
        return {'id': call.process.id}

    def _codes(self, call, invoices):
        settings = self.portal.settings
        types = settings.accepted_types if call.account.types is None else call.account.types
        validator = Validator(
            call.company, types, lambda qaime, seller: self.portal.find_advance(call.company, qaime, seller), settings.sum_decimals, settings.item_decimals
        )
        return [validator.codes(invoice) for invoice in invoices]

    def read_invoices(self, call):
        ids = call.body.get('ids')
        if ids is None:
            start, end = self._dates(call)
            found = [
                i
                for i in self.portal.state.invoices.values()
                if i.company is call.company and not i.deleted and self.portal.is_shown(i) and start <= i.created <= end
            ]
            rows = [self._row(invoice.erp_id, invoice) for invoice in found]
        else:
            if not isinstance(ids, list):
                raise ApiError(3, 'Root elements missing')
            rows = [row for erp_id in ids if (row := self._row_of(call.company, erp_id))]
        return {'invoices': rows, 'total': len(rows)}

    def _row_of(self, company, erp_id):
        invoice = self.portal.found(company, erp_id)
        if invoice is not None and invoice.visible:
            return self._row(erp_id, invoice)
        form = self.portal.settings.unknown_ids
        return None if form == 'absent' else {'id': erp_id, 'qaime': '' if form == 'empty' else None}

    def _row(self, erp_id, invoice):
        form = self.portal.settings.unsigned_qaime
        if invoice.qaime or form != 'absent':
            return {'id': erp_id, 'qaime': invoice.qaime or ('' if form == 'empty' else None)}
        return {'id': erp_id}

    def delete_invoices(self, call):
        """All or none: only invoices that e-taxes has no number for and no process has in hand."""
        ids = self._list(call, 'ids')
        found = [self.portal.found(call.company, erp_id) for erp_id in ids]
        free = [invoice for invoice in found if invoice and not invoice.qaime and not invoice.process]
        if len(free) < len(ids) and self.portal.settings.deletes == 'known':
            raise ApiError(20, 'Invoice not found, or already submitted')
        for invoice in free:
            invoice.deleted = True
        return {'deleted': len(ids)}

    # -- processes ----------------------------------------------------------------------------------------

    def _process(self, call):
        process_id = call.body.get('procId')
        if isinstance(process_id, bool) or not isinstance(process_id, int):
            raise ApiError(3, 'Root elements missing')
        process = self.portal.process(process_id, call.company)
        if process is None:
            raise ApiError(self.portal.settings.unknown_process_code, 'Process not found')
        call.process = process
        return process

    def read_status(self, call):
        process = self._process(call)
        self.portal.look_at(process)
        status, stats = process.look(call.back)
        settings = self.portal.settings
        description = 'Running' if status is None else 'Finished' if status == SUCCESS else process.description or 'Finished with errors'
        data = {'status': settings.running_status if status is None else status, 'status_desc': description}
        if stats or status is not None or settings.empty_stats == 'empty':
            data['stats'] = stats
        return data

    def read_data(self, call):
        process = self._process(call)
        numbers = [{'id': i.erp_id, 'qaime': i.qaime or ''} for i in getattr(process, 'invoices', ())]
        documents = [{'qaime': d['qaime'], 'status': d['status']} for d in getattr(process, 'result', ())]
        log = [f'{entry["stage"]}: done' for entry in process.log] + list(process.exceptions)
        return {'id': process.id, 'log': log, 'invoices': numbers, 'etax_invoices': documents}

    # -- e-taxes ------------------------------------------------------------------------------------------

    def download(self, call):
        dates, folder = self._dates(call), self._folder(call)
        filters = {name: call.body.get(name) for name in ('inc_kinds', 'exc_kinds', 'inc_status', 'exc_status')}
        if not all(value is None or isinstance(value, str) for value in filters.values()):
            raise ApiError(3, 'Filters are comma-separated text')
        call.process = self.portal.download(call.company, folder, dates, filters)
        return {'id': call.process.id}

    def read_documents(self, call):
        folder, settings = self._folder(call), self.portal.settings
        if call.body.get('procId') is not None:
            process = self._process(call)
            right = getattr(process, 'folder', None) == folder and process.kind == 'download'
            rows, paged = (process.result if right else []), settings.page_process
        else:
            rows = self.portal.etaxes.select(call.company, folder, *self._dates(call), held=True)
            paged = True
        total = len(rows)
        if paged:
            page = call.body.get('from', 1)
            if isinstance(page, bool) or not isinstance(page, int) or page < 1:
                raise ApiError(3, 'from is a page, from 1')
            rows = rows[(page - 1) * settings.page_size : page * settings.page_size]
        return {'invoices': self._skewed(rows, settings.clock_skew_hours + call.skew), 'total': total}

    @staticmethod
    def _skewed(rows, hours):
        """Documents as a tax portal with a wrong clock dates them."""
        if not hours:
            return rows
        shifted = []
        for row in rows:
            moment = parse_date(row['datetime'])
            shifted.append({**row, 'datetime': format_datetime(moment + timedelta(hours=hours))} if moment else row)
        return shifted

    def delete_documents(self, call):
        """All or none: every number well-formed, in the folder named, and still ours to take back."""
        numbers, signed = self._list(call, 'serialNumbers'), call.body.get('is_signed', False)
        if not isinstance(signed, bool):
            raise ApiError(3, 'Root elements missing')
        if not all(isinstance(number, str) and SERIAL_NUMBER.fullmatch(number) for number in numbers):
            raise ApiError(20, 'Not a series and number')
        qaimes = [number.replace(' ', '') for number in numbers]
        folder = SENT if signed else DRAFT
        if not all(deletable(self.portal.etaxes, call.company, folder, qaime) for qaime in qaimes):
            raise ApiError(20, 'Not found, in another folder, or final')
        call.process = self.portal.delete(call.company, qaimes, signed)
        return {'id': call.process.id}

    # -- renewal of the token -----------------------------------------------------------------------------

    def reset_start(self, call):
        account = self._renewing(call.query)
        account.plain_value = secrets.token_hex(16)
        return {'plain_value': account.plain_value}

    def reset_confirm(self, call):
        """A key fits once, whether right or wrong; with the new token the old one is dead."""
        account, key = self._renewing(call.body), call.body.get('key')
        if not isinstance(key, str) or not key:
            raise ApiError(4, 'Empty credentials')
        plain_value, account.plain_value = account.plain_value, None
        right = plain_value and hmac.new(account.secret_hash.encode(), plain_value.encode(), hashlib.sha256).hexdigest()
        if not right or not same(right, key.lower()):
            raise ApiError(5, 'Invalid key')
        account.token = secrets.token_hex(20)
        return {'token': account.token}

    def _renewing(self, values):
        if not values.get('login'):
            raise ApiError(4, 'Empty credentials')
        account = self.portal.account(values['login'])
        if account is None:
            raise ApiError(5, 'Invalid credentials')
        company_of(account, values.get('phone'))
        return account

    # -- arguments ----------------------------------------------------------------------------------------

    def _dates(self, call):
        start, end = parse_date(call.body.get('date_from')), parse_date(call.body.get('date_to'), end=True)
        if start is None or end is None:
            raise ApiError(3, 'date_from and date_to: dd.mm.yyyy or dd.mm.yyyy hh:mm')
        # what a skewed clock dates 14:00 happened at 12:00
        skew = timedelta(hours=self.portal.settings.clock_skew_hours + call.skew)
        return start - skew, end - skew

    @staticmethod
    def _folder(call):
        folder = call.body.get('dir', INCOMING)
        if isinstance(folder, bool) or folder not in (INCOMING, SENT):
            raise ApiError(3, 'dir is 0 or 1')
        return folder

    @staticmethod
    def _list(call, name):
        value = call.body.get(name)
        if not isinstance(value, list) or not value:
            raise ApiError(3, 'Root elements missing')
        return value
