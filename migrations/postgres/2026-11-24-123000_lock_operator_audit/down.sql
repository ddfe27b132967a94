DROP TRIGGER operator_audit_no_change ON operator_audit;
