import json

from odoo.tests import HttpCase

# What a person looks at; a search view is part of all but the form.
VIEWS = ('list', 'kanban', 'form', 'pivot', 'graph', 'calendar', 'activity')
# The stops are kept here, for a failure shows the whole code that was to be run.
STOPS = 'l10n_az_vatportal.test_stops'
_RUN = f"odoo.loader.modules.get('@l10n_az_vatportal/../tests/tours/open_views').openViews('{STOPS}')"


class ViewsCase(HttpCase):
    """Every view of some addons in a real browser, on a desk and on a phone. The client may complain of none.

    Collected from the database, so that a view or an action that is added is opened as well.
    """

    addons = ()
    # The desk, and whether what is cut off there is measured.
    desk, measures = '1440x900', True

    def external_ids(self, model):
        """The records of ``model`` that the addons define, with their names."""
        data = self.env['ir.model.data'].search([('module', 'in', self.addons), ('model', '=', model)])
        return [(self.env[model].browse(entry.res_id), entry.complete_name) for entry in data.sorted('id')]

    def records(self, model):
        """The records of ``model`` of which the form is looked at."""
        return self.env[model].search([], limit=2, order='id desc')

    def stop(self, name, model, view, view_id=False, **action):
        return {
            'name': f'{name}, {view or "as the menu opens it"}',
            'view': view,
            'action': {
                'type': 'ir.actions.act_window',
                'name': name,
                'res_model': model,
                'target': 'current',
                'views': [[view_id, view]],
                'context': {},
                **action,
            },
        }

    def view_stops(self, name, model, view, view_id):
        """``view`` of ``model``: a form once for each record, the others once with all of them."""
        if view != 'form':
            return [self.stop(name, model, view, view_id)]
        return [self.stop(f'{name} {record.display_name}', model, view, view_id, res_id=record.id) for record in self.records(model)]

    def action_stops(self):
        """What the menus and actions open: as a click on the menu does, and in each of their views with its records."""
        stops = []
        for action, name in self.external_ids('ir.actions.act_window'):
            values = self.env['ir.actions.actions']._for_xml_id(name)
            stops.append({'name': name, 'action': values, 'view': False})
            if action.target != 'new':
                stops += [
                    self.stop(name, action.res_model, view, view_id, domain=values['domain'] or [], context=values['context'], help=values['help'])
                    for view_id, view in action.views
                    if view != 'form'
                ]
        return stops

    def all_view_stops(self):
        """Every view that the addons define or extend, with whatever it extends."""
        stops, seen = [], set()
        for view, name in self.external_ids('ir.ui.view'):
            root = view
            while root.inherit_id and root.mode != 'primary':
                root = root.inherit_id
            if root.type not in VIEWS or root in seen or self.env[root.model]._abstract:
                continue
            seen.add(root)
            if self.env[root.model]._transient:
                stops += self.wizard_stops(name, root)
            else:
                stops += self.view_stops(name, root.model, root.type, root.id)
        return stops

    def wizard_stops(self, name, view):
        """A wizard's form, filled in as its button does: see :meth:`wizard_actions`."""
        return [{'name': f'{name} ({index})', 'action': action, 'view': view.type} for index, action in enumerate(self.wizard_actions().get(view.model, ()))]

    def wizard_actions(self):
        """Model of a wizard → the actions, as its buttons return them, that open it."""
        return {}

    def open_everything(self, login):
        """On a desk, where nothing of ours may be cut off, and on a phone."""
        stops = self.action_stops() + self.all_view_stops()
        self._logger.info('%s views are opened', len(stops))
        self.assertEqual(self.unopened(stops), set(), 'views that are not opened')
        with self.subTest('desk'):
            if self.measures:
                self.measured(stops)
            self.open_at(self.desk, False, stops, login)
        with self.subTest('phone'):
            # What was asked for as a list is one, on a phone too; nobody gets there by a menu.
            for stop in stops:
                stop['measure'] = 'width' if stop['view'] in (False, 'form', 'kanban') else False
            self.open_at('390x844', True, stops, login)

    def measure_everything(self, user):
        """Whether on a desk anything of ours is cut off, in the languages that :meth:`open_everything` does not speak."""
        stops = self.measured(self.action_stops() + self.all_view_stops())
        for lang in ('az_AZ', 'ru_RU'):
            with self.subTest(lang=lang):
                user.lang = lang
                self.open_at('1440x900', False, stops, user.login)

    def measured(self, stops):
        """Have the lists, the dialogs and of each model one form among ``stops`` measured; return them."""
        keys, chosen = [], []
        for stop in stops:
            key = (stop['action'].get('res_model'), stop['action'].get('views'), str(stop['action'].get('domain')), str(stop['action'].get('context')))
            if stop['view'] in ('list', 'form') and key not in keys:
                keys.append(key)
                chosen.append(stop)
                stop['measure'] = 'all'
        return chosen

    def unopened(self, stops):
        """(model, type) of the views of the addons that none of ``stops`` shows."""
        own = {(view.model, view.type) for view, _name in self.external_ids('ir.ui.view') if view.type in VIEWS and not self.env[view.model]._abstract}
        return own - {(stop['action'].get('res_model'), stop['view']) for stop in stops}

    def open_at(self, size, touch, stops, login):
        self.browser_size, self.touch_enabled = size, touch
        for stop in stops:
            stop['action'].setdefault('views', [[False, view] for view in stop['action'].get('view_mode', 'form').split(',')])
        self.env['ir.config_parameter'].sudo().set_param(STOPS, json.dumps(stops, default=str))
        self.browser_js('/odoo', _RUN, 'odoo.isReady === true', login=login, timeout=600)
