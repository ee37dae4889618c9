-- 0030_views: what a person has named to come back to, in one org.

CREATE TABLE saved_views (
    org_id     TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    page       TEXT NOT NULL,      -- "leads", "roi", "campaigns"
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,      -- of the page's address: "?stage=qualified"; '' = as it is
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id, page, name)
);
