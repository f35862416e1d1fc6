/** Signatures on held money that were given for one thing and used for another. */
import { TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { AgreedTerms, DAY, expectRefused, hash, HeldPolicy, Person, World } from "../world";
import { expectError } from "../harness";

const SCHEDULE = { amounts: [10_000n, 20_000n], timestamps: [0n, 0n], releaseCondition: 4 };

describe("attacks with signatures on held escrow", () => {
  let world: World;
  let held: HeldPolicy;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    held = await HeldPolicy.ready(world, { schedule: SCHEDULE });
  });

  /** Refused, with the policy, the escrow, the vault and everyone's tokens as they were. */
  const refused = (
    instructions: TransactionInstruction | TransactionInstruction[],
    signers: Person[],
    error: string,
  ): Promise<void> =>
    expectRefused(world, [instructions].flat(), signers, error, [
      held.policy.address,
      held.escrow,
      held.vault,
      ...Object.values(world.tokens),
    ]);

  it("given a recipient's signature that was collected before the opening then it fits no other terms", async () => {
    held = await HeldPolicy.create(world, SCHEDULE);
    const shown: AgreedTerms = { timeoutRecipientBps: 10_000 };
    const others: AgreedTerms[] = [
      { ...shown, mediator: world.key("stranger") },
      { ...shown, timeoutRecipientBps: 0 },
      { ...shown, deliveryGraceSecs: 1 },
      { ...shown, reviewPeriodSecs: 365 * Number(DAY) },
      { ...shown, disputeWindowSecs: 7 * Number(DAY) },
      { ...shown, mediationDelaySecs: 365 * Number(DAY) },
      { ...shown, mediationTimeoutSecs: 365 * Number(DAY) },
      { ...shown, platformFeeBps: 1 },
    ];
    const accept = held.accept({}, shown);
    for (const terms of others) {
      const both = [held.open(terms), accept];
      await refused(both, ["owner", "recipient"], "TermsMismatch");
    }
    await world.expectOk([held.open(shown), accept], "owner", "recipient");
  });

  it("given an owner's approval of one delivery then it pays for no other", async () => {
    const early = held.approve(0, {}, hash(0));
    const ofFirst = held.approve(0, {}, hash(1));
    await refused(ofFirst, ["owner"], "EvidenceMismatch");
    await world.expectOk([held.submit(0, hash(1))], "recipient");
    await refused(early, ["owner"], "EvidenceMismatch");
    await world.expectOk([held.dispute(0)], "owner");
    await world.expectOk([held.submit(0, hash(2))], "recipient");
    await refused(ofFirst, ["owner"], "EvidenceMismatch");
    await world.expectOk([held.approve(0, {}, hash(2))], "owner");
  });

  it("given one party in the other's place then it does not settle alone", async () => {
    const [owner, recipient] = [world.key("owner"), world.key("recipient")];
    await refused(held.settle(0, 0n, { recipient: owner }), ["owner"], "InvalidRecipient");
    await refused(held.settle(0, 10_000n, { owner: recipient }), ["recipient"], "InvalidOwner");
    await refused(held.reclaim(0, { recipient: owner }), ["owner"], "InvalidRecipient");
  });

  it("given a settlement sent again then the next milestone is not divided", async () => {
    const settle = held.settle(0, 5_000n);
    const { owner, recipient } = world.people;
    const wire = world.chain.sign([settle], [owner, recipient]).serialize();
    expect((await world.chain.sendRaw(wire)).err).to.equal(null);
    await world.unchanged([held.escrow, held.vault, held.policy.address], async () => {
      expectError(await world.chain.sendRaw(wire), "AlreadyProcessed");
    });
    await refused(settle, ["owner", "recipient"], "MilestoneAlreadyReleased");
  });
});
