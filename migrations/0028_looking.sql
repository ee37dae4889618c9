-- 0028_looking: questions that people ask of long logs.

-- The last attempt of a pixel that did not go well.
CREATE INDEX capi_events_log_troubles ON capi_events_log (org_id, platform, pixel_code, at_ms)
    WHERE outcome <> 'sent';

-- What was done to one thing.
CREATE INDEX audit_log_object ON audit_log (org_id, object_id, sequence);
