/**
 * Spec 001, "Milestone Payment Flow", through the SDK and with its defaults: each path of the flow and each business rule
 * that concerns money. Projects, notifications and reviews are the platform's.
 */
import { expect } from "chai";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { hashDocument, MilestoneClient, milestoneStateName, RELEASE_OWNER } from "@milepost/sdk";
import { expectError } from "../harness";
import { DAY, HeldPolicy, Person, START, World } from "../world";

const MILESTONES = [4_000_000_000n, 10_000_000_000n];
/** "Platform charges 2.5% of milestone payment amount to homeowners" */
const PLATFORM_FEE_BPS = 250;

describe("spec 001: the milestone payment flow", () => {
  let world: World;
  let homeowner: MilestoneClient;
  let contractor: MilestoneClient;
  let manager: MilestoneClient;
  let stranger: MilestoneClient;
  let policy: PublicKey;

  beforeEach(async () => {
    world = await World.create();
    const client = (person: Person) =>
      new MilestoneClient(world.chain.connection, world.people[person]);
    homeowner = client("owner");
    contractor = client("recipient");
    manager = client("mediator");
    stranger = client("stranger");
    const created = await homeowner.prepareHeldMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      MILESTONES,
      [],
      RELEASE_OWNER,
      undefined,
      {
        mediator: world.key("mediator"),
        terms: { platformFeeBps: PLATFORM_FEE_BPS },
        fund: "next",
      },
    );
    policy = created.policy;
    await by("owner", created.instructions);
    await by("recipient", await contractor.acceptEscrow(policy));
  });

  const by = (person: Person, instructions: TransactionInstruction[]) =>
    world.expectOk(instructions, person);
  const at = (after: bigint) => world.chain.setTime(START + after);

  const submit = async (work: string) =>
    by(
      "recipient",
      await contractor.submitMilestone(policy, { evidenceHash: await hashDocument(work) }),
    );
  const dispute = async (reason: string) =>
    homeowner.disputeMilestone(policy, { reasonHash: await hashDocument(reason) });
  const state = async (index: number) =>
    milestoneStateName((await homeowner.getEscrow(policy)).milestones[index]!.state);

  /** What the people gained or lost since the escrow was funded: contractor, homeowner, platform. */
  async function gains(action: () => Promise<unknown>): Promise<bigint[]> {
    const people = ["recipient", "owner", "gatewayFees"] as const;
    const before = await Promise.all(people.map((person) => world.balance(person)));
    await action();
    const after = await Promise.all(people.map((person) => world.balance(person)));
    return after.map((balance, i) => balance - (before[i] ?? 0n));
  }

  it("given an accepted bid then the first milestone is in escrow, 2.5% on top, and the next is asked for later", async () => {
    const { milestones, vault } = await homeowner.getEscrow(policy);
    expect(milestones.map(({ funded }) => BigInt(funded.toString()))).to.deep.equal([
      4_100_000_000n,
      0n,
      0n,
      0n,
    ]);
    const held = new HeldPolicy(world, { address: policy, id: 0, schedule: SCHEDULE });
    expect(vault.equals(held.vault)).to.equal(true);
    expect(await held.held()).to.equal(4_100_000_000n);
  });

  it("4A: given completed work when the homeowner approves then the contractor is paid and the next milestone is active", async () => {
    await submit("walls");
    expect(await state(0)).to.equal("submitted");
    const gained = await gains(async () => by("owner", await homeowner.approveMilestone(policy)));
    expect(gained).to.deep.equal([4_000_000_000n, 0n, 100_000_000n]);
    expect(await state(0)).to.equal("released");
    await by("owner", await homeowner.fundMilestones(policy));
    expect(await state(1)).to.equal("funded");
  });

  it("4B: given a dispute when the contractor addresses it then it is verified again and paid", async () => {
    await submit("walls");
    await by("owner", await dispute("a wall is left"));
    expect(await state(0)).to.equal("disputed");
    await submit("no wall is left");
    await by("owner", await homeowner.approveMilestone(policy));
    expect(await state(0)).to.equal("released");
  });

  for (const [decision, share, gained] of [
    ["full release", 4_000_000_000n, [4_000_000_000n, 0n, 100_000_000n]],
    ["partial release", 2_400_000_000n, [2_400_000_000n, 1_640_000_000n, 60_000_000n]],
    ["full refund", 0n, [0n, 4_100_000_000n, 0n]],
  ] as const) {
    it(`4B: given a mediation that the contractor asks for when the manager decides on a ${decision} then everyone gets theirs`, async () => {
      await submit("walls");
      await by("owner", await dispute("crooked"));
      await by("recipient", await contractor.requestMediation(policy));
      const change = await gains(async () =>
        by("mediator", await manager.resolveDispute(policy, { recipientAmount: share })),
      );
      expect(change).to.deep.equal(gained);
      expect(await state(0)).to.equal("resolved");
    });
  }

  it("rule 3: given five days then a dispute comes too late, a second earlier it doesn't", async () => {
    await submit("walls");
    await at(5n * DAY - 1n);
    const inTime = await dispute("crooked");
    await at(5n * DAY);
    expectError(await world.send(inTime, "owner"), "DisputeWindowClosed");
    await at(5n * DAY - 1n);
    await by("owner", inTime);
  });

  it("rule 5: given seven days without a response then anyone releases it, and a second earlier no one else", async () => {
    await submit("walls");
    const release = await stranger.executePayment(policy, undefined, undefined, undefined, {
      executor: world.key("stranger"),
      skipChecks: true,
    });
    await at(7n * DAY - 1n);
    expectError(await world.send(release, "stranger"), "InvalidSigner");
    await at(7n * DAY);
    await by("stranger", release);
    expect(await state(0)).to.equal("released");
  });

  it("rule 6: given three days without an agreement then it is in mediation without any call", async () => {
    await submit("walls");
    await by("owner", await dispute("crooked"));
    const decision = await manager.resolveDispute(policy, {
      recipientAmount: 1_000_000_000n,
      skipChecks: true,
    });
    await at(3n * DAY - 1n);
    expectError(await world.send(decision, "mediator"), "MediationNotStarted");
    await at(3n * DAY);
    await by("mediator", decision);
  });

  it("rules 1 and 2: given any state then what comes next is known, with the second it comes", async () => {
    await submit("walls");
    const { possible, byItself } = await homeowner.nextActions(policy, world.key("owner"));
    expect(possible.map(({ instruction }) => instruction)).to.include.members([
      "approveMilestone",
      "disputeMilestone",
    ]);
    const seconds = byItself.map(({ change, at: second }) => [change, BigInt(second.toString())]);
    expect(seconds).to.deep.include.members([
      ["disputeWindowCloses", START + 5n * DAY],
      ["silentApproval", START + 7n * DAY],
    ]);
  });

  it("given a dispute deadlock, the mediator silent too, then the agreed half is paid after fourteen days", async () => {
    await submit("walls");
    await by("owner", await dispute("crooked"));
    await at(17n * DAY);
    const change = await gains(async () => by("stranger", await stranger.expireMediation(policy)));
    expect(change).to.deep.equal([2_000_000_000n, 2_050_000_000n, 50_000_000n]);
  });
});

const SCHEDULE = { amounts: MILESTONES, timestamps: [], releaseCondition: RELEASE_OWNER };
