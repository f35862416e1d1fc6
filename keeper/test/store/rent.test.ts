import { expect } from "chai";
import { finishAttempt, recordAttempt } from "../../src/store/attempts";
import { recordOutcomes } from "../../src/store/outcomes";
import { rentSpent } from "../../src/store/rent";
import { addressOf, member, outcome } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

describe("store: rent of others' accounts", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(() => truncate(test.database));

  async function sign(signature: string, rents: Record<string, bigint>): Promise<void> {
    const members = Object.entries(rents).map(([name, rentLamports]) => {
      return { ...member(name), dueAt: null, rentLamports };
    });
    const wire = Uint8Array.of(1);
    await recordAttempt(test.database, { signature, wire, members, lastValidBlockHeight: 1 });
  }
  const age = (table: string, column: string, minutes: number) =>
    test.database.script(
      `UPDATE milepost_keeper.${table} SET ${column} = ${column} - interval '${minutes} minutes'`,
    );

  it("given nothing, then nothing is spent", async () => {
    expect(await rentSpent(test.database, [])).to.equal(0n);
  });

  it("given payments, then those of the last hour count, to the lamport", async () => {
    await recordOutcomes(test.database, [outcome("old", { rentLamports: 2n ** 60n })]);
    await age("outcomes", "recorded_at", 31);
    await recordOutcomes(test.database, [outcome("a", { rentLamports: 2n ** 62n + 1n })]);
    await recordOutcomes(test.database, [
      outcome("b"),
      outcome("by another", { rentLamports: null }),
    ]);
    await age("outcomes", "recorded_at", 28);
    expect(await rentSpent(test.database, [])).to.equal(2n ** 62n + 1n + 2n ** 60n);
    await age("outcomes", "recorded_at", 2);
    expect(await rentSpent(test.database, [])).to.equal(2n ** 62n + 1n);
    await age("outcomes", "recorded_at", 31);
    expect(await rentSpent(test.database, [])).to.equal(0n);
  });

  it("given signed transactions, then they count until they have ended, however old, except those left out", async () => {
    await sign("one", { a: 10n, b: 0n });
    await sign("two", { c: 5n });
    await age("attempts", "created_at", 600);
    expect(await rentSpent(test.database, [])).to.equal(15n);
    expect(await rentSpent(test.database, [addressOf("a")])).to.equal(5n);
    await finishAttempt(test.database, "two", { state: "expired" });
    expect(await rentSpent(test.database, [])).to.equal(10n);
    await finishAttempt(test.database, "one", { state: "failed" });
    expect(await rentSpent(test.database, [])).to.equal(0n);
  });

  it("given a landed transaction, then its receipt's rent counts, or the signed rent when there is no receipt", async () => {
    await sign("one", { a: 10n, b: 20n });
    const outcomes = [
      outcome("a", { signature: "one", rentLamports: 7n }),
      outcome("b", { signature: "one", rentLamports: null }),
    ];
    await finishAttempt(test.database, "one", { state: "landed", outcomes });
    expect(await rentSpent(test.database, [])).to.equal(27n);
  });

  it("given the schema, then an index serves the queries", async () => {
    const [index] = await test.database.query<{ indexdef: string }>(
      "SELECT indexdef FROM pg_indexes WHERE schemaname = 'milepost_keeper' AND indexname = 'outcomes_rent'",
    );
    expect(index!.indexdef).to.include("(recorded_at)");
  });
});
