import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { commandOf, UsageError } from "../../src/cli/args";
import { programDataAddress, UPGRADEABLE_LOADER } from "../../src/chain/program";

const ROOT = path.resolve(__dirname, "../../..");
const ELF = path.resolve(ROOT, process.env.MILESTONE_SO ?? "artifacts/milestone.so");
const TYPESCRIPT = path.join(ROOT, "toolchain/typescript.cjs");
const PROGRAM = "Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9";

describe("localnet: the command line", function () {
  // Each command is a process that compiles its sources.
  this.timeout(180_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "localnet-cli-"));
  });
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(directory, { recursive: true });
  });

  it("reads every option", () => {
    const authority = Keypair.generate();
    const file = path.join(directory, "authority.json");
    writeFileSync(file, JSON.stringify([...authority.secretKey]));
    const asked = commandOf([
      "--bare",
      ...["--port", "0", "--ws-port", "9000", "--host", "::1", "--ledger", directory],
      ...["--clock", "1900000000", "--history", "7"],
      ...["--program", `${PROGRAM}=${ELF}`, "--upgrade-authority", file],
    ]);
    if (asked.command !== "bare") throw new Error(asked.command);
    const { programs, ...rest } = asked.options;
    expect(rest).to.deep.equal({
      host: "::1",
      port: 0,
      wsPort: 9000,
      history: 7,
      ledger: directory,
      clock: { mode: "wall", unixTimestamp: 1_900_000_000 },
    });
    expect(programs?.map(({ programId }) => programId)).to.deep.equal([PROGRAM]);
    expect(programs?.[0]?.upgradeAuthority).to.equal(authority.publicKey.toBase58());
  });

  it("sets up Milepost in the default directory without options", () => {
    const asked = commandOf([]);
    if (asked.command !== "milepost") throw new Error(asked.command);
    expect(asked.options).to.deep.include({ ledger: ".milepost-localnet", isReset: false });
  });

  it("names a missing program file and says what to do", () => {
    expect(() => commandOf(["--program", `${PROGRAM}=/there/is/none.so`])).to.throw(
      "--program: /there/is/none.so cannot be read (ENOENT). Name the program's .so file, or leave the option out: " +
        "Milepost's own program comes with this package.",
    );
  });

  const CLOCKS: [string, object][] = [
    ["wall", { mode: "wall" }],
    ["manual", { mode: "manual" }],
    ["manual:5", { mode: "manual", unixTimestamp: 5 }],
  ];
  for (const [given, clock] of CLOCKS) {
    it(`reads --clock ${given}`, () => {
      const asked = commandOf(["--clock", given]);
      if (asked.command !== "milepost") throw new Error(asked.command);
      expect(asked.options.clock).to.deep.equal(clock);
    });
  }

  const REFUSED: string[][] = [
    ["--clock", "tomorrow"],
    ["--port", "http"],
    ["--program", PROGRAM],
    ["--program", `${PROGRAM}=/there/is/none.so`],
    ["--program", `program=${ELF}`],
    ["--upgrade-authority", "me", "--program", `${PROGRAM}=${ELF}`],
    ["--bare", "--reset"],
    ["--port", "65536"],
    ["stray"],
  ];
  for (const args of REFUSED) {
    it(`refuses ${args.join(" ").replaceAll(ROOT, "")}`, () => {
      expect(() => commandOf(args))
        .to.throw(UsageError)
        .with.property("message")
        .that.matches(/\.$/);
    });
  }

  it("refuses a file that is not a keypair, without its content", () => {
    const file = path.join(directory, "secret.txt");
    writeFileSync(file, "a secret phrase");
    const args = ["--upgrade-authority", file, "--program", `${PROGRAM}=${ELF}`];
    expect(() => commandOf(args))
      .to.throw(UsageError)
      .and.not.to.match(/phrase/);
  });

  function start(args: string[]): ChildProcess {
    const command = ["--require", TYPESCRIPT, "src/cli/main.ts", ...args];
    const child = spawn(process.execPath, command, {
      cwd: path.resolve(__dirname, "../.."),
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    return child;
  }

  async function run(args: string[]): Promise<{ child: ChildProcess; connection: Connection }> {
    const child = start(args);
    const said: string[] = [];
    child.stderr?.on("data", (data) => said.push(String(data)));
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const url = /^JSON-RPC\s+(\S+)$/.exec(line)?.[1];
      if (url) return { child, connection: new Connection(url) };
    }
    throw new Error(`the command exited before it printed its URL: ${said.join("")}`);
  }

  /** Runs a command to its end. Returns its exit code and output. */
  async function outcome(args: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = start(args);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
      once(child, "exit"),
    ]);
    return { code: code as number, out, err };
  }

  it("prints the version or the help, and exits with 0", async () => {
    const { version } = JSON.parse(
      readFileSync(path.resolve(__dirname, "../../package.json"), "utf8"),
    ) as { version: string };
    expect(await outcome(["--version"])).to.deep.equal({ code: 0, out: `${version}\n`, err: "" });
    const { code, out } = await outcome(["--help"]);
    expect(code).to.equal(0);
    expect(out).to.match(/--ledger DIR/);
  });

  it("finishes the set-up before it prints the URL, and refuses a second start with the reason", async () => {
    const ledger = path.join(directory, "net");
    const args = ["--port", "0", "--ledger", ledger];
    const { child, connection } = await run(args);
    const described = JSON.parse(readFileSync(path.join(ledger, "localnet.json"), "utf8"));
    expect(described.url).to.equal(connection.rpcEndpoint);
    const gateway = await connection.getAccountInfo(new PublicKey(described.gateway));
    expect(gateway?.owner.toBase58()).to.equal(PROGRAM);

    const { port } = new URL(described.url);
    const refusals: [string[], string][] = [
      [args, `The localnet of ${ledger} is running at ${described.url}.`],
      [["--bare", "--port", port], `Port ${port} of 127.0.0.1 is in use.`],
      [
        ["--port", port, "--ledger", path.join(directory, "other")],
        `Port ${port} of 127.0.0.1 is in use.`,
      ],
      [
        ["--port", "0", "--ledger", path.join(ledger, "localnet.json", "below")],
        `Cannot write to the directory ${ledger}/localnet.json/below (ENOTDIR).`,
      ],
    ];
    const outcomes = await Promise.all(refusals.map(([again]) => outcome(again)));
    for (const [index, { code, out, err }] of outcomes.entries()) {
      const sentence = (refusals[index] as [string[], string])[1];
      expect({ code, out }, err).to.deep.equal({ code: 2, out: "" });
      expect(err.trim().split("\n")).to.have.length(1);
      expect(err).to.include(`milepost-localnet: ${sentence}`);
    }
    expect(
      existsSync(path.join(directory, "other")),
      "written before the port was checked",
    ).to.equal(false);
    child.kill("SIGINT");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
  });

  it("saves and exits on SIGTERM, and keeps the last save after kill -9", async () => {
    const authority = Keypair.generate().publicKey;
    const args = ["--bare", "--port", "0", "--ledger", path.join(directory, "ledger")];
    args.push("--program", `${PROGRAM}=${ELF}`, "--upgrade-authority", authority.toBase58());
    const first = await run(args);
    const holder = Keypair.generate().publicKey;
    await first.connection.requestAirdrop(holder, 5_000_000);
    first.child.kill("SIGTERM");
    expect(await once(first.child, "exit")).to.deep.equal([0, null]);

    const second = await run(args);
    expect(await second.connection.getBalance(holder)).to.equal(5_000_000);
    const program = await second.connection.getAccountInfo(new PublicKey(PROGRAM));
    expect(program?.owner.toBase58()).to.equal(UPGRADEABLE_LOADER);
    expect(program?.executable).to.equal(true);
    const data = await second.connection.getAccountInfo(new PublicKey(programDataAddress(PROGRAM)));
    expect(new PublicKey((data?.data as Buffer).subarray(13, 45)).equals(authority)).to.equal(true);
    second.child.kill("SIGKILL");
    await once(second.child, "exit");

    const third = await run(args);
    expect(await third.connection.getBalance(holder)).to.equal(5_000_000);
    third.child.kill("SIGINT");
    expect(await once(third.child, "exit")).to.deep.equal([0, null]);
  });
});
