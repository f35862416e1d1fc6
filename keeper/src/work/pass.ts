/** Runs one pass of a worker over the policies of one fetch: resumes, reads, decides, asks the rule, and pays. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import { type Lease, LeaseLostError } from "../queue/lease-rows";
import { classify } from "../send/classify";
import { deliver, type Delivery } from "../send/deliver";
import { journal } from "../send/journal";
import type { Signed } from "../send/sign";
import { type Journaled, openAttemptsOf } from "../store/attempts";
import { plansOf } from "../store/policies";
import { askRule } from "../approval/ask-rule";
import type { Verdict } from "../send/verdicts";
import { rewardOwnerOf, unclaimedReward } from "./reward-claim";
import { postponeAll, keysOf, refused } from "./postpone";
import { build, decide, type Item } from "./decide";
import { readSnapshots, type SnapshotResult } from "./read-snapshots";
import { waitForAccounts } from "./missing-accounts";
import { inParallel } from "./parallel";
import { rentOf, type RentShare } from "./rent-budget";
import { attemptAll } from "./work-list";
import { deliverOptions, type WorkerOptions } from "./worker-options";
import { closeAttempt, endMembers } from "./close-attempt";
import type { Ready, PassContext } from "./batch";
import { PostponeQueue } from "./postpone-queue";

/** Works on the policies of one fetch. */
export class Pass implements PassContext {
  private readonly open: Map<string, Lease>;
  readonly rent: RentShare | null;
  private readonly places: ReadonlyMap<string, number>;
  /** Attempts that are in the journal and may still land. */
  private readonly openAttempts = new Set<Journaled>();
  endedCount = 0;
  private readonly verdicts: PostponeQueue;
  /** Payments to token accounts that the keeper may not create. */
  private readonly unmade: { decided: Decided; execution: Execution }[] = [];

  constructor(
    readonly options: WorkerOptions,
    leases: readonly Lease[],
    readonly signal: AbortSignal,
    readonly isStopping: () => boolean,
  ) {
    this.open = new Map(leases.map((lease) => [lease.policy, lease]));
    this.rent = options.rentBudget?.share() ?? null;
    this.places = new Map(leases.map(({ policy }, place) => [policy, place]));
    this.verdicts = new PostponeQueue(async (held) => {
      await postponeAll(options, held);
      await this.ended(held.map(({ item }) => item));
    });
  }

  async run(): Promise<void> {
    try {
      await this.resume();
      if (!this.isStopping()) await this.pay();
    } finally {
      await this.verdicts.end();
    }
  }

  private async pay(): Promise<void> {
    const items = await this.items();
    const results = await readSnapshots(
      this.options.context,
      items.map(({ member }) => member.policy),
      {
        keeperOwner: rewardOwnerOf(this.options),
        seenSlots: new Map(items.map(({ member, seenSlot = 0 }) => [member.policy, seenSlot])),
        newestSlot: this.options.newestSlot?.() ?? null,
        sawTime: this.options.sawTime,
      },
    );
    const open: Ready[] = [];
    const unasked: Decided[] = [];
    await inParallel(items, 8, async (item) => {
      const decided = this.decided(item, results.get(item.member.policy)!);
      if (decided?.needsApproval) return void unasked.push(decided);
      const ready = decided && (await this.made(decided));
      if (ready) open.push(ready);
    });
    // A rule may take long to answer: payments without a rule do not wait for it.
    const parts = [
      () => attemptAll(this, this.inOrder(open)),
      async () => attemptAll(this, this.inOrder(await this.approved(unasked))),
      () => this.waitForUnmade(),
    ];
    await inParallel(parts, parts.length, (part) => part());
    // These are the payments that a rule has approved since.
    await this.waitForUnmade();
  }

  /** Sorts by the order of the leases: the longest due first. */
  private inOrder(items: readonly Ready[]): Ready[] {
    return [...items].sort((a, b) => this.placeOf(a) - this.placeOf(b));
  }

  private placeOf({ member }: Item): number {
    return this.places.get(member.policy)!;
  }

  async stillHeld(items: readonly Ready[]): Promise<Ready[]> {
    const leases = items.flatMap(({ member }) => this.open.get(member.policy) ?? []);
    const held = new Set((await this.options.queue.held(leases)).map(({ policy }) => policy));
    for (const { member } of items) if (!held.has(member.policy)) this.open.delete(member.policy);
    return items.filter(({ member }) => held.has(member.policy));
  }

  async journal(items: readonly Ready[], signed: Signed): Promise<Journaled | null> {
    const { database, queue } = this.options;
    const members = items.map(({ member, dueAt, execution }) => {
      return { ...member, dueAt, rentLamports: rentOf(execution) };
    });
    const leases = items.flatMap(({ member }) => this.open.get(member.policy) ?? []);
    if (leases.length < items.length) return null;
    try {
      const attempt = await journal(database, signed, members, (transaction) =>
        queue.fence(transaction, leases),
      );
      this.openAttempts.add(attempt);
      return attempt;
    } catch (error) {
      if (error instanceof LeaseLostError) return null;
      throw error;
    }
  }

  async ended(items: readonly Item[]): Promise<void> {
    await this.complete(items.flatMap(({ member }) => this.open.get(member.policy) ?? []));
  }

  postponed(
    item: Item,
    verdict: Verdict,
    snapshot: ReleaseSnapshot | null = null,
    tried = false,
  ): void {
    this.verdicts.add({ item, verdict, snapshot, tried });
  }

  /** Leases that have not ended, as the worker stops or the database failed. */
  get rest(): readonly Lease[] {
    return [...this.open.values()];
  }

  /** Ends leases. They stay open until the database has it: after a failure they are given back with the rest. */
  private async complete(leases: readonly Lease[]): Promise<void> {
    await this.options.queue.complete(leases);
    for (const { policy } of leases) {
      this.open.delete(policy);
      this.rent?.ended(policy);
    }
    this.endedCount += leases.length;
  }

  async close(attempt: Journaled, delivery: Delivery): Promise<void> {
    await closeAttempt(this.options, attempt, delivery);
    if (delivery.state !== "open") this.openAttempts.delete(attempt);
  }

  mayStillLand(policy: string): boolean {
    return [...this.openAttempts].some(({ members }) =>
      members.some((member) => member.policy === policy),
    );
  }

  /** Brings earlier attempts to their end. The members of a failed or expired one are signed for again in this pass. */
  private async resume(): Promise<void> {
    const attempts = await openAttemptsOf(this.options.database, [...this.open.keys()]);
    for (const attempt of attempts) this.openAttempts.add(attempt);
    await inParallel(attempts, this.options.concurrency ?? 8, async (attempt) => {
      const delivery = await deliver(attempt, deliverOptions(this.options, this.signal));
      await this.close(attempt, delivery);
      if (delivery.state === "failed" || delivery.state === "expired") return;
      const items = await this.itemsOf(attempt);
      await endMembers(this, items, delivery);
      if (delivery.state === "landed") return;
      // The worker stops without a result for them, so the leases are given back.
      for (const { member } of items) await this.letGo(member.policy);
    });
  }

  private async itemsOf({ members }: Journaled): Promise<Item[]> {
    const plans = await plansOf(
      this.options.database,
      members.map(({ policy }) => policy),
    );
    return members
      .filter(({ policy }) => this.open.has(policy))
      .map(({ dueAt, ...member }) => {
        const plan = plans.find(({ address }) => address === member.policy);
        return { member, dueAt, attempts: plan?.attempts ?? 0 };
      });
  }

  private async letGo(policy: string): Promise<void> {
    const lease = this.open.get(policy);
    if (!lease) return;
    await this.options.queue.release([lease]);
    this.open.delete(policy);
  }

  /** Reads the due policies from the store, and ends all other leases. */
  private async items(): Promise<Item[]> {
    const policies = [...this.open.keys()];
    const plans = await plansOf(this.options.database, policies);
    const items = plans
      .filter(({ state, address }) => state === "scheduled" && this.open.has(address))
      .map(({ address, milestoneIndex, action, dueAt, attempts, seenSlot }): Item => {
        return { member: { policy: address, milestoneIndex, action }, dueAt, attempts, seenSlot };
      });
    const wanted = new Set(items.map(({ member }) => member.policy));
    const over = policies
      .filter((policy) => !wanted.has(policy))
      .map((policy) => this.open.get(policy)!);
    await this.complete(over);
    return items;
  }

  /** Returns what may be paid; null when the policy was postponed. */
  private decided(item: Item, found: SnapshotResult): Decided | null {
    const snapshot = "snapshot" in found ? found.snapshot : null;
    const decision = decide(item, found, keysOf(this.options));
    if (decision.kind === "postponed" || !snapshot) {
      const verdict = decision.kind === "postponed" ? decision.verdict : UNREAD;
      this.postponed(item, verdict, snapshot);
      return null;
    }
    return { item, snapshot, needsApproval: decision.needsApproval };
  }

  /** Returns the payments that the rule approves. A worker that stops asks nothing more. */
  private async approved(unasked: readonly Decided[]): Promise<Ready[]> {
    const approved: Ready[] = [];
    await inParallel(unasked, ASKED_AT_ONCE, async (decided) => {
      if (this.isStopping()) return;
      const { item } = decided;
      const approval = await askRule(this.options.rule, item.member);
      if (approval === "yes") {
        const ready = await this.made(decided);
        if (ready) approved.push(ready);
        return;
      }
      if (approval === "later") {
        return this.postponed(item, { kind: "retryable", reason: "ReleaseLater" });
      }
      await refused(this.options, item);
      await this.ended([item]);
    });
    return approved;
  }

  /** Builds the execution; null when the policy was postponed. An error here concerns this policy alone. */
  private async made(decided: Decided): Promise<Ready | null> {
    const { item, snapshot } = decided;
    const { context, payer, createAccounts = true, rentBudget } = this.options;
    let execution: Execution;
    try {
      execution = await build(context, item, snapshot, payer.publicKey);
    } catch (error) {
      this.postponed(item, classify(error), snapshot);
      return null;
    }
    const rent = rentOf(execution);
    // A payment that exceeds the budget of a whole hour waits for someone else to create its accounts.
    const isCreated = createAccounts && (!rentBudget || rent <= rentBudget.limit);
    if (isCreated || rent === 0n) {
      const ready = { ...item, execution, snapshot };
      const unclaimed = unclaimedReward(this.options, ready);
      if (unclaimed) this.options.events.unclaimed?.(unclaimed);
      return ready;
    }
    this.unmade.push({ decided, execution });
    return null;
  }

  private async waitForUnmade(): Promise<void> {
    await inParallel(this.unmade.splice(0), 8, async ({ decided, execution }) => {
      const { item, snapshot } = decided;
      await waitForAccounts(this.options, item, execution, snapshot);
      await this.ended([item]);
    });
  }
}

/** Questions at once. Even when the rule hangs and each question times out, the worker is free within a minute. */
const ASKED_AT_ONCE = 25;

/** A policy that can be paid now, after the approval of its rule if there is one. */
interface Decided {
  item: Item;
  snapshot: ReleaseSnapshot;
  needsApproval: boolean;
}

const UNREAD: Verdict = { kind: "unknown", reason: "Unread" };
