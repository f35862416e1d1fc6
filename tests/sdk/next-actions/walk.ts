/** A random walk of one held policy: each turn every party's list is compared with the program's answers. */
import { expect } from "chai";
import {
  createFreezeAccountInstruction,
  createRevokeInstruction,
  createThawAccountInstruction,
} from "@solana/spl-token";
import type { TransactionInstruction } from "@solana/web3.js";
import {
  createContext,
  decideNextActions,
  decideRelease,
  loadReleaseSnapshots,
  type MilestoneContext,
  nextActions,
  type ReleaseSnapshot,
} from "@milepost/sdk";
import { fixedKeypair } from "../../harness";
import type { Dice } from "../../stateful-escrow/dice";
import { HeldPolicy, type Person, type World } from "../../world";
import { AMOUNTS, type Attempt, attempts, nameOf, SHORT_TERMS, simulate } from "./attempts";

export const TURNS = 6;
const PARTIES: Person[] = ["owner", "recipient", "mediator"];
/** One of them is asked each turn. */
const OTHERS: Person[] = ["gatewaySigner", "stranger"];
const CONDITIONS = [0, 1, 2, 3, 4, 5, 8, 9];
const FREEZER = fixedKeypair("freezeAuthority");
const LAST = ["closeEscrow", "deletePaymentPolicy"];

const revoke = (world: World): TransactionInstruction =>
  createRevokeInstruction(world.tokens.owner, world.key("owner"));

/** One policy's way. */
export class Walk {
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
      const { held, context, dice, turn } = this;
      const all = attempts({ held, context, snapshot, party, possible, dice, turn });
      const tried = await this.tryAll(snapshot, all, party);
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
      const error = await simulate(this.held.world, attempt);
      this.probes += 1;
      if (error === null) accepted.push(attempt);
      if (attempt.name !== "executePayment") continue;
      const report = decideRelease(snapshot, { signers: [this.held.world.key(party)] });
      const unmet = report.requirements.find(({ isMet }) => !isMet)?.error ?? null;
      expect(unmet, `${this.where(party)}: first unmet requirement`).to.equal(error);
      expect(report.isReleasable, this.where(party)).to.equal(error === null);
    }
    return accepted;
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
