DROP INDEX fact_by_monitor;
