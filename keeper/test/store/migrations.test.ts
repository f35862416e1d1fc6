/** The keeper's own schema and database; the steps of any schema are tested in `database/test`. */
import { DatabaseDamagedError, type Migration, SchemaVersionError } from "@milepost/database";
import {
  emptyDatabase,
  rejection,
  SERVER_URL,
  type TestDatabase,
} from "@milepost/database/testing";
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSchema, migrate, openDatabase } from "../../src/store/database";
import { MIGRATIONS } from "../../src/store/migrations";

describe(`the keeper's schema (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await emptyDatabase();
  });
  afterEach(() => test.drop());

  const newest = MIGRATIONS[MIGRATIONS.length - 1]!;
  const addition: Migration = {
    major: newest.major,
    minor: newest.minor + 1,
    sql: "ALTER TABLE milepost_keeper.policies ADD COLUMN note text",
  };
  const rebuild: Migration = {
    major: 2,
    minor: 0,
    sql: "ALTER TABLE milepost_keeper.policies DROP COLUMN planned",
  };
  const versions = () =>
    test.database.query("SELECT major, minor FROM milepost_keeper.schema_version ORDER BY 1, 2");

  it("given an empty database, when several keepers start at once, then each step is taken once", async () => {
    const workers = await Promise.all([1, 2, 3, 4].map(() => test.another()));
    await Promise.all(workers.map((database) => migrate(database)));
    expect(await versions()).to.deep.equal(
      MIGRATIONS.map(({ major, minor }) => ({ major, minor })),
    );
  });

  it("given a newer minor version, when an older keeper starts, then it goes on with it", async () => {
    await migrate(test.database, [...MIGRATIONS, addition]);
    await migrate(test.database);
    await checkSchema(test.database);
    expect(await versions()).to.have.length(MIGRATIONS.length + 1);
  });

  it("given a newer major version, when an older keeper starts, then it refuses and says what to do", async () => {
    await migrate(test.database, [...MIGRATIONS, rebuild]);
    const refused = await rejection(migrate(test.database));
    expect(refused).to.be.instanceOf(SchemaVersionError);
    expect(refused.message).to.equal(
      `the keeper's database has schema 2.0, this keeper knows ${newest.major}.${newest.minor}: ` +
        "run a keeper of version 2, or give this one its own database",
    );
  });
});

describe("the keeper's embedded database", () => {
  it("given damaged files, when it is opened, then the keeper's error says what is lost", async () => {
    const directory = mkdtempSync(join(tmpdir(), "keeper-damage-"));
    const files = join(directory, "postgres");
    try {
      await mkdir(files);
      const refused = await rejection(openDatabase({ directory }));
      expect(refused).to.be.instanceOf(DatabaseDamagedError);
      expect(refused.message).to.equal(
        `the embedded database in ${directory} is damaged or incomplete (PG_VERSION is missing). ` +
          `Move its files away: mv '${files}' '${files}.damaged'. Then start the keeper again. ` +
          "The keeper then reads every policy from the chain. No payment is lost, and the program " +
          "pays no milestone twice. This is lost: the history that status sums up, delays and alerts, " +
          "the use of the rent budget, and the list of the keeper's lookup tables, whose rent you can " +
          'reclaim by hand: see "A damaged database" in the README.',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
