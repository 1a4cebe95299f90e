-- AUTOINCREMENT: the id of a deleted user is never given to another one.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
    -- Microseconds since 1970, UTC.
    created_at BIGINT NOT NULL
);

CREATE TABLE locations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Units of 0.00000001 degrees.
    lat BIGINT NOT NULL CHECK (lat BETWEEN -9000000000 AND 9000000000),
    lng BIGINT NOT NULL CHECK (lng BETWEEN -18000000000 AND 18000000000),
    created_at BIGINT NOT NULL
);

-- The history of some users, and the newest location of each.
CREATE INDEX locations_of_user ON locations (user_id, id);
