/**
 * What `nextActions` lists as possible is exactly what the program accepts, whoever asks and at whatever second; the
 * first unmet requirement of `decideRelease` is the program's error; and what was foretold for a later second holds
 * when it comes. A seeded random walk: policies in each stage of their life, in all conditions, pushed on by random
 * actions, by the clock (a second before each change, on it and after) and by what surrounds them.
 *
 * `SEED=<n>` repeats a run.
 */
import { expect } from "chai";
import {
  createFreezeAccountInstruction,
  createRevokeInstruction,
  createThawAccountInstruction,
} from "@solana/spl-token";
import { TransactionInstruction, TransactionMessage, VersionedTransaction } from "@solana/web3.js";
import {
  buildExecution,
  createContext,
  decideNextActions,
  decideRelease,
  loadReleaseSnapshots,
  MilestoneContext,
  MilestoneProgramError,
  NextAction,
  nextActions,
  parseTransactionError,
  ReleaseSnapshot,
} from "@milepost/sdk";
import { hash, HeldPolicy, TERMS, Terms } from "./escrow-world";
import { fixedKeypair, randomSeed } from "./harness";
import { Accounts } from "./instructions";
import { Dice } from "./stateful-escrow/dice";
import { Person, World } from "./world";

/** Two walks from each stage. */
const WALKS = 16;
const TURNS = 6;

const PARTIES: Person[] = ["owner", "recipient", "mediator"];
/** One of them is asked each turn. */
const OTHERS: Person[] = ["gatewaySigner", "stranger"];
const CONDITIONS = [0, 1, 2, 3, 4, 5, 8, 9];
const AMOUNTS = [10_000n, 77n, 12_345n];

/** Short, so that a few turns of the clock pass all of them. */
const SHORT_TERMS: Terms = {
  ...TERMS,
  reviewPeriodSecs: 70,
  disputeWindowSecs: 50,
  mediationDelaySecs: 30,
  mediationTimeoutSecs: 140,
  deliveryGraceSecs: 20,
  timeoutRecipientBps: 6_000,
  platformFeeBps: 250,
};

/** What somebody might send; listed and accepted, or neither. */
interface Attempt {
  name: string;
  instruction: TransactionInstruction;
  signers: Person[];
}

const EXPECTED = [
  "acceptEscrow",
  "approveMilestone",
  "changePaymentPolicyStatus",
  "closeEscrow",
  "deletePaymentPolicy",
  "disputeMilestone",
  "executePayment",
  "expireMediation",
  "fundMilestones",
  "openEscrow",
  "reclaimMilestone",
  "reclaimMilestone, agreed",
  "requestMediation",
  "resolveDispute",
  "settleMilestone",
  "submitMilestone",
  "syncDelegation",
  "withdrawDispute",
];

/** Numbers that look random, the same for the same seed (mulberry32). */
function numbers(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  });
}

describe("the SDK on a chain: what a party can do next", () => {
  it(`given ${WALKS} policies in all stages when ${TURNS} random turns push each then the lists are what the program accepts`, async () => {
    const seed = randomSeed();
    const world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    const accepted = new Map<string, number>();
    let probes = 0;
    for (let number = 0; number < WALKS; number++) {
      const dice = new Dice(numbers(seed + number, 1_000));
      const walk = await Walk.start(world, number, dice, `SEED=${seed}, walk ${number}`);
      await walk.run();
      probes += walk.probes;
      for (const name of walk.accepted) accepted.set(name, (accepted.get(name) ?? 0) + 1);
    }
    console.log(`      ${probes} attempts on ${WALKS} policies`);
    for (const [name, count] of [...accepted].sort()) {
      console.log(`      ${String(count).padStart(5)}  ${name}`);
    }
    expect([...accepted.keys()].sort(), `SEED=${seed}`).to.deep.equal(EXPECTED);
  }).timeout(300_000);
});

/** One policy's way. */
class Walk {
  probes = 0;
  /** Names of what the program accepted, one entry each time. */
  readonly accepted: string[] = [];
  private turn = 0;
  private isPaused = false;
  private isFrozen = false;
  /** What was read before the clock moved; null after anything else. */
  private before: ReleaseSnapshot | null = null;
  private readonly context: MilestoneContext;

  private constructor(
    private readonly held: HeldPolicy,
    private readonly dice: Dice,
    private readonly name: string,
    /** Whether the clock first passes everything that is to come. */
    private readonly isLate: boolean,
  ) {
    const { chain, people } = held.world;
    this.context = createContext(chain.connection, people.stranger);
  }

  /** In a stage that the walk's number says, so that each is met in every run. */
  static async start(world: World, number: number, dice: Dice, name: string): Promise<Walk> {
    const isLate = number % 2 === 0;
    const releaseCondition = dice.of(CONDITIONS);
    const now = world.chain.now();
    const later = isLate ? [now, now, now] : [now + 40n, now + 400n, now + 500n];
    const timestamps = releaseCondition % 2 === 0 && dice.chance(50) ? [0n, 0n, 0n] : later;
    const schedule = { releaseCondition, amounts: AMOUNTS, timestamps };
    const held = await HeldPolicy.create(world, schedule);
    const steps: [TransactionInstruction, Person][] = [
      [held.open(SHORT_TERMS), "owner"],
      [held.fund(0, 1), "owner"],
      [held.accept(), "recipient"],
      [held.submit(0), "recipient"],
      [held.dispute(0), "owner"],
      [held.requestMediation(0), "owner"],
    ];
    const stage = number >> 1;
    const taken =
      stage > steps.length ? [[revoke(world), "owner"] as const] : steps.slice(0, stage);
    for (const [instruction, person] of taken) await world.expectOk([instruction], person);
    return new Walk(held, dice, `${name}, condition ${releaseCondition}`, isLate);
  }

  async run(): Promise<void> {
    while (this.turn < TURNS) {
      if (this.turn > 1 && this.dice.chance(15)) await this.disturb();
      const { snapshot, accepted } = await this.look();
      if (this.turn > 0 && accepted.length > 0 && this.dice.chance(60)) await this.act(accepted);
      else await this.wait(snapshot);
      this.turn += 1;
    }
    if (this.isPaused) await this.pauseProgram(false);
  }

  /** Compares every party's list with the program's answers. */
  private async look(): Promise<{ snapshot: ReleaseSnapshot; accepted: Attempt[] }> {
    const { chain } = this.held.world;
    const address = this.held.policy.address;
    const [snapshot] = await loadReleaseSnapshots(this.context, [address]);
    if (!snapshot) throw new Error("no snapshot");
    expect(snapshot.now.toString(), this.name).to.equal(chain.now().toString());
    const accepted: Attempt[] = [];
    for (const party of [...PARTIES, this.dice.of(OTHERS)]) {
      const { possible } = this.decide(snapshot, party);
      const tried = await this.tryAll(snapshot, this.attempts(snapshot, party, possible), party);
      const names = tried.map(({ name }) => name).sort();
      const listed = possible.map(nameOf).sort();
      expect(listed, `${this.where(party)}: what the program accepts is listed`).to.deep.equal(
        names,
      );
      accepted.push(...tried);
    }
    const party = this.dice.of([...PARTIES, ...OTHERS]);
    const asked = await nextActions(this.context, address, this.held.world.key(party));
    expect(JSON.stringify(asked)).to.equal(JSON.stringify(this.decide(snapshot, party)));
    this.accepted.push(...accepted.map(({ name }) => name));
    this.before = null;
    return { snapshot, accepted };
  }

  /** What a party can do now; the same as was foretold, when only the clock moved since. */
  private decide(snapshot: ReleaseSnapshot, party: Person) {
    const who = this.held.world.key(party);
    const actions = decideNextActions(snapshot, who);
    if (this.before) {
      const { possible, later } = decideNextActions(this.before, who);
      const told = [...possible, ...later].filter(
        ({ from, until }) => !from?.gt(snapshot.now) && !until?.lte(snapshot.now),
      );
      expect(told.map(nameOf).sort(), `${this.where(party)}: as foretold`).to.deep.equal(
        actions.possible.map(nameOf).sort(),
      );
    }
    return actions;
  }

  private where(party: Person): string {
    const { world } = this.held;
    return `${this.name}, turn ${this.turn}, ${party} at ${world.chain.now()}`;
  }

  /** The attempts that the program would accept. */
  private async tryAll(
    snapshot: ReleaseSnapshot,
    attempts: Attempt[],
    party: Person,
  ): Promise<Attempt[]> {
    const accepted: Attempt[] = [];
    for (const attempt of attempts) {
      const error = await this.simulate(attempt);
      if (error === null) accepted.push(attempt);
      if (attempt.name !== "executePayment") continue;
      const report = decideRelease(snapshot, { signers: [this.held.world.key(party)] });
      const unmet = report.requirements.find(({ isMet }) => !isMet)?.error ?? null;
      expect(unmet, `${this.where(party)}: first unmet requirement`).to.equal(error);
      expect(report.isReleasable, this.where(party)).to.equal(error === null);
    }
    return accepted;
  }

  /** The error's name, or null. Nobody but the payer and the named signs. */
  private async simulate({ name, instruction, signers }: Attempt): Promise<string | null> {
    const { world } = this.held;
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
    this.probes += 1;
    if (err === null) return null;
    const error = parseTransactionError(err, { logs });
    return error instanceof MilestoneProgramError ? error.programErrorName : JSON.stringify(err);
  }

  /** Everything that `party` could try now. */
  private attempts(
    snapshot: ReleaseSnapshot,
    party: Person,
    possible: readonly NextAction[],
  ): Attempt[] {
    const { held } = this;
    const { world } = held;
    const me = world.key(party);
    const { currentMilestone: index } = snapshot.policy.policyType.milestone;
    const evidence = snapshot.escrow?.account.milestones[index]?.evidenceHash ?? hash(0);
    const isParty = party === "owner" || party === "recipient";
    // Signed by both parties; by the recipient and an impostor of the owner when a third one asks.
    const both: Accounts = isParty ? {} : { owner: me };
    const bothSigners: Person[] = [isParty ? "owner" : party, "recipient"];
    const funding = possible.find(({ instruction }) => instruction === "fundMilestones");
    const first = funding?.milestoneIndex ?? Math.min(index, AMOUNTS.length - 1);
    const most = funding?.maxCount ?? 1;
    const other = "active" in snapshot.policy.status ? "Paused" : "Active";
    const { address } = held.policy;
    const execution = buildExecution(this.context, snapshot, { executor: me, skipChecks: true });
    const alone: [string, TransactionInstruction][] = [
      ["openEscrow", held.open(SHORT_TERMS, { owner: me })],
      ["acceptEscrow", held.accept({ recipient: me }, SHORT_TERMS)],
      ["fundMilestones", held.fund(first, 1 + this.dice.below(most), { owner: me })],
      ["submitMilestone", held.submit(index, hash(1 + this.turn), { recipient: me })],
      ["approveMilestone", held.approve(index, { owner: me }, evidence)],
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
    const joint: [string, TransactionInstruction][] = [
      ["settleMilestone", held.settle(index, 55n, both)],
      ["reclaimMilestone, agreed", held.reclaimAgreed(index, both)],
    ];
    // Whose turn it may be, but not with this.
    const never: [string, TransactionInstruction][] = [
      ["fund beyond the last", held.fund(first, (funding?.maxCount ?? 3) + 1, { owner: me })],
      ["accept other terms", held.accept({ recipient: me }, TERMS)],
      ["approve another submission", held.approve(index, { owner: me }, hash(99))],
    ];
    // The owner may always sync; it is listed while it would change something.
    const sync = possible.find(({ instruction }) => instruction === "syncDelegation");
    if (sync || party !== "owner") {
      const instruction = world.syncDelegation(sync?.replaceDelegate, { owner: me });
      alone.push(["syncDelegation", instruction]);
    }
    return [
      ...[...alone, ...(isParty ? never : [])].map(([name, instruction]) => ({
        name,
        instruction,
        signers: [party],
      })),
      ...joint.map(([name, instruction]) => ({ name, instruction, signers: bothSigners })),
    ];
  }

  /** Sends one of the accepted attempts; seldom one that ends the walk early. */
  private async act(accepted: Attempt[]): Promise<void> {
    const isKept = this.dice.chance(85);
    const useful = accepted.filter(({ name }) => !(isKept && LAST.includes(name)));
    const names = [...new Set(useful.map(({ name }) => name))];
    if (names.length === 0) return;
    const name = this.dice.of(names);
    const { instruction, signers } = this.dice.of(useful.filter((one) => one.name === name));
    await this.held.world.expectOk([instruction], ...signers);
    if (name === "deletePaymentPolicy") this.turn = TURNS;
  }

  /** Moves the clock: past all that is to come in a late walk's first turn, else around one change. */
  private async wait(snapshot: ReleaseSnapshot): Promise<void> {
    const { chain } = this.held.world;
    const { byItself } = decideNextActions(snapshot, this.held.world.key("stranger"));
    const changes = byItself.map(({ at }) => BigInt(at.toString()));
    const last = changes.at(-1);
    const target =
      last === undefined
        ? chain.now() + BigInt(this.dice.below(60))
        : this.isLate && this.turn === 0
          ? last
          : this.dice.of(changes) + BigInt(this.dice.below(3) - 1);
    if (target <= chain.now()) return;
    await chain.setTime(target);
    this.before = snapshot;
  }

  /** Changes what surrounds the policy: the program's pause, the vault's freezing, the owner's delegation. */
  private async disturb(): Promise<void> {
    const { world, vault } = this.held;
    this.before = null;
    const what = this.dice.below(3);
    if (what === 0) return this.pauseProgram(!this.isPaused);
    if (what === 1) return void (await world.expectOk([revoke(world)], "owner"));
    if (!(await world.chain.getAccount(vault))) return;
    const args = [vault, world.mint, FREEZER.publicKey] as const;
    const freeze = this.isFrozen
      ? createThawAccountInstruction(...args)
      : createFreezeAccountInstruction(...args);
    await world.chain.sendOk(freeze, [FREEZER]);
    this.isFrozen = !this.isFrozen;
  }

  private async pauseProgram(isPaused: boolean): Promise<void> {
    await this.held.world.expectOk(
      [this.held.world.updateConfig({ isPaused })],
      "upgradeAuthority",
    );
    this.isPaused = isPaused;
  }
}

const FREEZER = fixedKeypair("freezeAuthority");
const LAST = ["closeEscrow", "deletePaymentPolicy"];

const revoke = (world: World): TransactionInstruction =>
  createRevokeInstruction(world.tokens.owner, world.key("owner"));

/** The agreed way to reclaim has a name of its own. */
const nameOf = ({ instruction, cosigner }: NextAction): string =>
  instruction === "reclaimMilestone" && cosigner ? "reclaimMilestone, agreed" : instruction;
