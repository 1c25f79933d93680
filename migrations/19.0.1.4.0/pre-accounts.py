from datetime import datetime

from odoo.tools import SQL, sql

SECRETS = ('token', 'username', 'password', 'secret_hash')
# What moves from the connector to its account, as the database has it.
COLUMNS = {
    'base_url': 'varchar',
    'auth_method': 'varchar',
    'is_partner': 'bool',
    'token_date': 'timestamp',
    'auto_renew': 'bool',
    'renew_days': 'int4',
    'renewal_lost_at': 'timestamp',
    'renewal_tried_at': 'timestamp',
    'renewal_put_off_at': 'timestamp',
    'read_methods': 'jsonb',
    'error_count': 'int4',
    'down_since': 'timestamp',
    'down_reason': 'varchar',
    'retry_at': 'timestamp',
    'last_error': 'varchar',
}
NEW = {'login_key': 'varchar', 'failed_at': 'timestamp', 'released_until': 'timestamp', 'phones_at_once': 'int4', 'turns': 'int4'}


def migrate(cr, _version):
    """Connectors that have one account get one row for it: same address and user, or same token.

    No secret leaves the database; hashes are compared. Of several tokens of one log-in the newest that lives is kept:
    the portal knows but one, and says so of the others when they are used. A connector that comes to a partner's account
    by this and has no phone is told of by ``post-phones.py``.
    """
    if sql.table_exists(cr, 'vatportal_account'):
        return
    take_secrets_out(cr)
    for name, kind in COLUMNS.items():  # an older version may not have had it
        if not sql.column_exists(cr, 'vatportal_connector', name):
            sql.create_column(cr, 'vatportal_connector', name, kind)
    sql.create_model_table(cr, 'vatportal_account', columns=[(name, kind, '') for name, kind in {**COLUMNS, **NEW}.items()])
    sql.create_column(cr, 'vatportal_connector', 'account_id', 'int4')
    sql.create_column(cr, 'vatportal_secret', 'account_id', 'int4')
    for connectors in accounts(cr):
        join(cr, connectors)
    cr.execute(r"""
        UPDATE vatportal_account account
           SET login_key = encode(sha256(convert_to(base_url || E'\n' || lower(btrim(username)), 'UTF8')), 'hex')
          FROM vatportal_secret secret
         WHERE secret.account_id = account.id AND btrim(username) <> ''""")
    cr.execute('DELETE FROM vatportal_secret WHERE account_id IS NULL')
    cr.execute('ALTER TABLE vatportal_secret DROP COLUMN connector_id, DROP COLUMN IF EXISTS turns')
    for name in (*COLUMNS, 'released_until'):
        cr.execute(SQL('ALTER TABLE vatportal_connector DROP COLUMN IF EXISTS %s', SQL.identifier(name)))


def take_secrets_out(cr):
    """From a version that kept them on the connector: what ``19.0.1.1.0/post-secrets.py`` would do too late."""
    if not sql.table_exists(cr, 'vatportal_secret'):
        sql.create_model_table(cr, 'vatportal_secret', columns=[('connector_id', 'int4', ''), *((name, 'varchar', '') for name in SECRETS)])
    if sql.column_exists(cr, 'vatportal_connector', 'token'):
        cr.execute("""
            INSERT INTO vatportal_secret (connector_id, token, username, password, secret_hash)
                 SELECT id, token, username, password, secret_hash FROM vatportal_connector connector
                  WHERE NOT EXISTS (SELECT FROM vatportal_secret WHERE connector_id = connector.id)""")
        for name in SECRETS:
            cr.execute(SQL('ALTER TABLE vatportal_connector DROP COLUMN %s', SQL.identifier(name)))
    cr.execute("""
        INSERT INTO vatportal_secret (connector_id)
             SELECT id FROM vatportal_connector connector
              WHERE NOT EXISTS (SELECT FROM vatportal_secret WHERE connector_id = connector.id)""")


def accounts(cr):
    """The connectors, account by account, those with the better token first."""
    cr.execute("""
        SELECT connector.id, base_url, md5(nullif(lower(btrim(username)), '')) AS username, md5(nullif(token, '')) AS token,
               auth_method = 'token' AS by_token, token_date, active,
               CASE WHEN auth_method = 'token' THEN coalesce(token, '') ELSE coalesce(password, '') END <> '' AS complete,
               down_reason IS DISTINCT FROM 'login' AND renewal_lost_at IS NULL AS lives
          FROM vatportal_connector connector JOIN vatportal_secret secret ON secret.connector_id = connector.id
      ORDER BY connector.id""")
    found = []
    for row in cr.dictfetchall():
        keys = {(row['base_url'], name, row[name]) for name in ('username', 'token') if row[name]}
        same = [account for account in found if account['keys'] & keys]
        found = [account for account in found if account not in same]
        found.append({'keys': keys.union(*(account['keys'] for account in same)), 'rows': [row, *(other for account in same for other in account['rows'])]})
    for account in found:
        yield [row['id'] for row in sorted(account['rows'], key=rank, reverse=True)]


def rank(row):
    return row['complete'], row['lives'], row['by_token'], row['token_date'] or datetime.min, bool(row['active']), row['id']


def join(cr, connectors):
    """Make one account of these connectors: that of the first, with what only the others know."""
    first, *others = connectors
    names = SQL(', ').join(map(SQL.identifier, COLUMNS))
    cr.execute(SQL('INSERT INTO vatportal_account (%s) SELECT %s FROM vatportal_connector WHERE id = %s RETURNING id', names, names, first))
    account = cr.fetchone()[0]
    cr.execute(
        """
        UPDATE vatportal_account
           SET is_partner = every.is_partner, auto_renew = every.auto_renew,
               auth_method = coalesce(auth_method, 'token'), renew_days = coalesce(every.renew_days, vatportal_account.renew_days, 85)
          FROM (SELECT bool_or(coalesce(is_partner, FALSE)) AS is_partner, bool_or(coalesce(auto_renew, FALSE)) AS auto_renew,
                       min(renew_days) FILTER (WHERE auto_renew) AS renew_days
                  FROM vatportal_connector WHERE id = ANY(%s)) every
         WHERE vatportal_account.id = %s""",
        [connectors, account],
    )
    cr.execute('UPDATE vatportal_connector SET account_id = %s WHERE id = ANY(%s)', [account, connectors])
    cr.execute('UPDATE vatportal_secret SET account_id = %s WHERE connector_id = %s', [account, first])
    for other in others:
        cr.execute(
            """
            UPDATE vatportal_secret mine
               SET token = coalesce(nullif(mine.token, ''), other.token),
                   username = coalesce(nullif(mine.username, ''), other.username),
                   password = coalesce(nullif(mine.password, ''), other.password),
                   secret_hash = coalesce(nullif(mine.secret_hash, ''), other.secret_hash)
              FROM vatportal_secret other
             WHERE mine.connector_id = %s AND other.connector_id = %s""",
            [first, other],
        )
