{ledger}
{deployed 20240101000000_init}
INSERT INTO "Setting" VALUES (1, 'a'), (2, 'b');
{then}
{first 6 20240102000000_change}
{then}
{killed 20240102000000_change}
