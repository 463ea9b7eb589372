CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE invitations (id INTEGER NOT NULL PRIMARY KEY);
