/** One pass of a worker over the policies of one fetch: resume, look, decide, ask, ship. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { type Lease, LeaseLostError } from "../queue/leases";
import { classify } from "../send/classify";
import { deliver } from "../send/deliver";
import { journal } from "../send/journal";
import type { Signed } from "../send/sign";
import { finishAttempt, type Journaled, openAttemptsOf } from "../store/attempts";
import { plansOf } from "../store/policies";
import type { Approval, Verdict } from "../types";
import { rewardOwnerOf, unclaimedReward } from "./claim";
import { concludeAll, keysOf, refused } from "./conclude";
import { build, decide, type Item } from "./decide";
import { look } from "./look";
import { waitForAccounts } from "./missing-accounts";
import { inParallel } from "./parallel";
import { rentOf, type RentShare } from "./rent-budget";
import type { WorkerSettings } from "./settings";
import { deliveryOf, type Ready, settle, ship, type Shipping } from "./ship";
import { Verdicts } from "./verdicts";

/** The policies of one fetch. */
export class Pass implements Shipping {
  private readonly open: Map<string, Lease>;
  readonly rent: RentShare | null;
  private readonly places: ReadonlyMap<string, number>;
  endedCount = 0;
  private readonly verdicts: Verdicts;
  /** Of payments to token accounts that the keeper is not to create. */
  private readonly unmade: { decided: Decided; execution: Execution }[] = [];

  constructor(
    readonly settings: WorkerSettings,
    leases: readonly Lease[],
    readonly signal: AbortSignal,
    readonly isStopping: () => boolean,
  ) {
    this.open = new Map(leases.map((lease) => [lease.policy, lease]));
    this.rent = settings.rentBudget?.share() ?? null;
    this.places = new Map(leases.map(({ policy }, place) => [policy, place]));
    this.verdicts = new Verdicts(async (held) => {
      await concludeAll(settings, held);
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
    const looks = await look(
      this.settings.context,
      items.map(({ member }) => member.policy),
      {
        keeperOwner: rewardOwnerOf(this.settings),
        seenSlots: new Map(items.map(({ member, seenSlot = 0 }) => [member.policy, seenSlot])),
        newestSlot: this.settings.newestSlot?.() ?? null,
      },
    );
    const open: Ready[] = [];
    const unasked: Decided[] = [];
    await inParallel(items, 8, async (item) => {
      const decided = this.decided(item, looks.get(item.member.policy)!);
      if (decided?.needsApproval) return void unasked.push(decided);
      const ready = decided && (await this.made(decided));
      if (ready) open.push(ready);
    });
    // A rule may take long to answer: what needs none does not wait for it.
    const parts = [
      () => ship(this, this.inOrder(open)),
      async () => ship(this, this.inOrder(await this.approved(unasked))),
      () => this.waitForUnmade(),
    ];
    await inParallel(parts, parts.length, (part) => part());
    // Those that a rule said yes to meanwhile.
    await this.waitForUnmade();
  }

  /** In the order of the leases: the longest due first. */
  private inOrder(items: readonly Ready[]): Ready[] {
    return [...items].sort((a, b) => this.placeOf(a) - this.placeOf(b));
  }

  private placeOf({ member }: Item): number {
    return this.places.get(member.policy)!;
  }

  async stillHeld(items: readonly Ready[]): Promise<Ready[]> {
    const leases = items.flatMap(({ member }) => this.open.get(member.policy) ?? []);
    const held = new Set((await this.settings.queue.held(leases)).map(({ policy }) => policy));
    for (const { member } of items) if (!held.has(member.policy)) this.open.delete(member.policy);
    return items.filter(({ member }) => held.has(member.policy));
  }

  async journal(items: readonly Ready[], signed: Signed): Promise<Journaled | null> {
    const { database, queue } = this.settings;
    const members = items.map(({ member, dueAt, execution }) => {
      return { ...member, dueAt, rentLamports: rentOf(execution) };
    });
    const leases = items.flatMap(({ member }) => this.open.get(member.policy) ?? []);
    if (leases.length < items.length) return null;
    try {
      return await journal(database, signed, members, (transaction) =>
        queue.fence(transaction, leases),
      );
    } catch (error) {
      if (error instanceof LeaseLostError) return null;
      throw error;
    }
  }

  async ended(items: readonly Item[]): Promise<void> {
    await this.complete(items.flatMap(({ member }) => this.open.get(member.policy) ?? []));
  }

  heldUp(
    item: Item,
    verdict: Verdict,
    snapshot: ReleaseSnapshot | null = null,
    tried = false,
  ): void {
    this.verdicts.add({ item, verdict, snapshot, tried });
  }

  /** Leases that have not ended: of a worker that stops, or that the database failed. */
  get rest(): readonly Lease[] {
    return [...this.open.values()];
  }

  /** They stay open until that is written down: what fails is given back with the rest. */
  private async complete(leases: readonly Lease[]): Promise<void> {
    await this.settings.queue.complete(leases);
    for (const { policy } of leases) {
      this.open.delete(policy);
      this.rent?.ended(policy);
    }
    this.endedCount += leases.length;
  }

  /** Brings what was signed before to its end. Nothing is signed for a policy whose last bytes may still land. */
  private async resume(): Promise<void> {
    const attempts = await openAttemptsOf(this.settings.database, [...this.open.keys()]);
    await inParallel(attempts, this.settings.concurrency ?? 8, async (attempt) => {
      const delivery = await deliver(attempt, deliveryOf(this));
      if (delivery.state === "landed") {
        await settle(this, attempt, await this.itemsOf(attempt), delivery);
      } else if (delivery.state === "open") {
        const items = await this.itemsOf(attempt);
        await settle(this, attempt, items, delivery);
        // Stopped: given back, as nothing else may be done with them.
        for (const { member } of items) await this.letGo(member.policy);
      } else {
        const error = delivery.state === "failed" ? classify(delivery.error).reason : undefined;
        await finishAttempt(this.settings.database, attempt.signature, {
          state: delivery.state,
          error,
        });
      }
    });
  }

  private async itemsOf({ members }: Journaled): Promise<Item[]> {
    const plans = await plansOf(
      this.settings.database,
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
    await this.settings.queue.release([lease]);
    this.open.delete(policy);
  }

  /** What the store says is to be done; leases on anything else are over. */
  private async items(): Promise<Item[]> {
    const policies = [...this.open.keys()];
    const plans = await plansOf(this.settings.database, policies);
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

  /** What may be paid, or null when the policy was held up. */
  private decided(item: Item, found: Look): Decided | null {
    const snapshot = "snapshot" in found ? found.snapshot : null;
    const decision = decide(item, found, keysOf(this.settings));
    if (decision.kind === "held up" || !snapshot) {
      const verdict = decision.kind === "held up" ? decision.verdict : UNREAD;
      this.heldUp(item, verdict, snapshot);
      return null;
    }
    return { item, snapshot, needsApproval: decision.needsApproval };
  }

  /** Those that the rule says yes to; whoever stops asks nothing more. */
  private async approved(unasked: readonly Decided[]): Promise<Ready[]> {
    const approved: Ready[] = [];
    await inParallel(unasked, ASKED_AT_ONCE, async (decided) => {
      if (this.isStopping()) return;
      const { item } = decided;
      const approval = await this.ask(item);
      if (approval === "yes") {
        const ready = await this.made(decided);
        if (ready) approved.push(ready);
        return;
      }
      if (approval === "later") {
        return this.heldUp(item, { kind: "retryable", reason: "ReleaseLater" });
      }
      await refused(this.settings, item);
      await this.ended([item]);
    });
    return approved;
  }

  /** The execution, or null when the policy was held up. An error here is this policy's alone. */
  private async made(decided: Decided): Promise<Ready | null> {
    const { item, snapshot } = decided;
    const { context, payer, createAccounts = true, rentBudget } = this.settings;
    let execution: Execution;
    try {
      execution = await build(context, item, snapshot, payer.publicKey);
    } catch (error) {
      this.heldUp(item, classify(error), snapshot);
      return null;
    }
    const rent = rentOf(execution);
    // What no hour's budget is enough for waits for others as well.
    const isCreated = createAccounts && (!rentBudget || rent <= rentBudget.limit);
    if (isCreated || rent === 0n) {
      const ready = { ...item, execution, snapshot };
      const unclaimed = unclaimedReward(this.settings, ready);
      if (unclaimed) this.settings.events.unclaimed?.(unclaimed);
      return ready;
    }
    this.unmade.push({ decided, execution });
    return null;
  }

  private async waitForUnmade(): Promise<void> {
    await inParallel(this.unmade.splice(0), 8, async ({ decided, execution }) => {
      const { item, snapshot } = decided;
      await waitForAccounts(this.settings, item, execution, snapshot);
      await this.ended([item]);
    });
  }

  private async ask({ member }: Item): Promise<Approval> {
    try {
      return await this.settings.rule.approve(new PublicKey(member.policy), member.milestoneIndex);
    } catch {
      return "later";
    }
  }
}

/** Those that a hanging rule lets wait for their time-out leave their lane to the others within a minute. */
const ASKED_AT_ONCE = 25;

type Look = { snapshot: ReleaseSnapshot } | { error: unknown };

/** A policy that can be paid now, once the rule agrees where one is asked. */
interface Decided {
  item: Item;
  snapshot: ReleaseSnapshot;
  needsApproval: boolean;
}

const UNREAD: Verdict = { kind: "unknown", reason: "Unread" };
