/** The template that new databases are copied from. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openDatabase } from "../src";
import { filesIn } from "../src/database-files";
import { templateIn, writeTemplate } from "../src/template";
import { putDatabaseFiles, rejection } from "../testing";
import { TEST_PROGRAM } from "../testing/test-program";

const open = (directory: string) => openDatabase({ directory }, TEST_PROGRAM);

describe("template of the embedded database", function () {
  this.timeout(60_000);
  let parent: string;
  let template: string;

  before(async () => {
    parent = mkdtempSync(join(tmpdir(), "milepost-template-"));
    const source = join(parent, "source");
    await putDatabaseFiles(source);
    const database = await open(source);
    // Files of initdb would not have this row.
    await database.script("CREATE TABLE packed (a int); INSERT INTO packed VALUES (7)");
    await database.close();
    template = templateIn(parent);
    writeTemplate(join(source, "postgres"), template);
  });

  after(() => rmSync(parent, { recursive: true, force: true }));

  const empty = (name: string): string => {
    const directory = join(parent, name);
    mkdirSync(directory);
    return directory;
  };

  it("given a template, when a directory has no database, then its files are the template's, byte for byte", async () => {
    const files = await filesIn(empty("same"), TEST_PROGRAM, template);
    const source = join(parent, "source", "postgres");
    const paths = (directory: string) => readdirSync(directory, { recursive: true }).sort();
    expect(paths(files)).to.deep.equal(paths(source));
    for (const path of ["global/pg_control", "base/5/1259", "PG_VERSION"]) {
      expect(readFileSync(join(files, path)).equals(readFileSync(join(source, path))), path).to.be
        .true;
    }
  });

  it("given two databases of one template, when one is written, then the other is unchanged", async () => {
    const [first, second] = [empty("first"), empty("second")];
    for (const directory of [first, second]) await filesIn(directory, TEST_PROGRAM, template);
    const written = await open(first);
    await written.script("UPDATE packed SET a = 8");
    await written.close();
    const other = await open(second);
    expect(await other.query("SELECT a FROM packed")).to.deep.equal([{ a: 7 }]);
    await other.close();
    const again = await open(first);
    expect(await again.query("SELECT a FROM packed")).to.deep.equal([{ a: 8 }]);
    await again.close();
  });

  it("given a database, when it is opened beside a template, then its files stay", async () => {
    const directory = empty("kept");
    await putDatabaseFiles(directory);
    await filesIn(directory, TEST_PROGRAM, template);
    const database = await open(directory);
    expect(await database.query("SELECT to_regclass('packed')::text AS found")).to.deep.equal([
      { found: null },
    ]);
    await database.close();
  });

  it("refuses a template that is cut off, and leaves nothing", async () => {
    const directory = empty("damaged");
    const cut = join(parent, "cut.br");
    writeFileSync(cut, readFileSync(template).subarray(0, -100));
    const error = await rejection(filesIn(directory, TEST_PROGRAM, cut));
    expect(error.message).to.equal(`the database in ${directory} could not be set up`);
    expect((error.cause as Error).message).to.equal(
      `${cut} is damaged. Install the package again.`,
    );
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it("names a template after the version of PGlite that made it", () => {
    const { dependencies } = JSON.parse(
      readFileSync(join(__dirname, "../package.json"), "utf8"),
    ) as { dependencies: Record<string, string> };
    const version = dependencies["@electric-sql/pglite"];
    expect(templateIn("folder")).to.equal(join("folder", `embedded-postgres-${version}.br`));
  });
});
