/** Solana Pay: the link that a phone's wallet scans. Pure. */

/**
 * Returns the transaction request of an action's address, or null where the address is not https: wallets refuse any other.
 * @example
 * solanaPayUrl("https://pay.example.com/actions/intents/intent_1?client_secret=s"); // solana:https%3A%2F%2Fpay...
 */
export function solanaPayUrl(actionUrl: string): string | null {
  if (!URL.canParse(actionUrl) || new URL(actionUrl).protocol !== "https:") return null;
  // A link with a query of its own is encoded as a whole, as the specification asks for.
  return `solana:${new URL(actionUrl).search === "" ? actionUrl : encodeURIComponent(actionUrl)}`;
}

/**
 * Returns the path of a QR code's dark squares in an SVG whose unit is one square.
 * @example
 * squaresPath([[true, false], [true, true]]); // "M0 0h1v1h-1zM0 1h1v1h-1zM1 1h1v1h-1z"
 */
export const squaresPath = (rows: readonly (readonly boolean[])[]): string =>
  rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
