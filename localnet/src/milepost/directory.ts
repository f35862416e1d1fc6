/** The directory of a localnet with Milepost on it: its ledger, its keys, its description. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Ledger } from "../chain/ledger";
import { programDataAddress, programElf } from "../chain/program";
import { LocalnetError } from "../errors/localnet-error";
import { inDirectory } from "../errors/system-errors";
import { DESCRIPTION_FILE, isRunning, readDescription } from "./localnet-json";
import { type MilepostProgram, sha256 } from "./program";
import { openWallets, type Wallets } from "./wallets";

/**
 * Prepares the directory for a chain with this program, and returns its keys.
 * Throws `LocalnetError`: `DirectoryNotWritable`, `DirectoryInUse`, `LedgerOfOtherProgram`, `KeyUnreadable`;
 * LedgerError when the ledger is damaged
 */
export async function openDirectory(
  directory: string,
  program: MilepostProgram,
  isReset: boolean,
): Promise<Wallets> {
  const described = readDescription(directory);
  if (described && (await isRunning(described))) {
    throw new LocalnetError(
      "DirectoryInUse",
      `The localnet of ${directory} is running at ${described.url}. Use it, stop it, or choose another ` +
        "directory with --ledger.",
      { directory, url: described.url },
    );
  }
  return inDirectory(directory, () => {
    mkdirSync(directory, { recursive: true });
    // Keys and state must never be committed to a repository.
    writeFileSync(path.join(directory, ".gitignore"), "*\n");
    if (isReset) resetLedger(directory);
    else assertSameProgram(directory, program);
    return openWallets(directory);
  });
}

/** Deletes the chain and keeps the keys, so that wallets and configurations still work. */
export function resetLedger(directory: string): void {
  for (const name of ["chain.bin", "chain.bin.new", "chain.journal", DESCRIPTION_FILE]) {
    rmSync(path.join(directory, name), { force: true });
  }
}

/** Compares the program with the one in the ledger, which the package that created the ledger deployed. */
function assertSameProgram(directory: string, { programId, sha256: expected }: MilepostProgram) {
  const saved = new Ledger(directory).load();
  if (!saved) return;
  const address = programDataAddress(programId);
  const deployed = saved.accounts.find((account) => account.address === address);
  const found = deployed ? sha256(programElf(deployed.account.data)) : "none";
  if (found === expected) return;
  throw new LocalnetError(
    "LedgerOfOtherProgram",
    (deployed
      ? `The chain in ${directory} has another build of the program (SHA-256 ${found.slice(0, 16)}…, this package has ` +
        `${expected.slice(0, 16)}…).`
      : `The chain in ${directory} has no Milepost program: it was made with --bare.`) +
      " Start a new chain with --reset, which keeps the keys, or choose another directory with --ledger.",
    { directory, found, expected },
  );
}
