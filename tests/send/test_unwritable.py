from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError, ValidationError

from ...models.document.document import VatportalDocument
from ..send_common import UPLOAD
from ..unwritable_common import FORBIDDEN, UnwritableCommon


class TestNumbersThatCannotBeWritten(UnwritableCommon):
    """What can't be written for one document keeps no other from its own, and nothing is sent twice by it."""

    def registered(self):
        move = self.create_invoice({'price_unit': 999})
        self.finish(self.send(move))
        return move

    # ------------------------------------------------------------------ the number of another

    def test_one_answer_gives_the_number_of_another(self):
        """Wrong once, right afterwards: all get their own, and nobody sees anything of it."""
        first = self.registered()
        moves = self.invoices(2)
        job = self.send(moves)
        self.advance_until(job, 'read')
        wrong, right = moves.vatportal_document_id.sorted('id')
        self.say_numbers({wrong.erp_id: first.vatportal_qaime, right.erp_id: 'RT261100000001'})
        self.at_portal_as(right, 'RT261100000001')
        self.advance(job)
        self.assertEqual((right.state, right.qaime), ('registered', 'RT261100000001'), 'it has nothing to do with it')
        self.assertFalse(job.answer)
        self.finish(job)
        self.assertRegistered(first + moves)
        self.assertEqual(job.state, 'done')
        self.assertSentOnce(first + moves)

    def test_number_that_stays_anothers(self):
        first = self.registered()
        moves = self.invoices(3)
        job = self.send(moves)
        self.advance_until(job, 'read')
        wrong = moves[1].vatportal_document_id
        own = self.at_portal_as(wrong, first.vatportal_qaime.lower())
        self.advance(job, 3)
        self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'progress', 'registered'])
        self.pass_time(job, 121)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertEqual((wrong.state, wrong.qaime), ('imported', False))
        for text in (wrong.message, job.message):
            self.assertIn(first.vatportal_qaime, text.upper())
            self.assertIn(first.name, text)
        self.assertIn(moves[1].name, job.message)
        self.assertFalse(moves[1].vatportal_can_send, 'the portal has it')
        self.assertTrue(wrong.can_delete, 'there is a way out')
        self.read_numbers()
        self.assertEqual(wrong.state, 'imported')
        self.at_portal_as(wrong, own)
        self.read_numbers()
        self.assertRegistered(first + moves)
        self.assertFalse(wrong.message)
        self.assertSentOnce(first + moves)

    def test_one_number_for_several(self):
        """In one answer: nobody knows whose it is."""
        moves = self.invoices(3)
        job = self.send(moves)
        self.advance_until(job, 'read')
        documents = moves.vatportal_document_id
        self.say_numbers(dict.fromkeys(documents.mapped('erp_id'), 'ON261100000001'))
        self.advance(job)
        self.assertFalse(any(moves.mapped('vatportal_qaime')))
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_what_is_no_number(self):
        for number in ('MT\x001', '<b>MT1</b>' * 500, 'sandbox-token', {'x': [1]}):
            with self.subTest(number=number):
                moves = self.invoices(2)
                job = self.send(moves)
                self.advance_until(job, 'read')
                wrong, right = moves.vatportal_document_id.sorted('id')
                own = self.at_portal_as(wrong, number)
                self.advance(job)
                self.assertEqual((wrong.state, right.state), ('processing', 'registered'))
                self.pass_time(job, 121)
                self.finish(job)
                self.assertEqual((wrong.state, job.state), ('imported', 'failed'))
                self.assertIn("can't be right", wrong.message)
                self.assertNotIn('sandbox-token', str(job.read()) + str(wrong.sudo().read()))
                self.at_portal_as(wrong, own)
                self.read_numbers()
                self.assertRegistered(moves)
                self.assertSentOnce(moves)

    # ------------------------------------------------------------------ rules of other modules

    def other_rules(self, document):
        """Ways in which other modules stand against a number, each as a context manager."""
        write, source = VatportalDocument.write, document._source()

        def forbidding(records, vals):
            if vals.get('qaime') and document in records:
                raise ValidationError(FORBIDDEN)
            return write(records, vals)

        def silent(records, **_message):
            if records == source:
                raise UserError(FORBIDDEN)

        return {
            'trigger': self.forbidden(document, 'NEW.qaime IS NOT NULL'),
            'trigger on the invoice': self.forbidden(source, 'NEW.vatportal_qaime IS NOT NULL'),
            'constraint in Python': patch.object(VatportalDocument, 'write', forbidding),
            'chatter': patch.object(type(source), 'message_post', silent),
        }

    def test_rules_of_other_modules(self):
        for kind in ('trigger', 'trigger on the invoice', 'constraint in Python', 'chatter'):
            with self.subTest(kind):
                moves = self.invoices(3)
                job = self.send(moves)
                self.advance_until(job, 'read')
                wrong = moves[1].vatportal_document_id
                with self.other_rules(wrong)[kind]:
                    self.advance(job, 2)
                    self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'progress', 'registered'])
                    self.pass_time(job, 121)
                    self.finish(job)
                    self.assertEqual((wrong.state, job.state), ('imported', 'failed'))
                    self.assertIn(FORBIDDEN, wrong.message)
                    self.read_numbers()
                self.read_numbers()
                self.assertRegistered(moves)
                self.assertSentOnce(moves)

    def test_check_of_the_database(self):
        """What a check says of the row itself is told to nobody."""
        moves = self.invoices(2)
        job = self.send(moves)
        self.advance_until(job, 'read')
        wrong = moves[0].vatportal_document_id
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE vatportal_document ADD CONSTRAINT other_check CHECK (id <> %s OR qaime IS NULL) NOT VALID', [wrong.id])
        self.advance(job)
        self.pass_time(job, 121)
        self.finish(job)
        self.assertEqual(moves.mapped('vatportal_state'), ['imported', 'registered'])
        self.assertIn('other_check', wrong.message)
        self.assertNotIn('Failing row', wrong.message)

    def test_conflict_goes_up(self):
        """Odoo runs the request again: it is no fault of a document's."""
        job = self.send(self.invoices(2))
        self.advance_until(job, 'read')
        with patch.object(VatportalDocument, '_set_number', side_effect=SerializationFailure):
            with self.assertRaises(SerializationFailure):
                self.advance(job)

    # ------------------------------------------------------------------ nothing can be written

    def test_document_that_cannot_be_written_at_all(self):
        """The others have their numbers, and are done with; this one is looked for until it can be written."""
        moves = self.invoices(3)
        job = self.send(moves)
        self.advance_until(job, 'read')
        wrong = moves[1].vatportal_document_id
        self.pass_time(job, 121)
        with self.forbidden(wrong):
            self.advance(job, 6)
            self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'progress', 'registered'])
            self.assertIn(moves[1].name, job.message)
            self.assertIn(FORBIDDEN, job.message)
            self.assertGreater(job._next_poll(), 200, 'not all the time')
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_from_the_first_step_on(self):
        """Nothing can be written of one of them from before it was sent."""
        moves = self.invoices(3)
        job = self.queue(moves)
        wrong = moves[2].vatportal_document_id
        with self.forbidden(wrong, "NEW.state <> 'queued'"):
            self.advance(job)
            self.assertEqual(job.phase, 'follow')
            self.assertEqual(len(job.document_ids), 3)
            self.advance(job, 10)
            self.pass_time(job, 121)
            self.advance(job, 5)
            self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'registered', 'progress'])
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_rejections(self):
        """A process that ended with errors, a refusal, an error 14: what can't be given back waits, the others are back."""
        for fault in (('refused', {'message': 'No'}), ('error', {'code': 6, 'message': 'No'}), ('error', {'code': 14})):
            with self.subTest(fault):
                self.sandbox.faults.add(UPLOAD, fault[0], **fault[1])
                moves = self.invoices(3)
                job = self.queue(moves)
                with self.forbidden(moves[0].vatportal_document_id, "NEW.state = 'rejected'"):
                    self.advance(job, 25)
                    self.assertEqual(moves[1:].mapped('vatportal_state'), ['rejected', 'rejected'])
                    self.assertEqual(moves[0].vatportal_state, 'progress')
                    self.assertIn(moves[0].name, job.message)
                self.finish(job)
                self.assertEqual(set(moves.mapped('vatportal_state')), {'rejected'})
                self.assertEqual(job.state, 'failed')
                self.assertTrue(all(moves.mapped('vatportal_can_send')))
                self.finish(self.send(moves[1:]))
                self.assertRegistered(moves[1:])
                self.assertSentOnce(moves[1:])

    def test_given_up(self):
        """A sending that has not left is given up though one of its documents can't be written."""
        moves = self.invoices(2)
        job = self.queue(moves)
        with self.forbidden(moves[0].vatportal_document_id):
            job.action_cancel()
            self.assertEqual(moves[1].vatportal_state, 'rejected')
        self.finish(job)
        self.assertRejected(moves, '')
        self.assertFalse(self.uploads())

    def test_codes_of_error_14(self):
        """Codes that can't be put to the lines reject the document all the same; the others go."""
        moves = self.invoices(2)
        job = self.queue(moves)
        wrong = moves[0].vatportal_document_id.sudo()
        wrong.line_ids.unit = False
        with patch.object(VatportalDocument, '_lines_meant', side_effect=KeyError):
            self.advance(job)
        self.assertRejected(moves[0], 'unit')
        self.finish(job)
        self.assertRegistered(moves[1])

    # ------------------------------------------------------------------ what can't be made

    def test_payload_that_cannot_be_made(self):
        """It alone is rejected, with the reason, and nothing of it was sent; also where that only shows when it is about
        to leave."""
        plain = VatportalDocument._to_invoice
        for before in (0, 1):
            with self.subTest(before=before):
                moves = self.invoices(3)
                job = self.queue(moves)
                bad, asked = moves[1].vatportal_document_id, []

                def making(document, bad=bad, asked=asked, before=before):
                    asked.extend(document & bad)
                    if document == bad and len(asked) > before:
                        raise ValueError('sum_total: 1.000000089 has too many digits for a JSON number')
                    return plain(document)

                with patch.object(VatportalDocument, '_to_invoice', making):
                    self.advance(job)
                    self.pass_time(job, 151)
                    self.finish(job)
                self.assertRejected(moves[1], 'too many digits')
                self.assertRegistered(moves[0] + moves[2])
                self.finish(self.send(moves[1]))
                self.assertRegistered(moves)
                self.assertSentOnce(moves)

    def test_step_that_fails_before_its_call(self):
        """Whatever is raised where the portal is asked counts as an answer that was lost."""
        moves = self.invoices(2)
        job = self.queue(moves)
        with patch.object(type(job._operation()), '_start', side_effect=RuntimeError):
            self.advance(job)
        self.assertEqual((job.phase, job.reason, set(moves.mapped('vatportal_state'))), ('read', 'lost', {'unconfirmed'}))
        self.pass_time(job, 151)
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)
