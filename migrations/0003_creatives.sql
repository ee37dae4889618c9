-- 0003_creatives: creatives and their copies on the platforms.

CREATE TABLE creatives (
    org_id            TEXT NOT NULL,
    creative_id       TEXT NOT NULL,
    direction_id      TEXT NOT NULL DEFAULT '',
    creative_group_id TEXT NOT NULL DEFAULT '',  -- the same creative on several platforms
    title             TEXT NOT NULL,
    media_type        TEXT NOT NULL CHECK (media_type IN ('video', 'image', 'carousel')),
    status            TEXT NOT NULL CHECK (status IN ('processing', 'ready', 'failed')),
    error_text        TEXT NOT NULL DEFAULT '',
    media_path        TEXT NOT NULL DEFAULT '',  -- below the data folder
    media_url         TEXT NOT NULL DEFAULT '',
    content_sha256    TEXT NOT NULL DEFAULT '',
    content_md5       TEXT NOT NULL DEFAULT '',
    size_bytes        BIGINT NOT NULL DEFAULT 0,
    duration_ms       BIGINT NOT NULL DEFAULT 0,
    width             INTEGER NOT NULL DEFAULT 0,
    height            INTEGER NOT NULL DEFAULT 0,
    probe_json        TEXT NOT NULL DEFAULT '',
    ad_text           TEXT NOT NULL DEFAULT '',
    call_to_action    TEXT NOT NULL DEFAULT '',
    landing_page_url  TEXT NOT NULL DEFAULT '',
    version           BIGINT NOT NULL DEFAULT 1, -- optimistic locking
    created_ms        BIGINT NOT NULL,
    updated_ms        BIGINT NOT NULL,
    deleted_ms        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, creative_id)
);
CREATE INDEX creatives_direction ON creatives (org_id, direction_id);
CREATE INDEX creatives_hash ON creatives (org_id, content_sha256);

-- A platform's video id is bound to the advertiser it was uploaded to.
CREATE TABLE creative_platform_files (
    org_id         TEXT NOT NULL,
    creative_id    TEXT NOT NULL,
    platform       TEXT NOT NULL,
    advertiser_id  TEXT NOT NULL,
    file_name      TEXT NOT NULL,             -- unique on the platform: our read-back key
    video_id       TEXT NOT NULL DEFAULT '',
    usable         SMALLINT NOT NULL DEFAULT 0 CHECK (usable IN (0, 1)),
    cover_url      TEXT NOT NULL DEFAULT '',
    image_id       TEXT NOT NULL DEFAULT '',  -- the poster
    uploaded_ms    BIGINT NOT NULL DEFAULT 0,
    updated_ms     BIGINT NOT NULL,
    PRIMARY KEY (org_id, creative_id, platform, advertiser_id),
    FOREIGN KEY (org_id, creative_id) REFERENCES creatives (org_id, creative_id)
);
