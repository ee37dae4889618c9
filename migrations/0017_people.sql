-- 0017_people: invitations, sessions that people recognise, and what each person prefers.

-- A way into an org for one person.  The link's token is stored as a hash only; used, revoked and
-- expired ones stay to be told apart.
CREATE TABLE invitations (
    org_id        TEXT NOT NULL REFERENCES orgs (org_id),
    invitation_id TEXT NOT NULL,
    token_hash    TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,   -- normalised
    role          TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'analyst')),
    invited_by    TEXT NOT NULL,   -- actor
    created_ms    BIGINT NOT NULL,
    expires_ms    BIGINT NOT NULL,
    used_ms       BIGINT NOT NULL DEFAULT 0,
    revoked_ms    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, invitation_id)
);
CREATE INDEX invitations_newest ON invitations (org_id, created_ms, invitation_id);

-- Where a session came from when it began.
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- The org that a person worked in last, where the next sign-in leads; and how pages look (JSON).
ALTER TABLE users ADD COLUMN last_org_id TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '';
