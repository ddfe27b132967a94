-- Who monitored what is asked whenever they look again.
CREATE INDEX fact_by_monitor ON fact (tenant_id, conversation_id, member_id, at)
WHERE what = 'conversation_monitored';
