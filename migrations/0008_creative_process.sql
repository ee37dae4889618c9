-- 0008_creative_process: what becomes of a creative after its file came.

-- The file as it came, where media_path is one that adwright mended; '' = media_path itself.
ALTER TABLE creatives ADD COLUMN original_path TEXT NOT NULL DEFAULT '';
ALTER TABLE creatives ADD COLUMN workflow_id TEXT NOT NULL DEFAULT '';
-- Why it failed last: JSON {step, kind, text, hint, retriable}.
ALTER TABLE creatives ADD COLUMN failure_json TEXT NOT NULL DEFAULT '';
-- Perceptual hashes of its frames, for near-duplicates.
ALTER TABLE creatives ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
-- The chosen one of creative_posters; 0 = the platform's own cover, else the first frame.
ALTER TABLE creatives ADD COLUMN poster INTEGER NOT NULL DEFAULT 0;
-- The advertiser of its direction: '' nothing is to be sent; waiting (push_text says for what);
-- sending; ready; failed (push_text says why).
ALTER TABLE creatives ADD COLUMN push_state TEXT NOT NULL DEFAULT ''
    CHECK (push_state IN ('', 'waiting', 'sending', 'ready', 'failed'));
ALTER TABLE creatives ADD COLUMN push_text TEXT NOT NULL DEFAULT '';
CREATE INDEX creatives_place ON creatives (org_id, media_path) WHERE media_path <> '';
CREATE INDEX creatives_group ON creatives (org_id, creative_group_id) WHERE creative_group_id <> '';
CREATE INDEX creatives_push ON creatives (org_id, direction_id) WHERE push_state = 'waiting';
CREATE INDEX creatives_failed ON creatives (org_id, created_ms) WHERE status = 'failed' OR push_state = 'failed';

-- Who sends it now: two jobs never send the same video to the same advertiser at a time.
ALTER TABLE creative_platform_files ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE creative_platform_files ADD COLUMN held_until_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE creative_platform_files ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;       -- failed sends in a row
ALTER TABLE creative_platform_files ADD COLUMN sent_bytes BIGINT NOT NULL DEFAULT 0;   -- of the send under way
-- The creative whose upload this is, where the same bytes were there already.
ALTER TABLE creative_platform_files ADD COLUMN shared_with TEXT NOT NULL DEFAULT '';
ALTER TABLE creative_platform_files ADD COLUMN poster_number INTEGER NOT NULL DEFAULT 1; -- a new poster has a new name

-- Candidates: frames of the video, and covers that a platform proposed.
CREATE TABLE creative_posters (
    org_id      TEXT NOT NULL,
    creative_id TEXT NOT NULL,
    position    INTEGER NOT NULL,   -- from 1
    source      TEXT NOT NULL CHECK (source IN ('frame', 'tiktok', 'facebook')),
    at_ms       BIGINT NOT NULL DEFAULT 0,  -- of a frame
    path        TEXT NOT NULL,      -- below the data folder
    created_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, creative_id, position),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);

CREATE TABLE creative_transcripts (
    org_id      TEXT NOT NULL,
    creative_id TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'off')),
    reason      TEXT NOT NULL DEFAULT '',   -- of failed and off
    language    TEXT NOT NULL DEFAULT '',
    provider    TEXT NOT NULL DEFAULT '',
    text        TEXT NOT NULL DEFAULT '',
    segments    TEXT NOT NULL DEFAULT '[]', -- JSON [{start_ms,end_ms,text}]
    attempts    INTEGER NOT NULL DEFAULT 0,
    updated_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, creative_id),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);

-- A carousel is an ordered set of creatives.
CREATE TABLE creative_cards (
    org_id           TEXT NOT NULL,
    creative_id      TEXT NOT NULL,   -- the carousel
    position         INTEGER NOT NULL,
    card_id          TEXT NOT NULL,   -- a creative: image or video
    title            TEXT NOT NULL DEFAULT '',
    landing_page_url TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, creative_id, position),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id),
    FOREIGN KEY (org_id, card_id) REFERENCES creatives (org_id, creative_id)
);
CREATE INDEX creative_cards_card ON creative_cards (org_id, card_id);
