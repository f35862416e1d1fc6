/** Limits that the members of a transaction share: the batch is split at once, and no member is blamed. */
import { lookupTableAddresses } from "@milepost/sdk";
import { expect } from "chai";
import { PublicKey, VersionedTransaction } from "@solana/web3.js";
import { type Fault, inContext } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

/** Returns the indexes of the instructions that call the program in a transaction. */
function executionsIn(wire: unknown, programId: PublicKey): number[] {
  const { message } = VersionedTransaction.deserialize(Buffer.from(String(wire), "base64"));
  return message.compiledInstructions.flatMap(({ programIdIndex }, index) =>
    message.staticAccountKeys[programIdIndex]?.equals(programId) ? [index] : [],
  );
}

describe("work: limits of a whole transaction", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  const COUNT = 5;
  async function crowd(): Promise<string[]> {
    const policies: string[] = [];
    for (let index = 0; index < COUNT; index += 1) {
      policies.push(await keeper.otherPolicy(`crowd ${index}`));
    }
    await keeper.find();
    await keeper.enqueue();
    return policies;
  }

  /** Returns a fault that answers this way for every transaction of more than two executions. */
  const overTwo =
    (answer: (request: Parameters<Fault>[0], last: number) => unknown): Fault =>
    async (request, next) => {
      if (request.method !== "simulateTransaction") return next();
      const executions = executionsIn(request.params![0], keeper.context().programId);
      return executions.length > 2 ? answer(request, executions.at(-1)!) : next();
    };

  const fails = (err: (last: number) => unknown) =>
    overTwo((request, last) =>
      inContext(request, { err: err(last), logs: [], unitsConsumed: 1, accounts: null }),
    );

  const limits: readonly (readonly [string, Fault])[] = [
    ...["MaxInstructionTraceLengthExceeded", "ComputationalBudgetExceeded"],
    ...["ProgramFailedToComplete", "MaxAccountsDataAllocationsExceeded"],
  ]
    .map((name) => [name, fails((last) => ({ InstructionError: [last, name] }))] as const)
    .concat(
      ["TooManyAccountLocks", "MaxLoadedAccountsDataSizeExceeded"].map(
        (name) => [name, fails(() => name)] as const,
      ),
      // This is a node that serializes in another way.
      [
        [
          "SendTooLarge",
          overTwo(({ id }) => {
            const message =
              "base64 encoded transaction too large: 1656 bytes (max: encoded/raw 1644/1232)";
            return { jsonrpc: "2.0", id, error: { code: -32602, message } };
          }),
        ] as const,
      ],
    );

  for (const [reason, fault] of limits) {
    it(`halves a batch that fails for ${reason}, pays all of it in the same pass, and counts no attempt`, async () => {
      const policies = await crowd();
      keeper.rpc.fault = fault;
      expect(await keeper.worker().pass()).to.deep.equal({ leased: COUNT, ended: COUNT });
      for (const policy of policies) {
        expect(keeper.payments(policy)).to.deep.equal([1]);
        expect(await keeper.row(policy)).to.include({ attempts: 0 });
      }
      expect(keeper.failed).to.deep.equal([]);
      // It splits five into three and two, and three into two and one.
      expect(keeper.splits).to.deep.equal([reason, reason]);
    });
  }

  it("blames a policy that exceeds a limit by itself, and no other", async () => {
    const policies = await crowd();
    const heavy = policies[3]!;
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "simulateTransaction") return next();
      const { message } = VersionedTransaction.deserialize(
        Buffer.from(String(request.params![0]), "base64"),
      );
      const isIn = message.staticAccountKeys.some((account) => account.toBase58() === heavy);
      const value = { err: "MaxLoadedAccountsDataSizeExceeded", logs: [], accounts: null };
      return isIn ? inContext(request, value) : next();
    };
    await keeper.worker().pass();
    expect(
      keeper.failed.map(({ member, verdict }) => [member.policy, verdict.reason]),
    ).to.deep.equal([[heavy, "MaxLoadedAccountsDataSizeExceeded"]]);
    for (const policy of policies.filter((each) => each !== heavy)) {
      expect(keeper.payments(policy)).to.deep.equal([1]);
    }
    expect(keeper.payments(heavy)).to.deep.equal([]);
  });

  it("pays a crowd of recipients without token accounts in one pass, and blames none", async () => {
    const policies: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      policies.push(await keeper.otherPolicy(`new ${index}`, { isNew: true }));
    }
    await keeper.find();
    await keeper.enqueue();
    // The table has every account, as a running keeper's has.
    const tables = {
      tablesFor: async (executions: Parameters<typeof lookupTableAddresses>[0]) => [
        await keeper.chain.createLookupTable(lookupTableAddresses(executions)),
      ],
      forget: () => undefined,
    };
    expect(await keeper.worker({ tables }).pass()).to.deep.equal({ leased: 12, ended: 12 });
    for (const policy of policies) expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.failed).to.deep.equal([]);
    expect(keeper.splits).to.deep.equal([]);
    expect(await keeper.attempts()).to.deep.equal(["landed", "landed", "landed"]);
  });
});
