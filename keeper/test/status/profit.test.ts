import { expect } from "chai";
import { profits } from "../../src/status/profit";
import { finishAttempt, recordAttempt } from "../../src/store/attempts";
import type { Outcome } from "../../src/store/outcomes";
import { addressOf, member, outcome } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const U64_MAX = 2n ** 64n - 1n;

describe("keeper: what was earned and spent", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(() => truncate(test.database));

  /** One transaction for each. */
  async function paid(...outcomes: [string, Partial<Outcome>][]): Promise<void> {
    for (const [name, overrides] of outcomes) {
      const signature = `signature of ${name}`;
      await recordAttempt(test.database, {
        signature,
        wire: Uint8Array.of(1),
        members: [{ ...member(name), dueAt: null }],
        lastValidBlockHeight: 1,
      });
      await finishAttempt(test.database, signature, {
        state: "landed",
        outcomes: [outcome(name, { signature, ...overrides })],
      });
    }
  }

  it("given nothing paid, then there is nothing", async () => {
    expect(await profits(test.database)).to.deep.equal([]);
  });

  it("given rewards and fees as large as they get, then their sums by mint are exact", async () => {
    const [mint, other] = [addressOf("mint a"), addressOf("mint b")];
    await paid(
      ["a", { mint, reward: U64_MAX, feeLamports: 5_001n, rentLamports: 2_039_280n }],
      ["b", { mint, reward: U64_MAX, feeLamports: U64_MAX, rentLamports: null }],
      ["c", { mint, reward: null, feeLamports: 1n, rentLamports: 0n }],
      ["d", { mint: other, reward: 3n, feeLamports: 5_000n, rentLamports: 0n }],
      ["e", { mint: null, reward: null, feeLamports: 5_000n, rentLamports: null }],
    );
    expect(await profits(test.database)).to.deep.equal([
      {
        mint,
        payments: 3n,
        rewards: 2n * U64_MAX,
        unknownRewards: 1n,
        feeLamports: U64_MAX + 5_002n,
        rentLamports: 2_039_280n,
      },
      {
        mint: other,
        payments: 1n,
        rewards: 3n,
        unknownRewards: 0n,
        feeLamports: 5_000n,
        rentLamports: 0n,
      },
      {
        mint: null,
        payments: 1n,
        rewards: 0n,
        unknownRewards: 1n,
        feeLamports: 5_000n,
        rentLamports: 0n,
      },
    ]);
    expect(await profits(test.database, 1)).to.have.length(1);
  });
});
