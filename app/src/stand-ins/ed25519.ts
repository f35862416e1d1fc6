/**
 * Stands in for `@noble/curves/ed25519`. The page holds no secret key: wallets sign, and the browser's own cryptography
 * verifies. web3.js only asks whether 32 bytes are a point of the curve, when it derives the address of an account.
 */
import { refuse } from "./refuse";

const refused = refuse("ed25519 signatures with a key of its own");

/** Prime of the curve's field. */
const P = 2n ** 255n - 19n;
/** Coefficient of the curve `y² - x² = 1 + d·x²·y²`. */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SIGN_BIT = 1n << 255n;

/** Returns true for the 32 bytes of a point as RFC 8032 encodes it: `y` below the prime, and the sign of `x` in the last bit. */
function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const encoded = Array.from(bytes).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const y = encoded & ~SIGN_BIT;
  if (y >= P) return false;
  const square = (y * y) % P;
  const above = (square - 1n + P) % P;
  // x² is above / below. Zero has one root, so it has no sign.
  if (above === 0n) return (encoded & SIGN_BIT) === 0n;
  const below = (D * square + 1n) % P;
  return isSquare((above * below) % P);
}

/** Returns true for a square of the field other than zero, by Euler's criterion. */
function isSquare(value: bigint): boolean {
  let [power, factor] = [1n, value];
  for (let exponent = (P - 1n) / 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) power = (power * factor) % P;
    factor = (factor * factor) % P;
  }
  return power === 1n;
}

function fromHex(bytes: Uint8Array): void {
  if (!isPoint(bytes)) throw new Error("expected a point of the curve, received other bytes");
}

/** The functions that web3.js names when it loads. */
export const ed25519 = {
  sign: refused,
  verify: refused,
  getPublicKey: refused,
  utils: { randomPrivateKey: refused },
  ExtendedPoint: { fromHex },
};
