#!/usr/bin/env node
/** `milepost-localnet`: runs until it is told to stop. */
import { optionsOf, USAGE, UsageError } from "./args";
import { LedgerError } from "./chain/ledger";
import { startLocalnet } from "./start";

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (!options) return void process.stdout.write(USAGE);
  const localnet = await startLocalnet(options);
  console.log(`JSON-RPC   ${localnet.url}`);
  console.log(`websocket  ${localnet.wsUrl}`);

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    localnet.close().then(() => process.exit(0), fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function fail(error: unknown): void {
  const isExpected =
    error instanceof UsageError || error instanceof LedgerError || isAddressInUse(error);
  console.error(isExpected ? (error as Error).message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
}

const isAddressInUse = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === "EADDRINUSE";

main().catch(fail);
