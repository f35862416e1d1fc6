import { MEMO_LENGTH } from "../protocol";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";

/**
 * Encodes `text` as UTF-8, padded with zeros to `length` bytes (64 for a memo).
 * Throws `InvalidInputError` when the text takes more bytes, contains a NUL, or half of a surrogate pair.
 * @example
 * const memo = createMemoBuffer("project_abc", 64);
 */
export function createMemoBuffer(text: string, length: number = MEMO_LENGTH): number[] {
  return encodePaddedText(text, length, "memo");
}

/**
 * Returns the text of a memo, name or URL as it is stored on chain. Bytes that are not UTF-8 become U+FFFD.
 * @example
 * decodeMemo(policy.memo); // "project_abc"
 */
export function decodeMemo(bytes: ArrayLike<number>): string {
  const all = Uint8Array.from(bytes);
  const end = all.indexOf(0);
  return new TextDecoder().decode(end < 0 ? all : all.subarray(0, end));
}

/** Encodes text as UTF-8 with zero padding. Throws `InvalidInputError`. */
export function encodePaddedText(text: string, length: number, field: string): number[] {
  const code = field === "memo" ? MilepostErrorCode.InputMemo : undefined;
  if (typeof text !== "string") {
    throw new InvalidInputError({ field, expected: "text", received: text, code });
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new InvalidInputError({ field: "length", expected: "a byte count", received: length });
  }
  // The encoder would silently replace half of a surrogate pair with U+FFFD.
  if (/\p{Surrogate}/u.test(text)) {
    throw new InvalidInputError({
      field,
      expected: "text without a lone surrogate",
      received: text,
      hint: 'cut text between characters, as in [...text].slice(0, 16).join("")',
      code,
    });
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > length) {
    throw new InvalidInputError({
      field,
      expected: `at most ${length} bytes of UTF-8`,
      received: bytes.length,
      code,
    });
  }
  if (bytes.includes(0)) {
    throw new InvalidInputError({
      field,
      expected: "text without NUL characters",
      received: text,
      code,
    });
  }
  const padded = new Array<number>(length).fill(0);
  bytes.forEach((byte, index) => (padded[index] = byte));
  return padded;
}

/** Returns a memo for the instruction: exactly 64 bytes. Throws `InvalidInputError`. */
export function toMemo(memo: ArrayLike<number> | string | undefined): number[] {
  if (memo === undefined) return new Array<number>(MEMO_LENGTH).fill(0);
  if (typeof memo === "string") return createMemoBuffer(memo);
  const bytes = memo === null ? [] : Array.from(memo);
  const isBytes = bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  if (!isBytes || bytes.length !== MEMO_LENGTH) {
    throw new InvalidInputError({
      field: "memo",
      expected: `${MEMO_LENGTH} bytes`,
      received: isBytes ? bytes.length : memo,
      hint: `use createMemoBuffer(text, ${MEMO_LENGTH})`,
      code: MilepostErrorCode.InputMemo,
    });
  }
  return bytes;
}
