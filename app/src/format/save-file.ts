/** Saves files on the person's computer. */
import { type Cell, fileNameOf, toCsv } from "./csv";

/** Saves text as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Saves rows, the titles of the columns first, as a CSV file named after `name`. Every screen writes its CSV by this function.
 * @example
 * saveCsv("Kitchen", [["Milestone", "Paid in"], ["1 Demolition", "307.50"]]); // Kitchen.csv
 */
export function saveCsv(name: string, rows: readonly (readonly Cell[])[]): void {
  // The mark tells spreadsheets that the text is UTF-8.
  saveFile(fileNameOf(name), "text/csv", `\uFEFF${toCsv(rows)}`);
}
