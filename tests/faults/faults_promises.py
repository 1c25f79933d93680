"""What has to hold in the world of :mod:`.faults_world`, whatever a portal did."""

import json

from .faults_plan import STATUS

# The states in which an invoice may be left for good.
FINAL = ('registered', 'imported', 'rejected', 'deleted')


class Promises:
    """For :class:`.faults_world.World`: each ``expect_…`` notes in ``problems`` what is not as promised."""

    def expect_one_call(self):
        """Between two commits the portal is called once: no row stays locked for longer than a request takes."""
        calls = [record for record in self.sandbox.requests[self.kept :] if record.err_code != 1 and record.status not in (404, 405)]
        self.kept = len(self.sandbox.requests)
        if len(calls) > 1:
            self.problem(f'{len(calls)} calls in one transaction: {[record.path for record in calls]}')

    def begun(self):
        """The ERP ids of what is about to be sent, by what stands in the database."""
        return set(self.jobs().filtered(lambda job: job.state == 'starting').sudo().document_ids.mapped('erp_id'))

    def expect_no_codes(self):
        """What was stopped shows its check codes to nobody."""
        for job in self.jobs().filtered(lambda job: job.stopped_by_id and (job.pin1_code or job.pin2_code)):
            self.problem(f'job {job.id} was stopped, and shows a code')

    def expect_intent(self, invoices):
        """Nothing goes to the portal before it is written down for good that it is about to."""
        missing = {invoice.id for invoice in invoices} - self.intended
        if missing:
            self.problem(f'sent without a committed intent: {missing}')

    def check(self):
        self.env.invalidate_all()
        self.expect_no_open_job()
        self.expect_codes_wiped()
        if not self.copied:  # two databases don't know of each other's questions
            self.expect_pace()
        for move in self.moves:
            self.expect_one(move)

    def expect_no_open_job(self):
        for job in self.open_jobs():
            self.problem(f'job {job.id} is stuck: {job.state}, {job.phase}, {job.reason}, {job.message}')

    def expect_codes_wiped(self):
        for job in self.jobs():
            data = json.dumps([job.stats, job.answer, job.sudo().details])
            if job.pin1_code or job.pin2_code or 'pin1_code' in data or 'pin2_code' in data:
                self.problem(f'job {job.id} keeps a check code: {data}')

    def expect_pace(self):
        """A process is never asked twice within a second; a question by the wrong method was none, and one whose answer was
        lost with its process, or its transaction, may be repeated."""
        last = {}
        for moment, record in self.times:
            if record.path != STATUS or record.err_code == 1 or record.status in (404, 405) or any(record is lost for lost in self.lost):
                continue
            process = (record.json or {}).get('procId')
            if process in last and moment - last[process] < 1.0:
                self.problem(f'process {process} was asked again after {moment - last[process]:.3f} s')
            last[process] = moment

    def expect_one(self, move):
        """One live invoice at the portal and its number here; or a rejection that says why, and nothing there."""
        documents = move.sudo().vatportal_document_ids
        current = move.sudo().vatportal_document_id
        # By what stands on the invoice, whatever ERP id it went out with.
        there = [
            invoice
            for invoice in self.sandbox.portal.state.invoices.values()
            if invoice.payload['main_info'].startswith(f'{move.name};') and not invoice.deleted
        ]
        told = (
            f'{move.name} ({current.state}, spent: {current.spent}, {current.qaime}, {current.message!r}, at the '
            f'portal: {[(i.erp_id, i.qaime, i.process and i.process.stage) for i in there]})'
        )
        if len(there) > 1:
            self.problem(f'twice: {told}')
        if there and [document.erp_id for document in documents._candidates_for(move).get(move, ())] == [invoice.erp_id for invoice in there]:
            return  # sent with other figures before the restore: it is not sent before a person has answered
        if not documents:
            if there:
                self.problem(f'nothing is known of it here: {told}')
            return
        if current.state == 'registered' and there:
            self.expect_warning(move, current, there[0])
        if current.state not in FINAL:
            self.problem(f'not settled: {told}')
        elif self.copied and current.state in ('imported', 'deleted') and current.erp_id not in [i.erp_id for i in there]:
            pass  # the other database has removed it, and may have sent it again; nobody has pressed it here since
        elif current.state == 'rejected':
            # What the portal neither shows nor ever goes on with can't be known; it would be noticed within a week.
            if [i for i in there if self.sandbox.portal.is_shown(i) or i.qaime or not current.doubtful]:
                self.problem(f'rejected, yet at the portal: {told}')
            if not current.message:
                self.problem(f'rejected without a reason: {told}')
        elif current.state == 'deleted':
            # It appeared at the portal after it was given back here, and was removed there.
            if there:
                self.problem(f'deleted, yet at the portal: {told}')
        # What an import has brought bears the number alone.
        elif [(current.erp_id and i.erp_id, i.qaime or False) for i in there] != [(current.erp_id, current.qaime)]:
            self.problem(f'not the same here and there: {told}')
        elif current.state == 'imported' and self.plan.sign and not (current.message and (there[0].process or there[0] in self.hung or self.plan.elsewhere)):
            # Only what a process held on to, or another database has sent, is left for a person to sign or delete, and that is said.
            self.problem(f'left unsigned: {told}')

    def expect_warning(self, move, document, invoice):
        """What e-taxes has is what the invoice says, or somebody was told that it may not be."""
        registered, here = float(invoice.payload['sum_total']), move._vatportal_amount(self.connectors[0])
        told = ' '.join(move.sudo().message_ids.mapped('body'))
        if abs(registered - here) > 0.001 and f'Compare this with qaimə {document.qaime}' not in told:
            self.problem(f'{move.name} is {here}, at the portal {registered}, and nobody was told')
