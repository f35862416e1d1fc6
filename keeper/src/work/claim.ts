/** The share of its fee that a gateway pays for an execution: claimed where an account can take it, never waited for. */
import { buildExecution, keeperReward, splitAmount } from "@milepost/sdk";
import { PROGRAM_VERDICTS } from "../send/verdicts";
import type { Unclaimed } from "../types";
import type { WorkerSettings } from "./settings";
import type { Ready } from "./ship";

type Settings = Pick<WorkerSettings, "context" | "payer" | "rewardOwner">;

/** Whose associated token accounts are named. */
export function rewardOwnerOf({ rewardOwner, payer }: Settings) {
  return rewardOwner ?? payer.publicKey;
}

/**
 * Tries again without the reward those that may have failed because of the account that claims it: once, as they claim
 * nothing any more. When the program refused the account itself, also everybody else who named it.
 */
export function waiveRewards(
  settings: Settings,
  reason: string,
  { blamed, rest }: { blamed: readonly Ready[]; rest: readonly Ready[] },
): { blamed: Ready[]; rest: Ready[]; waived: Ready[] } {
  const claiming = isOfAccount(reason) ? blamed.filter(claims) : [];
  if (claiming.length === 0) return { blamed: [...blamed], rest: [...rest], waived: [] };
  const accounts = new Set(claiming.map(accountOf));
  const isWaived = (item: Ready) =>
    claiming.includes(item) ||
    (reason === REFUSED && claims(item) && accounts.has(accountOf(item)));
  const waived = [...claiming, ...rest].filter(isWaived);
  return {
    blamed: blamed.filter((item) => !isWaived(item)),
    rest: [
      ...waived.map((item) => withoutReward(settings, item)),
      ...rest.filter((item) => !isWaived(item)),
    ],
    waived,
  };
}

/** What the gateway would have paid and nobody claims; null where that is nothing. */
export function unclaimedReward(settings: Settings, ready: Ready): Unclaimed | null {
  const { member, snapshot, execution } = ready;
  if (member.action !== "executePayment" || !execution.keeperReward.isZero()) return null;
  const { policy, gateway, userPayment } = snapshot;
  const amount = policy.policyType.milestone.milestoneAmounts[member.milestoneIndex]!;
  const { gatewayFee } = splitAmount(amount, policy.gatewayFeeBps, policy.protocolFeeBps);
  const reward = keeperReward(gatewayFee, gateway.keeperRewardBps);
  if (reward.isZero()) return null;
  return {
    policy: member.policy,
    milestoneIndex: member.milestoneIndex,
    mint: userPayment.mint.toBase58(),
    owner: rewardOwnerOf(settings).toBase58(),
    reason: "NoTokenAccount",
    amount: BigInt(reward.toString()),
  };
}

/** The claim that `item` made before it was waived. */
export function waivedReward(settings: Settings, item: Ready, reason: string): Unclaimed {
  return {
    policy: item.member.policy,
    milestoneIndex: item.member.milestoneIndex,
    mint: item.snapshot.userPayment.mint.toBase58(),
    owner: rewardOwnerOf(settings).toBase58(),
    reason,
    amount: BigInt(item.execution.keeperReward.toString()),
  };
}

const REFUSED = "InvalidKeeperTokenAccount";

/**
 * Whether the error may be about the account that claims. The program's own errors say what they are about, but for a
 * frozen account; those of other programs don't.
 */
function isOfAccount(reason: string): boolean {
  return reason === REFUSED || reason === "TokenAccountFrozen" || !(reason in PROGRAM_VERDICTS);
}

function claims({ execution }: Ready): boolean {
  return !execution.keeperReward.isZero();
}

function accountOf({ snapshot }: Ready): string | undefined {
  return snapshot.keeperAccount?.address.toBase58();
}

function withoutReward({ context, payer }: Settings, item: Ready): Ready {
  const snapshot = { ...item.snapshot, keeperAccount: undefined };
  const { milestoneIndex } = item.member;
  const execution = buildExecution(context, snapshot, { milestoneIndex, payer: payer.publicKey });
  return { ...item, snapshot, execution };
}
