/** Everything that a party can try on a held policy, and what the program answers to it. */
import { expect } from "chai";
import { TransactionInstruction, TransactionMessage, VersionedTransaction } from "@solana/web3.js";
import {
  buildExecution,
  type MilestoneContext,
  MilestoneProgramError,
  type NextAction,
  parseTransactionError,
  type ReleaseSnapshot,
} from "@milepost/sdk";
import { type Dice } from "../../stateful-escrow/dice";
import {
  type Accounts,
  hash,
  type HeldPolicy,
  type Person,
  TERMS,
  type Terms,
  type World,
} from "../../world";

/** An instruction that a party can send; listed and accepted, or neither. */
export interface Attempt {
  name: string;
  instruction: TransactionInstruction;
  signers: Person[];
}

/** One party's situation: what the SDK read and listed for them. */
export interface Situation {
  held: HeldPolicy;
  context: MilestoneContext;
  snapshot: ReleaseSnapshot;
  party: Person;
  possible: readonly NextAction[];
  dice: Dice;
  /** Makes each turn's evidence another one. */
  turn: number;
}

type Named = [string, TransactionInstruction];

export const AMOUNTS = [10_000n, 77n, 12_345n];

/** Short, so that a few turns of the clock pass all of them. */
export const SHORT_TERMS: Terms = {
  ...TERMS,
  reviewPeriodSecs: 70,
  disputeWindowSecs: 50,
  mediationDelaySecs: 30,
  mediationTimeoutSecs: 140,
  deliveryGraceSecs: 20,
  timeoutRecipientBps: 6_000,
  platformFeeBps: 250,
};

/** Lists everything that the party could try now. */
export function attempts(situation: Situation): Attempt[] {
  const { party } = situation;
  const isParty = party === "owner" || party === "recipient";
  const bothSigners: Person[] = [isParty ? "owner" : party, "recipient"];
  const single = alone(situation);
  return [
    ...[...single, ...(isParty ? never(situation) : [])].map(([name, instruction]) => ({
      name,
      instruction,
      signers: [party],
    })),
    ...joint(situation, isParty).map(([name, instruction]) => ({
      name,
      instruction,
      signers: bothSigners,
    })),
  ];
}

/** What the party alone signs. */
function alone({ held, context, snapshot, party, possible, dice, turn }: Situation): Named[] {
  const { world } = held;
  const me = world.key(party);
  const index = currentIndex(snapshot);
  const { first, most } = fundable(possible, index);
  const other = "active" in snapshot.policy.status ? "Paused" : "Active";
  const { address } = held.policy;
  const execution = buildExecution(context, snapshot, { executor: me, skipChecks: true });
  const named: Named[] = [
    ["openEscrow", held.open(SHORT_TERMS, { owner: me })],
    ["acceptEscrow", held.accept({ recipient: me }, SHORT_TERMS)],
    ["fundMilestones", held.fund(first, 1 + dice.below(most ?? 1), { owner: me })],
    ["submitMilestone", held.submit(index, hash(1 + turn), { recipient: me })],
    ["approveMilestone", held.approve(index, { owner: me }, evidenceOf(snapshot))],
    ["disputeMilestone", held.dispute(index, hash(2), { owner: me })],
    ["withdrawDispute", held.withdrawDispute(index, { owner: me })],
    ["requestMediation", held.requestMediation(index, { party: me })],
    ["resolveDispute", held.resolve(index, 33n, { mediator: me })],
    ["expireMediation", held.expire(index, { executor: me })],
    ["reclaimMilestone", held.reclaim(index, { owner: me })],
    ["closeEscrow", held.close({ owner: me })],
    ["executePayment", execution.instruction],
    ["deletePaymentPolicy", world.deletePolicy(address, { owner: me })],
    ["changePaymentPolicyStatus", world.changeStatus(address, other, { owner: me })],
  ];
  // The owner may always sync; it is listed while it would change something.
  const sync = possible.find(({ instruction }) => instruction === "syncDelegation");
  if (sync || party !== "owner") {
    named.push(["syncDelegation", world.syncDelegation(sync?.replaceDelegate, { owner: me })]);
  }
  return named;
}

/** What both parties sign; the recipient and an impostor of the owner when a third one asks. */
function joint({ held, snapshot, party }: Situation, isParty: boolean): Named[] {
  const index = currentIndex(snapshot);
  const both: Accounts = isParty ? {} : { owner: held.world.key(party) };
  return [
    ["settleMilestone", held.settle(index, 55n, both)],
    ["reclaimMilestone, agreed", held.reclaimAgreed(index, both)],
  ];
}

/** What the program refuses even when it is the party's turn. */
function never({ held, snapshot, party, possible }: Situation): Named[] {
  const me = held.world.key(party);
  const index = currentIndex(snapshot);
  const { first, most } = fundable(possible, index);
  return [
    ["fund beyond the last", held.fund(first, (most ?? 3) + 1, { owner: me })],
    ["accept other terms", held.accept({ recipient: me }, TERMS)],
    ["approve another submission", held.approve(index, { owner: me }, hash(99))],
  ];
}

const currentIndex = ({ policy }: ReleaseSnapshot): number =>
  policy.policyType.milestone.currentMilestone;

const evidenceOf = (snapshot: ReleaseSnapshot) =>
  snapshot.escrow?.account.milestones[currentIndex(snapshot)]?.evidenceHash ?? hash(0);

/** The first milestone to fund, and how many at most; undefined where funding is not listed. */
function fundable(possible: readonly NextAction[], index: number) {
  const funding = possible.find(({ instruction }) => instruction === "fundMilestones");
  const first = funding?.milestoneIndex ?? Math.min(index, AMOUNTS.length - 1);
  return { first, most: funding?.maxCount };
}

/** Returns the error's name, or null. Only the payer and the attempt's signers sign. */
export async function simulate(
  world: World,
  { name, instruction, signers }: Attempt,
): Promise<string | null> {
  const may = ["payer" as const, ...signers].map((person) => world.key(person).toBase58());
  const others = instruction.keys.filter(
    ({ isSigner, pubkey }) => isSigner && !may.includes(pubkey.toBase58()),
  );
  expect(others, `${name}: signs as well`).to.deep.equal([]);
  const message = new TransactionMessage({
    payerKey: world.key("payer"),
    recentBlockhash: world.chain.latestBlockhash().blockhash,
    instructions: [instruction],
  });
  const transaction = new VersionedTransaction(message.compileToLegacyMessage());
  const { err, logs } = await world.chain.simulate(transaction, { sigVerify: false });
  if (err === null) return null;
  const error = parseTransactionError(err, { logs });
  return error instanceof MilestoneProgramError ? error.programErrorName : JSON.stringify(err);
}

/** The agreed way to reclaim has a name of its own. */
export const nameOf = ({ instruction, cosigner }: NextAction): string =>
  instruction === "reclaimMilestone" && cosigner ? "reclaimMilestone, agreed" : instruction;
