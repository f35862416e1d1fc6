import type { Database } from "@milepost/database";
import type { TestDatabase } from "@milepost/database/testing";
import { expect } from "chai";
import { closePolicy, recordMovement, recordPolicy } from "../../src/policies/store";
import { openTestDatabase } from "../harness/test-database";

describe("rows of policies", () => {
  let opened: TestDatabase;
  let database: Database;
  const now = new Date("2026-01-01T00:00:00Z");
  const chain = { mode: "test", genesisHash: "genesis" } as const;
  const policy = {
    accountId: "acct_1",
    address: "policy",
    objectId: "intent_1",
    part: 0,
    kind: "held",
  } as const;
  const movement = {
    mode: "test",
    policy: "policy",
    index: 0,
    kind: "paid",
    units: 18_446_744_073_709_551_615n,
    signature: "signature",
  } as const;

  beforeEach(async () => {
    opened = await openTestDatabase();
    ({ database } = opened);
    await recordPolicy(database, chain, policy, now);
  });
  afterEach(() => opened.drop());

  const movements = () =>
    database.query<{ units: string }>(
      "SELECT units::text AS units, kind FROM milepost_gateway.policy_movements ORDER BY kind",
    );

  it("keep the first of two equal policies", async () => {
    await recordPolicy(database, chain, { ...policy, objectId: "intent_2" }, now);
    const rows = await database.query(
      "SELECT object_id, genesis_hash FROM milepost_gateway.policies",
    );
    expect(rows).to.deep.equal([{ object_id: "intent_1", genesis_hash: "genesis" }]);
  });

  it("keep one movement per milestone and kind, to the last unit of 64 bits", async () => {
    await recordMovement(database, movement, now);
    await recordMovement(database, { ...movement, units: 1n, signature: "other" }, now);
    await recordMovement(database, { ...movement, kind: "refunded", units: 1n }, now);
    expect(await movements()).to.deep.equal([
      { units: "18446744073709551615", kind: "paid" },
      { units: "1", kind: "refunded" },
    ]);
  });

  it("refuse a movement of a policy that is not there", async () => {
    const error = await recordMovement(database, { ...movement, policy: "other" }, now).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.include("foreign key");
    expect(await movements()).to.deep.equal([]);
  });

  it("keep the time of the first closing", async () => {
    await closePolicy(database, { mode: "test", address: "policy" }, now);
    await closePolicy(database, { mode: "test", address: "policy" }, new Date());
    const [row] = await database.query<{ closed_at: Date }>(
      "SELECT closed_at FROM milepost_gateway.policies",
    );
    expect(new Date(row!.closed_at)).to.deep.equal(now);
  });
});
