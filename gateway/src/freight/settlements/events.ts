/** Events of settlements, for webhooks and the list of events. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import { type ChainProof, recordEvent } from "../../events/record";
import type { Owner } from "../owner";
import type { Item } from "../schedules/store";
import { showSettlement } from "./show";
import type { Settlement } from "./store";

/** Records `freight_settlement.created`, `freight_settlement.settled` and so on, with the whole settlement. */
export async function recordSettlementEvent(
  { now }: GatewayContext,
  transaction: Database,
  event: {
    owner: Owner;
    item: Item;
    settlement: Settlement;
    name: "created" | "approved" | "settled" | "cancelled" | "failed" | "reverted";
    proof: ChainProof | null;
  },
): Promise<void> {
  const { owner, item, settlement, name, proof } = event;
  await recordEvent(
    transaction,
    {
      accountId: owner.accountId,
      mode: owner.mode,
      type: `freight_settlement.${name}`,
      objectId: item.objectId,
      data: { object: "freight_settlement", ...showSettlement(settlement, item) },
      ...(proof ? { chain: proof } : {}),
    },
    now(),
  );
}
