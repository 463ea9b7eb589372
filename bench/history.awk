# A history, made up: DIR/<timestamp>_<n>/migration.sql, as Prisma's generator writes
# them. Set with -v: dir; tables, made by the first migration; migrations, how many
# there are; statements, how many the last one has; part, a file for the first half of
# these.

# The folder's scripts in the order of their making.
function begin_script(n,   name) {
	name = sprintf("%s/%.0f_%d", dir, 20200101000000 + n, n)
	system("mkdir '" name "'")
	file = name "/migration.sql"
}

function table(t) {
	printf "-- CreateTable\nCREATE TABLE \"Thing%d\" (\n    \"id\" TEXT NOT NULL,\n", t >file
	for (c = 1; c <= 8; c++)
		printf "    \"column%d\" %s,\n", c, type[c % 4] >file
	printf "    \"thingId\" TEXT,\n    CONSTRAINT \"Thing%d_pkey\" PRIMARY KEY (\"id\")\n);\n\n", t >file
	printf "-- CreateIndex\nCREATE INDEX \"Thing%d_thingId_idx\" ON \"Thing%d\"(\"thingId\");\n\n", t, t >file
	if (t > 1)
		printf "-- AddForeignKey\nALTER TABLE \"Thing%d\" ADD CONSTRAINT \"Thing%d_thingId_fkey\" FOREIGN KEY (\"thingId\") REFERENCES \"Thing%d\"(\"id\") ON DELETE SET NULL ON UPDATE CASCADE;\n\n", t, t, t - 1 >file
}

function column(t, n) {
	printf "-- AlterTable\nALTER TABLE \"Thing%d\" ADD COLUMN \"added%d\" %s;\n\n", t, n, type[n % 4] >file
}

function index_on(t, n) {
	printf "-- CreateIndex\nCREATE INDEX \"Thing%d_%d_idx\" ON \"Thing%d\"(\"column%d\", \"id\");\n\n", t, n, t, n % 8 + 1 >file
}

# One of the last migration's statements.
function statement(n,   t) {
	t = n % tables + 1
	if (n % 4 == 0)
		printf "-- CreateTable\nCREATE TABLE \"Last%d\" (\n    \"id\" TEXT NOT NULL,\n    \"name\" TEXT NOT NULL DEFAULT 'x',\n    CONSTRAINT \"Last%d_pkey\" PRIMARY KEY (\"id\")\n);\n\n", n, n >file
	else if (n % 4 == 1)
		column(t, 1000000 + n)
	else if (n % 4 == 2)
		index_on(t, 1000000 + n)
	else
		printf "-- AlterTable\nALTER TABLE \"Thing%d\" ALTER COLUMN \"column%d\" SET NOT NULL;\n\n", t, n % 8 + 1 >file
}

BEGIN {
	split("TEXT|INTEGER NOT NULL DEFAULT 0|TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP|BOOLEAN DEFAULT false", type, "|")
	type[0] = type[4]
	begin_script(0)
	for (t = 1; t <= tables; t++)
		table(t)
	close(file)
	for (m = 1; m < migrations - 1; m++) {
		begin_script(m)
		if (m % 2)
			column(m % tables + 1, m)
		else
			index_on(m % tables + 1, m)
		close(file)
	}
	begin_script(migrations - 1)
	for (s = 1; s <= statements; s++)
		statement(s)
	close(file)
	file = part
	printf "" >file
	for (s = 1; s <= statements / 2; s++)
		statement(s)
	close(file)
}
