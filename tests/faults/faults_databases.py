"""Other databases in the world of :mod:`.faults_world`: a backup that is restored, a copy that sends the same invoices."""

from odoo.tools import SQL

# Models of which something changes in a schedule; of the invoices and their lines, those that are sent.
MODELS = ('vatportal.job', 'vatportal.document', 'vatportal.document.line', 'vatportal.connector', 'vatportal.account')


class Databases:
    """For :class:`.faults_world.World`: what the addon and the invoices have stored is put aside under a name, and put back.

    The portal keeps what it has meanwhile, and its time goes on.
    """

    def start_databases(self):
        self.here, self.there = 'one', 'other'
        self.kept_at = {}  # name of a database that was put aside → (time of that, its spoilt invoices)

    @property
    def copied(self):
        """Whether there are two databases by now."""
        return self.there in self.kept_at

    def do_backup(self, _argument):
        self.keep('backup')

    def do_restore(self, _argument):
        """The database is that of the backup again; that takes two minutes."""
        self.load('backup')
        self.connectors.sudo().compared_in = 'the database before'
        self.pass_time(120)
        self.met.add('restore')

    def do_copy(self, _argument):
        """From now on there is a second database, which is at work on its own."""
        self.keep(self.there)

    def do_switch(self, _argument):
        """What follows happens in the other database, if there is one."""
        if self.copied:
            self.keep(self.here)
            self.load(self.there)
            self.here, self.there = self.there, self.here
            self.met.add('copy')

    def everywhere(self):
        """Yield in each database, and come back to the present one."""
        for _database in range(1 + self.copied):
            yield
            self.do_switch(None)

    def keep(self, name):
        self.env.flush_all()
        for table, rows in self._stored().items():
            aside = SQL.identifier(f'{name}_{table}')
            table = SQL.identifier(table)
            if name in self.kept_at:
                self.env.cr.execute(SQL('DELETE FROM %s', aside))
            else:
                self.env.cr.execute(SQL('CREATE TEMPORARY TABLE %s (LIKE %s)', aside, table))
            self.env.cr.execute(SQL('INSERT INTO %s SELECT * FROM %s WHERE %s', aside, table, rows))
        self.kept_at[name] = self.offset, set(self.spoilt)

    def load(self, name):
        self.env.flush_all()
        # Without the triggers of foreign keys, so that nothing goes with what goes for a moment.
        self.env.cr.execute('SET LOCAL session_replication_role = replica')
        for table, rows in self._stored().items():
            aside, table = SQL.identifier(f'{name}_{table}'), SQL.identifier(table)
            self.env.cr.execute(SQL('DELETE FROM %s WHERE %s', table, rows))
            self.env.cr.execute(SQL('INSERT INTO %s SELECT * FROM %s', table, aside))
        self.env.cr.execute('SET LOCAL session_replication_role = DEFAULT')
        self.env.invalidate_all()
        moment, spoilt = self.kept_at[name]
        self.spoilt = set(spoilt)
        self.set_back(self.offset - moment)

    def _stored(self):
        """{table: which of its rows}, each before those by which its rows are chosen."""
        moves = tuple(self.moves.ids)
        lines = SQL('(SELECT id FROM account_move_line WHERE move_id IN %s)', moves)
        stored = {table: SQL('TRUE') for name in MODELS for table in (self.env[name]._table, *(field.relation for field in self._links(name)))}
        stored |= {field.relation: SQL('%s IN %s', SQL.identifier(field.column1), lines) for field in self._links('account.move.line')}
        return {**stored, 'account_move_line': SQL('move_id IN %s', moves), 'account_move': SQL('id IN %s', moves)}

    def _links(self, name):
        return [field for field in self.env[name]._fields.values() if field.type == 'many2many' and field.store]
