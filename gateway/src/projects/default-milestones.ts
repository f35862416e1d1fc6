/** Rule of the default milestones: phases by type and size, amounts by largest remainder, due dates from the start. */
import { splitByWeights } from "../money/split";
import {
  MILESTONE_TEMPLATES,
  PROJECT_SIZES,
  type ProjectSize,
  type ProjectType,
  type VerificationMethod,
} from "./milestone-templates";

/** Most milestones of a project. */
export const MAX_PROJECT_MILESTONES = 20;

const DAY_SECS = 86_400n;

/** Amounts from which a project is medium, and from which it is large, in whole currency units. */
const SIZE_BOUNDS = { medium: 5_000n, large: 25_000n } as const;

/** A milestone of a schedule, before it has an id. */
export interface PlannedMilestone {
  title: string;
  description: string;
  verificationMethod: VerificationMethod;
  /** Base units. */
  amount: bigint;
  /** Unix seconds by which the work is to be delivered; null for no date. */
  dueDate: bigint | null;
}

/**
 * Returns the size of a project by its amount: small below 5,000, large from 25,000 on.
 * @example
 * sizeOf(4_999_990_000n, 6); // "small"
 */
export function sizeOf(amount: bigint, decimals: number): ProjectSize {
  const unit = 10n ** BigInt(decimals);
  if (amount >= SIZE_BOUNDS.large * unit) return "large";
  return amount >= SIZE_BOUNDS.medium * unit ? "medium" : "small";
}

/** Input of `defaultMilestones`. */
export interface ProjectOutline {
  projectType: ProjectType;
  size: ProjectSize;
  /** Base units. */
  amount: bigint;
  /** Unix seconds at which the work starts. */
  startDate: bigint;
}

/**
 * Returns the default milestones. Their amounts sum to the project's amount exactly. An amount of so few units that a phase
 * would get none becomes one milestone.
 * @example
 * defaultMilestones({ projectType: "kitchen_renovation", size: "small", amount: 1_000_000_000n, startDate }); // 30, 50, 20 %
 */
export function defaultMilestones({
  projectType,
  size,
  amount,
  startDate,
}: ProjectOutline): PlannedMilestone[] {
  const column = PROJECT_SIZES.indexOf(size) as 0 | 1 | 2;
  const phases = MILESTONE_TEMPLATES[projectType].filter(({ percent }) => percent[column] > 0);
  const amounts = splitByWeights(
    amount,
    phases.map(({ percent }) => BigInt(percent[column])),
  );
  const days = phases.map((phase) => BigInt(phase.days[column]));
  const dueDates = days.map(
    (_unused, index) =>
      startDate + DAY_SECS * days.slice(0, index + 1).reduce((sum, next) => sum + next, 0n),
  );
  if (amounts.includes(0n)) {
    return [{ ...WHOLE, amount, dueDate: dueDates.at(-1)! }];
  }
  return phases.map(({ title, description, verificationMethod }, index) => ({
    title,
    description,
    verificationMethod,
    amount: amounts[index]!,
    dueDate: dueDates[index]!,
  }));
}

const WHOLE = {
  title: "Whole project",
  description: "All of the work finished",
  verificationMethod: "inspection",
} as const;
