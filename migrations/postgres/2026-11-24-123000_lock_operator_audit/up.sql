-- The operator's chain is append-only as well, whoever asks.
CREATE TRIGGER operator_audit_no_change BEFORE UPDATE OR DELETE ON operator_audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
