import { expect } from "chai";
import { UsageError } from "../../src/config/errors";
import { keepToChain } from "../../src/config/one-chain";
import { addressOf } from "../harness/plans";
import { migratedDatabase, SERVER_URL, type TestDatabase } from "../harness/test-database";

const MAINNET = addressOf("mainnet");
const DEVNET = addressOf("devnet");
const PROGRAM = addressOf("program");

describe(`the database's chain (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await migratedDatabase();
  });
  afterEach(() => test.drop());

  const bound = () =>
    test.database.query("SELECT genesis_hash, program_id FROM milepost_keeper.chain");

  it("given a new database, when keepers of two chains open it at once, then it is one's and each of the other's is refused", async () => {
    const keepers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => ({
        database: await test.another(),
        chain: index % 2 ? MAINNET : DEVNET,
      })),
    );
    const ends = await Promise.allSettled(
      keepers.map(({ database, chain }) => keepToChain(database, chain, PROGRAM)),
    );
    const [row] = (await bound()) as { genesis_hash: string }[];
    ends.forEach((end, index) => {
      const isIts = keepers[index]!.chain === row!.genesis_hash;
      expect(end.status, `keeper ${index}`).to.equal(isIts ? "fulfilled" : "rejected");
    });
    expect(await bound()).to.have.length(1);
  });

  it("given a database of a chain and a program, when another chain's or program's keeper opens it, then the error names the first one, and nothing changes", async () => {
    await keepToChain(test.database, MAINNET, PROGRAM);
    const before = await bound();
    for (const [chain, program] of [
      [DEVNET, PROGRAM],
      [MAINNET, addressOf("my own program")],
    ] as const) {
      const [end] = await Promise.allSettled([keepToChain(test.database, chain, program)]);
      expect(end).to.have.property("reason").that.is.instanceOf(UsageError);
      expect((end as PromiseRejectedResult).reason.message).to.equal(
        `the database is for chain ${MAINNET} program ${PROGRAM}, and --url and --program-id are chain ${chain} program ` +
          `${program}: give each chain its own --data-dir or --database-url`,
      );
    }
    expect(await bound()).to.deep.equal(before);
    await keepToChain(test.database, MAINNET, PROGRAM);
  });

  it("given a row, when a second one is inserted, then the database refuses it", async () => {
    await keepToChain(test.database, MAINNET, PROGRAM);
    const insert = "INSERT INTO milepost_keeper.chain (is_only, genesis_hash, program_id) VALUES";
    for (const values of ["(true, 'x', 'y')", "(false, 'x', 'y')"]) {
      const [end] = await Promise.allSettled([test.database.query(`${insert} ${values}`)]);
      expect(end.status, values).to.equal("rejected");
    }
  });
});
