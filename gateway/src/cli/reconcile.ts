/** `milepost-gateway reconcile`. */
import { PROGRAM_ID } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { Command } from "commander";
import type { Mode } from "../caller/mode";
import { connectRpc, createReadOnlyChain } from "../chain";
import { OPTIONS } from "../config/options";
import { requireFlags } from "../config/required";
import { formatAmount, MAX_DECIMALS } from "../money/amount";
import { createLog, type LogLevel } from "../observe/log";
import { secretsOf, shownUrl } from "../observe/secret-texts";
import { reasonOf } from "../process/live-gateway";
import { keepToChain } from "../process/one-chain";
import { reconcileNow } from "../reconciliation/service";
import type { DifferenceRow } from "../reconciliation/store";
import { table } from "./table";
import { withDatabase } from "./with-database";

/** Exit code when the ledger and the chain differ. */
export const DIFFERENT = 3;

interface ReconcileFlags {
  url: string;
  databaseUrl: string;
  mode: Mode;
  programId?: PublicKey;
  genesisHash?: string;
  logLevel?: LogLevel;
}

/** Builds the command; `code` gets the exit code. */
export function reconcileCommand(code: (value: number) => void): Command {
  const command = new Command("reconcile")
    .description(
      "compare every policy on chain with the ledger now, and print the differences; no API key is needed",
    )
    .addOption(OPTIONS.url())
    .addOption(OPTIONS.databaseUrl())
    .addOption(OPTIONS.mode())
    .addOption(OPTIONS.programId())
    .addOption(OPTIONS.genesisHash())
    .addOption(OPTIONS.logLevel());
  return command.action(async (flags: ReconcileFlags) => {
    requireFlags(command, "url", "databaseUrl");
    code(await run(command, flags));
  });
}

async function run(command: Command, flags: ReconcileFlags): Promise<number> {
  const { url, databaseUrl, mode, programId = PROGRAM_ID, genesisHash, logLevel } = flags;
  const secrets = [url, databaseUrl].flatMap(secretsOf);
  const log = createLog({ level: logLevel ?? "silent", secrets });
  const connection = connectRpc({ url });
  await connection.getGenesisHash().catch((error: unknown) => {
    throw new Error(`--url: no Solana RPC answers at ${shownUrl(url)} (${reasonOf(error)})`);
  });
  const chain = await createReadOnlyChain({ connection, programId, mode, genesisHash });
  const { policies, differences } = await withDatabase(command, async (database) => {
    const now = () => new Date();
    await keepToChain(database, chain, now());
    return reconcileNow({ database, chains: { [mode]: chain }, log, now }, mode);
  });
  process.stdout.write(report(policies, differences));
  return differences.length === 0 ? 0 : DIFFERENT;
}

function report(policies: number, differences: readonly DifferenceRow[]): string {
  if (differences.length === 0) {
    return `${policies} policies compared: ledger and chain agree.\n`;
  }
  const amount = (units: string | null): string =>
    units === null ? "none" : formatAmount(BigInt(units), MAX_DECIMALS);
  const rows = differences.map(({ policy, object_id, part, field, ledger, chain }) => [
    ...[policy, object_id, String(part), field, amount(ledger), amount(chain)],
  ]);
  const head = ["policy", "object", "part", "field", "ledger", "chain"];
  return `${policies} policies compared: ${differences.length} sums differ. Nothing was changed.\n\n${table([head, ...rows])}`;
}
