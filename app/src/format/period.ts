/** Writes lengths of time as people say them. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/**
 * Writes a period exactly, in at most two units that divide it, or in seconds.
 * @example
 * formatPeriod(604_800); // "7 days"
 */
export function formatPeriod(seconds: number): string {
  const parts: string[] = [];
  let left = seconds;
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count === 0) continue;
    parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    left -= count * size;
  }
  if (parts.length === 0) return "0 seconds";
  return parts.length <= 2 ? parts.join(" and ") : `${seconds} seconds`;
}

/** Writes basis points as a percentage, with no digit lost. */
export function formatBps(bps: number): string {
  const whole = Math.floor(bps / 100);
  const rest = bps % 100;
  return rest === 0 ? `${whole}%` : `${whole}.${String(rest).padStart(2, "0")}%`;
}
