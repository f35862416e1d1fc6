/** `milepost-keeper retry`: in the database, or by the keeper that has it. */
import type { CommonConfig } from "../config/config";
import { DatabaseInUseError } from "../database/errors";
import { RETRY_HEADER, retriedText } from "../show/retry-request";
import { retryNow } from "../store/retry";
import type { Database } from "../types";
import { openChain, openStore } from "./open";
import { askKeeper } from "./running-keeper";

/** What to say about it. Rejects when neither the database nor a running keeper can be asked. */
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
