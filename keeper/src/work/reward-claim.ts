/** Claims a gateway's reward for an execution where an account can take it, and never waits for one. */
import { buildExecution, keeperReward, splitAmount } from "@milepost/sdk";
import { PROGRAM_VERDICTS } from "../send/verdicts";
import type { Unclaimed } from "../observe/events";
import type { WorkerOptions } from "./worker-options";
import type { Ready } from "./batch";

type Options = Pick<WorkerOptions, "context" | "payer" | "rewardOwner">;

/** Returns the wallet whose associated token accounts claim rewards. */
export function rewardOwnerOf({ rewardOwner, payer }: Options) {
  return rewardOwner ?? payer.publicKey;
}

/**
 * Finds the payments that go on without their reward, because the account that claims it may be what failed. Each does so
 * once, as it claims nothing afterwards. When the program refused the account, every payment that names it goes on without
 * its reward.
 */
export function divideByReward(
  reason: string,
  { blamed, rest }: { blamed: readonly Ready[]; rest: readonly Ready[] },
): { blamed: Ready[]; rest: Ready[]; waived: Ready[] } {
  const claiming = isOfAccount(reason) ? blamed.filter(claims) : [];
  const accounts = new Set(claiming.map(accountOf));
  const isWaived = (item: Ready) =>
    claiming.includes(item) ||
    (reason === REFUSED && claims(item) && accounts.has(accountOf(item)));
  return {
    blamed: blamed.filter((item) => !isWaived(item)),
    rest: rest.filter((item) => !isWaived(item)),
    waived: [...claiming, ...rest].filter(isWaived),
  };
}

/** Returns the reward that the gateway pays and this execution does not claim; null when there is none. */
export function unclaimedReward(options: Options, ready: Ready): Unclaimed | null {
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
    owner: rewardOwnerOf(options).toBase58(),
    reason: "NoTokenAccount",
    amount: BigInt(reward.toString()),
  };
}

/** Returns the claim that `item` made before it was waived. */
export function waivedReward(options: Options, item: Ready, reason: string): Unclaimed {
  return {
    policy: item.member.policy,
    milestoneIndex: item.member.milestoneIndex,
    mint: item.snapshot.userPayment.mint.toBase58(),
    owner: rewardOwnerOf(options).toBase58(),
    reason,
    amount: BigInt(item.execution.keeperReward.toString()),
  };
}

const REFUSED = "InvalidKeeperTokenAccount";

/**
 * Returns true when the error may be about the account that claims. The program's own errors name their account, except a
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

/** Builds the execution again, with no account that claims the reward. */
export function withoutReward({ context, payer }: Options, item: Ready): Ready {
  const snapshot = { ...item.snapshot, keeperAccount: undefined };
  const { milestoneIndex } = item.member;
  const execution = buildExecution(context, snapshot, { milestoneIndex, payer: payer.publicKey });
  return { ...item, snapshot, execution };
}
