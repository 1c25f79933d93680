import json

from ..due_common import DueCommon


class DeskCommon(DueCommon):
    """What the page and the journals' cards count."""

    def counts(self, user=None, companies=None):
        desk = self.env['vatportal.desk'].with_user(user or self.env.user).with_context(allowed_company_ids=(companies or self.company).ids)
        tasks = desk.get_tasks()
        found = {task['key']: task['count'] for side in ('sale', 'purchase') for task in tasks[side]}
        for key, count in found.items():
            action = desk.action_open(key)
            self.assertEqual(desk.env[action['res_model']].search_count(action['domain']), count, key)
        return {key: count for key, count in found.items() if count}

    def undue(self):
        """The counts but of what is due by when."""
        return {key: count for key, count in self.counts().items() if key not in ('late', 'due')}

    def card(self, journal):
        """What the card of ``journal`` says: key of a task → count."""
        return {task['key']: task['count'] for task in json.loads(journal.kanban_dashboard)['vatportal_tasks']}

    def on_card(self, journal, key):
        """The entries of the task ``key`` that the card of ``journal`` counts."""
        self.env.invalidate_all()
        action = journal.with_context(vatportal_task=key).action_vatportal_task()
        found = self.env['account.move'].search(action['domain'])
        self.assertEqual(self.card(journal).get(key, 0), len(found))
        for view, mode in action['views']:
            self.env['account.move'].get_view(view, mode)
        return found
