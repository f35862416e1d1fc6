/** Rules of a draft schedule: amounts or percentages, at most the project's amount, exact before it is finalized. */
import { GatewayError } from "../errors/gateway-error";
import { formatAmount, parseAmount } from "../money/amount";
import { isPercentageOf, parsePercentage, percentWeight, WHOLE_WEIGHT } from "../money/percentage";
import { splitByWeights } from "../money/split";
import { parseTimestamp } from "../time/timestamp";
import type { PlannedMilestone } from "./default-milestones";
import type { DraftMilestone } from "./schema";

/** Money of a project. */
export interface ProjectMoney {
  /** Base units. */
  amount: bigint;
  decimals: number;
}

/** A milestone of a new draft; `id` keeps one of the old draft. */
export interface DraftedMilestone extends PlannedMilestone {
  id: string | null;
}

/**
 * Returns the milestones of a new draft. Every one has an amount, or every one a percentage, which is divided by largest
 * remainder; with both, the amount counts and the percentage has to agree with it.
 * Throws `GatewayError`: `invalid_request`, `percentage_mismatch`.
 */
export function planDraft(
  milestones: readonly DraftMilestone[],
  project: ProjectMoney,
): DraftedMilestone[] {
  const amounts = amountsOf(milestones, project);
  refuseRepeatedIds(milestones);
  const planned = milestones.map(
    ({ id, title, description, verificationMethod, dueDate }, index) => ({
      id: id ?? null,
      title,
      description: description ?? "",
      verificationMethod: verificationMethod ?? ("photo" as const),
      amount: amounts[index]!,
      dueDate: dateOf(dueDate, `milestones[${index}].dueDate`),
    }),
  );
  refuseExcess(planned, project);
  return planned;
}

/** Returns the date of a milestone, or null for none. Throws `GatewayError`. */
export const dateOf = (dueDate: number | null | undefined, param: string): bigint | null =>
  dueDate === null || dueDate === undefined ? null : parseTimestamp(dueDate, param);

function amountsOf(milestones: readonly DraftMilestone[], project: ProjectMoney): bigint[] {
  const isByAmount = milestones.some(({ amount }) => amount !== undefined);
  if (!isByAmount) return byPercentage(milestones, project);
  return milestones.map(({ amount, percentage }, index) => {
    const param = `milestones[${index}].amount`;
    if (amount === undefined) {
      throw new GatewayError(
        "invalid_request",
        `${param}: required, because other milestones have one. Give every milestone an amount, or none.`,
        { param },
      );
    }
    const units = parseAmount(amount, project.decimals, param);
    if (percentage !== undefined) requireAgreement(percentage, units, project, index);
    return units;
  });
}

function requireAgreement(
  percentage: number,
  units: bigint,
  { amount, decimals }: ProjectMoney,
  index: number,
): void {
  const param = `milestones[${index}].percentage`;
  if (isPercentageOf(parsePercentage(percentage, param), units, amount)) return;
  throw new GatewayError(
    "percentage_mismatch",
    `${param}: ${percentage} % of ${formatAmount(amount, decimals)} is not ${formatAmount(units, decimals)}. Correct one of them, or leave the percentage out.`,
    { param },
  );
}

function byPercentage(milestones: readonly DraftMilestone[], { amount }: ProjectMoney): bigint[] {
  const weights = milestones.map(({ percentage }, index) => {
    const param = `milestones[${index}].percentage`;
    if (percentage === undefined) {
      throw new GatewayError(
        "invalid_request",
        `milestones[${index}].amount: required, and missing. Give every milestone an amount, or every one a percentage.`,
        { param: `milestones[${index}].amount` },
      );
    }
    return percentWeight(parsePercentage(percentage, param));
  });
  const rest = WHOLE_WEIGHT - weights.reduce((sum, weight) => sum + weight, 0n);
  if (rest < 0n) {
    throw new GatewayError("invalid_request", "milestones: the percentages exceed 100.", {
      param: "milestones",
    });
  }
  const shares = splitByWeights(amount, [...weights, rest]).slice(0, -1);
  const empty = shares.indexOf(0n);
  if (empty === -1) return shares;
  const param = `milestones[${empty}].percentage`;
  throw new GatewayError(
    "invalid_request",
    `${param}: ${milestones[empty]!.percentage} % of this project's amount is less than its smallest unit. Raise it.`,
    { param },
  );
}

function refuseRepeatedIds(milestones: readonly DraftMilestone[]): void {
  const seen = new Set<string>();
  milestones.forEach(({ id }, index) => {
    if (id === undefined) return;
    const param = `milestones[${index}].id`;
    if (seen.has(id)) {
      throw new GatewayError("invalid_request", `${param}: ${id} is in the list twice.`, { param });
    }
    seen.add(id);
  });
}

/** Refuses milestones that sum to more than the project's amount. Throws `GatewayError` (`invalid_request`). */
export function refuseExcess(
  milestones: readonly { amount: bigint }[],
  { amount, decimals }: ProjectMoney,
): void {
  const sum = sumOf(milestones);
  if (sum <= amount) return;
  throw new GatewayError(
    "invalid_request",
    `Total milestone amounts exceed project amount: ${formatAmount(sum, decimals)} of ${formatAmount(amount, decimals)}.`,
    { param: "milestones" },
  );
}

/**
 * Refuses a draft that cannot be finalized: its amounts sum to less than the project's, or its due dates are missing or out of
 * order where they bind. Throws `GatewayError` (`schedule_incomplete`).
 */
export function requireComplete(
  milestones: readonly Pick<PlannedMilestone, "amount" | "dueDate">[],
  project: ProjectMoney,
  isDueDateBinding: boolean,
): void {
  const { amount, decimals } = project;
  refuseExcess(milestones, project);
  const sum = sumOf(milestones);
  if (sum !== amount) {
    throw new GatewayError(
      "schedule_incomplete",
      `The milestones sum to ${formatAmount(sum, decimals)} of ${formatAmount(amount, decimals)}. Change their amounts, then finalize.`,
      { param: "milestones" },
    );
  }
  if (!isDueDateBinding) return;
  milestones.forEach(({ dueDate }, index) => {
    const before = milestones[index - 1]?.dueDate ?? 0n;
    if (dueDate !== null && dueDate >= before) return;
    throw new GatewayError(
      "schedule_incomplete",
      `milestones[${index}].dueDate: expected a date, not before that of the milestone before, because the project's releaseRule is approval_after_due_date.`,
      { param: `milestones[${index}].dueDate` },
    );
  });
}

const sumOf = (milestones: readonly { amount: bigint }[]): bigint =>
  milestones.reduce((sum, { amount }) => sum + amount, 0n);
