/** Base58 as Bitcoin and Solana write it. */
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** @example encodeBase58(Buffer.alloc(32)) // "11111111111111111111111111111111" */
export function encodeBase58(bytes: Uint8Array): string {
  const digits = inBase(bytes, 256, 58);
  return digits.map((digit) => ALPHABET[digit]).join("");
}

/** Null for a text with a character outside the alphabet. */
export function decodeBase58(text: string): Buffer | null {
  const values: number[] = [];
  for (const character of text) {
    const value = VALUES.get(character);
    if (value === undefined) return null;
    values.push(value);
  }
  return Buffer.from(inBase(values, 58, 256));
}

/** Digits from one base in another, most significant first; a leading zero stays a leading zero. */
function inBase(source: ArrayLike<number>, from: number, to: number): number[] {
  const digits: number[] = []; // least significant first
  let zeros = 0;
  while (zeros < source.length && source[zeros] === 0) zeros += 1;
  for (let i = zeros; i < source.length; i += 1) {
    let carry = source[i] as number;
    for (let j = 0; j < digits.length; j += 1) {
      carry += (digits[j] as number) * from;
      digits[j] = carry % to;
      carry = Math.floor(carry / to);
    }
    while (carry > 0) {
      digits.push(carry % to);
      carry = Math.floor(carry / to);
    }
  }
  return [...new Array<number>(zeros).fill(0), ...digits.reverse()];
}
