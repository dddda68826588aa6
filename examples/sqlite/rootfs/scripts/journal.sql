-- A database in a file: every journal mode that needs no shared memory, a rollback, VACUUM, then the file is checked.
.bail on
.open journal.db
CREATE TABLE account(id INTEGER PRIMARY KEY, owner TEXT UNIQUE, cents INTEGER CHECK (cents >= 0));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO account SELECT i, 'owner ' || i, 10000 FROM n;
CREATE INDEX by_cents ON account(cents, owner);

PRAGMA journal_mode = DELETE;
BEGIN; UPDATE account SET cents = cents - 500 WHERE id = 1; UPDATE account SET cents = cents + 500 WHERE id = 2; COMMIT;
PRAGMA journal_mode = TRUNCATE;
BEGIN; DELETE FROM account; SELECT 'inside', count(*) FROM account; ROLLBACK;
PRAGMA journal_mode = PERSIST;
UPDATE account SET cents = cents + id;
PRAGMA journal_mode = MEMORY;
DELETE FROM account WHERE id % 3 = 0;
PRAGMA journal_mode = DELETE;
VACUUM;
SELECT count(*), sum(cents), min(cents), max(cents) FROM account;
SELECT * FROM account WHERE id <= 2;
PRAGMA integrity_check;
PRAGMA page_count;
