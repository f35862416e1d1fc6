/** Amounts as people type and read them, in base units of a mint inside the page. */

/** Largest amount of a token account: u64. */
const MAX_UNITS = 2n ** 64n - 1n;

/** An amount in base units, or what is wrong with the text. */
export type ParsedAmount =
  { units: bigint; error?: undefined } | { units?: undefined; error: string };

/**
 * Reads an amount such as `1250.50` without rounding. `,` and spaces are refused, because their meaning differs by country.
 * @example
 * parseAmount("1.5", 6); // { units: 1500000n }
 */
export function parseAmount(text: string, decimals: number): ParsedAmount {
  const trimmed = text.trim();
  if (trimmed === "") return { error: "Enter an amount, such as 1250.00." };
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(trimmed) ?? [];
  if (whole === undefined) {
    return { error: `Expected digits with at most one point, received "${trimmed}".` };
  }
  if (fraction.length > decimals) {
    return {
      error: `Expected at most ${decimals} digits after the point, received ${fraction.length}.`,
    };
  }
  const units = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (units === 0n) return { error: "Expected more than zero." };
  if (units > MAX_UNITS) return { error: "This is more than a token account can hold." };
  return { units };
}

/**
 * Writes base units as a decimal text, with at least `min(decimals, 2)` digits after the point and no digit lost.
 * @example
 * formatAmount(1_500_000n, 6); // "1.50"
 */
export function formatAmount(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  const kept = Math.max(fraction.replace(/0+$/, "").length, Math.min(decimals, 2));
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return kept === 0 ? grouped : `${grouped}.${fraction.slice(0, kept)}`;
}
