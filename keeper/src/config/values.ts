/** Reads plain values of flags. Each function throws `UsageError`. */
import { UsageError } from "./errors";
import { variableOf } from "./flags";

export function required(flag: string, what: string, texts: string[] | undefined): string[] {
  if (texts && texts.length > 0) return texts;
  throw new UsageError(`${flag} is missing: ${what} (or ${variableOf(flag.slice(2))})`);
}

export function integer(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
}

/** Reads a port; null for `off`. */
export function port(flag: string, text: string): number | null {
  if (text === "off") return null;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value <= 65_535) return value;
  throw new UsageError(`${flag} takes a port from 0 to 65535, or off, not "${text}"`);
}

/** Reads a switch from its variable: true, false, 1 or 0. */
export function flag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "false" || text === "0") return false;
  if (text === "true" || text === "1") return true;
  throw new UsageError(`${variableOf(name.slice(2))} takes true or false, not "${text}"`);
}
