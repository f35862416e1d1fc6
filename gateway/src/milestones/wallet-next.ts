/** What a wallet can sign about an intent now and later, and what happens by itself: the chain's own rules decide. */
import { type ChainRuntime, placeOf } from "../chain";
import { type PartyAction, type PartyActions, readPartyActions } from "../chain/party-actions";
import type { GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import { listParts } from "../intents/parts-store";
import { formatAmount } from "../money/amount";
import type { WalletAction } from "./chain-actions";
import type { Milestone } from "./milestone";
import { listMilestones } from "./store";
import type { WalletNextView } from "./wallet-schema";

/** Action per instruction; the other instructions are not a party's to sign here. */
const ACTIONS: Readonly<Record<string, WalletAction>> = {
  acceptEscrow: "accept_terms",
  submitMilestone: "submit_milestone",
  approveMilestone: "approve_milestone",
  disputeMilestone: "dispute_milestone",
  withdrawDispute: "withdraw_dispute",
  requestMediation: "request_mediation",
  resolveDispute: "resolve_dispute",
  settleMilestone: "settle_milestone",
  reclaimMilestone: "reclaim_milestone",
};

interface Place {
  part: number;
  milestones: readonly Milestone[];
}

/**
 * Returns what the wallet can do with every funded part of an intent. It calls the network.
 * Throws `GatewayError` and the SDK's errors.
 */
export async function readWalletNext(
  { database }: GatewayContext,
  { intent, chain, wallet }: { intent: Intent; chain: ChainRuntime; wallet: string },
): Promise<WalletNextView> {
  const milestones = await listMilestones(database, intent.id);
  const view: WalletNextView = {
    ...{ object: "wallet_actions", paymentIntentId: intent.id, wallet },
    ...{ possible: [], later: [], byItself: [] },
  };
  for (const { part, policy, state } of await listParts(database, intent.id)) {
    if (policy === null || state === "closed") continue;
    const found = await readPartyActions(chain, policy, wallet);
    const place = { part, milestones };
    view.possible.push(...found.possible.flatMap((action) => show(action, place)));
    view.later.push(...found.later.flatMap((action) => show(action, place)));
    view.byItself.push(...changesOf(found, place, intent));
  }
  return view;
}

const idOf = ({ part, milestones }: Place, index: number | null): string | null =>
  milestones.find(({ milestoneIndex }) => {
    const place = placeOf(milestoneIndex);
    return place.part === part && place.index === index;
  })?.id ?? null;

function show(action: PartyAction, place: Place): WalletNextView["possible"] {
  const name = ACTIONS[action.instruction];
  if (!name) return [];
  const { isJoint, from, until, index } = action;
  return [
    {
      ...{ action: name, part: place.part, milestoneId: idOf(place, index), isJoint },
      ...{ from: from?.toString() ?? null, until: until?.toString() ?? null },
    },
  ];
}

const changesOf = (
  { byItself }: PartyActions,
  place: Place,
  { decimals }: Intent,
): WalletNextView["byItself"] =>
  byItself.map(({ change, index, at, recipientAmount }) => ({
    ...{ change, part: place.part, milestoneId: idOf(place, index), at: at.toString() },
    recipientAmount: recipientAmount === null ? null : formatAmount(recipientAmount, decimals),
  }));
