/** Every limit of the runtime that a packed transaction could meet: it is a budget of the packing, or it cannot be met first. */
import { expect } from "chai";
import { type Keypair, type PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import {
  decodeEvents,
  type Execution,
  type ExecutionGroup,
  lookupTableAddresses,
  MAX_INSTRUCTION_TRACE,
  MilestoneClient,
  packExecutions,
} from "@milepost/sdk";
import { selectedRuntime } from "../harness";
import { HeldPolicy, payable, World } from "../world";

/** An instruction of the token program that changes nothing. */
const GET_ACCOUNT_DATA_SIZE = Buffer.from([21]);

/** What the runtime traced of a transaction whose log is whole. */
function traced(logs: readonly string[]): { length: number; depth: number } {
  const depths = logs.flatMap((line) => {
    const [, depth] = /^Program \S+ invoke \[(\d+)\]$/.exec(line) ?? [];
    return depth ? [Number(depth)] : [];
  });
  return { length: depths.length, depth: Math.max(...depths) };
}

describe("packing: every limit of the runtime is a budget", function () {
  this.timeout(120_000);
  let world: World;
  let keeper: Keypair;
  let sdk: MilestoneClient;
  beforeEach(async () => {
    // 10 % of the gateway's fee go to the keeper: every account that a release can pay is paid.
    world = await World.create({ gatewayFeeBps: 1_000, protocolFeeBps: 100 });
    await world.expectOk([world.setKeeperReward(1_000)], "gatewayAuthority");
    keeper = world.people.stranger;
    sdk = new MilestoneClient(world.chain.connection, keeper);
  });

  const send = (group: Pick<ExecutionGroup, "instructions" | "lookupTables">) =>
    world.chain.send(group.instructions, [keeper], {
      feePayer: keeper,
      lookupTables: [...group.lookupTables],
    });

  async function policies(count: number, isNew: boolean): Promise<PublicKey[]> {
    const made: PublicKey[] = [];
    for (let index = 0; index < count; index += 1) {
      const { address } = await world.otherOwnersPolicy(`crowd/${index}`, 1_000_000n, { isNew });
      made.push(address);
    }
    return made;
  }

  async function packed(addresses: PublicKey[], isClaiming: boolean): Promise<ExecutionGroup[]> {
    const keeperTokenAccount = isClaiming ? world.tokens.stranger : undefined;
    const executions = await Promise.all(
      addresses.map((policy) => sdk.prepareExecution(policy, { keeperTokenAccount })),
    );
    const lookupTable = await world.chain.createLookupTable(lookupTableAddresses(executions));
    return packExecutions(sdk, executions, { lookupTable });
  }

  async function expectPaid(addresses: readonly PublicKey[]): Promise<void> {
    for (const address of addresses) {
      const { totalPaid } = await sdk.getPaymentPolicy(address);
      expect(totalPaid.toString()).to.equal("1000000");
    }
  }

  it("lands 24 payments to recipients without token accounts, which used to exceed the instruction trace", async () => {
    const addresses = await policies(24, true);
    const groups = await packed(addresses, true);
    for (const group of groups) {
      const result = await send(group);
      expect(result.ok, `${JSON.stringify(result.err)} of ${group.executions.length}`).to.equal(
        true,
      );
      expect(group.traceLength).to.be.at.most(MAX_INSTRUCTION_TRACE);
    }
    await expectPaid(addresses);
    expect(groups.map(({ executions }) => executions.length)).to.deep.equal([5, 5, 5, 5, 4]);
  });

  it("lands them after a stranger sent lamports to every missing account, which makes each creation longer", async () => {
    const addresses = await policies(6, true);
    const groups = await packed(addresses, true);
    for (const { executions } of groups) {
      for (const { setup } of executions) {
        for (const { keys } of setup) await world.chain.airdrop(keys[1]!.pubkey, 1_000_000n);
      }
    }
    for (const group of groups) expect((await send(group)).err).to.equal(null);
    await expectPaid(addresses);
  });

  for (const [what, isClaiming, most] of [
    ["releases that claim rewards", true, 12],
    ["releases that claim none", false, 13],
  ] as const) {
    it(`lands as many ${what} as a transaction takes, within its log, heap and loaded data as well`, async () => {
      const addresses = await policies(most + 1, false);
      const groups = await packed(addresses, isClaiming);
      expect(groups.map(({ executions }) => executions.length)).to.deep.equal([most, 1]);
      const [full] = groups;
      const result = await send(full!);
      expect(result.err).to.equal(null);
      // Where the runtime cuts the log off, that fails nothing, and is told.
      const { events, isTruncated } = decodeEvents(result.logs);
      const paid = events.filter(({ name }) => name === "PaymentExecuted");
      expect(isTruncated || paid.length === most, `${paid.length} events`).to.equal(true);
      await expectPaid(addresses.slice(0, most));
    });
  }

  it("bounds the trace of each kind of instruction by what the chain runs, and uses depth 2 of 5", async () => {
    const measure = async (name: string, execution: Execution) => {
      const [group] = await packExecutions(sdk, [execution], { computeUnitPrice: 1 });
      const { ok, logs, err } = await send(group!);
      expect(ok, `${name}: ${JSON.stringify(err)}`).to.equal(true);
      const { length, depth } = traced(logs);
      expect(depth, name).to.equal(2);
      return [length, group!.traceLength];
    };
    const keeperTokenAccount = world.tokens.stranger;
    const held = await HeldPolicy.ready(world, {
      schedule: { amounts: [1_000_000n], timestamps: [0n], releaseCondition: 0 },
      terms: { platformFeeBps: 50 },
    });
    const { address: plain } = await payable(world, [1_000_000n]);
    const { address: fresh } = await world.otherOwnersPolicy("fresh", 1_000_000n, { isNew: true });
    const { address: sent } = await world.otherOwnersPolicy("sent", 1_000_000n, { isNew: true });
    const prefunded = await sdk.prepareExecution(sent, { keeperTokenAccount });
    await world.chain.airdrop(prefunded.setup[0]!.keys[1]!.pubkey, 1n);

    const claiming = (policy: PublicKey) => sdk.prepareExecution(policy, { keeperTokenAccount });
    // Two of the compute budget, the release, and a transfer to each account that is paid: four, or one call for all where the
    // token program has `Batch`. The bound holds for every token program.
    const paid = 3 + (selectedRuntime() === "litesvm" ? 1 : 4);
    expect(await measure("delegated", await claiming(plain))).to.deep.equal([paid, 7]);
    expect(await measure("held", await claiming(held.policy.address))).to.deep.equal([paid, 7]);
    // Five more for a new account, seven where lamports are there already.
    expect(await measure("new account", await claiming(fresh))).to.deep.equal([paid + 5, 14]);
    expect(await measure("prefunded account", prefunded)).to.deep.equal([paid + 7, 14]);
  });

  it("bounds a Token-2022 account's creation alike", async () => {
    world = await World.create({ tokenProgram: TOKEN_2022_PROGRAM_ID });
    sdk = new MilestoneClient(world.chain.connection, world.people.stranger);
    const { address } = await world.otherOwnersPolicy("2022", 1_000n, { isNew: true });
    const execution = await sdk.prepareExecution(address);
    await world.chain.airdrop(execution.setup[0]!.keys[1]!.pubkey, 1n);
    const [group] = await packExecutions(sdk, [execution], { computeUnitPrice: 1 });
    const { ok, logs } = await send(group!);
    expect(ok, logs.join("\n")).to.equal(true);
    const { length, depth } = traced(logs);
    expect([length, group!.traceLength, depth]).to.deep.equal([11, 11, 2]);
  });

  it("knows the runtime's number: 64 instructions land, and one more is refused", async () => {
    const size = new TransactionInstruction({
      programId: world.tokenProgram,
      keys: [{ pubkey: world.mint, isSigner: false, isWritable: false }],
      data: GET_ACCOUNT_DATA_SIZE,
    });
    const times = (count: number) => Array.from({ length: count }, () => size);
    const most = await send({ instructions: times(MAX_INSTRUCTION_TRACE), lookupTables: [] });
    expect(most.err).to.equal(null);
    const over = await send({ instructions: times(MAX_INSTRUCTION_TRACE + 1), lookupTables: [] });
    expect(JSON.stringify(over.err)).to.contain("MaxInstructionTraceLengthExceeded");
  });
});
