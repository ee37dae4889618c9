-- 0026_lead_lists: what a list of leads by stage, by person in charge, of the unlinked, the look for silence, a lead's events
-- and the oldest event that waits begin with.

CREATE INDEX leads_stage ON leads (org_id, stage, created_ms, lead_id);
CREATE INDEX leads_assigned ON leads (org_id, assigned_to, created_ms, lead_id) WHERE assigned_to <> '';
CREATE INDEX leads_source ON leads (org_id, ad_account_id, source, created_ms);
DROP INDEX leads_unlinked;
CREATE INDEX leads_unlinked ON leads (org_id, created_ms, lead_id) WHERE state = 'unlinked';
DROP INDEX conversion_events_lead;
CREATE INDEX conversion_events_lead ON conversion_events (org_id, lead_id, created_ms, conversion_id);
CREATE INDEX conversion_events_waiting ON conversion_events (org_id, created_ms, conversion_id) WHERE state = 'waiting';
