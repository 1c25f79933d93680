from dataclasses import replace

from odoo.fields import Command

from ..send_common import UPLOAD, SendCommon, in_flight


def _without(name):
    """An invoice that leaves without the field ``name``."""
    return lambda invoice: replace(invoice, **{name: None})


def _line_without(name):
    """An invoice whose second item leaves without the field ``name``."""
    return lambda invoice: replace(invoice, items=(invoice.items[0], replace(invoice.items[1], **{name: None})))


# Every validation code of the portal, and a fault that provokes it: ``document`` and ``line`` values are written on
# the queued document or its second line, ``flight`` changes what leaves.
FAULTS = {
    20: {'document': {'buyer_vat': False}},
    21: {'document': {'buyer_vat': '170032103'}},
    22: {'flight': _without('main_info')},
    23: {'document': {'main_info': ' '}},
    24: {'flight': _without('sum_subtotal1')},
    25: {'document': {'amount_goods': 0}},
    26: {'flight': _without('sum_subtotal2')},
    27: {'document': {'amount_net': 0}},
    28: {'flight': _without('sum_total')},
    29: {'document': {'amount_total': -1}},
    30: {'document': {'amount_excise': -1}},
    31: {'document': {'amount_vat_base': -1}},
    32: {'document': {'amount_not_subject': -1}},
    33: {'document': {'amount_zero': -1}},
    34: {'document': {'amount_exempt': -1}},
    35: {'document': {'amount_vat': -1}},
    36: {'document': {'amount_road': -1}},
    37: {'document': {'erp_id': False}},
    38: {'document': {'erp_id': 'SHORT'}},
    39: {'document': {'line_ids': [Command.clear()]}},
    40: {'line': {'product_code': False}},
    41: {'line': {'product_code': '252329'}},
    42: {'flight': _line_without('name')},
    43: {'line': {'name': ' '}},
    44: {'flight': _line_without('unit')},
    45: {'line': {'unit': ' '}},
    46: {'flight': _line_without('unit_price')},
    47: {'line': {'price_unit': 0}},
    48: {'flight': _line_without('quantity')},
    49: {'line': {'quantity': -1}},
    50: {'line': {'barcode': False}},
    51: {'line': {'barcode': '25232900-0'}},
    52: {'line': {'amount_goods': -1}},
    53: {'line': {'amount_excise': -1}},
    54: {'line': {'amount_net': -1}},
    55: {'line': {'amount_vat_base': -1}},
    56: {'line': {'amount_not_subject': -1}},
    57: {'line': {'amount_zero': -1}},
    58: {'line': {'amount_exempt': -1}},
    59: {'line': {'amount_vat': -1}},
    60: {'line': {'amount_total': -1}},
    61: {'kind': 'sale'},
    62: {'document': {'main_qaime': 'AA24070000000'}},
    63: {'kind': 'goodsTransfer'},
    64: {'kind': 'goodsTransfer'},
}
# Words of the explanation that each code must show.
WORDS = {
    **dict.fromkeys((20, 21), 'VÖEN'),
    **dict.fromkeys((22, 23), 'main note'),
    **dict.fromkeys(range(24, 30), 'of the invoice is'),
    30: 'excise',
    31: '18 %',
    32: 'not subject',
    33: '0 %',
    34: 'exempt',
    35: 'VAT total',
    36: 'road tax',
    **dict.fromkeys((37, 38), 'ERP id'),
    39: 'no lines',
    **dict.fromkeys((40, 41), 'product code'),
    **dict.fromkeys((42, 43), 'name'),
    **dict.fromkeys((44, 45), 'unit'),
    **dict.fromkeys((46, 47), 'price'),
    **dict.fromkeys((48, 49), 'quantity'),
    **dict.fromkeys((50, 51), 'barcode'),
    **dict.fromkeys(range(52, 61), 'amount of the line'),
    61: 'kind',
    62: 'advance',
    63: 'departure',
    64: 'arrival',
}


class TestSendCodes(SendCommon):
    """Error 14: each validation code is shown on the right invoice and line; the rest of the batch goes by itself."""

    def test_every_code(self):
        """One batch with a bad invoice for every code, and good ones before, between and after."""
        self.assertEqual(set(FAULTS), set(range(20, 65)))
        good = self.invoices(3)
        bad = {code: self.two_lines() for code in FAULTS}
        first, second, third = good
        halves = [list(bad.values())[:20], list(bad.values())[20:]]
        job = self.queue(first.union(*halves[0]) + second.union(*halves[1]) + third)
        flight = {}
        for code, move in bad.items():
            self.spoil(move.vatportal_document_id.sudo(), flight, **FAULTS[code])
        with in_flight(flight):
            self.advance(job)
        for code, move in bad.items():
            with self.subTest(code=code):
                self.assertShown(code, move)
        self.assertEqual(set(good.mapped('vatportal_state')), {'progress'})
        self.finish(job)
        self.assertRegistered(good)
        self.assertEqual([record.err_code for record in self.uploads()], [14, 0])
        self.assertEqual(job.state, 'failed')
        self.assertEqual(len(job._progress()['documents']), len(good) + len(bad))

    def two_lines(self):
        return self.create_invoice({'name': 'First'}, {'name': 'Second'})

    def spoil(self, record, in_air, *, document=None, line=None, kind=None, flight=None):
        record.write(document or {})
        record.line_ids.sorted('sequence')[1:].write(line or {})
        if kind:
            record.kind_id = self.env['vatportal.kind'].create({'name': kind, 'code': f'{kind} {record.id}', 'upload_type': kind})
        if flight:
            in_air[record.id] = flight

    def assertShown(self, code, move):
        document = move.vatportal_document_id
        self.assertEqual(move.vatportal_state, 'rejected')
        self.assertIn(WORDS[code], document.message)
        codes = document.portal_message.partition(':')[2].split(',')
        self.assertIn(str(code), [text.strip() for text in codes])
        first, second = document.line_ids.sorted('sequence') if document.line_ids else (document.line_ids,) * 2
        self.assertFalse(first.message)
        if 40 <= code <= 60:
            self.assertIn(WORDS[code], second.message)
            self.assertIn('“', document.message, 'the message names the line')
        else:
            self.assertFalse(second.message)
        self.assertIn(WORDS[code], move.alerts['vatportal_rejected']['message'])

    def test_corrected_and_sent_again(self):
        """After the correction the same document goes, under the same ERP id: error 14 has not used it up."""
        move = self.two_lines()
        job = self.queue(move)
        document = move.vatportal_document_id.sudo()
        erp_id = document.erp_id
        document.line_ids[1].unit = False
        self.advance(job)
        self.assertRejected(move, 'unit')
        self.finish(job)
        self.finish(self.send(move))
        self.assertRegistered(move)
        self.assertEqual((move.vatportal_document_ids, document.erp_id), (document, erp_id))
        self.assertFalse(any(document.line_ids.mapped('message')))

    def test_all_refused(self):
        moves = self.invoices(2)
        job = self.queue(moves)
        moves.vatportal_document_id.sudo().main_info = False
        self.advance(job)
        self.finish(job)
        self.assertEqual(len(self.uploads()), 1)
        self.assertRejected(moves, 'main note')

    def test_refused_without_codes(self):
        """Error 14 that names nobody: all are told, nothing goes by itself."""
        self.sandbox.faults.add(UPLOAD, 'error', code=14, message='Yanlış məlumat')
        moves = self.invoices(2)
        job = self.send(moves)
        self.assertEqual(job.state, 'failed')
        self.assertRejected(moves, 'found mistakes')
        self.assertEqual(moves.vatportal_document_id.mapped('portal_message'), ['Yanlış məlumat'] * 2)
        self.assertEqual(len(self.uploads()), 1)
