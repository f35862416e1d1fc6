/** The sandbox's directory: its seed, from which every key and secret comes, and what the parts of the process keep. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createSecrets, type ProcessSecrets, readMasterKeys } from "../secrets/process-secrets";

/** Paths and secrets of a sandbox. */
export interface SandboxData {
  /** Directory, absolute. */
  directory: string;
  /** 32 bytes that the wallets of the sandbox's parties come from. */
  seed: Buffer;
  secrets: ProcessSecrets;
  /** API key of the sandbox's account, the same after every start. */
  apiKey: { id: string; text: string };
  /** Secret of the webhook endpoints of the sandbox's account, the same after every start. */
  webhookSecret: string;
  /** Secret of the keeper's questions about releases. */
  releaseSecret: string;
  ledger: string;
  database: string;
  files: string;
}

/** File of a running sandbox's addresses and keys, for tools beside it. */
export const DESCRIPTION_FILE = "sandbox.json";

/** Account that the sandbox's key belongs to. */
export const SANDBOX_ACCOUNT = "acct_sandbox";

/**
 * Opens the directory, and creates it when it is missing. With `isReset`, chain, database and files start empty; keys and
 * secrets stay. Throws the system's error when the directory cannot be written.
 */
export function openSandboxData(at: string, isReset: boolean): SandboxData {
  const directory = path.resolve(at);
  const [ledger, database, files] = ["ledger", "database", "files"].map((name) =>
    path.join(directory, name),
  ) as [string, string, string];
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Keys and state must never be committed to a repository.
  writeFileSync(path.join(directory, ".gitignore"), "*\n");
  if (isReset) {
    for (const part of [database, files]) rmSync(part, { recursive: true, force: true });
  }
  const master = masterIn(path.join(directory, "master.key"));
  const secrets = createSecrets([master]);
  const [keyId, keySecret] = [
    secrets.derive("sandbox key id").toString("hex").slice(0, 8),
    secrets.derive("sandbox key").toString("hex"),
  ];
  // Ids begin with a time: this one is older than every other.
  const id = `00000000${keyId}`;
  return {
    ...{ directory, secrets, ledger, database, files },
    seed: secrets.derive("sandbox wallets"),
    apiKey: { id, text: `sk_test_${id}${keySecret}` },
    webhookSecret: whsecOf(secrets, "sandbox webhook"),
    releaseSecret: whsecOf(secrets, "sandbox release rule"),
  };
}

const whsecOf = (secrets: ProcessSecrets, label: string): string =>
  `whsec_${secrets.derive(label).subarray(0, 24).toString("base64")}`;

/** Reads the master key, or makes one. */
function masterIn(file: string): Buffer {
  try {
    writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readMasterKeys(readFileSync(file, "utf8"))[0]!;
}
