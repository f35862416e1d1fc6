import { MilepostError } from "./base";
import { MilepostErrorCode } from "./codes";

type InputCode = Extract<
  MilepostErrorCode,
  1000 | 1001 | 1002 | 1003 | 1004 | 1005 | 1006 | 1007 | 1008 | 1009 | 1010
>;

/** Parts of an `InvalidInputError`. */
export interface InvalidInput {
  /** Name of the argument, with its index where it is one of a list: `amounts[2]`. */
  field: string;
  /** Description of what is accepted, such as `an amount above zero`. */
  expected: string;
  /** Value that was passed, of any type; the message shows it as text. */
  received: unknown;
  /** Advice on what to pass instead. */
  hint?: string;
  /** Code that is more exact than `InputInvalid`, the default. */
  code?: InputCode;
}

/** Error for an argument that the program or the SDK can't accept. Nothing was sent. */
export class InvalidInputError extends MilepostError {
  override name = "InvalidInputError";
  /** Name of the argument, with its index where it is one of a list: `amounts[2]`. */
  readonly field: string;
  /** Description of what is accepted, such as `an amount above zero`. */
  readonly expected: string;
  /** Value that was passed, as text; strings and lists are cut to 80 characters. */
  readonly received: string;

  constructor({ field, expected, received, hint, code }: InvalidInput) {
    const shown = show(received);
    super(
      code ?? MilepostErrorCode.InputInvalid,
      `Invalid ${field}: expected ${expected}, got ${shown}.`,
      {
        metaMessages: hint ? [`Hint: ${hint}`] : [],
      },
    );
    this.field = field;
    this.expected = expected;
    this.received = shown;
  }
}

function show(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (
    value === null ||
    value === undefined ||
    typeof value === "number" ||
    typeof value === "boolean"
  )
    return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "function" || typeof value === "symbol") return typeof value;
  // As text, a Buffer is whatever its bytes spell.
  if (value instanceof Uint8Array) return showBytes(value);
  const own =
    (value as { toBase58?: () => string }).toBase58 ??
    (value as { toString: () => string }).toString;
  if (typeof own === "function" && own !== Object.prototype.toString && !Array.isArray(value)) {
    return String(own.call(value));
  }
  try {
    const json = JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "bigint" ? `${inner}n` : inner,
    );
    return json.length > 80 ? `${json.slice(0, 77)}...` : json;
  } catch {
    return "an object that can't be shown";
  }
}

function showBytes(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, 39), (byte) => byte.toString(16).padStart(2, "0"));
  return `0x${hex.join("")}${bytes.length > 39 ? "..." : ""}`;
}
