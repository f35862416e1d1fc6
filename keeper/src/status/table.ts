/** Formats tables of plain text, for terminals and pipes. */

/** Returns rows with columns as wide as their widest cell; `null` becomes a dash. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => oneLine(cell ?? "-")));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Removes control characters: a text of an RPC or a program must not control the terminal. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

/** Returns a duration in at most two units: "3 d 4 h", "12 min 5 s". */
export function duration(seconds: bigint): string {
  const parts: string[] = [];
  let left = seconds < 0n ? -seconds : seconds;
  for (const [name, size] of UNITS) {
    const count = left / size;
    left -= count * size;
    if (count > 0n) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ["d", 86_400n],
  ["h", 3_600n],
  ["min", 60n],
  ["s", 1n],
];

/** Returns UTC to the second, or the number itself when JavaScript has no date for it. */
export function utc(unixSeconds: bigint): string {
  const date = new Date(Number(unixSeconds) * 1_000);
  return Number.isNaN(date.getTime())
    ? unixSeconds.toString()
    : `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
}
