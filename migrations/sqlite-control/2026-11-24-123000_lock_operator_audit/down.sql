DROP TRIGGER operator_audit_no_delete;
DROP TRIGGER operator_audit_no_update;
