import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { Keypair } from "@solana/web3.js";
import { privateKeyOf } from "../send/sign";
import { UsageError } from "./errors";

/** Shape of a key: a user may pass the key itself in place of a file, and no message may print it. */
const LOOKS_LIKE_KEY = /^\s*\[|^[0-9A-Za-z+/=]{40,}$/;

/** Reads a keypair file of solana-keygen. No message contains the file's content. Throws `UsageError`. */
export function readKeypair(flag: string, file: string): Keypair {
  const text = read(flag, file);
  let bytes: unknown;
  try {
    bytes = JSON.parse(text);
  } catch {
    bytes = null;
  }
  if (!isKey(bytes)) {
    throw new UsageError(
      `${flag}: ${file} is not a keypair file, a list of 64 numbers in brackets`,
    );
  }
  const pair = Keypair.fromSecretKey(Uint8Array.from(bytes), { skipValidation: true });
  if (pair.publicKey.toBuffer().equals(publicKeyOf(pair))) return pair;
  throw new UsageError(`${flag}: ${file} has a secret key and a public key that do not match`);
}

/** Derives the public key by OpenSSL: web3.js builds tables for it, which takes a tenth of a start's processor time. */
function publicKeyOf(pair: Keypair): Buffer {
  const { x } = createPublicKey(privateKeyOf(pair)).export({ format: "jwk" });
  return Buffer.from(x!, "base64url");
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const shown = LOOKS_LIKE_KEY.test(file) ? "its value" : file;
    throw new UsageError(`${flag} takes a keypair file: ${shown} cannot be read (${code})`);
  }
}

function isKey(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length === 64 &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  );
}
