/** Runs `milepost-keeper retry` in the database, or through the keeper that has it open. */
import { type Database, DatabaseInUseError } from "@milepost/database";
import type { CommonConfig } from "../config/config";
import { RETRY_HEADER, retriedText } from "../observe/retry-request";
import { retryNow } from "../store/retry";
import { openChain, openStore } from "./open";
import { askKeeper } from "./running-keeper";

/** Returns the line to print. Rejects when neither the database nor a running keeper answers. */
export async function retry(config: CommonConfig, policies: readonly string[]): Promise<string> {
  const { genesisHash } = await openChain(config);
  let database: Database;
  try {
    database = await openStore(config, genesisHash, () => undefined);
  } catch (error) {
    if (!(error instanceof DatabaseInUseError)) throw error;
    return askKeeper(config, error, "/retry", {
      method: "POST",
      headers: { [RETRY_HEADER]: "retry" },
      body: policies.join("\n"),
    });
  }
  try {
    return retriedText(await retryNow(database, policies.length > 0 ? { policies } : {}));
  } finally {
    await database.close();
  }
}
