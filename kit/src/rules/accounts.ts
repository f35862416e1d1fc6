/** Gives kit's decoded accounts the form that the SDK's rules read. */
import type * as Rules from "@milepost/sdk/rules";
import { InvalidInputError } from "@milepost/sdk/rules";
import type {
  Escrow,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
} from "../generated/accounts";
import { MilestoneState, PaymentStatus } from "../generated/types";
import { toRules } from "./convert";

/** Fields of an account without its discriminator: both what kit decodes and what a caller writes. */
type Fields<T> = Omit<T, "discriminator">;

/** Returns the policy as the rules read it. Throws `InvalidInputError` for a policy without milestones. */
export function toRulePolicy(policy: Fields<PaymentPolicy>): Rules.PaymentPolicy {
  const { policyType, status, ...fields } = withoutDiscriminator(policy);
  if (policyType.__kind !== "Milestone") {
    throw new InvalidInputError({
      field: "policy.policyType",
      expected: "a policy with milestones",
      received: policyType.__kind,
    });
  }
  return {
    ...toRules<Omit<Rules.PaymentPolicy, "policyType" | "status">>(fields),
    policyType: { milestone: toRules<Rules.Milestone>(without(policyType, "__kind")) },
    status: variantOf<Rules.PaymentStatus>(PaymentStatus[status]),
  };
}

/** Returns the escrow as the rules read it. */
export function toRuleEscrow(escrow: Fields<Escrow>): Rules.Escrow {
  const { milestones, ...fields } = withoutDiscriminator(escrow);
  return {
    ...toRules<Omit<Rules.Escrow, "milestones">>(fields),
    milestones: milestones.map(({ state, ...milestone }) => ({
      ...toRules<Omit<Rules.EscrowMilestone, "state">>(milestone),
      state: variantOf<Rules.MilestoneState>(MilestoneState[state]),
    })),
  };
}

/** Returns the owner's account as the rules read it. */
export function toRuleUserPayment(userPayment: Fields<UserPayment>): Rules.UserPayment {
  return toRules(withoutDiscriminator(userPayment));
}

/** Returns the gateway as the rules read it. */
export function toRuleGateway(gateway: Fields<PaymentGateway>): Rules.PaymentGateway {
  return toRules(withoutDiscriminator(gateway));
}

/** Returns the program-wide settings as the rules read them. */
export function toRuleConfig(config: Fields<ProgramConfig>): Rules.ProgramConfig {
  return toRules(withoutDiscriminator(config));
}

function withoutDiscriminator<T extends object>(account: T): Omit<T, "discriminator"> {
  return without(account, "discriminator");
}

function without<T extends object, K extends string>(value: T, key: K): Omit<T, K> {
  const fields: Partial<Record<string, unknown>> = { ...value };
  delete fields[key];
  return fields as Omit<T, K>;
}

/** Returns Anchor's form of an enum: `{ active: {} }` for `Active`. */
function variantOf<T>(name: string | undefined): T {
  if (name === undefined) {
    throw new InvalidInputError({ field: "state", expected: "a known state", received: name });
  }
  return { [name[0]!.toLowerCase() + name.slice(1)]: {} } as T;
}
