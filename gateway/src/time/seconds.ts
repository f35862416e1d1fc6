/** Returns Unix seconds of a database time, or null. */
export function toSeconds(date: Date | string): number;
export function toSeconds(date: Date | string | null): number | null;
export function toSeconds(date: Date | string | null): number | null {
  return date === null ? null : Math.floor(new Date(date).getTime() / 1000);
}
