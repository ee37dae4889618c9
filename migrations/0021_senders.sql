-- 0021_senders: what a sender that died had taken is known; a form and its page are told as one.

-- 1 = a run has it in hand and has not said what came of it.
ALTER TABLE conversion_events ADD COLUMN taken SMALLINT NOT NULL DEFAULT 0 CHECK (taken IN (0, 1));
ALTER TABLE handoffs ADD COLUMN taken SMALLINT NOT NULL DEFAULT 0 CHECK (taken IN (0, 1));
CREATE INDEX conversion_events_taken ON conversion_events (org_id, direction_id) WHERE taken = 1;
CREATE INDEX handoffs_taken ON handoffs (org_id, endpoint_id) WHERE taken = 1;

-- The id under which the page told its own pixels of the form: of one lead alone.
ALTER TABLE conversion_events ADD COLUMN page_event_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX conversion_events_page ON conversion_events (org_id, page_event_id)
    WHERE page_event_id <> '';
