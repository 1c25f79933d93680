-- A copy of a database never talks to the portal: it would send the same invoices a second time.
UPDATE vatportal_connector
   SET phone = NULL, active = FALSE, tested_at = NULL, test_problem = NULL;
UPDATE vatportal_account
   SET base_url = 'https://neutralized.invalid/api', login_key = NULL, is_partner = FALSE, auto_renew = FALSE;
UPDATE vatportal_secret
   SET token = NULL, username = NULL, password = NULL, secret_hash = NULL;
UPDATE vatportal_import_schedule
   SET active = FALSE;
-- What was on its way belongs to the original database; so do the codes on somebody's phone.
UPDATE vatportal_job
   SET pin1_code = NULL, pin2_code = NULL, waits_for_pin = FALSE, answer = NULL,
       stats = stats - 'pin1_code' - 'pin2_code';
UPDATE vatportal_job
   SET state = 'failed', phase = 'end', next_poll_at = NULL
 WHERE state IN ('queued', 'starting', 'running');
-- Nothing comes of these here: left pending they could be neither sent nor deleted, and would hold the connector to its account.
UPDATE account_move
   SET vatportal_state = 'rejected', vatportal_shown_status = 'not_sent'
 WHERE vatportal_state IN ('progress', 'pin', 'unconfirmed');
UPDATE vatportal_document
   SET state = 'rejected', shown_status = 'not_sent', reject_reason = 'other', portal_message = NULL,
       message = 'This is a copy of the database: what was on its way belongs to the original one.'
 WHERE state IN ('queued', 'processing', 'unconfirmed');
UPDATE vatportal_document SET doubtful = FALSE WHERE doubtful;
UPDATE vatportal_selection_line SET state = 'stopped' WHERE state = 'waiting';
UPDATE vatportal_selection SET state = 'stopped', finished_at = now() AT TIME ZONE 'UTC' WHERE state = 'open';
