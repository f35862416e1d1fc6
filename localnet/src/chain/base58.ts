/** Base58 with the alphabet of Bitcoin and Solana. */
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Digits are converted in groups, as large as the product of two groups stays exact in a double. */
const BYTES = { base: 256, group: 2 };
const CHARACTERS = { base: 58, group: 5 };

/** @example encodeBase58(Buffer.alloc(32)) // "11111111111111111111111111111111" */
export function encodeBase58(bytes: Uint8Array): string {
  let text = "";
  for (const digit of inBase(bytes, BYTES, CHARACTERS)) text += ALPHABET[digit];
  return text;
}

const MAX_KNOWN = 32_768;
const known = new Map<string, string>();

/** Encodes an address. Few of them make up most of what a chain reads and answers, so the last ones are remembered. */
export function encodeAddress(bytes: Uint8Array): string {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  let text = known.get(key);
  if (text === undefined) {
    text = encodeBase58(bytes);
    // A full memory is cleared: which addresses repeat changes with time.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, text);
  }
  return text;
}

/** Returns null for a text with a character outside the alphabet. */
export function decodeBase58(text: string): Buffer | null {
  const values: number[] = [];
  for (const character of text) {
    const value = VALUES.get(character);
    if (value === undefined) return null;
    values.push(value);
  }
  return Buffer.from(inBase(values, CHARACTERS, BYTES));
}

interface Digits {
  base: number;
  group: number;
}

/** Converts digits between bases, most significant first; a leading zero stays a leading zero. */
function inBase(source: ArrayLike<number>, from: Digits, to: Digits): number[] {
  let zeros = 0;
  while (zeros < source.length && source[zeros] === 0) zeros += 1;

  const groups: number[] = []; // of `to`, least significant first
  const toBase = to.base ** to.group;
  const fromBase = from.base ** from.group;
  // The first group takes the remainder, so that all others are full.
  let end = zeros + ((source.length - zeros) % from.group || from.group);
  for (let start = zeros; start < source.length; start = end, end += from.group) {
    let carry = 0;
    for (let i = start; i < end; i += 1) carry = carry * from.base + (source[i] as number);
    for (let j = 0; j < groups.length; j += 1) {
      carry += (groups[j] as number) * fromBase;
      const rest = carry % toBase;
      groups[j] = rest;
      carry = (carry - rest) / toBase;
    }
    while (carry > 0) {
      const rest = carry % toBase;
      groups.push(rest);
      carry = (carry - rest) / toBase;
    }
  }

  const digits = new Array<number>(zeros).fill(0);
  for (let j = groups.length - 1; j >= 0; j -= 1) {
    const group = groups[j] as number;
    for (let place = to.group - 1; place >= 0; place -= 1) {
      const digit = Math.floor(group / to.base ** place) % to.base;
      if (digit > 0 || digits.length > zeros) digits.push(digit);
    }
  }
  return digits;
}
