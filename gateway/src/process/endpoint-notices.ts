/** Tells the platform's administrators that a webhook endpoint fails: an entry of the account's inbox, and a mail. */
import type { GatewayContext } from "../context";
import { notify } from "../notifications/notify";
import type { Notify } from "../webhooks/finish";

/** Kind of these notifications. */
export const ENDPOINT_NOTICE = "webhook_endpoint";

/** Returns the writer of notices; it runs in the transaction of the failed attempt. */
export function endpointNotices(
  { now }: Pick<GatewayContext, "now">,
  administrators: readonly string[],
): Notify {
  return async (transaction, owner, { subject, text }) => {
    const time = now();
    await notify(
      transaction,
      owner,
      {
        kind: ENDPOINT_NOTICE,
        recipients: [{ personId: null, addresses: administrators }],
        projectId: null,
        milestoneId: null,
        subject,
        text,
        // Endpoints live by the wall clock.
        at: BigInt(Math.floor(time.getTime() / 1_000)),
      },
      time,
    );
  };
}
