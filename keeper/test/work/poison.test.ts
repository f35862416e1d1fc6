/** Policies that look payable and fail in every simulation, beside others that do not wait for their verdicts. */
import { expect } from "chai";
import { VersionedTransaction } from "@solana/web3.js";
import { type Fault, inContext } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

const GOOD = 6;
const POISON = 20;
/** The program's error `DelegationRevoked`, which the accounts don't show here. */
const REFUSAL = { Custom: 6_010 };

describe("work: poison beside others", function () {
  this.timeout(30_000);
  let keeper: WorkWorld;
  let good: string[];
  let poison: Set<string>;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    good = [];
    poison = new Set();
    for (let index = 0; index < GOOD + POISON; index += 1) {
      const policy = await keeper.otherPolicy(`mixed ${index}`);
      if (index % 4 === 1 && good.length < GOOD) good.push(policy);
      else poison.add(policy);
    }
    await keeper.find();
    await keeper.enqueue();
  });
  afterEach(() => keeper.close());

  /** Fails the first instruction on poison, as the program would. */
  const poisoned: Fault = async (request, next) => {
    if (request.method !== "simulateTransaction") return next();
    const wire = Buffer.from(String(request.params![0]), "base64");
    const { message } = VersionedTransaction.deserialize(wire);
    const index = message.compiledInstructions.findIndex(({ accountKeyIndexes }) =>
      accountKeyIndexes.some((at) => poison.has(message.staticAccountKeys[at]!.toBase58())),
    );
    if (index < 0) return next();
    const err = { InstructionError: [index, REFUSAL] };
    return inContext(request, { err, logs: [], unitsConsumed: 1, accounts: null });
  };

  const expectPaid = (): void => {
    for (const policy of good) expect(keeper.payments(policy), policy).to.deep.equal([1]);
    for (const policy of poison) expect(keeper.payments(policy), policy).to.deep.equal([]);
  };

  it("pays the others while no verdict on the poison can be found out", async () => {
    let release: () => void = () => undefined;
    const isPaid = new Promise<void>((resolve) => (release = resolve));
    let isSimulated = false;
    keeper.rpc.fault = async (request, next) => {
      isSimulated ||= request.method === "simulateTransaction";
      const addresses = request.method === "getMultipleAccounts" ? request.params![0] : [];
      // The second read of poison is for its verdict.
      if (isSimulated && (addresses as string[]).some((each) => poison.has(each))) await isPaid;
      return poisoned(request, next);
    };
    const pass = keeper
      .worker({
        events: {
          executed: (outcome) => {
            keeper.executed.push(outcome);
            if (keeper.executed.length === GOOD) release();
          },
          failed: () => undefined,
        },
      })
      .pass();
    expect(await pass).to.deep.equal({ leased: GOOD + POISON, ended: GOOD + POISON });
    expectPaid();
  });

  it("finds out about all of the poison in requests that its verdicts share", async () => {
    keeper.rpc.fault = poisoned;
    await keeper.worker().pass();
    expectPaid();
    for (const policy of poison) {
      expect(await keeper.row(policy)).to.include({ reason: "DelegationRevoked", attempts: 1 });
    }
    expect(keeper.failed).to.have.length(POISON);
    // Each alone would take three reads.
    expect(keeper.rpc.count("getMultipleAccounts")).to.be.at.most(20);
  });

  it("simulates each member a bounded number of times, however many of them fail", async () => {
    const seen = new Map<string, number>();
    keeper.rpc.fault = async (request, next) => {
      if (request.method === "simulateTransaction") {
        const wire = Buffer.from(String(request.params![0]), "base64");
        for (const account of VersionedTransaction.deserialize(wire).message.staticAccountKeys) {
          const key = account.toBase58();
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      }
      return poisoned(request, next);
    };
    await keeper.worker().pass();
    expectPaid();
    const most = Math.max(...[...good, ...poison].map((policy) => seen.get(policy)!));
    // It is simulated in the whole batch, without the first failure, alone, and with the remaining members.
    expect(most).to.be.at.most(4);
  });
});
