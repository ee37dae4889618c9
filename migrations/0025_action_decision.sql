-- 0025_action_decision: what an action of the autopilot was decided from, beside its reason in words.

-- JSON {cause, name, from_micros, to_micros, currency, result, health, score, target_micros, windows}; '' = nobody decided it.
ALTER TABLE actions ADD COLUMN decision TEXT NOT NULL DEFAULT '';
