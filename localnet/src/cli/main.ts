#!/usr/bin/env node
/** `milepost-localnet`: runs until a signal stops it. */
import { version } from "../../package.json";
import { commandOf, USAGE, UsageError } from "./args";
import { LedgerError } from "../chain/ledger";
import { LocalnetError } from "../errors/localnet-error";
import { explainListenError } from "../errors/system-errors";
import { type Localnet, startLocalnet } from "../server/start";

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
      // Imported here, since only this command needs the SDK.
      const { startMilepostLocalnet } = await import("../milepost/start");
      const { describeSetting } = await import("./describe-setting");
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

/** Prints one sentence for an error that the user can repair, and the stack for any other. */
function fail(thrown: unknown): void {
  const error = explainListenError(thrown);
  const isExpected =
    error instanceof UsageError || error instanceof LedgerError || error instanceof LocalnetError;
  console.error(isExpected ? `milepost-localnet: ${error.message}` : error);
  process.exit(isExpected ? 2 : 1);
}

main().catch(fail);
