/**
 * One whole story of two held policies, replayed from its events: after every transaction the exact bytes of both policies,
 * both escrows and their UserPayment (invariant 20).
 */
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { DAY, hash, HeldPolicy, Person, Schedule, START, toBigInt, World } from "../world";
import { encodeUserPayment, UserPaymentState } from "../stateful/layout";
import { ProgramEvent, programEvents } from "../world";
import { Replay } from "../stateful-escrow/replay";

const SCHEDULE: Partial<Schedule> = {
  amounts: [10_001n, 20_002n, 30_003n, 40_004n],
  timestamps: [0n, 0n, 0n, 0n],
  releaseCondition: 0,
};

/** When the policies' events say that the `UserPayment` changed, too. */
const TOUCHED_AT: Record<string, string> = {
  PolicyCreated: "created_at",
  PaymentExecuted: "executed_at",
  EscrowOpened: "created_at",
  PolicyDeleted: "deleted_at",
};

/** The `UserPayment` by its events; what escrows do to it is `EscrowOpened` alone. */
class UserPaymentReplay {
  private state: UserPaymentState | undefined;

  apply(events: ProgramEvent[]): void {
    for (const { name, data } of events) {
      if (name === "UserPaymentCreated") this.state = created(data);
      const time = TOUCHED_AT[name];
      if (!this.state || !time) continue;
      this.state.committed = toBigInt(data["committed"]);
      this.state.updatedAt = toBigInt(data[time]);
      if (name === "PolicyCreated") {
        this.state.openPolicies += 1;
        this.state.nextPolicyId = (data["policy_id"] as number) + 1;
      }
      if (name === "PolicyDeleted") this.state.openPolicies -= 1;
    }
  }

  bytes(): Buffer {
    if (!this.state) throw new Error("no event created the UserPayment");
    return encodeUserPayment(this.state);
  }
}

function created(data: Record<string, unknown>): UserPaymentState {
  const address = (field: string) => (data[field] as PublicKey).toBase58();
  return {
    owner: address("owner"),
    mint: address("mint"),
    tokenAccount: address("token_account"),
    committed: 0n,
    openPolicies: 0,
    nextPolicyId: data["next_policy_id"] as number,
    bump: data["bump"] as number,
    rentPayer: address("rent_payer"),
    createdAt: toBigInt(data["created_at"]),
    updatedAt: toBigInt(data["created_at"]),
  };
}

describe("events of held escrow, replayed", () => {
  it("given one story through every instruction then the exact bytes after each transaction", async () => {
    const world = await World.create({ protocolFeeBps: 30, gatewayFeeBps: 250 });
    const replay = new Replay();
    const userPayment = new UserPaymentReplay();
    const [opened] = world.chain.signaturesFor(world.userPayment).slice(-1);
    const setUp = world.chain.landedTransaction(opened as string)?.execution.logs ?? [];
    userPayment.apply(programEvents(setUp));
    const policies: HeldPolicy[] = [];
    let now = START;

    const bytesOf = async (address: PublicKey) =>
      (await world.chain.getAccount(address))?.data.toString("hex");
    /** A second later than the last one: every time that an event leaves out shows. */
    const step = async (instruction: TransactionInstruction, ...signers: Person[]) => {
      now += 1n;
      await world.chain.setTime(now);
      const { logs } = await world.expectOk([instruction], ...signers);
      replay.apply(logs);
      userPayment.apply(programEvents(logs));
      const replayed = replay.accounts();
      const name = programEvents(logs)[0]?.name;
      for (const { policy, escrow } of policies) {
        for (const address of [policy.address, escrow]) {
          const expected = replayed.get(address.toBase58())?.toString("hex");
          expect(await bytesOf(address), `after ${name}`).to.equal(expected);
        }
      }
      expect(await bytesOf(world.userPayment), `after ${name}`).to.equal(
        userPayment.bytes().toString("hex"),
      );
    };
    const create = async (): Promise<HeldPolicy> => {
      const { address, id } = await world.nextPolicy();
      const held = new HeldPolicy(world, { address, id, schedule: SCHEDULE as Schedule });
      policies.push(held);
      await step(world.createMilestonePolicy(held.policy.schedule, address), "owner");
      return held;
    };

    const first = await create();
    await step(world.executePayment(first.policy.address, 0, world.feeAccounts()), "stranger");
    await step(first.open({ platformFeeBps: 250 }), "owner");
    await step(first.fund(1, 1), "owner");
    await step(first.accept(), "recipient");
    await step(first.submit(1, hash(3)), "recipient");
    await step(first.dispute(1, hash(4)), "owner");
    await step(first.withdrawDispute(1), "owner");
    await step(first.dispute(1, hash(5)), "owner");
    await step(first.submit(1, hash(6)), "recipient");
    await step(first.dispute(1, hash(7)), "owner");
    await step(first.requestMediation(1, { party: world.key("recipient") }), "recipient");
    await step(first.resolve(1, 12_001n), "mediator");

    const second = await create();
    await step(second.open({ platformFeeBps: 999 }), "owner");
    await step(second.accept(), "recipient");
    await step(second.fund(0, 4), "owner");
    await step(second.approve(0), "owner");
    await step(second.settle(1, 7n), "owner", "recipient");
    await step(second.submit(2), "recipient");
    await step(second.dispute(2), "owner");

    await step(first.fund(2, 2), "owner");
    await step(first.reclaimAgreed(2), "owner", "recipient");
    await step(first.submit(3), "recipient");
    now += 7n * DAY;
    await step(first.execute(3), "stranger");
    now += 10n * DAY;
    await step(second.expire(2), "stranger");
    // Nothing was delivered, and the grace of two days is long over.
    now += 2n * DAY;
    await step(second.reclaim(3), "owner");
    await step(first.close(), "owner");
    await step(world.deletePolicy(first.policy.address), "owner");
    await step(second.close(), "owner");
    await step(world.deletePolicy(second.policy.address), "owner");

    expect([...replay.counts.keys()].sort()).to.deep.equal(
      [
        "DisputeWithdrawn",
        "EscrowAccepted",
        "EscrowClosed",
        "EscrowOpened",
        "MediationRequested",
        "MilestoneDisputed",
        "MilestoneFinalized",
        "MilestoneSubmitted",
        "MilestonesFunded",
        "PaymentExecuted",
        "PolicyCreated",
        "PolicyDeleted",
      ].sort(),
    );
    expect(replay.counts.get("MilestoneFinalized")).to.equal(7);
    expect(replay.accounts().size).to.equal(0);
  });
});
