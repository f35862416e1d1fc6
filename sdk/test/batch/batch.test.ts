import { expect } from "chai";
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  PublicKey,
  TransactionInstruction,
} from "@solana/web3.js";
import {
  createLookupTable,
  extendLookupTable,
  lookupTableAddresses,
} from "../../src/batch/lookup-table";
import {
  EXECUTION_COMPUTE_UNITS,
  groupExecutions,
  packExecutions,
  SETUP_COMPUTE_UNITS,
} from "../../src/batch/pack";
import { MAX_COMPUTE_UNITS, MAX_TRANSACTION_SIZE } from "../../src/constants";
import { createContext } from "../../src/context/context";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { SendError } from "../../src/errors/send";
import { buildExecution, type Execution } from "../../src/actions/build-execution";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  fakeWorld,
  keypair,
  owner,
  policy,
  policyPda,
  releaseSnapshot,
  stranger,
  tokenAccount,
  userPayment,
} from "../fixtures";

const payer = stranger.publicKey;
const context = createContext(new FakeConnection().asConnection(), stranger);

/** Executions of policies that have nothing but the config, mint and gateway in common. */
function executions(count: number, withSetup = false): Execution[] {
  return Array.from({ length: count }, (_unused, index) => {
    const address = (name: string) => keypair(`${name} ${index}`).publicKey;
    const base = releaseSnapshot();
    const to = address("recipient");
    const snapshot = releaseSnapshot({
      policyAddress: address("policy"),
      policy: policy({}, { recipient: to, userPayment: address("user payment") }),
      userPayment: userPayment({ owner: address("owner"), tokenAccount: address("tokens") }),
      source: tokenAccount({ owner: address("owner"), address: address("tokens") }),
      recipientDestination: {
        address: address("destination"),
        owner: to,
        state: withSetup ? null : tokenAccount({ owner: to }),
        isAssociated: true,
      },
      gatewayFeeDestination: {
        ...base.gatewayFeeDestination,
        state: withSetup ? null : base.gatewayFeeDestination.state,
      },
    });
    return buildExecution(context, snapshot);
  });
}

function tableOf(addresses: PublicKey[]): AddressLookupTableAccount {
  return new AddressLookupTableAccount({
    key: keypair("table").publicKey,
    state: {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses,
    },
  });
}

describe("groupExecutions", () => {
  it("given 8 policies and a lookup table, then one transaction that fits", () => {
    const batch = executions(8);
    const lookupTable = tableOf(lookupTableAddresses(batch));
    const groups = groupExecutions(batch, { payer, lookupTable });
    expect(groups.map((group) => group.executions.length)).to.deep.equal([8]);
    expect(groups[0]!.size).to.be.at.most(MAX_TRANSACTION_SIZE);
    expect(groups[0]!.computeUnits).to.equal(8 * EXECUTION_COMPUTE_UNITS);
    expect(groups[0]!.signers).to.deep.equal([]);
  });

  it("given no lookup table, then several transactions, in order, each below the limit and none with room", () => {
    const batch = executions(20);
    const groups = groupExecutions(batch, { payer });
    expect(groups.length).to.be.greaterThan(1);
    expect(groups.flatMap((group) => group.executions)).to.deep.equal(batch);
    groups.forEach((group, index) => {
      expect(group.size).to.be.at.most(MAX_TRANSACTION_SIZE);
      const next = groups[index + 1]?.executions[0];
      if (next) {
        const more = groupExecutions([...group.executions, next], { payer });
        expect(more).to.have.length(2);
      }
    });
  });

  it("given compute units for three, then three a transaction", () => {
    const batch = executions(7);
    const lookupTable = tableOf(lookupTableAddresses(batch));
    const limits = { computeUnitLimit: 100_000, maxComputeUnits: 399_999 };
    const groups = groupExecutions(batch, { payer, lookupTable, ...limits });
    expect(groups.map((group) => group.executions.length)).to.deep.equal([3, 3, 1]);
    expect(groups[0]!.computeUnits).to.equal(300_000);
    expect(groups[0]!.instructions[0]!.programId.equals(ComputeBudgetProgram.programId)).to.equal(
      true,
    );
  });

  it("given the network's compute units, then never more", () => {
    const batch = executions(40);
    const lookupTable = tableOf(lookupTableAddresses(batch));
    const groups = groupExecutions(batch, { payer, lookupTable, computeUnitLimit: 200_000 });
    for (const group of groups) expect(group.computeUnits).to.be.at.most(MAX_COMPUTE_UNITS);
    expect(groups[0]!.executions).to.have.length(7);
  });

  it("given set-up that executions share, then once per transaction, first, and counted", () => {
    const batch = executions(3, true);
    const lookupTable = tableOf(lookupTableAddresses(batch));
    const [group] = groupExecutions(batch, { payer, lookupTable });
    expect(group!.executions).to.have.length(3);
    // A recipient's each, and one for the gateway's fees.
    expect(group!.computeUnits).to.equal(3 * EXECUTION_COMPUTE_UNITS + 4 * SETUP_COMPUTE_UNITS);
    const instructions = group!.instructions.slice(1);
    expect(instructions).to.have.length(7);
    expect(instructions.slice(4)).to.deep.equal(batch.map((execution) => execution.instruction));
  });

  it("given most executions a transaction, then no more", () => {
    const groups = groupExecutions(executions(5), { payer, maxExecutions: 2 });
    expect(groups.map((group) => group.executions.length)).to.deep.equal([2, 2, 1]);
  });

  it("given other executors, then they are named as signers", () => {
    const snapshot = releaseSnapshot({ policy: policy({ releaseCondition: 4 }) });
    const [group] = groupExecutions([buildExecution(context, snapshot)], { payer });
    expect(group!.signers.map(String)).to.deep.equal([owner.publicKey.toBase58()]);
  });

  it("given one milestone twice, then refused", async () => {
    const [execution] = executions(1);
    await expectError(InvalidInputError, () =>
      groupExecutions([execution!, execution!], { payer }),
    );
  });

  it("given one that fits nowhere, then refused", async () => {
    const [execution] = executions(1);
    const huge = new TransactionInstruction({
      programId: payer,
      keys: [],
      data: Buffer.alloc(1300),
    });
    for (const setup of [[huge], []]) {
      const options = setup.length === 0 ? { payer, maxComputeUnits: 1 } : { payer };
      const error = await expectError(SendError, () =>
        groupExecutions([{ ...execution!, setup }], options),
      );
      expect(error.code).to.equal(MilepostErrorCode.SendTooLarge);
    }
  });

  it("given nothing, then no groups", () => {
    expect(groupExecutions([], { payer })).to.deep.equal([]);
  });
});

describe("packExecutions", () => {
  it("given policy addresses, then their current milestones", async () => {
    const { context: world } = await fakeWorld();
    const groups = await packExecutions(world, [policyPda]);
    expect(groups).to.have.length(1);
    expect(groups[0]!.executions[0]!.milestoneIndex).to.equal(0);
  });
});

describe("lookup tables", () => {
  it("given executions, then no signer and no called program, the shared ones first", () => {
    const batch = executions(4);
    const addresses = lookupTableAddresses(batch).map(String);
    expect(addresses).to.not.include(payer.toBase58());
    expect(addresses).to.not.include(context.programId.toBase58());
    expect(new Set(addresses).size).to.equal(addresses.length);
    const shared = releaseSnapshot().configAddress.toBase58();
    expect(addresses.slice(0, 5)).to.include(shared);
  });

  it("given 45 addresses, then created with the first 20 and extended twice", () => {
    const addresses = Array.from(
      { length: 45 },
      (_unused, index) => keypair(`a${index}`).publicKey,
    );
    const plan = createLookupTable({ authority: payer, payer, recentSlot: 5, addresses });
    expect(plan.transactions.map((instructions) => instructions.length)).to.deep.equal([2, 1, 1]);
    const more = extendLookupTable({
      authority: payer,
      payer,
      lookupTable: plan.lookupTable,
      addresses,
    });
    expect(more).to.have.length(3);
  });

  it("given no address or 257, then refused", async () => {
    for (const count of [0, 257]) {
      const addresses = Array.from({ length: count }, () => payer);
      await expectError(InvalidInputError, () =>
        createLookupTable({ authority: payer, payer, recentSlot: 5, addresses }),
      );
    }
  });
});
