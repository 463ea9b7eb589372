{ledger}
{deployed 20240101000000_init}
INSERT INTO users VALUES (1, 'a@example.org'), (2, NULL);
CREATE TABLE public.orders (id INTEGER NOT NULL PRIMARY KEY, total INTEGER);
CREATE INDEX orders_total_idx ON public.orders (total);
{killed 20240102000000_change}
