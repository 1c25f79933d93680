"""When documents went to the portal, and which of them it may have, was not written down before."""


def migrate(cr, _version):
    """Fill it from the processes that sent them; what says nothing of it counts from its beginning."""
    cr.execute("""
        UPDATE vatportal_document document
           SET first_sent_at = COALESCE(sent.first, document.create_date),
               last_sent_at = COALESCE(sent.last, document.create_date)
          FROM vatportal_document same
          LEFT JOIN (
                SELECT rel.vatportal_document_id AS id, min(job.sent_at) AS first, max(job.sent_at) AS last
                  FROM vatportal_document_vatportal_job_rel rel
                  JOIN vatportal_job job ON job.id = rel.vatportal_job_id
                 WHERE job.operation = 'upload'
                 GROUP BY rel.vatportal_document_id) sent ON sent.id = same.id
         WHERE same.id = document.id
           AND document.direction = 'outgoing'
           AND document.payload IS NOT NULL
           AND document.first_sent_at IS NULL""")
    # Those whose answer was lost, and those that go again after that.
    cr.execute("""
        UPDATE vatportal_document
           SET doubtful = TRUE
         WHERE direction = 'outgoing'
           AND (state = 'unconfirmed' OR state = 'queued' AND resend_count > 0)""")
