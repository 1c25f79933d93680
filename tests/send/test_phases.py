from ...models.job.job import PHASES
from ..send_common import SendCommon

OPERATIONS = ('upload', 'download', 'delete', 'comparison', 'refresh')


class TestPhases(SendCommon):
    """The table of phases, and the one method that goes along it."""

    def test_every_phase_is_of_an_operation(self):
        phases = {name: set(self.env[f'vatportal.operation.{name}']._phases()) for name in OPERATIONS}
        self.assertEqual(set().union(*phases.values()), set(PHASES) - {'end'})
        self.assertEqual({key for key, _label in self.env['vatportal.job']._fields['phase'].selection}, set(PHASES))
        self.assertEqual(phases['comparison'] - phases['download'], {'compare'})
        for phase, (state, following) in PHASES.items():
            self.assertIn(state, dict(self.env['vatportal.job']._fields['state'].selection))
            self.assertLessEqual(following, set(PHASES) - {phase, 'end'}, phase)

    def test_each_process_has_its_operation(self):
        download = {'operation': 'download', 'direction': 'outgoing', 'source': 'portal'}
        document = self.env['vatportal.document'].search([], limit=1) or self.queue(self.create_invoice()).document_ids
        for vals, name in (
            ({'operation': 'upload'}, 'upload'),
            (download, 'download'),
            ({**download, 'compares': True}, 'comparison'),
            ({**download, 'asked_document_ids': document.ids}, 'refresh'),
            ({'operation': 'delete', 'folder': 'sent'}, 'delete'),
        ):
            job = self.env['vatportal.job'].sudo().create({'connector_id': self.connector.id, **vals})
            self.assertEqual(job._operation()._name, f'vatportal.operation.{name}')

    def test_another_phase_brings_its_state(self):
        job = self.queue(self.create_invoice()).sudo()
        job._go('start', 100, state='starting')
        job._go('start', 50)
        self.assertEqual((job.state, job.planned_wait), ('starting', 50), 'the same phase leaves it')
        job._go('follow', 5, step='send')
        self.assertEqual((job.state, job.phase, job.step), ('running', 'follow', 'send'))
        job._go('read', None)
        self.assertEqual((job.state, job.next_poll_at), ('running', False))
        job._go('start', 0)
        self.assertEqual(job.state, 'queued', 'it goes again')

    def test_what_does_not_follow_is_refused(self):
        job = self.queue(self.create_invoice()).sudo()
        for phase in ('clean', 'detail', 'list', 'compare'):
            with self.assertRaises(ValueError):
                job._go(phase, 0)
        self.assertEqual((job.phase, job.state), ('start', 'queued'))
