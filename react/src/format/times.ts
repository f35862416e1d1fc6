/** Times for people: absolute in a zone, and relative to the chain's time. */

/** Seconds of each unit, largest first. */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/**
 * Formats a number of seconds in words with its two largest units.
 * @example
 * import { formatDuration } from "@milepost/react";
 *
 * formatDuration(183_600); // "2 days 3 hours"
 */
export function formatDuration(seconds: number): string {
  let left = Math.abs(Math.trunc(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 seconds";
}

/**
 * Formats Unix seconds relative to the chain's time.
 * @example
 * import { formatRelative } from "@milepost/react";
 *
 * formatRelative(1_000, 940); // "in 1 minute"
 */
export function formatRelative(seconds: number, now: number): string {
  const difference = seconds - now;
  if (difference === 0) return "now";
  const text = formatDuration(difference);
  return difference > 0 ? `in ${text}` : `${text} ago`;
}

/**
 * Formats Unix seconds as an absolute time with its zone. `timeZone` is by default the user's.
 * @example
 * import { formatTime } from "@milepost/react";
 *
 * formatTime(1_798_761_600, "UTC"); // "1 Jan 2027, 00:00 UTC"
 */
export function formatTime(seconds: number, timeZone?: string): string {
  return formatOf(timeZone).format(seconds * 1000);
}

/** Formats per zone. Making one takes longer than a hundred uses, and a long list shows hundreds of times. */
const formats = /* @__PURE__ */ new Map<string | undefined, Intl.DateTimeFormat>();

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  formats.set(timeZone, format);
  return format;
}

/**
 * Formats Unix seconds as ISO 8601 in UTC, for a machine.
 * @example
 * import { toIsoTime } from "@milepost/react";
 *
 * toIsoTime(1_798_761_600); // "2027-01-01T00:00:00.000Z"
 */
export function toIsoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
