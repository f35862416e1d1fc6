/** Files of an embedded database that something damaged. */
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  DatabaseDamagedError,
  DatabaseDirectoryError,
  DatabaseUnusableError,
  DatabaseVersionError,
  openDatabase,
} from "../src";
import { EMBEDDED_POSTGRES } from "../src/database-files";
import { putDatabaseFiles, rejection } from "../testing";

const WITHOUT_FILES = "The gateway then starts without orders.";
const WAY_OUT = `Then start the gateway again. ${WITHOUT_FILES}`;

const open = (directory: string) =>
  openDatabase({ directory }, { name: "gateway", withoutFiles: WITHOUT_FILES });

function garble(file: string): void {
  const opened = openSync(file, "r+");
  writeSync(opened, Buffer.alloc(8_192, 0x5a), 0, 8_192, 0);
  closeSync(opened);
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(directory, name));
}

describe("embedded database with damaged files", () => {
  let directory: string;
  let files: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "milepost-damage-"));
    files = join(directory, "postgres");
    await putDatabaseFiles(directory);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function expectDamaged(error: unknown, reason: string): void {
    expect(error).to.be.instanceOf(DatabaseDamagedError).and.instanceOf(DatabaseUnusableError);
    expect((error as Error).message).to.equal(
      `the embedded database in ${directory} is damaged or incomplete (${reason}). ` +
        `Move its files away: mv '${files}' '${files}.damaged'. ${WAY_OUT}`,
    );
  }

  const NO_START = "Postgres cannot open its files";
  const DAMAGES: [string, (files: string) => void, string][] = [
    ["without its version", (at) => rmSync(join(at, "PG_VERSION")), "PG_VERSION is missing"],
    [
      "that is empty",
      (at) => (rmSync(at, { recursive: true }), mkdirSync(at)),
      "PG_VERSION is missing",
    ],
    ["copied by half", (at) => rmSync(join(at, "base"), { recursive: true }), "base is missing"],
    [
      "without its control file",
      (at) => rmSync(join(at, "global/pg_control")),
      "global/pg_control is missing",
    ],
    ["whose control file is cut", (at) => truncateSync(join(at, "global/pg_control")), NO_START],
    ["whose control file is garbage", (at) => garble(join(at, "global/pg_control")), NO_START],
    [
      "without its log's files",
      (at) => filesOf(join(at, "pg_wal")).forEach((file) => rmSync(file)),
      NO_START,
    ],
    ["whose log is garbage", (at) => filesOf(join(at, "pg_wal")).forEach(garble), NO_START],
    ["whose catalog is garbage", (at) => filesOf(join(at, "base/5")).forEach(garble), NO_START],
  ];
  for (const [name, damage, reason] of DAMAGES) {
    it(`refuses a database ${name}, names the directory and says what is lost, and leaves the files alone`, async () => {
      damage(files);
      const before = readdirSync(files);
      expectDamaged(await rejection(open(directory)), reason);
      expect(readdirSync(files)).to.include.members(before);
    });
  }

  it("starts with an empty database after the files were moved away as the error says", async () => {
    rmSync(join(files, "PG_VERSION"));
    await rejection(open(directory));
    cpSync(files, `${files}.damaged`, { recursive: true });
    rmSync(files, { recursive: true });
    const database = await open(directory);
    expect(await database.query("SELECT 1 AS a")).to.deep.equal([{ a: 1 }]);
    await database.close();
  });

  it("refuses the files of another version of PostgreSQL, and says which", async () => {
    writeFileSync(join(files, "PG_VERSION"), "16\n");
    const refused = await rejection(open(directory));
    expect(refused).to.be.instanceOf(DatabaseVersionError).and.instanceOf(DatabaseUnusableError);
    expect(refused.message).to.match(
      new RegExp(
        `is of PostgreSQL 16, and this gateway has PostgreSQL ${EMBEDDED_POSTGRES}\\. Start the version`,
      ),
    );
  });

  for (const [name, damage, reason] of [
    ["a damaged page", garble, /^invalid page in block 0 of relation "base\/5\/\d+"$/],
    [
      "a missing file",
      (file: string) => rmSync(file),
      /^could not open file "base\/5\/\d+": No such file or directory$/,
    ],
  ] as const) {
    it(`fails every statement after it has met ${name}, and gives the directory back`, async () => {
      const first = await open(directory);
      await first.script("CREATE TABLE t AS SELECT generate_series(1, 100) AS a");
      const [row] = await first.query<{ file: string }>("SELECT pg_relation_filepath('t') AS file");
      await first.close();
      damage(join(files, row!.file));
      const database = await open(directory);
      const refused = await rejection(database.query("SELECT sum(a) FROM t"));
      const [, found = ""] = /\((.*)\)\. Move/.exec(refused.message) ?? [];
      expect(found).to.match(reason);
      expectDamaged(refused, found);
      expect(await rejection(database.query("SELECT 1"))).to.equal(refused);
      await database.close();
      await (await open(directory)).close();
    });
  }

  it("says of what the system refuses which directory it is, why, and what to do", () => {
    const messages = ["EACCES", "EROFS", "ENOTDIR", "ENOSPC", "ENOLCK", "EIO"].map((code) => {
      return new DatabaseDirectoryError("/d", Object.assign(new Error("i/o error"), { code }))
        .message;
    });
    const give = "Give a directory on a local disk that this user can write, or a Postgres.";
    const cannot = "/d cannot be the embedded database's directory:";
    expect(messages).to.deep.equal([
      `${cannot} this user may not write there (EACCES). ${give}`,
      `${cannot} its file system is read-only (EROFS). ${give}`,
      `${cannot} a file is in its place or above it (ENOTDIR). ${give}`,
      `${cannot} its disk is full (ENOSPC). Make room there, or give another directory, or a Postgres.`,
      `${cannot} its file system has no locks (ENOLCK). ${give}`,
      `${cannot} i/o error (EIO). ${give}`,
    ]);
  });
});
