/** How the queries of each pass find their rows among many policies: without a read of the whole table. */
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { due } from "../../src/store/due";
import { renewStatistics, unread, unseen, upsertPlans } from "../../src/store/policies";
import { NOW, plan } from "../harness/plans";
import {
  migratedDatabase,
  SERVER_URL,
  type TestDatabase,
  truncate,
} from "../harness/test-database";

const POLICIES = 5_000;
const LEASE = 45;

describe(`store: query plans (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  let database: Database;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
    await truncate(database);
    const some = plan("any");
    const plans = Array.from({ length: POLICIES }, (_, index) => {
      return { ...some, address: `policy ${index}`, dueAt: NOW + BigInt(index % 1_000) };
    });
    await upsertPlans(database, plans);
    await renewStatistics(database);
  });
  after(() => test.drop());

  /** Returns the plans of the queries that the work makes. */
  async function plansOf(work: (explained: Database) => Promise<unknown>): Promise<string> {
    const lines: string[] = [];
    const query = async (sql: string, values?: unknown[]) => {
      const rows = await database.query<{ "QUERY PLAN": string }>(`EXPLAIN ${sql}`, values);
      lines.push(...rows.map((row) => row["QUERY PLAN"]));
      return [];
    };
    await work({ query } as unknown as Database);
    return lines.join("\n");
  }

  it("given a backlog, when a few of the due policies are chosen, then they are read in the order of their turns", async () => {
    const plans = await plansOf((explained) => due(explained, NOW + 1_000n, 10, LEASE));
    expect(plans).to.include("Index Scan using policies_turn");
    expect(plans).not.to.include("Sort");
  });

  it("given policies that were all read, when unread ones are searched, then the search reads an index that has none", async () => {
    const plans = await plansOf((explained) => unread(explained, { limit: 1_000 }));
    expect(plans).to.include("policies_unread");
    expect(plans).not.to.include("Seq Scan");
  });

  it("given policies that were all seen, when missing ones are searched, then the table is read as it is stored, once", async () => {
    const plans = await plansOf((explained) => unseen(explained, 100, "", 1_000));
    expect(plans).to.include("Seq Scan on policies");
    expect(plans).not.to.include("Index Scan");
    expect(await unseen(database, 100, "", 1_000)).to.deep.equal([]);
  });
});
