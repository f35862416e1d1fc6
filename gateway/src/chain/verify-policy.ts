/** Compares a policy on chain with what was agreed, field by field. */
import { type EscrowTerms, TERM_FIELDS, toEscrowTerms } from "@milepost/sdk";
import type { GatewayError } from "../errors/gateway-error";
import type { ChainRuntime, Currency } from "./chain-runtime";
import type { PolicyState } from "./policy-state";
import { mintOf } from "./sdk-context";
import { refuseSigned } from "./signed";

/** A held policy as it was agreed. Addresses are base58. */
export interface ExpectedPolicy {
  owner: string;
  recipient: string;
  mediator: string;
  currency: Currency;
  /** Base units per milestone. */
  amounts: readonly bigint[];
  /** Unix seconds per milestone; empty without due dates. */
  timestamps: readonly bigint[];
  releaseCondition: number;
  terms?: Partial<EscrowTerms>;
  /** Text of `memoOf`. */
  memo: string;
  /** False where the recipient may accept later. Default: true. */
  isAccepted?: boolean;
}

/** First difference between what was agreed and what is there. */
export interface Mismatch {
  field: string;
  expected: string;
  found: string;
}

/**
 * Returns the first field in which a held policy differs from what was agreed, or null. Every milestone must have been funded
 * in full.
 */
export function comparePolicy(
  chain: ChainRuntime,
  state: PolicyState,
  expected: ExpectedPolicy,
): Mismatch | null {
  const pairs: [field: string, expected: unknown, found: unknown][] = [
    ["memo", expected.memo, state.memo],
    ["owner", expected.owner, state.owner],
    ["mint", mintOf(chain, expected.currency).mint.toBase58(), state.mint],
    ["recipient", expected.recipient, state.recipient],
    ["gateway", chain.gateway.toBase58(), state.gateway],
    ["releaseCondition", expected.releaseCondition, state.releaseCondition],
    ...milestonePairs(state, expected),
    ["funding", "held", state.funding],
    ["isPaused", false, state.isPaused],
    ...escrowPairs(state, expected),
  ];
  const differing = pairs.find(([, wanted, found]) => wanted !== found);
  if (!differing) return null;
  const [field, wanted, found] = differing;
  return { field, expected: String(wanted), found: String(found) };
}

type Pair = [field: string, expected: unknown, found: unknown];

function milestonePairs({ milestones }: PolicyState, expected: ExpectedPolicy): Pair[] {
  const { amounts, timestamps } = expected;
  return [
    ["milestones", amounts.length, milestones.length],
    ...milestones.flatMap(({ amount, timestamp }, index): Pair[] => [
      [`amounts[${index}]`, amounts[index], amount],
      [`timestamps[${index}]`, timestamps[index] ?? 0n, timestamp],
    ]),
  ];
}

function escrowPairs({ escrow, milestones }: PolicyState, expected: ExpectedPolicy): Pair[] {
  const terms = toEscrowTerms(expected.terms);
  const fee = BigInt(terms.platformFeeBps);
  return [
    ["mediator", expected.mediator, escrow?.mediator],
    ...TERM_FIELDS.map((field): Pair => [`terms.${field}`, terms[field], escrow?.terms[field]]),
    ...milestones.map(({ amount, funded }, index): Pair => [
      `funded[${index}]`,
      amount + (amount * fee) / 10_000n,
      funded,
    ]),
    ...(expected.isAccepted === false
      ? []
      : [["accepted", true, escrow !== null && escrow.acceptedAt !== null] satisfies Pair]),
  ];
}

/** Throws `GatewayError` (`signature_verification_failed`), which names the first field that differs. */
export function requirePolicy(
  chain: ChainRuntime,
  state: PolicyState | null,
  expected: ExpectedPolicy,
): PolicyState {
  if (!state) throw refuseSigned("policy", "an account on chain", "none");
  const mismatch = comparePolicy(chain, state, expected);
  if (mismatch) throw refusalOf(mismatch);
  return state;
}

export const refusalOf = ({ field, expected, found }: Mismatch): GatewayError =>
  refuseSigned(field, expected, found);
