import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  CreateHeldMilestoneOptions,
  decodeEvents,
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_DELEGATED,
  FUNDING_KIND_HELD,
  hashDocument,
  hashFile,
  MilestoneClient,
  MilestoneErrorName,
  MilestoneEvent,
  MilestoneProgramError,
  milestoneStateName,
  RELEASE_OWNER,
} from "@milepost/sdk";
import { DAY, expectRefused, IDL, Person, World } from "../world";

const AMOUNTS = [4_000_000n, 10_000_000n, 2_000_000n, 5_000_000n];
const BALANCE = 1_000_000_000_000n;
/** AMOUNTS and 2.5 % on top. */
const FUNDED = 21_525_000n;

/** The instructions that only held policies have. */
const ESCROW_INSTRUCTIONS = [
  "accept_escrow",
  "approve_milestone",
  "close_escrow",
  "dispute_milestone",
  "expire_mediation",
  "fund_milestones",
  "open_escrow",
  "reclaim_milestone",
  "request_mediation",
  "resolve_dispute",
  "settle_milestone",
  "submit_milestone",
  "withdraw_dispute",
];

type Finalized = Extract<MilestoneEvent, { name: "MilestoneFinalized" }>["data"];

const nameOf = ({ data }: TransactionInstruction): string | undefined =>
  IDL.instructions.find(({ discriminator }) =>
    data.subarray(0, 8).equals(Buffer.from(discriminator)),
  )?.name;

async function expectSdkRefusal(
  promise: Promise<unknown>,
  name: MilestoneErrorName,
): Promise<void> {
  const error = await promise.then(
    () => expect.fail(`expected ${name}`),
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(MilestoneProgramError);
  const { programErrorName, origin } = error as MilestoneProgramError;
  expect([programErrorName, origin]).to.deep.equal([name, "sdk"]);
}

describe("the SDK on a chain: held policies", () => {
  let world: World;
  /** Names of the program's instructions that landed. */
  let landed: Set<string>;
  let owner: MilestoneClient;
  let recipient: MilestoneClient;
  let mediator: MilestoneClient;
  let stranger: MilestoneClient;
  let evidenceHash: Uint8Array;
  let mediation: { mediator: PublicKey };

  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 250, protocolFeeBps: 100, balance: BALANCE });
    const client = (person: Person): MilestoneClient =>
      new MilestoneClient(world.chain.connection, world.people[person]);
    landed = new Set();
    owner = client("owner");
    recipient = client("recipient");
    mediator = client("mediator");
    stranger = client("stranger");
    mediation = { mediator: world.key("mediator") };
    evidenceHash = await hashDocument("the tiles are laid");
  });

  /** Sends through the client, with its wallet and the named people's signatures; the events. */
  async function send(
    client: MilestoneClient,
    building: TransactionInstruction[] | Promise<TransactionInstruction[]>,
    ...cosigners: Person[]
  ): Promise<MilestoneEvent[]> {
    const instructions = await building;
    const signers = cosigners.map((person) => world.people[person]);
    const { signature } = await client.send(instructions, { signers });
    for (const name of instructions.map(nameOf)) if (name) landed.add(name);
    return decodeEvents(world.chain.landedTransaction(signature)?.execution.logs ?? []).events;
  }

  /** `send` of what ends a milestone; how it ended. */
  async function end(...args: Parameters<typeof send>): Promise<Finalized> {
    const [event] = await send(...args);
    if (event?.name !== "MilestoneFinalized") throw new Error(`got ${event?.name}`);
    return event.data;
  }

  const prepare = (options: Partial<CreateHeldMilestoneOptions> = {}) =>
    owner.prepareHeldMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      AMOUNTS,
      [],
      RELEASE_OWNER,
      undefined,
      { ...mediation, terms: { platformFeeBps: 250, timeoutRecipientBps: 3_333 }, ...options },
    );

  /** A delegated policy. */
  async function delegated(releaseCondition = RELEASE_OWNER): Promise<PublicKey> {
    const { mint, gateway } = world;
    const to = world.key("recipient");
    const prepared = await owner.prepareMilestone(mint, to, gateway, AMOUNTS, [], releaseCondition);
    await send(owner, prepared.instructions);
    return prepared.policy;
  }

  /** Created, accepted and all of it in the vault. */
  async function held(): Promise<PublicKey> {
    const { instructions, policy } = await prepare({ fund: "all" });
    await send(owner, instructions);
    await send(recipient, recipient.acceptEscrow(policy));
    return policy;
  }

  async function disputed(policy: PublicKey): Promise<void> {
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash }));
    await send(owner, owner.disputeMilestone(policy, { reasonHash: evidenceHash }));
  }

  const later = (days: bigint): Promise<void> =>
    world.chain.setTime(world.chain.now() + days * DAY);

  const stateOf = async (policy: PublicKey): Promise<string[]> =>
    (await owner.getEscrow(policy)).milestones.map(({ state }) => milestoneStateName(state));

  const vaultOf = async (policy: PublicKey): Promise<bigint> => {
    const { vault } = await owner.getEscrow(policy);
    const { value } = await world.chain.connection.getTokenAccountBalance(vault);
    return BigInt(value.amount);
  };

  /** The ending, then what went to recipient, gateway, protocol, platform and back to the owner. */
  const sharesOf = (ended: Finalized): [string | undefined, ...string[]] => [
    Object.keys(ended.ending)[0],
    ...[ended.recipientAmount, ended.gatewayFee, ended.protocolFee].map(String),
    ...[ended.platformFee, ended.refunded].map(String),
  ];

  it("given terms and fund 'next' then one transaction creates the policy, opens its escrow and funds the first milestone", async () => {
    const instructions = await owner.createHeldMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      AMOUNTS,
      [],
      RELEASE_OWNER,
      undefined,
      { ...mediation, terms: { platformFeeBps: 250 }, fund: "next" },
    );
    const events = await send(owner, instructions);
    expect(events.map(({ name }) => name)).to.deep.equal([
      "PolicyCreated",
      "EscrowOpened",
      "MilestonesFunded",
    ]);
    const [listed] = await owner.listPoliciesByOwner(world.key("owner"));
    const policy = listed?.address as PublicKey;
    expect(listed?.account.fundingKind).to.equal(FUNDING_KIND_HELD);
    expect(await stateOf(policy)).to.deep.equal(["funded", "unfunded", "unfunded", "unfunded"]);
    expect(await vaultOf(policy)).to.equal(4_100_000n);
    const escrow = await owner.getEscrow(policy);
    expect(escrow.reviewPeriodSecs).to.equal(7 * Number(DAY));
    const [byMediator] = await stranger.listEscrowsByMediator(world.key("mediator"));
    expect(byMediator?.account.policy.equals(policy)).to.equal(true);
    expect((await world.delegation()).allowance).to.equal(0n);
  });

  it("given a file when the recipient submits its hash and the owner stays silent then anyone releases after the review", async () => {
    const folder = mkdtempSync(join(tmpdir(), "delivery-"));
    try {
      const policy = await held();
      const path = join(folder, "photos.zip");
      writeFileSync(path, "photos");
      const hash = await hashFile(path);
      expect(Buffer.from(hash)).to.deep.equal(createHash("sha256").update("photos").digest());
      await send(recipient, recipient.submitMilestone(policy, { evidenceHash: hash }));
      const [submitted] = (await owner.getEscrow(policy)).milestones;
      expect(Buffer.from(submitted?.evidenceHash ?? [])).to.deep.equal(Buffer.from(hash));

      await later(7n);
      const ended = await end(stranger, stranger.executePayment(policy));
      expect(sharesOf(ended).slice(1)).to.deep.equal(["3860000", "100000", "40000", "100000", "0"]);
      expect(await world.balance("recipient")).to.equal(3_860_000n);
      expect(await world.balance("gatewayFees")).to.equal(200_000n);
      expect(await world.balance("protocolFees")).to.equal(40_000n);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("given two policies when their parties do everything there is then all thirteen instructions land, and the books are even", async () => {
    const policy = await held();
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash }));
    expect(sharesOf(await end(owner, owner.approveMilestone(policy)))).to.deep.equal([
      "approved",
      ...["3860000", "100000", "40000", "100000", "0"],
    ]);

    await disputed(policy);
    await send(owner, owner.withdrawDispute(policy));
    await send(owner, owner.disputeMilestone(policy, { reasonHash: evidenceHash }));
    await send(recipient, recipient.requestMediation(policy));
    const division = { recipientAmount: 6_000_000n };
    expect(sharesOf(await end(mediator, mediator.resolveDispute(policy, division)))).to.deep.equal([
      "resolved",
      ...["5790000", "150000", "60000", "150000", "4100000"],
    ]);

    await disputed(policy);
    await later(17n);
    expect(sharesOf(await end(stranger, stranger.expireMediation(policy)))).to.deep.equal([
      "expired",
      ...["643269", "16665", "6666", "16665", "1366735"],
    ]);
    const settlement = owner.settleMilestone(policy, { recipientAmount: 1n });
    expect(sharesOf(await end(owner, settlement, "recipient"))).to.deep.equal([
      "settled",
      ...["1", "0", "0", "0", "5124999"],
    ]);
    expect(await vaultOf(policy)).to.equal(0n);

    const other = await delegated();
    await send(owner, owner.openEscrow(other, mediation));
    await send(owner, owner.fundMilestones(other, { milestones: 2 }));
    await send(recipient, recipient.acceptEscrow(other));
    await end(owner, owner.reclaimMilestone(other, { isAgreed: true }), "recipient");
    await later(7n);
    expect((await end(owner, owner.reclaimMilestone(other))).refunded.toString()).to.equal(
      "10000000",
    );
    expect(await stateOf(other)).to.deep.equal(["refunded", "refunded", "unfunded", "unfunded"]);
    await send(owner, owner.closeEscrow(other));
    expect((await owner.getPaymentPolicy(other)).fundingKind).to.equal(FUNDING_KIND_CLOSED);
    const { policyId } = await owner.getPaymentPolicy(other);
    await send(owner, owner.deletePaymentPolicy(world.mint, policyId));
    expect(await world.chain.getAccount(other)).to.equal(null);

    const ofEscrows = [...landed].filter((name) => ESCROW_INSTRUCTIONS.includes(name));
    expect(ofEscrows.sort()).to.deep.equal(ESCROW_INSTRUCTIONS);
    expect(await world.balance("owner")).to.equal(BALANCE - 10_666_601n - 266_665n);
  });

  it("given a delegated policy that has paid once when it moves to escrow then the rest is in the vault and the allowance is gone", async () => {
    const policy = await delegated();
    await send(owner, owner.executePayment(policy));
    const events = await send(
      owner,
      owner.moveToEscrow(policy, { ...mediation, milestones: "all" }),
    );
    expect(events.map(({ name }) => name)).to.deep.equal(["EscrowOpened", "MilestonesFunded"]);
    expect((await stateOf(policy)).slice(1)).to.deep.equal(["funded", "funded", "funded"]);
    expect(await vaultOf(policy)).to.equal(17_000_000n);
    expect((await world.delegation()).allowance).to.equal(0n);
    await send(recipient, recipient.acceptEscrow(policy));
    const ended = await end(owner, owner.approveMilestone(policy));
    expect([ended.milestoneIndex, ended.totalPaid.toString()]).to.deep.equal([1, "14000000"]);
  });

  it("given a delegated policy when only its next milestone moves then the others wait for the owner's funding", async () => {
    const policy = await delegated();
    await send(owner, owner.moveToEscrow(policy, { ...mediation, milestones: "next" }));
    expect(await stateOf(policy)).to.deep.equal(["funded", "unfunded", "unfunded", "unfunded"]);
    await send(owner, owner.fundMilestones(policy));
    expect(await stateOf(policy)).to.deep.equal(["funded", "funded", "unfunded", "unfunded"]);
    expect(await vaultOf(policy)).to.equal(14_000_000n);
  });

  it("given a held policy then explainRelease and nextActions say what is missing, stage by stage", async () => {
    const unmet = async (policy: PublicKey) => {
      const report = await stranger.explainRelease(policy);
      return report.requirements.flatMap(({ isMet, error }) => (isMet ? [] : [error]));
    };
    const { instructions, policy } = await prepare();
    await send(owner, instructions);
    expect(await unmet(policy)).to.deep.equal([
      "EscrowNotAccepted",
      "MilestoneNotFunded",
      "InvalidSigner",
    ]);
    await send(recipient, recipient.acceptEscrow(policy));
    await send(owner, owner.fundMilestones(policy));
    expect(await unmet(policy)).to.deep.equal(["InvalidSigner"]);
    await disputed(policy);
    const report = await stranger.explainRelease(policy);
    expect([report.state, report.isReleasable]).to.deep.equal(["disputed", false]);
    expect(await unmet(policy)).to.include("MilestoneInDispute");
    const { possible } = await stranger.nextActions(policy, world.key("recipient"));
    expect(possible.map(({ instruction }) => instruction)).to.deep.equal([
      "submitMilestone",
      "requestMediation",
      "settleMilestone",
      "reclaimMilestone",
    ]);
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash }));
    await later(7n);
    expect(await unmet(policy)).to.deep.equal([]);
    expect((await stranger.explainRelease(policy)).requiredSigner).to.equal(null);
  });

  it("given a delegated and a held policy then coverage counts the one by its allowance and the other by its vault", async () => {
    const pulled = await delegated();
    const { instructions, policy } = await prepare({ fund: 2 });
    await send(owner, instructions);
    const coverage = await stranger.delegationCoverage(world.key("owner"), world.mint);
    expect(coverage.committed.toString()).to.equal("21000000");
    expect(coverage.shortfall.toString()).to.equal("0");
    expect(coverage.upcoming.map((payment) => payment.policy.toBase58())).to.deep.equal(
      AMOUNTS.map(() => pulled.toBase58()),
    );
    expect(coverage.held.toString()).to.equal("14350000");
    expect(coverage.unfunded.toString()).to.equal((FUNDED - 14_350_000n).toString());
    const [vault] = coverage.vaults;
    expect(vault?.policy.equals(policy)).to.equal(true);
    expect(vault?.isAccepted).to.equal(false);
    expect(vault?.balance?.toString()).to.equal("14350000");
    expect(vault?.upcoming.map(({ unfunded }) => unfunded.toString())).to.deep.equal([
      ...["0", "0", "2050000", "5125000"],
    ]);
  });

  it("given due milestones of delegated and held policies then they share a transaction, and all are paid", async () => {
    const pulled = await delegated(0);
    const vaulted = await held();
    await send(recipient, recipient.submitMilestone(vaulted, { evidenceHash }));
    await later(7n);
    const groups = await stranger.packExecutions([
      pulled,
      await stranger.prepareExecution(vaulted),
    ]);
    expect(groups.map(({ executions }) => executions.length)).to.deep.equal([2]);
    const events = await send(stranger, groups[0]?.instructions ?? []);
    expect(events.map(({ name }) => name)).to.deep.equal(["PaymentExecuted", "MilestoneFinalized"]);
    for (const policy of [pulled, vaulted]) {
      const { totalPaid, fundingKind } = await owner.getPaymentPolicy(policy);
      expect(totalPaid.toString()).to.equal("4000000");
      const kind = policy === pulled ? FUNDING_KIND_DELEGATED : FUNDING_KIND_HELD;
      expect(fundingKind).to.equal(kind);
    }
  });

  it("given what the program would refuse then the SDK refuses it with the same error, and nothing is sent", async () => {
    const { instructions, policy: opened } = await prepare();
    await send(owner, instructions);
    const policy = await held();
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash }));
    const { policyId } = await owner.getPaymentPolicy(policy);
    const otherTerms = { ...mediation, terms: { platformFeeBps: 0 } };
    const otherEvidence = { evidenceHash: await hashDocument("another delivery") };
    const foreign = { gatewayFeeAccount: world.tokens.stranger };
    const skipChecks = { skipChecks: true };
    type Case = [
      MilestoneErrorName,
      Person,
      (options: { skipChecks?: boolean }) => Promise<TransactionInstruction[]>,
    ];
    const submitted: Case[] = [
      [
        "TermsMismatch",
        "recipient",
        (o) => recipient.acceptEscrow(opened, { ...otherTerms, ...o }),
      ],
      [
        "EvidenceMismatch",
        "owner",
        (o) => owner.approveMilestone(policy, { ...otherEvidence, ...o }),
      ],
      [
        "InvalidGatewayFeeAccount",
        "owner",
        (o) => owner.approveMilestone(policy, { ...foreign, ...o }),
      ],
      ["EscrowHoldsMoney", "owner", (o) => owner.closeEscrow(policy, o)],
      ["PolicyHasEscrow", "owner", (o) => owner.deletePaymentPolicy(world.mint, policyId, o)],
    ];
    const inDispute: Case[] = [
      ["MilestoneInDispute", "owner", (o) => owner.approveMilestone(policy, o)],
      ["MilestoneInDispute", "owner", (o) => owner.reclaimMilestone(policy, o)],
    ];
    const check = async ([name, person, build]: Case): Promise<void> => {
      await expectSdkRefusal(build({}), name);
      await expectRefused(world, await build(skipChecks), [person], name, [opened, policy]);
    };
    for (const one of submitted) await check(one);
    await send(owner, owner.disputeMilestone(policy, { reasonHash: evidenceHash }));
    for (const one of inDispute) await check(one);
  });

  it("given an approval that waited while another delivery was submitted then it pays for neither", async () => {
    const policy = await held();
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash }));
    const approval = await owner.approveMilestone(policy);
    await send(owner, owner.disputeMilestone(policy, { reasonHash: evidenceHash }));
    const repaired = await hashDocument("the tiles are straight");
    await send(recipient, recipient.submitMilestone(policy, { evidenceHash: repaired }));
    const error = await owner.send(approval).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MilestoneProgramError);
    const { programErrorName, origin } = error as MilestoneProgramError;
    expect([programErrorName, origin]).to.deep.equal(["EvidenceMismatch", "chain"]);
    expect(await vaultOf(policy)).to.equal(FUNDED);
    await end(owner, owner.approveMilestone(policy));
  });

  it("given accounts of the fee recipients' authorities then an approval may pay the fees there", async () => {
    const policy = await held();
    const { gatewayAuthority, upgradeAuthority } = world.tokens;
    const accounts = { gatewayFeeAccount: gatewayAuthority, protocolFeeAccount: upgradeAuthority };
    await end(owner, owner.approveMilestone(policy, accounts));
    expect(await world.balance("gatewayAuthority")).to.equal(200_000n);
    expect(await world.balance("upgradeAuthority")).to.equal(40_000n);
    expect(await world.balance("gatewayFees")).to.equal(0n);
    expect(await world.balance("protocolFees")).to.equal(0n);
    expect(await world.balance("recipient")).to.equal(3_860_000n);
  });
});
