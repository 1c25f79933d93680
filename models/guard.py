from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import ormcache

from ..vatportal.plain import is_storable

ADDONS = 'l10n_az_vatportal'


class VatportalGuard(models.AbstractModel):
    """A model that takes from a client neither links to what its user may not see, nor what the addon alone writes.

    Odoo checks the records that are read and written, not those that they point to: related fields, the names of
    linked records and most computations read those as superuser. Whoever may create a record, or have a form computed
    that is never saved, could so point it at another company's document and read that. Hence what is pointed to is
    checked here: before a record is created or written, before a form is computed, and in defaults.

    On our own models that holds for every link; on those of others for ours, for links to models that are guarded as
    well, and for :attr:`_vatportal_owner_fields`.
    """

    _name = 'vatportal.guard'
    _description = 'Takes no links to what its user may not see'

    # Fields of another addon's model that say whose a record is, and with that whose connector and documents count.
    _vatportal_owner_fields = ('company_id',)
    # Read-only fields that are given in a person's name all the same.
    _vatportal_given_fields = ()
    # Links that create() and write() of the model check by themselves, before they put others in their place.
    _vatportal_own_links = ()
    # Whether people make records of the model at all.
    _vatportal_is_entered = True

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self.browse()._vatportal_check_links(*map(self._vatportal_without_own_links, vals_list))
            for vals in vals_list:
                self._vatportal_check_own_fields(vals)
                self._vatportal_check_texts(vals)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._vatportal_check_links(self._vatportal_without_own_links(vals))
            self._vatportal_check_own_fields(vals)
            self._vatportal_check_texts(vals)
        return super().write(vals)

    @api.model
    def default_get(self, fields_list):
        # A client's context, and what any user may keep as a default, are as good as values of theirs; and they reach
        # what is made as superuser on their behalf. Of what they may not give only the code's own default counts.
        untaken = self._vatportal_takes_no_default().intersection(fields_list)
        # Not taken away afterwards: Odoo carries out commands of a default while it reads them.
        values = super().default_get([name for name in fields_list if name not in untaken])
        for field in (self._fields[name] for name in untaken):
            if field.default:
                values[field.name] = field.convert_to_write(field.convert_to_cache(field.default(self), self, validate=False), self)
        self.browse()._vatportal_check_links(values)
        return values

    def onchange(self, values, field_names, fields_spec):
        self._vatportal_check_links(values)
        return super().onchange(values, field_names, fields_spec)

    @api.private
    def fetch(self, field_names=None):
        # What has no table has nothing to be read, and its fields need others that it does not have.
        if self._abstract:
            raise AccessError(self.env._('%s is no model of records.', self._name))
        return super().fetch(field_names)

    # ------------------------------------------------------------------ links

    def _vatportal_check_links(self, *vals_list):
        """:raises AccessError: when one of ``vals_list``, given for these records or a new one, links them with something
        that the user may not see; what that is, is not told. A link that is there already stays."""
        if self.env.su:
            return
        links = [link for vals in vals_list for link in self._vatportal_links(vals)]
        # Asked together: a form may have many lines.
        hidden = {}
        for records, field, ids in links:
            hidden.setdefault((records._name, field.comodel_name), set()).update(ids)
        for (name, comodel), ids in hidden.items():
            linked = self.env[comodel].browse(ids)
            try:
                hidden[name, comodel] = set((linked - self.env[name]._vatportal_visible(linked)).exists()._ids)
            except MissingError:  # of what is gone nobody can say whose it was
                linked = linked.exists()
                hidden[name, comodel] = set((linked - self.env[name]._vatportal_visible(linked))._ids)
        for records, field, ids in links:
            refused = self.env[field.comodel_name].browse(id_ for id_ in ids if id_ in hidden[records._name, field.comodel_name])
            if refused and len(records) == 1:
                refused -= records.sudo()[field.name].sudo(False)
            if refused:
                raise AccessError(
                    self.env._(
                        '“%s” names something that you have no access to, or that belongs to a company in which you do not work at the moment.',
                        field._description_string(self.env),
                    )
                )

    def _vatportal_visible(self, linked):
        """Those of ``linked`` that the user may see, in the companies at work."""
        if linked._name == 'res.company':
            # Administrators may read every company; that does not make them people of it.
            return linked & self._vatportal_companies()
        if linked._name == 'vatportal.account':
            # Nobody reads it; whoever sees one of its connectors may name it.
            return linked.sudo().filtered(lambda account: account.connector_ids._visible_to(self.env.user)).sudo(False)
        return linked._filtered_access('read')

    def _vatportal_companies(self):
        """The companies that may be named."""
        return self.env.companies

    def _vatportal_without_own_links(self, vals):
        return {name: value for name, value in vals.items() if name not in self._vatportal_own_links}

    def _vatportal_links(self, vals):
        """Yield (records, field, ids) of all that ``vals``, given for these records or a new one, link with."""
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or not field.relational or not value:
                continue
            ids, nested = _read_value(field, value)
            if ids and self._vatportal_is_checked(field):
                yield self, field, ids
            comodel = self.env[field.comodel_name]
            if nested and isinstance(comodel, self.pool['vatportal.guard']):
                for record_id, values in nested:
                    yield from comodel.browse(record_id)._vatportal_links(values)

    def _vatportal_is_checked(self, field):
        return (
            self._name.startswith('vatportal.')
            or is_ours(field)
            or field.name in self._vatportal_owner_fields
            or isinstance(self.env[field.comodel_name], self.pool['vatportal.guard'])
        )

    # ------------------------------------------------------------------ what the addon writes

    def _vatportal_check_own_fields(self, names):
        """:raises AccessError: when ``names``, of what a client gives, hold a field of ours that says what the portal has
        told, or what happened: that a view shows it read-only keeps nobody from writing it."""
        if self.env.su or self._transient:
            return
        for name in filter(self._vatportal_is_own, names):
            raise AccessError(
                self.env._(
                    '“%s” is not written by hand: it follows from what has happened, here or at e-taxes.', self._fields[name]._description_string(self.env)
                )
            )

    def _vatportal_is_own(self, name):
        field = self._fields.get(name)
        return is_ours(field) and field.readonly and name not in self._vatportal_given_fields

    @ormcache('self.env.su')
    def _vatportal_takes_no_default(self):
        """The names of the fields that are nothing for defaults of people: the addon alone writes them, or they link, and nobody's
        rights are asked for what the superuser links with. Every entry and line that is made asks for them."""
        if self._transient:
            return frozenset()
        ours = {name: field for name, field in self._fields.items() if is_ours(field)}
        if not self._vatportal_is_entered:
            return frozenset(ours)
        return frozenset(name for name, field in ours.items() if self._vatportal_is_own(name) or (self.env.su and field.relational))

    # ------------------------------------------------------------------ texts

    def _vatportal_check_texts(self, vals):
        """:raises UserError: for a text that the database can't hold, before that is told in its own words, which repeat
        the statement in logs and answers"""
        for name, value in vals.items():
            if isinstance(value, str) and not is_storable(value) and is_ours(self._fields.get(name)):
                raise UserError(self.env._("%s: this holds a character that can't be stored. Type it anew.", self._fields[name]._description_string(self.env)))


class IrRule(models.Model):
    _inherit = 'ir.rule'

    def _make_access_error(self, operation, records):
        # EXTENDS base, which in developer mode names the records that nobody is to see
        error = super()._make_access_error(operation, records)
        if not isinstance(records, self.pool['vatportal.guard']) or not self.env.user.has_group('base.group_no_one'):
            return error
        unnamed = super()._make_access_error(operation, records.browse())
        error.args = (f'{unnamed.args[0]}\n\n{records._name}: {", ".join(map(str, records.ids[:6]))}', *error.args[1:])
        return error


def is_ours(field):
    """Whether ``field`` is of this addon, or of one that builds on it."""
    return bool(field) and any(module.startswith(ADDONS) for module in field._modules)


def _read_value(field, value):
    """Return (ids, [(id or (), values)]) of what ``value`` links with and of the records that it makes or changes, in
    whatever form Odoo takes it for a relational ``field``."""
    if isinstance(value, models.BaseModel):
        return _numbers(value.ids), []
    if field.type == 'many2one':
        if isinstance(value, dict):
            return _numbers([value.get('id')]), [(_numbers([value.get('id')]), value)]
        return _numbers(value[:1] if isinstance(value, (list, tuple)) else [value]), []
    ids, nested = [], []
    for command in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(command, dict):
            ids.append(command.get('id'))
            nested.append(((), command))
        elif not isinstance(command, (list, tuple)):
            ids.append(command)
        elif command:
            code, record_id, values = (*command, 0, 0)[:3]
            if code in (1, 4):
                ids.append(record_id)
            if code == 6:
                ids += values or ()
            if code in (0, 1) and isinstance(values, dict):
                nested.append((_numbers([record_id]) if code == 1 else (), values))
    return _numbers(ids), nested


def _numbers(ids):
    """Those of ``ids`` that are, or stand for, a record of the database, as plain integers."""
    found = []
    for value in ids:
        origin = getattr(value, 'origin', value)  # of a record that is not saved
        if isinstance(origin, str):
            origin = int(origin) if origin.isdecimal() else None  # else the name of a line that has no number yet
        if isinstance(origin, (int, float)) and not isinstance(origin, bool) and origin:
            found.append(int(origin))
    return tuple(found)
