import { expect } from "chai";
import { AddressLookupTableAccount, PublicKey } from "@solana/web3.js";
import { createRevokeInstruction, createTransferInstruction } from "@solana/spl-token";
import BN from "bn.js";
import {
  getUserPaymentPda,
  lookupTableAddresses,
  MilestoneClient,
  MilestoneProgramError,
  packExecutions,
  parseTransactionError,
} from "@milepost/sdk";
import { START, WEEK, World } from "../world";

const bn = (value: bigint): BN => new BN(value.toString());
const addresses = (found: { address: PublicKey }[]): string[] =>
  found.map(({ address }) => address.toBase58()).sort();

describe("the SDK on a chain: lists, explanations, coverage, batches", () => {
  let world: World;
  let sdk: MilestoneClient;
  beforeEach(async () => {
    world = await World.create();
    sdk = new MilestoneClient(world.chain.connection, world.people.stranger);
  });

  it("given policies then they are found by owner, recipient, gateway and due date, and no others", async () => {
    const early = await world.createPolicy({ amounts: [1n], timestamps: [START + 10n] });
    const late = await world.createPolicy({ amounts: [1n], timestamps: [START + WEEK] });
    const undated = await world.createPolicy({
      amounts: [1n],
      timestamps: [0n],
      releaseCondition: 8,
    });
    const all = addresses([early, late, undated]);
    expect(addresses(await sdk.listPoliciesByOwner(world.key("owner")))).to.deep.equal(all);
    expect(addresses(await sdk.listPoliciesByRecipient(world.key("recipient")))).to.deep.equal(all);
    expect(addresses(await sdk.listPoliciesByGateway(world.gateway))).to.deep.equal(all);
    expect(await sdk.listPoliciesByOwner(world.key("stranger"))).to.deep.equal([]);
    expect(await sdk.listPoliciesByRecipient(world.key("owner"))).to.deep.equal([]);
    const [userPayment] = await sdk.listUserPaymentsByOwner(world.key("owner"));
    expect(
      userPayment?.address.equals(getUserPaymentPda(world.key("owner"), world.mint)[0]),
    ).to.equal(true);
    const due = addresses(await sdk.listDuePolicies({ before: bn(START + 11n) }));
    expect(due).to.include(early.address.toBase58()).and.not.include(late.address.toBase58());
  });

  it("given each thing that can be missing then the first unmet requirement is the error the program gives", async () => {
    const policy = await world.createPolicy({ releaseCondition: 5 });
    const firstUnmet = async (): Promise<string | null | undefined> => {
      const report = await sdk.explainRelease(policy.address, { signers: [world.key("owner")] });
      return report.requirements.find(({ isMet }) => !isMet)?.error;
    };
    const fromProgram = async (): Promise<string | undefined> => {
      const result = await world.send(
        [world.executePayment(policy.address, 0, { executor: world.key("owner") })],
        "owner",
      );
      const error = parseTransactionError(result.err, { logs: result.logs });
      return error instanceof MilestoneProgramError ? error.programErrorName : undefined;
    };
    const check = async (expected: string): Promise<void> => {
      expect(await firstUnmet()).to.equal(expected);
      expect(await fromProgram()).to.equal(expected);
    };

    const report = await sdk.explainRelease(policy.address);
    expect(report.isReleasable).to.equal(false);
    expect(report.earliest?.toString()).to.equal((START + WEEK).toString());
    expect(report.requiredSigner?.address.equals(world.key("owner"))).to.equal(true);
    await check("PaymentNotDue");
    await world.chain.setTime(START + WEEK);
    expect(await firstUnmet()).to.equal(undefined);

    await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
    await check("PolicyPaused");
    await world.expectOk([world.changeStatus(policy.address, "Active")], "owner");
    await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
    await check("ProgramPaused");
    await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
    await world.expectOk(
      [createRevokeInstruction(world.tokens.owner, world.key("owner"))],
      "owner",
    );
    await check("DelegationRevoked");
    await world.expectOk([world.syncDelegation()], "owner");
    await world.expectOk(
      [
        createTransferInstruction(
          world.tokens.owner,
          world.tokens.stranger,
          world.key("owner"),
          await world.balance("owner"),
        ),
      ],
      "owner",
    );
    await check("InsufficientFunds");
    await world.fund("owner", 50_000_000n);
    const ready = await sdk.explainRelease(policy.address, { signers: [world.key("owner")] });
    expect(ready.isReleasable, JSON.stringify(ready.requirements)).to.equal(true);
    await world.expectOk(
      [world.executePayment(policy.address, 0, { executor: world.key("owner") })],
      "owner",
    );
  });

  it("given a balance below what was promised then coverage says which payment fails and how much is missing", async () => {
    const low = await World.create({ balance: 120_000_000n });
    const reader = new MilestoneClient(low.chain.connection, low.people.stranger);
    const policy = await low.createPolicy();
    const coverage = await reader.delegationCoverage(low.key("owner"), low.mint);
    expect(coverage.committed.toString()).to.equal("300000000");
    expect(coverage.allowance.toString()).to.equal("300000000");
    expect(coverage.balance.toString()).to.equal("120000000");
    expect(coverage.shortfall.toString()).to.equal("180000000");
    const bites = coverage.firstUncovered;
    expect(bites?.policy.equals(policy.address)).to.equal(true);
    expect(bites?.milestoneIndex).to.equal(1);
    expect(bites?.missing.toString()).to.equal("30000000");
    expect(bites?.dueAt?.toString()).to.equal((START + 2n * WEEK).toString());
  });

  it("given thirty due policies of different owners then with a lookup table at least 8 share a transaction, and all are paid", async () => {
    const policies: PublicKey[] = [];
    for (let i = 0; i < 30; i++) {
      policies.push((await world.otherOwnersPolicy(`batch/${i}`)).address);
    }
    const executions = await Promise.all(policies.map((policy) => sdk.prepareExecution(policy)));
    const wanted = lookupTableAddresses(executions);
    const lookupTable: AddressLookupTableAccount = await world.chain.createLookupTable(wanted);
    const groups = await packExecutions(sdk, executions, { lookupTable });
    expect(groups.flatMap((group) => group.executions)).to.have.length(30);
    expect(groups[0]?.executions.length).to.be.at.least(8);
    for (const group of groups) {
      const result = await world.chain.send(group.instructions, [world.people.stranger], {
        feePayer: world.people.stranger,
        lookupTables: [lookupTable],
      });
      expect(result.ok, result.logs.join("\n")).to.equal(true);
    }
    for (const policy of policies) {
      expect((await sdk.getPaymentPolicy(policy)).totalPaid.toString()).to.equal("1000");
    }
  });
});
