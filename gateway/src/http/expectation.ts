/** Says what a schema expected where a value failed it. */
import type { FastifyError } from "fastify";
import { HASH_PATTERN } from "../chain/hash";
import { EVENT_PATTERN } from "../events/patterns";
import { AMOUNT_PATTERN, MAX_DECIMALS } from "../money/amount";

type Failure = NonNullable<FastifyError["validation"]>[number];

/** Text per keyword of JSON Schema; `#` stands for the limit. */
const LIMITS: Readonly<Record<string, string>> = {
  minLength: "at least # characters",
  maxLength: "at most # characters",
  minimum: "at least #",
  maximum: "at most #",
  exclusiveMinimum: "more than #",
  exclusiveMaximum: "less than #",
  minItems: "at least # items",
  maxItems: "at most # items",
  minProperties: "at least # properties",
  maxProperties: "at most # properties",
};

/** Patterns in words. */
const PATTERNS: Readonly<Record<string, string>> = {
  [AMOUNT_PATTERN]: `an amount with at most ${MAX_DECIMALS} decimals, such as "10.50"`,
  [EVENT_PATTERN]: "a type such as milestone.completed, a kind such as milestone.*, or *",
  "^[0-9a-f]{64}$": "64 hexadecimal digits in lower case",
  "^[0-9a-fA-F]{64}$": "64 hexadecimal digits",
  [HASH_PATTERN]: "64 hexadecimal digits, not all zero",
  "^[1-9A-HJ-NP-Za-km-z]{32,44}$": "a Solana address in base58",
  "^[^\\s@<>]+@[^\\s@<>]+$": 'an e-mail address such as "ada@example.com"',
};

const TYPES: Readonly<Record<string, string>> = {
  integer: "an integer",
  array: "a list",
  object: "an object",
  null: "null",
};

/**
 * Returns what was expected, such as `expected "test" or "live"`. Of a union, Ajv reports each choice that failed and then the
 * union itself.
 */
export function expectation(failures: readonly Failure[]): string {
  const [first] = failures;
  if (!first) return "not valid";
  const choices = failures.filter(({ instancePath }) => instancePath === first.instancePath);
  const isUnion = choices.some(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const texts = isUnion ? choices.flatMap(expectedBy) : expectedBy(first);
  const unique = [...new Set(texts)];
  return unique.length === 0 ? (first.message ?? "not valid") : `expected ${orList(unique)}`;
}

function expectedBy({ keyword, params }: Failure): string[] {
  const limit = LIMITS[keyword];
  if (limit) return [singular(limit.replace("#", String(params["limit"])))];
  switch (keyword) {
    case "const":
      return [JSON.stringify(params["allowedValue"])];
    case "enum":
      return oneOf(params["allowedValues"] as unknown[]);
    case "type":
      return [params["type"]].flat().map((type) => TYPES[String(type)] ?? `a ${String(type)}`);
    case "pattern":
      return [
        PATTERNS[String(params["pattern"])] ?? `a text that matches ${String(params["pattern"])}`,
      ];
    case "format":
      return [`a text of the format ${String(params["format"])}`];
    case "uniqueItems":
      return ["different items"];
    default:
      return [];
  }
}

/** Most values that a message lists. */
const MAX_LISTED = 20;

function oneOf(values: readonly unknown[]): string[] {
  const texts = values.map((value) => JSON.stringify(value));
  if (texts.length <= MAX_LISTED) return texts;
  const some = texts.slice(0, 3).join(", ");
  return [`one of ${texts.length} values, such as ${some} (all are in the API's description)`];
}

const singular = (text: string): string =>
  text.replace(/\b1 (character|item|propertie)s\b/, (_all, noun: string) =>
    noun === "propertie" ? "1 property" : `1 ${noun}`,
  );

function orList(texts: readonly string[]): string {
  return texts.length === 1
    ? texts[0]!
    : `${texts.slice(0, -1).join(", ")} or ${texts[texts.length - 1]}`;
}
