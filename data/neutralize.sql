-- A copy of a database never talks to the portal: it would send the same invoices a second time.
UPDATE vatportal_connector
   SET base_url = 'https://neutralized.invalid/api', token = NULL, username = NULL, password = NULL,
       secret_hash = NULL, phone = NULL, is_partner = FALSE, active = FALSE;
-- What was on its way belongs to the original database.
UPDATE vatportal_job
   SET state = 'failed', phase = 'end', answer = NULL, next_poll_at = NULL, pin1_code = NULL, pin2_code = NULL,
       waits_for_pin = FALSE
 WHERE state IN ('queued', 'starting', 'running');
