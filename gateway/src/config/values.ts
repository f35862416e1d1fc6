/** Reads values of flags. Each function returns a parser for commander and throws `InvalidArgumentError`. */
import { readFileSync } from "node:fs";
import { Keypair, PublicKey } from "@solana/web3.js";
import { InvalidArgumentError } from "commander";
import { SCOPES, type Scope } from "../caller/caller";
import { LOG_LEVELS, type LogLevel } from "../observe/log";

const refuse = (text: string): never => {
  throw new InvalidArgumentError(text);
};

/** Reads an integer between two bounds. */
export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : refuse(`Give an integer from ${min} to ${max}.`);
  };

/** Reads a port; 0 takes a free one. */
export const port = integer(0, 65_535);

/** Reads a port, or `off`; commander would make an empty text of null. */
export const portOrOff = (text: string): number | "off" => (text === "off" ? text : port(text));

/** Reads a URL with one of these protocols. The message never repeats it: it may hold a password. */
export const url =
  (...protocols: readonly string[]) =>
  (text: string): string => {
    const isUrl = URL.canParse(text) && protocols.includes(new URL(text).protocol);
    return isUrl ? text : refuse(`Give a URL that starts with ${protocols.join("// or ")}//.`);
  };

/** Reads an address in base58. */
export function address(text: string): PublicKey {
  try {
    return new PublicKey(text);
  } catch {
    return refuse("Give an address in base58.");
  }
}

/** Reads `USDC=ADDRESS`, several times or with a comma between. */
export function mint(
  text: string,
  before: Readonly<Record<string, PublicKey>> = {},
): Record<string, PublicKey> {
  const given = text.split(",").map((part) => {
    const [, currency, at] = /^\s*(USDC|USDT)=(\S+)\s*$/.exec(part) ?? [];
    return currency ? [currency, address(at!)] : refuse("Give USDC=ADDRESS or USDT=ADDRESS.");
  });
  return { ...before, ...(Object.fromEntries(given) as Record<string, PublicKey>) };
}

/** Reads one plain address: a line break or a comma in it would add a header or a recipient. */
export const mailAddress = (text: string): string =>
  /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(text) ? text : refuse("Give one mail address.");

/** Reads an address, several times or with commas between them. */
export const mailAddresses = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(",").map((part) => mailAddress(part.trim())),
];

/** Reads a level of the log. */
export const logLevel = (text: string): LogLevel =>
  LOG_LEVELS.find((level) => level === text) ?? refuse(`Give one of ${LOG_LEVELS.join(", ")}.`);

/** Reads `test` or `live`. */
export const mode = (text: string): "test" | "live" =>
  text === "test" || text === "live" ? text : refuse("Give test or live.");

/** Reads scopes with commas between them. */
export function scopes(text: string): Scope[] {
  return text.split(",").map((part) => {
    const name = part.trim();
    return SCOPES.find((scope) => scope === name) ?? refuse(`Give some of ${SCOPES.join(", ")}.`);
  });
}

/** Reads a keypair file of solana-keygen. No message contains the file's content, or a key given in its place. */
export function keypairFile(file: string): Keypair {
  let bytes: unknown;
  try {
    bytes = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const shown = LOOKS_LIKE_KEY.test(file) ? "its value" : file;
    return refuse(
      code === undefined
        ? `${shown} is not a keypair file, a list of 64 numbers in brackets.`
        : `${shown} cannot be read (${code}).`,
    );
  }
  const isKey =
    Array.isArray(bytes) &&
    bytes.length === 64 &&
    bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
  if (!isKey) return refuse(`${file} is not a keypair file, a list of 64 numbers in brackets.`);
  try {
    return Keypair.fromSecretKey(Uint8Array.from(bytes as number[]));
  } catch {
    return refuse(`${file} has a secret key and a public key that do not match.`);
  }
}

/** Shape of a key: a user may pass the key itself in place of a file. */
const LOOKS_LIKE_KEY = /^\s*\[|^[0-9A-Za-z+/=]{40,}$/;
