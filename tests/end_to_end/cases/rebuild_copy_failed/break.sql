{ledger}
{deployed 20240101000000_init}
INSERT INTO "Setting" VALUES (1, 'a'), (2, NULL);
{then}
{first 3 20240102000000_change}
{then}
{failed 20240102000000_change 1299 NOT NULL constraint failed: new_Setting.value}
