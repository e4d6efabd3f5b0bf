-- Format 10: what it has besides, and something in it. Never changed.
ALTER TABLE accounts ADD COLUMN email TEXT;

UPDATE accounts SET email = 'ann@office.example' WHERE name = 'Ann';
