ALTER TABLE users ADD COLUMN age INTEGER;

CREATE INDEX users_age_idx ON users (age);
