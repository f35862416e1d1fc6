/** The sandbox's own account, for which its page creates demonstrations without a key. */
import { type Caller, SCOPES } from "../caller/caller";
import type { GatewayContext } from "../context";

/** Returns the account as a caller with every scope. Throws an `Error` outside of the sandbox. */
export function sandboxCaller({ sandbox }: Pick<GatewayContext, "sandbox">): Caller {
  if (!sandbox) throw new Error("only the sandbox has an account of its own");
  return { accountId: sandbox.accountId, mode: "test", keyId: "sandbox_page", scopes: SCOPES };
}
