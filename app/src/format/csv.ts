/** CSV that a spreadsheet opens without running anything: RFC 4180, with formulas made texts. */

/** A value of a cell. Numbers and amounts are passed as texts that the page has formatted. */
export type Cell = string | number | bigint | null;

/** Blanks and control characters, behind which a spreadsheet still finds a formula. */
const HIDING = String.raw`[\s\u0000-\u001f\u00a0\ufeff]*`;

/** Characters that Excel, LibreOffice or Sheets take for the beginning of a formula. */
const SIGN = String.raw`[=+\-@\t\r\uff1d\uff0b\uff0d\uff20|%]`;

const FORMULA = new RegExp(`^${HIDING}${SIGN}`);

/** A formula behind a character at which a spreadsheet of another country, or one that misreads a quote, splits a cell. */
const INNER_FORMULA = new RegExp(`([;\\t\\r\\n])(?=${HIDING}${SIGN})`, "g");

/** Plain decimal numbers begin with a sign, and are no formulas. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Returns rows as CSV with CRLF, each cell quoted. A text that a spreadsheet would run gets an apostrophe before it, also in
 * the middle of a cell behind a semicolon, a tab or a line break.
 * @example
 * toCsv([["Milestone", "Paid"], ["=1+1", "300.00"]]); // "Milestone","Paid" / "'=1+1","300.00"
 */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(cellOf).join(",") + "\r\n").join("");
}

function cellOf(value: Cell): string {
  const text = value === null ? "" : String(value);
  const start = FORMULA.test(text) && !NUMBER.test(text) ? "'" : "";
  const safe = start + text.replace(INNER_FORMULA, "$1'");
  return `"${safe.replaceAll('"', '""')}"`;
}

/**
 * Returns a file name of at most 80 letters, digits and dashes, ending in `.csv`.
 * @example
 * fileNameOf("Kitchen / 12 Elm"); // "Kitchen-12-Elm.csv"
 */
export function fileNameOf(name: string): string {
  const kept = name
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
  return `${kept || "milepost"}.csv`;
}
