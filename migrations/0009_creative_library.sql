-- 0009_creative_library: tags of creatives, and the words they are found by.

CREATE TABLE creative_tags (
    org_id      TEXT NOT NULL,
    creative_id TEXT NOT NULL,
    tag_key     TEXT NOT NULL,  -- its words in plain form: what makes two tags the same one
    tag         TEXT NOT NULL,  -- as it was typed first
    created_ms  BIGINT NOT NULL,
    PRIMARY KEY (org_id, creative_id, tag_key),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);
CREATE INDEX creative_tags_key ON creative_tags (org_id, tag_key);

-- Words are made by the program (text/words.h), equal for both databases; `rules` says by which
-- version of it.  They are derived: what is missing here is made again.

-- only sqlite
CREATE TABLE creative_words (
    place       INTEGER PRIMARY KEY,  -- rowid in creative_search
    org_id      TEXT NOT NULL,
    creative_id TEXT NOT NULL,
    title_key   TEXT NOT NULL,        -- what titles are sorted by
    rules       INTEGER NOT NULL,
    UNIQUE (org_id, creative_id),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);
-- `org` is one word made of the org's id: it narrows a search to one org inside the index.
CREATE VIRTUAL TABLE creative_search USING fts5(
    org, title, tags, transcript, ad_text, tokenize = 'ascii', prefix = '2 3');
-- only postgres
CREATE TABLE creative_words (
    org_id      TEXT NOT NULL,
    creative_id TEXT NOT NULL,
    title_key   TEXT NOT NULL,
    rules       INTEGER NOT NULL,
    words       TSVECTOR NOT NULL,    -- title A, tags B, ad text C, transcript D
    PRIMARY KEY (org_id, creative_id),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);
-- both

CREATE INDEX creatives_newest ON creatives (org_id, created_ms, creative_id) WHERE deleted_ms = 0;
-- Launches under way, whatever the number of those that are over.
CREATE INDEX workflows_open ON workflows (org_id, kind) WHERE state IN ('running', 'undoing');
