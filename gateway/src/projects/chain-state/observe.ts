/** Follows a project whose policy others have changed on chain, such as a keeper or a party's own wallet. */
import type { GatewayContext } from "../../context";
import type { WatchedPolicy } from "../../policy-watch/store";
import { refreshProject } from "./refresh";

/** Writes what is new about a project. Running it twice changes nothing. */
export async function observeProject(
  context: GatewayContext,
  { accountId, mode, objectId }: WatchedPolicy,
): Promise<void> {
  await refreshProject(context, { accountId, mode }, objectId);
}
