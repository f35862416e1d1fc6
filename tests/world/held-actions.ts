/** What can be done to a held milestone, under the names of docs/escrow.md, and the way to each of its states. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { expectError } from "../harness";
import { HeldPolicy, MilestoneStateName, Terms } from "./held-policy";
import type { Accounts, Schedule } from "./instructions";
import type { Person } from "./people";
import type { World } from "./world";

export interface Action {
  /** Who has to sign. */
  signers: Person[];
  build(held: HeldPolicy, index: number, accounts?: Accounts): TransactionInstruction;
}

/** Half of a milestone's amount: a division that pays both sides. */
export const half = (held: HeldPolicy, index: number): bigint =>
  (held.policy.schedule.amounts[index] ?? 0n) / 2n;

export const ACTIONS = {
  fund_milestones: { signers: ["owner"], build: (held, index, a) => held.fund(index, 1, a) },
  submit_milestone: {
    signers: ["recipient"],
    build: (held, index, a) => held.submit(index, undefined, a),
  },
  approve_milestone: { signers: ["owner"], build: (held, index, a) => held.approve(index, a) },
  // By the bitmap of `HeldPolicy.create`, which is the owner's.
  execute_payment: {
    signers: ["owner"],
    build: (held, index, a) => held.execute(index, { executor: held.world.key("owner"), ...a }),
  },
  dispute_milestone: {
    signers: ["owner"],
    build: (held, index, a) => held.dispute(index, undefined, a),
  },
  withdraw_dispute: {
    signers: ["owner"],
    build: (held, index, a) => held.withdrawDispute(index, a),
  },
  request_mediation: {
    signers: ["owner"],
    build: (held, index, a) => held.requestMediation(index, a),
  },
  resolve_dispute: {
    signers: ["mediator"],
    build: (held, index, a) => held.resolve(index, half(held, index), a),
  },
  expire_mediation: { signers: ["stranger"], build: (held, index, a) => held.expire(index, a) },
  settle_milestone: {
    signers: ["owner", "recipient"],
    build: (held, index, a) => held.settle(index, half(held, index), a),
  },
  reclaim_milestone: { signers: ["owner"], build: (held, index, a) => held.reclaim(index, a) },
  "reclaim_milestone (agreed)": {
    signers: ["owner", "recipient"],
    build: (held, index, a) => held.reclaimAgreed(index, a),
  },
} satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];
export const action = (name: ActionName): Action => ACTIONS[name];

/** Takes the action on the milestone at `index`, signed by whom it needs. */
export const act = (held: HeldPolicy, name: ActionName, index = 0) =>
  held.world.expectOk([action(name).build(held, index)], ...action(name).signers);

/** The actions that lead from a funded milestone to each state, with no time passing. */
const WAYS: Record<Exclude<MilestoneStateName, "Unfunded">, ActionName[]> = {
  Funded: [],
  Submitted: ["submit_milestone"],
  Disputed: ["submit_milestone", "dispute_milestone"],
  Mediation: ["submit_milestone", "dispute_milestone", "request_mediation"],
  Released: ["approve_milestone"],
  Resolved: ["settle_milestone"],
  Refunded: ["reclaim_milestone (agreed)"],
};

/** Brings the current milestone, funded, to `state`. */
export async function bringTo(
  held: HeldPolicy,
  state: Exclude<MilestoneStateName, "Unfunded">,
  index = 0,
): Promise<void> {
  for (const name of WAYS[state]) await act(held, name, index);
}

/** An accepted policy, funded in full unless overridden, whose first milestone is in `state`; nothing is funded for `Unfunded`. */
export async function heldAt(
  world: World,
  state: MilestoneStateName,
  options: { schedule?: Partial<Schedule>; terms?: Partial<Terms>; funded?: number } = {},
): Promise<HeldPolicy> {
  if (state === "Unfunded") return HeldPolicy.ready(world, { ...options, funded: 0 });
  const held = await HeldPolicy.ready(world, options);
  await bringTo(held, state);
  expect(await held.state(0)).to.equal(state);
  return held;
}

/**
 * Demands exactly `error`, and that neither the world, nor the escrow, nor `watched`, nor anything the instruction may
 * write to changed.
 */
export async function expectHeldRefused(
  held: HeldPolicy,
  instruction: TransactionInstruction,
  signers: Person[],
  error: string | number,
  watched: PublicKey[] = [],
): Promise<void> {
  const { world, policy, escrow, vault } = held;
  const writable = instruction.keys.filter((key) => key.isWritable).map((key) => key.pubkey);
  const all = [policy.address, escrow, vault, ...writable, ...watched];
  await world.unchanged(all, async () => {
    expectError(await world.send([instruction], ...signers), error);
  });
}

/** `expectHeldRefused` for an action on the milestone at `index`, signed by whom it needs. */
export const expectActionRefused = (
  held: HeldPolicy,
  name: ActionName,
  error: string | number,
  index = 0,
): Promise<void> =>
  expectHeldRefused(held, action(name).build(held, index), action(name).signers, error);
