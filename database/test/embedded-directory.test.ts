/** The embedded database in files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DatabaseInUseError, openDatabase } from "../src";
import { putDatabaseFiles, rejection } from "../testing";
import { TEST_PROGRAM } from "../testing/test-program";

const open = (directory: string) => openDatabase({ directory }, TEST_PROGRAM);

describe("embedded database in a directory", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "milepost-directory-"));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("given a closed database, when it is opened again, then what was committed is there", async () => {
    await putDatabaseFiles(directory);
    const first = await open(directory);
    await first.script("CREATE TABLE t (a int); INSERT INTO t VALUES (7)");
    await first.close();
    const second = await open(directory);
    expect(await second.query("SELECT a FROM t")).to.deep.equal([{ a: 7 }]);
    await second.close();
  });

  it("given an open directory, when it is opened once more, then that is refused until it is closed", async () => {
    await putDatabaseFiles(directory);
    const first = await open(directory);
    expect(await rejection(open(directory))).to.be.instanceOf(DatabaseInUseError);
    await first.close();
    await (await open(directory)).close();
  });

  it("given the files of a set-up that was killed, when it is opened, then it is set up again and nothing is left of them", async () => {
    mkdirSync(join(directory, "unfinished-1"));
    writeFileSync(join(directory, "unfinished-1", "PG_VERSION"), "17\n");
    const database = await open(directory);
    expect(await database.query("SELECT 1 AS a")).to.deep.equal([{ a: 1 }]);
    await database.close();
    expect(readdirSync(directory).sort()).to.deep.equal(["lock", "postgres"]);
  });

  it("given a process killed with the database open, when another opens it, then it has what was committed", async () => {
    await putDatabaseFiles(directory);
    const program = `
      const { openDatabase } = require("./src");
      openDatabase({ directory: process.env.DIRECTORY }, { name: "keeper", withoutFiles: "" }).then(async (database) => {
        await database.script("CREATE TABLE t (a int); INSERT INTO t VALUES (9)");
        console.log("committed");
      });
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(
      process.execPath,
      ["--require", join(__dirname, "../../toolchain/typescript.cjs"), "-e", program],
      {
        cwd: join(__dirname, ".."),
        env: { ...process.env, DIRECTORY: directory },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const exit = once(child, "exit");
    await Promise.race([
      once(child.stdout, "data"),
      exit.then(() => Promise.reject(new Error("the other process ended early"))),
    ]);
    expect(await rejection(open(directory))).to.be.instanceOf(DatabaseInUseError);
    child.kill("SIGKILL");
    await exit;
    const database = await open(directory);
    expect(await database.query("SELECT a FROM t")).to.deep.equal([{ a: 9 }]);
    await database.close();
  });
});
