/** Intents of a sandbox gateway, ready for a test, and what must hold of them after every step. */
import { expect } from "chai";
import { readPolicy } from "../../src/chain";
import { reconcileNow } from "../../src/reconciliation/service";
import type { SandboxGateway } from "./sandbox-gateway";

/** An intent of a test. */
export interface TestIntent {
  id: string;
  /** Such as `/v1/payment-intents/intent_...`. */
  path: string;
  /** Ids of its milestones by index. */
  ids: string[];
}

/** An event as the feed shows it. */
export interface TestEvent {
  type: string;
  objectId: string;
  sequence: number;
  // JSON of an object: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
  chain: { signature: string; slot: number; account: string; accountHash: string | null } | null;
}

const BODY = {
  amount: "100.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: "payee",
};

/** Creates an intent; with `amounts`, also its milestones. It is not confirmed. */
export async function createIntent(
  gateway: SandboxGateway,
  changes: object = {},
  amounts: readonly string[] = [],
): Promise<TestIntent> {
  const { status, body } = await gateway.post("/v1/payment-intents", { ...BODY, ...changes });
  expect(status, JSON.stringify(body)).to.equal(201);
  const path = `/v1/payment-intents/${body.id}`;
  const ids: string[] = [];
  for (const [milestoneIndex, amount] of amounts.entries()) {
    const created = await gateway.post(`${path}/escrow/milestones`, { milestoneIndex, amount });
    expect(created.status, JSON.stringify(created.body)).to.equal(201);
    ids.push(created.body.id);
  }
  return { id: body.id, path, ids };
}

/** Creates an intent released by milestones whose money is in escrow. */
export async function fundedIntent(
  gateway: SandboxGateway,
  { amounts = ["30.00", "70.00"], autoRelease = true, ...changes }: FundedOptions = {},
): Promise<TestIntent> {
  const units = amounts.reduce((sum, amount) => sum + BigInt(amount.replace(".", "")), 0n);
  const amount = `${units / 100n}.${(units % 100n).toString().padStart(2, "0")}`;
  const terms = { amount, releaseType: "MILESTONE_LOCKED", autoRelease };
  const intent = await createIntent(gateway, { ...terms, ...changes }, amounts);
  await confirm(gateway, intent.path);
  return intent;
}

/** Options of `fundedIntent`; further fields go into the intent. */
export interface FundedOptions {
  /** With two decimals. */
  amounts?: readonly string[];
  autoRelease?: boolean;
  [field: string]: unknown;
}

/** Confirms, and waits until the money is in. */
export async function confirm(gateway: SandboxGateway, path: string): Promise<void> {
  const body = { signature: "0x...", payerAddress: "0x..." };
  const confirmed = await gateway.post(`${path}/confirm`, body);
  expect(confirmed.status, JSON.stringify(confirmed.body)).to.equal(200);
  await gateway.settled();
}

/** Completes a milestone. */
export const complete = (gateway: SandboxGateway, { path, ids }: TestIntent, index: number) =>
  gateway.post(`${path}/escrow/milestones/${ids[index]!}/complete`, { completedBy: "contractor" });

/** Returns the events of an object, oldest first; checks that their numbers have no gap. */
export async function eventsOf(gateway: SandboxGateway, objectId: string): Promise<TestEvent[]> {
  const { body } = await gateway.get(`/v1/events?limit=100&object_id=${objectId}`);
  const events = (body.data as TestEvent[]).sort((a, b) => a.sequence - b.sequence);
  expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, at) => at + 1));
  return events;
}

/** Checks that ledger and chain agree about every policy, and that each intent's milestones sum to its amount. */
export async function expectAgreement(gateway: SandboxGateway): Promise<void> {
  const { differences } = await reconcileNow(gateway.context, "test", { recheckAfterMs: [] });
  expect(differences).to.deep.equal([]);
}

/** Returns the chain's state of one of the intent's policies. */
export async function policyOf(gateway: SandboxGateway, path: string, part = 0) {
  const { body } = await gateway.get(path);
  const state = await readPolicy(gateway.chain, body.data.parts[part].policy as string);
  if (!state) throw new Error("no such policy");
  return state;
}
