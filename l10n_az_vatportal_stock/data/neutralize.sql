-- What was on its way belongs to the original database, as for invoices.
UPDATE stock_picking
   SET vatportal_state = 'rejected', vatportal_shown_status = 'not_sent'
 WHERE vatportal_state IN ('progress', 'pin', 'unconfirmed');
