/** Reads the master key, which the operator keeps outside the database. */
import { readFileSync } from "node:fs";
import { createSecrets, type ProcessSecrets, readMasterKeys } from "../secrets/process-secrets";
import { variableOf } from "./options";
import { UsageError } from "./usage-error";

/** Environment variable of the key itself. */
export const MASTER_KEY = variableOf("master-key");

/** Returns the secrets of the file's keys, or of the variable's. Throws `UsageError` without the key's text. */
export function readSecrets(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): ProcessSecrets {
  const text = file === undefined ? environment[MASTER_KEY] : read(file);
  if (text === undefined) {
    throw new UsageError(
      `--master-key-file is missing: it encrypts the secrets of the database. Create one with: openssl rand -hex 32. Pass its file, or set ${MASTER_KEY}.`,
    );
  }
  try {
    return createSecrets(readMasterKeys(text));
  } catch (error) {
    const where = file === undefined ? MASTER_KEY : "--master-key-file";
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const shown = /^[0-9a-f]{64}$/i.test(file) ? "its value" : file;
    throw new UsageError(`--master-key-file takes a file: ${shown} cannot be read (${code})`);
  }
}
