// Ledgers compared. What two programs that do the same at different moments can't agree on
// is replaced by what kind of thing it is: fresh ids and fresh times. All else is exact.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const AUDIT = /(?:^|\n)unstick: (\{.*\})$/;

/** What unstick noted on a record, or null. */
export const auditOf = (row) => JSON.parse(row.logs?.match(AUDIT)?.[1] ?? "null");

/** How SQLite has it; PostgreSQL has but one form. */
function formOfTime(value) {
  if (typeof value === "number") return "milliseconds";
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/.test(value) ? "the adapter's text" : value;
}

const strippedLogs = (row) => (auditOf(row) ? row.logs.replace(AUDIT, "") || null : row.logs);

/**
 * The rows as they compare. `before` are those that were there first: what they had must be
 * what they have, but for an audit line at the end of the logs (where there were none, NULL
 * and '' are one thing then). `forms`: fresh times count by their form, too.
 */
export function comparable(rows, before, { forms = false } = {}) {
  const old = new Map(before.map((row, n) => [row.id, { ...row, n }]));
  const time = (row, key) => {
    if (row[key] === null) return null;
    if (row[key] === old.get(row.id)?.[key]) return "as it was";
    return forms ? `a time: ${formOfTime(row[key])}` : "a time";
  };
  return rows
    .map((row) => ({
      id: old.has(row.id) ? `record ${old.get(row.id).n}` : UUID.test(row.id) ? "a uuid" : row.id,
      checksum: row.checksum,
      migration_name: row.migration_name,
      applied_steps_count: row.applied_steps_count,
      started_at: time(row, "started_at"),
      finished_at: time(row, "finished_at"),
      finished_as_started: row.finished_at === row.started_at,
      rolled_back_at: time(row, "rolled_back_at"),
      logs: old.has(row.id) ? strippedLogs(row) || null : row.logs,
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
