/** What webhooks of the sandbox, which runs on the developer's own machine, have of their own. */
import type { GatewayContext } from "../context";
import type { Mode } from "../caller/mode";
import type { EventOwner } from "../events/store";
import { newWebhookSecret } from "./sign";

/** Returns true where webhooks may go to this machine: in the test mode of a sandbox. A hosted gateway's test mode is not one: its loopback is the operator's. */
export function isLoopbackAllowed(context: GatewayContext, mode: Mode): boolean {
  return mode === "test" && (context.chains.test?.sandboxKey ?? null) !== null;
}

/** Returns the secret of a new endpoint: that which the sandbox prints for its own account, and a new one for every other. */
export function firstSecretOf(
  { sandbox }: Pick<GatewayContext, "sandbox">,
  { accountId, mode }: EventOwner,
): string {
  const isOwn = mode === "test" && accountId === sandbox?.accountId;
  return isOwn ? sandbox.webhookSecret : newWebhookSecret();
}
