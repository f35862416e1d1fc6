/** Starts a chain on the runtime under test, with the program on it. */
import { startBankrun } from "./bankrun";
import { Chain, START_SLOT, START_TIME } from "./chain";
import { fixedKeypair } from "./keys";
import { startLiteSvm } from "./litesvm";
import {
  PROGRAM_ID,
  readProgram,
  upgradeableProgramAccounts,
  type AddressedAccount,
} from "./program";
import { RUNTIME_NAMES, type RuntimeName } from "./runtime";

export interface StartOptions {
  /** `RUNTIME` when absent, bankrun when that is absent too. */
  runtime?: RuntimeName;
  /** The bytes under the program's id; the build under test when absent. */
  program?: Uint8Array;
  /** Further accounts, which take the place of the runtime's own at the same addresses. */
  accounts?: AddressedAccount[];
  /** On bankrun a chain ends when the next one starts, unless one of them is isolated. Costs 12 MB for good. */
  isIsolated?: boolean;
}

/** The runtime this run is for: `RUNTIME`, or bankrun. */
export function selectedRuntime(): RuntimeName {
  const name = process.env.RUNTIME ?? "bankrun";
  const known = RUNTIME_NAMES.find((runtime) => runtime === name);
  if (!known) throw new Error(`RUNTIME must be ${RUNTIME_NAMES.join(" or ")}, got "${name}"`);
  return known;
}

/**
 * A fresh chain with the program deployed by `chain.upgradeAuthority`, at slot 1,000 and a fixed time.
 * @example
 *   const chain = await startChain();
 *   await chain.sendOk([instruction], [owner]);
 */
export async function startChain(options: StartOptions = {}): Promise<Chain> {
  const { program, programData } = upgradeableProgramAccounts(
    PROGRAM_ID,
    options.program ?? readProgram(),
    fixedKeypair("chain/upgrade-authority").publicKey,
  );
  // The data comes first: LiteSVM loads a program when its own account is written.
  const accounts = [...(options.accounts ?? []), programData, program];
  const runtime =
    (options.runtime ?? selectedRuntime()) === "bankrun"
      ? await startBankrun(accounts, options.isIsolated)
      : await startLiteSvm(accounts);
  await runtime.moveTo(START_SLOT, START_TIME);
  const chain = new Chain(runtime);
  await chain.airdrop(chain.payer.publicKey, 1_000_000_000_000n);
  return chain;
}
