/** Rule of the statement: where every unit that the homeowner paid is. */
import { formatAmount } from "../money/amount";
import { placeOf } from "../chain";
import type { MilestoneRow, ProjectPolicy, ProjectRow } from "../projects/rows";
import type { Statement } from "./schema";

/** Money of one milestone in base units: funded = inEscrow + received + fees + refunded. */
export interface MilestoneMoney {
  /** What the homeowner paid in, platform fee included. */
  funded: bigint;
  inEscrow: bigint;
  /** What the contractor received. */
  received: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
  platformFee: bigint;
  /** What the homeowner got back. */
  refunded: bigint;
}

const NONE: MilestoneMoney = {
  funded: 0n,
  inEscrow: 0n,
  received: 0n,
  gatewayFee: 0n,
  protocolFee: 0n,
  platformFee: 0n,
  refunded: 0n,
};

/** Names of the sums, in the order of the statement. */
const FIELDS = Object.keys(NONE) as (keyof MilestoneMoney)[];

/** Returns where the money of a milestone is: by the program's event of its end, or by the vault. */
export function moneyOf(
  { policies }: Pick<ProjectRow, "policies">,
  { index, payout }: Pick<MilestoneRow, "index" | "payout">,
): MilestoneMoney {
  const place = placeOf(index);
  const policy = policies.find(({ part }) => part === place.part);
  if (!policy) return NONE;
  const { funded } = policy.state.milestones[place.index]!;
  if (payout) {
    const { recipientAmount: received, gatewayFee, protocolFee, platformFee, refunded } = payout;
    return { funded, inEscrow: 0n, received, gatewayFee, protocolFee, platformFee, refunded };
  }
  // A closed escrow has returned what was never accepted.
  const isReturned = policy.closed_at !== null;
  return {
    ...NONE,
    funded,
    inEscrow: isReturned ? 0n : funded,
    refunded: isReturned ? funded : 0n,
  };
}

/** Adds up the money of milestones. */
export function sumMoney(all: readonly MilestoneMoney[]): MilestoneMoney {
  const sum = (field: keyof MilestoneMoney): bigint =>
    all.reduce((total, money) => total + money[field], 0n);
  return Object.fromEntries(
    FIELDS.map((field) => [field, sum(field)]),
  ) as unknown as MilestoneMoney;
}

/** A policy with what its vault holds on chain. */
export interface VaultReading {
  policy: ProjectPolicy;
  balance: bigint;
}

/** Returns the statement of a project. `vaults` were read from the chain. */
export function statementOf(
  project: ProjectRow,
  vaults: readonly VaultReading[],
  now: bigint,
): Statement {
  const text = (units: bigint): string => formatAmount(units, project.decimals);
  const shown = (money: MilestoneMoney) =>
    Object.fromEntries(FIELDS.map((field) => [field, text(money[field])])) as Record<
      keyof MilestoneMoney,
      string
    >;
  const monies = project.milestones.map((milestone) => moneyOf(project, milestone));
  return {
    object: "project_statement",
    projectId: project.id,
    currency: project.currency,
    asOf: Number(now),
    milestones: project.milestones.map(({ id, index, title }) => ({
      milestoneId: id,
      index,
      title,
      ...shown(monies[index]!),
    })),
    ...shown(sumMoney(monies)),
    chain: vaults.map((vault) => compared(project, vault, monies, text)),
  };
}

/** Compares the statement of one policy with the chain's own sums. */
function compared(
  project: ProjectRow,
  { policy, balance }: VaultReading,
  monies: readonly MilestoneMoney[],
  text: (units: bigint) => string,
): Statement["chain"][number] {
  const members = project.milestones.filter(({ index }) => placeOf(index).part === policy.part);
  const own = sumMoney(members.map(({ index }) => monies[index]!));
  const { funded, paid, outstanding } = policy.state;
  const isClosed = policy.closed_at !== null;
  const ownPaid = own.received + own.gatewayFee + own.protocolFee + own.platformFee;
  const inVault = isClosed ? 0n : outstanding;
  const returned = isClosed ? funded - paid : (policy.state.refunded ?? 0n);
  return {
    policy: policy.address,
    vault: policy.vault,
    funded: text(funded),
    paid: text(paid),
    refunded: text(returned),
    outstanding: text(inVault),
    vaultBalance: text(balance),
    matches:
      own.funded === funded &&
      ownPaid === paid &&
      own.inEscrow === inVault &&
      own.refunded === returned &&
      // Anyone may send tokens to a vault: more than the outstanding sum is no difference.
      balance >= inVault,
  };
}
