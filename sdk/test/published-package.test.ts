/** The package as it is published: packed, installed into an empty project, loaded by each kind of consumer. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { expect } from "chai";
import { build } from "esbuild";

const run = promisify(execFile);
const SDK = join(__dirname, "..");
const ROOT = dirname(SDK);
const TSC = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");

/** What each consumer does, whichever way it got the module: builds an instruction without a network. */
const USE = `
const key = PublicKey.unique();
const [gateway] = getGatewayPda(key);
const sdk = new Tributary(new Connection("http://localhost:1"), { publicKey: key });
const memo = createMemoBuffer("project_abc", 64);
const summary = Promise.all([sdk.acceptAuthority(), hashDocument("abc")]).then(([[instruction], hash]) => ({
  memo: decodeMemo(memo),
  data: instruction.data.length,
  keys: instruction.keys.length,
  isSame: Tributary === MilestoneClient,
  hasGateway: gateway.toBase58().length > 30,
  hash: [...hash.subarray(0, 2)],
}));
`;
const NAMES =
  "{ Tributary, MilestoneClient, createMemoBuffer, decodeMemo, getGatewayPda, hashDocument }";
const EXPECTED = {
  memo: "project_abc",
  data: 8,
  keys: 2,
  isSame: true,
  hasGateway: true,
  // SHA-256 of "abc" is ba7816bf...
  hash: [0xba, 0x78],
};

describe("the published package", function () {
  this.timeout(300_000);
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "milepost-consumer-"));
    const packed = join(project, "packed");
    await mkdir(packed);
    await pack(packed);
    const [tarball] = await readdir(packed);
    await writeFile(join(project, "package.json"), JSON.stringify({ private: true }));
    const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
    await run("npm", ["install", join(packed, tarball!), ...quiet], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  /** Builds and packs a copy of the sources: a build in place would take its files from under other suites. */
  async function pack(destination: string): Promise<void> {
    const copy = join(project, "copy");
    const sources = (file: string) => !["dist", "node_modules"].includes(relative(SDK, file));
    await cp(SDK, join(copy, "sdk"), { recursive: true, filter: sources });
    await cp(join(ROOT, "tsconfig.json"), join(copy, "tsconfig.json"));
    for (const name of ["node_modules", "toolchain"]) {
      await symlink(join(ROOT, name), join(copy, name));
    }
    await run("npm", ["pack", "--pack-destination", destination], { cwd: join(copy, "sdk") });
    await rm(copy, { recursive: true });
  }

  async function write(name: string, text: string): Promise<string> {
    const path = join(project, name);
    await writeFile(path, text);
    return path;
  }

  it("given an ES module, then import works in Node", async () => {
    const script = await write(
      "consumer.mjs",
      `import ${NAMES} from "@milepost/sdk";
      import { Connection, PublicKey } from "@solana/web3.js";
      ${USE} console.log(JSON.stringify(await summary));`,
    );
    const { stdout } = await run("node", [script], { cwd: project });
    expect(JSON.parse(stdout)).to.deep.equal(EXPECTED);
  });

  it("given CommonJS, then require works in Node", async () => {
    const script = await write(
      "consumer.cjs",
      `const ${NAMES} = require("@milepost/sdk");
      const { Connection, PublicKey } = require("@solana/web3.js");
      ${USE} summary.then((value) => console.log(JSON.stringify(value)));`,
    );
    const { stdout } = await run("node", [script], { cwd: project });
    expect(JSON.parse(stdout)).to.deep.equal(EXPECTED);
  });

  const imports: [string, string][] = [
    ["mjs", 'import { hashFile } from "@milepost/sdk";'],
    ["cjs", 'const { hashFile } = require("@milepost/sdk");'],
  ];
  for (const [extension, line] of imports) {
    it(`given a .${extension} file, then hashFile reads a file in Node`, async () => {
      const file = await write("abc.txt", "abc");
      const script = await write(
        `hash.${extension}`,
        `${line} hashFile(${JSON.stringify(file)}).then((hash) => console.log(hash[0], hash[31]));`,
      );
      const { stdout } = await run("node", [script], { cwd: project });
      expect(stdout.trim()).to.equal(`${0xba} ${0xad}`);
    });
  }

  for (const extension of ["mts", "cts"]) {
    it(`given TypeScript in a .${extension} file, then its types resolve and are checked`, async () => {
      const text = (id: string) => `
        import { Tributary, createMemoBuffer, type PaymentPolicy } from "@milepost/sdk";
        import { Connection, PublicKey, TransactionInstruction } from "@solana/web3.js";
        export async function use(sdk: Tributary, key: PublicKey): Promise<number> {
          const policy: PaymentPolicy = await sdk.getPaymentPolicy(key);
          const instructions: TransactionInstruction[] = await sdk.deletePaymentPolicy(key, ${id});
          return policy.policyType.milestone.currentMilestone + instructions.length;
        }
        export const sdk = new Tributary(new Connection("http://localhost:1"), { publicKey: PublicKey.default });
        export const memo: number[] = createMemoBuffer("a", 64);`;
      const flags = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "node16",
        "--target",
        "es2022",
      ];
      const good = await write(`good.${extension}`, text("7"));
      await run("node", [TSC, ...flags, good], { cwd: project });
      const bad = await write(`bad.${extension}`, text('"seven"'));
      const failure = await run("node", [TSC, ...flags, bad], { cwd: project }).catch(
        (error) => error,
      );
      expect(failure.stdout).to.contain("error TS2345");
    });
  }

  const resolutions: [name: string, extension: string, flags: string[]][] = [
    ["node16, ES modules", "mts", ["--module", "node16"]],
    ["node16, CommonJS", "cts", ["--module", "node16"]],
    ["bundler", "ts", ["--module", "esnext", "--moduleResolution", "bundler"]],
    [
      "CommonJS without esModuleInterop",
      "ts",
      ["--module", "commonjs", "--moduleResolution", "node10"],
    ],
  ];
  for (const [name, extension, flags] of resolutions) {
    it(`compiles with every library checked, without Anchor: ${name}`, async () => {
      const file = await write(
        `strict-${flags.length}.${extension}`,
        `import { IDL, MilestoneClient, type MilestoneEvent, toJson } from "@milepost/sdk";
        import { Connection, PublicKey } from "@solana/web3.js";
        const sdk = new MilestoneClient(new Connection("http://localhost:1"), { publicKey: PublicKey.default });
        export const paid = (event: MilestoneEvent): string | null =>
          event.name === "PaymentExecuted" ? event.data.amount.toString(10) : null;
        export const policy = async (address: PublicKey) => toJson(await sdk.getPaymentPolicy(address));
        export const program: "milestone" = IDL.metadata.name;`,
      );
      const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022"];
      const lib = ["--lib", "es2022,dom", "--esModuleInterop", "false"];
      const { stdout } = await run("node", [TSC, ...strict, ...lib, ...flags, file], {
        cwd: project,
      }).catch((error) => error);
      expect(stdout.split("\n").filter((line: string) => line.includes("milepost"))).to.deep.equal(
        [],
      );
      expect(stdout).to.equal("");
      const anchor = join(project, "node_modules", "@coral-xyz");
      expect(await readdir(anchor).catch(() => [])).to.deep.equal([]);
    });
  }

  const bundle = (contents: string) =>
    build({
      stdin: { contents, resolveDir: project },
      bundle: true,
      write: false,
      minify: true,
      format: "iife",
      platform: "browser",
      target: "es2022",
      logLevel: "silent",
      metafile: true,
    });

  type Bundle = Awaited<ReturnType<typeof bundle>>;

  /** Bytes that each module is left with, those at zero left out. */
  function keptBytes({ metafile }: Bundle): Map<string, number> {
    const inputs = Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs),
    );
    return new Map(
      inputs
        .map(([path, input]) => [path, input.bytesInOutput] as const)
        .filter(([, bytes]) => bytes > 0),
    );
  }

  function ownBytes(result: Bundle): number {
    const own = [...keptBytes(result)].filter(([path]) => path.includes("@milepost/sdk"));
    return own.reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  it("given a browser bundle, then it needs nothing of Node and runs without Node's globals", async () => {
    const { outputFiles, metafile } = await bundle(
      `import ${NAMES} from "@milepost/sdk";
      import { Connection, PublicKey } from "@solana/web3.js";
      ${USE} globalThis.summary = summary;`,
    );
    const unresolved = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
    expect(unresolved).to.deep.equal([]);
    const browser: Record<string, unknown> = {
      TextEncoder,
      TextDecoder,
      URL,
      fetch,
      Headers,
      Request,
      Response,
      AbortController,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      crypto: globalThis.crypto,
    };
    browser.self = browser.window = browser;
    const context = createContext(browser);
    runInContext(outputFiles[0]!.text, context);
    // Arrays of another realm are other arrays.
    expect(JSON.parse(JSON.stringify(await browser.summary))).to.deep.equal(EXPECTED);
  });

  it("given one function imported, then the bundle holds neither Anchor, spl-token nor the IDL", async () => {
    const one = await bundle(
      'import { getGatewayPda } from "@milepost/sdk"; globalThis.pda = getGatewayPda;',
    );
    const whole = await bundle(
      'import * as sdk from "@milepost/sdk"; globalThis.sdk = { ...sdk };',
    );
    expect(
      [...keptBytes(one).keys()].filter((path) => /@coral-xyz|spl-token/.test(path)),
    ).to.deep.equal([]);
    // web3.js is left out of the count: it is in either way, and it is not ours to shake.
    expect(ownBytes(one)).to.be.lessThan(3_000);
    expect(ownBytes(whole)).to.be.greaterThan(20 * ownBytes(one));
  });

  it("installs neither Anchor, spl-token nor bigint-buffer (CVE-2025-3194)", async () => {
    const lock = await readFile(join(project, "package-lock.json"), "utf8");
    const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
    const unwanted = /node_modules\/(bigint-buffer|buffer-layout|@coral-xyz\/.+|@solana\/spl-.+)$/;
    expect(Object.keys(packages).filter((name) => unwanted.test(name))).to.deep.equal([]);
  });

  it("given the tarball, then only what a consumer needs, and no path of the machine it was built on", async () => {
    const installed = join(project, "node_modules", "@milepost", "sdk");
    expect((await readdir(installed)).sort()).to.deep.equal([
      "LICENSE",
      "README.md",
      "dist",
      "package.json",
    ]);
    const text = await readFile(join(installed, "dist", "index.js"), "utf8");
    expect(text).to.not.contain(ROOT);
    expect(text).to.not.contain(project);
    expect(text).to.not.match(/require\("node:|require\("(fs|path|crypto|os)"\)/);
  });
});
