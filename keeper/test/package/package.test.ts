/** The package as it is published: packed, installed into an empty project, run by its name. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Keypair } from "@solana/web3.js";
import { MilepostNet } from "../harness/cli-localnet";

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, "../../..");
/** Types that a caller names who builds an option of `KeeperOptions`. */
const OPTION_TYPES = [
  ...["CrashHook", "CrashPoint", "Database", "ExecuteQueue", "KeeperEvents", "KeeperMetrics"],
  ...["KeeperOptions", "Lease", "Logger", "Pause", "PlannedPolicy", "PolicyListener", "PolicyPage"],
  ...["PolicySource", "Profit", "ReleaseRule", "RpcPolicySourceOptions", "ScanRequest", "Socket"],
  ...["SocketConnection", "Timers", "Unclaimed"],
];

describe("the published keeper", function () {
  this.timeout(300_000);
  let project: string;

  before(async () => {
    project = await mkdtemp(path.join(tmpdir(), "milepost-keeper-package-"));
    const packed = path.join(project, "packed");
    await mkdir(packed);
    const pack = (workspace: string, ...flags: string[]) =>
      run("npm", ["pack", "--pack-destination", packed, "--workspace", workspace, ...flags], {
        cwd: ROOT,
      });
    // As it was built for these tests: building it again would take its files from under other ones.
    await pack("sdk", "--ignore-scripts");
    await pack("keeper");
    const tarballs = (await readdir(packed)).map((name) => path.join(packed, name));
    await writeFile(path.join(project, "package.json"), JSON.stringify({ private: true }));
    const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
    await run("npm", ["install", ...tarballs, ...quiet], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  it("given its name and --version then the package's", async () => {
    const { version } = JSON.parse(
      await readFile(path.join(ROOT, "keeper/package.json"), "utf8"),
    ) as { version: string };
    const { stdout } = await run("npx", ["--no-install", "milepost-keeper", "--version"], {
      cwd: project,
    });
    expect(stdout.trim()).to.equal(version);
  });

  it("given its start then nothing on stderr, and no bigint-buffer (CVE-2025-3194) installed", async () => {
    const { stderr } = await run("node", ["-e", 'require("@milepost/keeper")'], { cwd: project });
    expect(stderr).to.equal("");
    const installed = await readdir(path.join(project, "node_modules"));
    expect(installed).to.not.include("bigint-buffer");
  });

  it("given a URL and a keypair then it pays what is due, with a database of its own making", async () => {
    const net = await MilepostNet.start();
    try {
      const policy = await net.policy(1);
      await net.pass(3_601n);
      const payer = Keypair.generate();
      await net.net.connection.requestAirdrop(payer.publicKey, 1e9);
      const keypair = path.join(project, "id.json");
      await writeFile(keypair, JSON.stringify([...payer.secretKey]));
      const args = ["--url", net.net.localnet.url, "--keypair", keypair, "--once"];
      await run("npx", ["--no-install", "milepost-keeper", ...args], {
        cwd: project,
        // The embedded database goes below the home directory.
        env: { ...process.env, HOME: project },
      });
      expect(await net.currentMilestone(policy)).to.equal(1);
      expect(await readdir(path.join(project, ".milepost", "keeper"))).to.have.length(1);
    } finally {
      await net.stop();
    }
  });

  it("given the README's program and one that names the types of every option then both are typed", async () => {
    const [page, names] = [
      await readFile(path.join(ROOT, "keeper/README.md"), "utf8"),
      OPTION_TYPES,
    ];
    const snippet = /```ts\n([^`]*createKeeper\(\{[^`]*)```/.exec(page)?.[1];
    expect(snippet, "the README's example").to.be.a("string");
    const given = "declare const url: string;\ndeclare const bytes: Uint8Array;\n";
    const source = /```ts\n([^`]*: PolicySource = \{[^`]*)```/.exec(page)?.[1];
    expect(source, "the README's source").to.be.a("string");
    const index = [
      `import type { KeeperOptions } from "@milepost/keeper";`,
      `import type { AccountInfo } from "@solana/web3.js";`,
      `declare const options: KeeperOptions;`,
      `declare const readIndex: () => Promise<`,
      `  { slot: number; accounts: { address: string; info: AccountInfo<Buffer> }[] }>;`,
      "",
    ].join("\n");
    const own = [
      `import { CRASH_POINTS, systemPause, type ${names.join(", type ")} } from "@milepost/keeper";`,
      `export type All = [${names.join(", ")}];`,
      `export const options = (more: KeeperOptions, log: Logger, connect: () => Socket): KeeperOptions =>`,
      `  ({ ...more, log, connect, pause: systemPause, crash: (point: CrashPoint) =>`,
      `    void CRASH_POINTS.indexOf(point) });`,
    ].join("\n");
    const programs = {
      "readme.mts": given + snippet!,
      "source.mts": index + source!,
      "options.mts": own,
    };
    expect(await typeErrors(programs)).to.equal("");
    const wrong = given + snippet!.replace("metrics: createMetrics(),", "metrics: 1,");
    expect(await typeErrors({ "wrong.mts": wrong })).to.contain("wrong.mts");
  });

  /** What the compiler has against programs in the project. */
  async function typeErrors(programs: Record<string, string>): Promise<string> {
    const compilerOptions = {
      ...{ target: "ES2022", module: "NodeNext", moduleDetection: "force", strict: true },
      ...{ noEmit: true, skipLibCheck: true, types: ["node"] },
      typeRoots: [path.join(ROOT, "node_modules/@types")],
    };
    const manifest = JSON.stringify({ compilerOptions, files: Object.keys(programs) });
    await writeFile(path.join(project, "tsconfig.json"), manifest);
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(path.join(project, name), text);
    }
    const compiler = require.resolve("typescript/bin/tsc");
    const told = await run("node", [compiler, "--pretty", "false"], { cwd: project }).catch(
      (failed: { stdout: string }) => failed,
    );
    return told.stdout;
  }

  it("given a user's own program then the library loads from CommonJS and as an ES module", async () => {
    const names = "{ createKeeper, openDatabase, migrate, createLog }";
    const use = `console.log([createKeeper, openDatabase, migrate, createLog].map((each) => typeof each).join());`;
    const programs = {
      "own.cjs": `const ${names} = require("@milepost/keeper"); ${use}`,
      "own.mjs": `import ${names} from "@milepost/keeper"; ${use}`,
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(path.join(project, name), text);
      const { stdout } = await run("node", [name], { cwd: project });
      expect(stdout.trim(), name).to.equal("function,function,function,function");
    }
  });
});
