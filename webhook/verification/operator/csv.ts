/** A field of CSV (RFC 4180). A spreadsheet runs a text that begins like a formula, so an apostrophe is put before it. */
function field(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Returns rows as CSV, one a line; a cell that is null is empty. */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map((cell) => field(cell === null ? '' : String(cell))).join(',')}\n`).join('');
}
