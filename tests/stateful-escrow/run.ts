/** One chain, one model, one replay, and a step that holds all three against each other. */
import { AssertionError } from "chai";
import { difference, expectOutcome } from "../stateful/compare";
import { observe, type Observed } from "../stateful/observe";
import { PEOPLE, type Person, World } from "../world";
import { type Action, describeAction, ROW_NAMES } from "./actions";
import { CONFIG, GATEWAY, RENT_PAYER_ADDRESS, USER_PAYMENT } from "./cast";
import { type Coverage, keysBefore, rowKey, stateKey } from "./coverage";
import { type Command, resolve } from "./generate";
import { conditionKey } from "./generate-around";
import { landedOn } from "./generate-useful";
import { Invariants } from "./invariants";
import { encodeEscrow, encodeHeldPolicy, ESCROW_SIZE, VAULT_SIZE } from "./layout";
import { decide } from "./model";
import { stateAt } from "./model-rules";
import { Performer } from "./perform";
import { POLICY_SIZE } from "../stateful/layout";
import { Replay } from "./replay";
import type {
  Address,
  EscrowState,
  HeldMilestone,
  MilestoneState,
  Model,
  Places,
  Rents,
} from "./state";

/** Codes of the errors that neither the IDL nor the runtime has a name for. */
const CODES: Record<string, number> = { ConstraintDuplicateMutableAccount: 2040 };
const BALANCE = 10n ** 13n;

export class Run {
  readonly invariants = new Invariants();
  readonly replay = new Replay();
  private readonly performer: Performer;
  private readonly initial = new Map<Address, Buffer>();
  private readonly tokens: Record<Person, Address>;
  private observed: Observed = new Map();
  private previous: Action | null = null;
  steps = 0;

  private constructor(
    readonly world: World,
    readonly model: Model,
    private readonly rents: Rents,
    private readonly coverage: Coverage,
  ) {
    this.performer = new Performer(world);
    this.tokens = Object.fromEntries(
      PEOPLE.map((person) => [person, world.tokens[person].toBase58()]),
    ) as Record<Person, Address>;
  }

  static async start(coverage: Coverage): Promise<Run> {
    const world = await World.create({
      protocolFeeBps: 50,
      gatewayFeeBps: 100,
      balance: BALANCE,
    });
    await world.fund("stranger", BALANCE);
    const { chain } = world;
    const rents = {
      policy: await chain.rentExempt(POLICY_SIZE),
      escrow: await chain.rentExempt(ESCROW_SIZE),
      vault: await chain.rentExempt(VAULT_SIZE),
    };
    const standing = await observe(chain, [USER_PAYMENT, RENT_PAYER_ADDRESS, GATEWAY]);
    const userPayment = standing.get(USER_PAYMENT)?.data as Buffer;
    const model: Model = {
      time: chain.now(),
      isPaused: false,
      protocolFeeBps: 50,
      gatewaySigner: "gatewaySigner",
      gatewayFeeBps: 100,
      keeperRewardBps: 0,
      gatewayUpdatedAt: (standing.get(GATEWAY)?.data as Buffer).readBigInt64LE(247),
      committed: 0n,
      nextPolicyId: userPayment.readUInt32LE(116),
      userPaymentUpdatedAt: userPayment.readBigInt64LE(161),
      allowance: 0n,
      tokens: Object.fromEntries(
        PEOPLE.map((person) => [
          person,
          person === "owner" || person === "stranger" ? BALANCE : 0n,
        ]),
      ) as Record<Person, bigint>,
      rentPayerLamports: standing.get(RENT_PAYER_ADDRESS)?.lamports as bigint,
      policies: new Map(),
      graveyard: [],
    };
    const run = new Run(world, model, rents, coverage);
    run.observed = await observe(chain, run.standing());
    for (const address of [CONFIG, GATEWAY, USER_PAYMENT]) {
      run.initial.set(address, Buffer.from(run.observed.get(address)?.data as Buffer));
    }
    return run;
  }

  async take(command: Command): Promise<void> {
    await this.step(resolve(this.model, this.coverage, command, this.previous));
  }

  /** Performs an action on model and chain and demands that they agree on everything. Answers the outcome. */
  async step(action: Action): Promise<string | null> {
    const { model } = this;
    const places = this.placesOf(action);
    const before = await this.seeBefore(places);
    const { time } = model;
    const decision = decide(model, action, this.rents);
    const error = typeof decision === "string" ? decision : null;
    const keys = keysBefore(model, action, error);
    const from = this.stateOf(action);
    if (typeof decision !== "string") decision();
    try {
      const result = await this.performer.perform(model, action);
      expectOutcome(result, error, CODES);
      const after = await observe(this.world.chain, before.keys());
      this.equalsModel(after);
      const { tokens } = this;
      this.invariants.check({ action, isOk: !error, time, before, after, places, tokens });
      if (result?.ok) this.replay.apply(result.logs);
      this.equalsReplay(after, places);
      this.observed = after;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`step ${this.steps} at ${time}, ${describeAction(action)}: ${why}`, {
        cause,
      });
    }
    for (const key of keys) this.coverage.add(key);
    if (error === null) this.countRow(action, from);
    for (const key of landedOn(model)) this.coverage.add(key);
    this.steps += 1;
    if (action.kind !== "resend") this.previous = action;
    return error;
  }

  private standing(): Address[] {
    return [CONFIG, GATEWAY, USER_PAYMENT, RENT_PAYER_ADDRESS, ...Object.values(this.tokens)];
  }

  /** Of all live policies, of one that is being made, and of the last ones that went. */
  private placesOf(action: Action): Places[] {
    const places = [...this.model.policies.values()].map((policy) => policy.places);
    places.push(...this.model.graveyard.slice(-3));
    if (action.kind === "createPolicy") places.push(action.places);
    return places;
  }

  private async seeBefore(places: Places[]): Promise<Observed> {
    const addresses = [
      ...this.standing(),
      ...places.flatMap(({ policy, escrow, vault }) => [policy, escrow, vault]),
    ];
    const unseen = addresses.filter((address) => !this.observed.has(address));
    const seen = await observe(this.world.chain, unseen);
    return new Map(
      addresses.map((address) => [
        address,
        this.observed.get(address) ?? seen.get(address) ?? null,
      ]),
    );
  }

  /** The state of the milestone that an action names, at the model's time. */
  private stateOf(action: Action): MilestoneState | null {
    const { escrow, milestone } = this.named(action);
    return escrow && milestone ? stateAt(escrow, milestone, this.model.time) : null;
  }

  private named(action: Action): { escrow?: EscrowState | null; milestone?: HeldMilestone } {
    if (!("policy" in action)) return {};
    const index = "index" in action ? action.index : action.kind === "fund" ? action.first : -1;
    const escrow = this.model.policies.get(action.policy)?.escrow;
    const milestone = escrow?.milestones[index];
    return milestone ? { escrow, milestone } : {};
  }

  private countRow(action: Action, from: MilestoneState | null): void {
    const by = ROW_NAMES[action.kind];
    const to = this.named(action).milestone?.state;
    if (by && from && to) this.coverage.add(rowKey({ from, by, to }));
    if (action.kind === "createPolicy") this.coverage.add(conditionKey(action.releaseCondition));
    for (const { escrow } of this.model.policies.values()) {
      for (const milestone of escrow?.milestones ?? []) {
        if (escrow) this.coverage.add(stateKey(stateAt(escrow, milestone, this.model.time)));
      }
    }
  }

  /** Every account is exactly as the model has it. */
  private equalsModel(after: Observed): void {
    const { model } = this;
    const expected = new Map<Address, Buffer>();
    expected.set(
      CONFIG,
      this.patched(CONFIG, (bytes) => {
        bytes.writeUInt16LE(model.protocolFeeBps, 104);
        bytes.writeUInt8(model.isPaused ? 1 : 0, 106);
      }),
    );
    expected.set(
      GATEWAY,
      this.patched(GATEWAY, (bytes) => {
        bytes.set(this.world.key(model.gatewaySigner).toBytes(), 40);
        bytes.writeUInt16LE(model.gatewayFeeBps, 104);
        bytes.writeUInt32LE(model.policies.size, 202);
        bytes.writeBigInt64LE(model.gatewayUpdatedAt, 247);
        bytes.writeUInt16LE(model.keeperRewardBps, 255);
      }),
    );
    expected.set(
      USER_PAYMENT,
      this.patched(USER_PAYMENT, (bytes) => {
        bytes.writeBigUInt64LE(model.committed, 104);
        bytes.writeUInt32LE(model.policies.size, 112);
        bytes.writeUInt32LE(model.nextPolicyId, 116);
        bytes.writeBigInt64LE(model.userPaymentUpdatedAt, 161);
      }),
    );
    for (const [address, data] of expected) sameBytes(after, address, data, "the model");
    this.policiesEqual(after);
    for (const person of PEOPLE) {
      const amount = after.get(this.tokens[person])?.data.readBigUInt64LE(64);
      if (amount !== model.tokens[person]) {
        throw new AssertionError(`${person} has ${amount}, not ${model.tokens[person]}`);
      }
    }
    // 16: rent to its payer, to the last lamport.
    const lamports = after.get(RENT_PAYER_ADDRESS)?.lamports;
    if (lamports !== model.rentPayerLamports) {
      throw new AssertionError(`rent payer has ${lamports}, not ${model.rentPayerLamports}`);
    }
  }

  private patched(address: Address, patch: (bytes: Buffer) => void): Buffer {
    const bytes = Buffer.from(this.initial.get(address) as Buffer);
    patch(bytes);
    return bytes;
  }

  private policiesEqual(after: Observed): void {
    for (const policy of this.model.policies.values()) {
      const { places, escrow, vault } = policy;
      sameBytes(after, places.policy, encodeHeldPolicy(policy), "the model");
      sameBytes(after, places.escrow, escrow && encodeEscrow(escrow), "the model");
      const account = after.get(places.vault);
      const amount = account ? account.data.readBigUInt64LE(64) : null;
      if (amount !== (escrow ? vault : null)) {
        throw new AssertionError(`vault of ${places.policy} holds ${amount}, not ${vault}`);
      }
    }
    for (const dead of this.model.graveyard.slice(-3)) {
      for (const address of Object.values(dead)) sameBytes(after, address, null, "the model");
    }
  }

  /** 20: the events so far give policies and escrows, byte for byte. */
  private equalsReplay(after: Observed, places: Places[]): void {
    const replayed = this.replay.accounts();
    for (const { policy, escrow } of places) {
      for (const address of [policy, escrow]) {
        sameBytes(after, address, replayed.get(address) ?? null, "the replay of events");
      }
    }
    const committed = after.get(USER_PAYMENT)?.data.readBigUInt64LE(104);
    if (committed !== this.replay.committed) {
      throw new AssertionError(`committed is ${committed}, by events ${this.replay.committed}`);
    }
  }
}

function sameBytes(
  after: Observed,
  address: Address,
  expected: Buffer | null,
  source: string,
): void {
  const account = after.get(address) ?? null;
  if (account === null && expected === null) return;
  if (account && expected && account.data.equals(expected)) return;
  throw new AssertionError(
    `${address} is not as ${source} has it: ${difference(account, expected)}`,
  );
}
