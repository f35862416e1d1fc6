#!/usr/bin/env node
/** `milepost-localnet`: runs until it is told to stop. */
import { version } from "../package.json";
import { commandOf, USAGE, UsageError } from "./args";
import { LedgerError } from "./chain/ledger";
import { explainListenError, LocalnetError } from "./errors";
import { type Localnet, startLocalnet } from "./start";

async function main(): Promise<void> {
  const asked = commandOf(process.argv.slice(2));
  switch (asked.command) {
    case "help":
      return void process.stdout.write(USAGE);
    case "version":
      return console.log(version);
    case "bare": {
      const localnet = await startLocalnet(asked.options);
      stopOnSignal(localnet);
      return console.log(`JSON-RPC   ${localnet.url}\nwebsocket  ${localnet.wsUrl}`);
    }
    case "milepost": {
      // Loads the SDK, which nothing else here needs.
      const { startMilepostLocalnet } = await import("./milepost/start");
      const { describeSetting } = await import("./milepost/describe");
      const localnet = await startMilepostLocalnet(asked.options);
      stopOnSignal(localnet);
      return console.log(describeSetting(localnet, asked.options.ledger ?? ""));
    }
  }
}

function stopOnSignal(localnet: Localnet): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    localnet.close().then(() => process.exit(0), fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Something the user can change is told in a sentence, everything else with its stack. */
function fail(thrown: unknown): void {
  const error = explainListenError(thrown);
  const isExpected =
    error instanceof UsageError || error instanceof LedgerError || error instanceof LocalnetError;
  console.error(isExpected ? `milepost-localnet: ${error.message}` : error);
  process.exit(isExpected ? 2 : 1);
}

main().catch(fail);
