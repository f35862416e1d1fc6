/** One chain, one model, one replay, and a step that holds all three against each other. */
import { AssertionError, expect } from "chai";
import {
  type Chain,
  createMint,
  createTokenAccount,
  type SendResult,
  startChain,
} from "../harness";
import type { Action, PolicyKey } from "./actions";
import {
  type Address,
  addressOf,
  CONFIG,
  freezeAuthority,
  GATEWAYS,
  gatewayOf,
  HOLDERS,
  keypairOf,
  mintAuthority,
  mintKeypair,
  OWNERS,
  SPONSORS,
  tokensOf,
  userPaymentOf,
} from "./cast";
import type { Command } from "./commands";
import { difference, expectOutcome } from "./compare";
import { Invariants } from "./invariants";
import {
  encodeConfig,
  encodeGateway,
  encodePolicy,
  encodeUserPayment,
  GATEWAY_SIZE,
  POLICY_SIZE,
  USER_PAYMENT_SIZE,
} from "./layout";
import { perform } from "./model";
import { observe, type Observed, readTokens, STANDING } from "./observe";
import { performOn } from "./perform";
import { Replay } from "./replay";
import { programEvents } from "../world";
import { resolve } from "./resolve";
import { CODES, Model } from "./state";

const SPONSOR_LAMPORTS = 1_000_000_000_000n;

/** What every run begins with. */
const OPENING: Action[] = [
  // Far enough for first policy ids below the slot.
  { kind: "warpSlots", by: 5_000n },
  { kind: "initializeConfig", signer: "upgradeAuthority", protocolFeeBps: 50 },
  ...GATEWAYS.map((gateway, i): Action => ({
    kind: "createGateway",
    gateway,
    payer: "sam",
    signer: i === 1 ? "sol" : "sid",
    feeRecipient: i === 1 ? "fees2" : "fees1",
    feeBps: 100 * i,
  })),
  ...OWNERS.map((owner): Action => ({
    kind: "createUserPayment",
    owner,
    payer: "sue",
    firstPolicyId: null,
  })),
  { kind: "mintTo", holder: "ada", amount: 10n ** 17n },
  { kind: "mintTo", holder: "ben", amount: 10n ** 14n },
  { kind: "mintTo", holder: "cy", amount: 10n ** 12n },
];

export class Run {
  /** Steps by "kind: outcome". */
  readonly outcomes = new Map<string, number>();
  readonly invariants = new Invariants();
  readonly replay = new Replay();
  /** Policies that are gone. */
  private readonly graveyard: PolicyKey[] = [];
  private observed: Observed = new Map();
  steps = 0;

  private constructor(
    readonly chain: Chain,
    readonly model: Model,
  ) {}

  static async start(): Promise<Run> {
    const chain = await startChain();
    const mint = await createMint(chain, {
      keypair: mintKeypair,
      authority: mintAuthority,
      freezeAuthority: freezeAuthority.publicKey,
    });
    for (const holder of HOLDERS) {
      await createTokenAccount(chain, mint, keypairOf(holder).publicKey);
      await chain.airdrop(keypairOf(holder).publicKey);
    }
    for (const sponsor of SPONSORS) {
      await chain.airdrop(keypairOf(sponsor).publicKey, SPONSOR_LAMPORTS);
    }
    for (const name of ["upgradeAuthority", "sid", "sol"] as const) {
      await chain.airdrop(keypairOf(name).publicKey);
    }
    const rents = {
      gateway: await chain.rentExempt(GATEWAY_SIZE),
      userPayment: await chain.rentExempt(USER_PAYMENT_SIZE),
      policy: await chain.rentExempt(POLICY_SIZE),
    };
    const model = new Model(chain.now(), chain.slot(), rents, SPONSOR_LAMPORTS);
    const run = new Run(chain, model);
    run.observed = await observe(chain, STANDING);
    for (const action of OPENING) await run.step(action);
    return run;
  }

  /** Performs a command: zero, one or two steps. */
  async take(command: Command): Promise<void> {
    for (const action of resolve(this.model, this.graveyard, command)) await this.step(action);
  }

  /** Performs an action on model and chain and demands that they agree on everything. */
  async step(action: Action): Promise<void> {
    const { before, addresses } = await this.beforeStep(action);
    const isAlive = new Map(this.model.policies);
    const error = perform(this.model, action);
    const result = await performOn(this.chain, action);
    try {
      expectOutcome(result, error, CODES);
      const after = await observe(this.chain, addresses);
      this.equalsModel(after);
      this.invariants.check({ action, isOk: error === null, before, after }, error, this.model);
      this.equalsReplay(result, after);
      this.observed = after;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const what = `step ${this.steps}, ${describeAction(action)}`;
      throw new Error(`${what}: ${why}`, { cause });
    }
    for (const [address, { owner, gateway }] of isAlive) {
      if (!this.model.policies.has(address)) this.graveyard.push({ address, owner, gateway });
    }
    this.steps += 1;
    const outcome = `${action.kind}: ${error ?? "ok"}`;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  /** No policy that is gone has left an account behind. */
  async expectNothingLeftOfTheDead(): Promise<void> {
    const seen = await observe(this.chain, this.invariants.policyAddresses());
    for (const [address, account] of seen) {
      expect(account !== null, address).to.equal(this.model.policies.has(address));
    }
  }

  private async beforeStep(action: Action): Promise<{ before: Observed; addresses: Address[] }> {
    const addresses = [...STANDING, ...this.model.policies.keys()];
    if (action.kind === "createPolicy") addresses.push(action.address);
    if ("policy" in action) addresses.push(action.policy.address);
    const unseen = addresses.filter((address) => !this.observed.has(address));
    const seen = await observe(this.chain, unseen);
    return { before: new Map([...this.observed, ...seen]), addresses };
  }

  /** Every program account, token account and sponsor is exactly as the model has it. */
  private equalsModel(after: Observed): void {
    const { model } = this;
    const expected = new Map<Address, Buffer>();
    if (model.config) expected.set(CONFIG.address, encodeConfig(model.config));
    for (const [gateway, state] of model.gateways) {
      expected.set(gatewayOf(gateway).address, encodeGateway(state));
    }
    for (const [owner, state] of model.userPayments) {
      expected.set(userPaymentOf(owner).address, encodeUserPayment(state));
    }
    for (const [address, { state }] of model.policies) expected.set(address, encodePolicy(state));
    expectBytes(after, expected, "the model");

    let total = 0n;
    for (const holder of HOLDERS) {
      const tokens = readTokens(after, tokensOf(holder));
      expect(tokens, `tokens of ${holder}`).to.deep.equal(model.token(holder));
      total += tokens.amount;
    }
    expect(total, "all tokens together").to.equal(model.supply);
    // 16: rent to its payer, to the last lamport.
    for (const sponsor of SPONSORS) {
      expect(after.get(addressOf(sponsor))?.lamports, `lamports of ${sponsor}`).to.equal(
        model.lamports.get(sponsor),
      );
    }
  }

  /** 20: the events so far give the program's accounts, byte for byte. */
  private equalsReplay(result: SendResult | null, after: Observed): void {
    if (result?.ok) for (const event of programEvents(result.logs)) this.replay.apply(event);
    expectBytes(after, this.replay.accounts(), "the replay of events");
  }
}

const PROGRAM_ACCOUNT_SIZES = [140, GATEWAY_SIZE, USER_PAYMENT_SIZE, POLICY_SIZE];

/** The program accounts among `after` are exactly `expected`: no byte, no account more or less. */
function expectBytes(after: Observed, expected: Map<Address, Buffer>, source: string): void {
  for (const [address, account] of after) {
    const isOurs = account !== null && PROGRAM_ACCOUNT_SIZES.includes(account.data.length);
    const data = expected.get(address) ?? null;
    if (!isOurs && !data) continue;
    if (data && account?.data.equals(data)) continue;
    throw new AssertionError(`${address} is not as ${source} has it: ${difference(account, data)}`);
  }
  for (const address of expected.keys()) expect(after.has(address), address).to.equal(true);
}

export const describeAction = (action: Action): string =>
  JSON.stringify(action, (name, value: unknown) =>
    typeof value === "bigint" ? `${value}` : name === "memo" ? "(64 bytes)" : value,
  );
