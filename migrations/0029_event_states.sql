-- 0029_event_states: events counted and listed by their state; the index also finds the oldest that waits.

DROP INDEX conversion_events_waiting;
CREATE INDEX conversion_events_state ON conversion_events (org_id, state, created_ms, conversion_id);
