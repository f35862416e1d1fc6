import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { optionsOf, UsageError } from "../src/args";
import { programDataAddress, UPGRADEABLE_LOADER } from "../src/chain/program";

const ROOT = path.resolve(__dirname, "../..");
const ELF = path.resolve(ROOT, process.env.MILESTONE_SO ?? "artifacts/milestone.so");
const PROGRAM = "Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9";

describe("localnet: the command line", () => {
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

  it("given every option, then all are read", () => {
    const authority = Keypair.generate();
    const file = path.join(directory, "authority.json");
    writeFileSync(file, JSON.stringify([...authority.secretKey]));
    const options = optionsOf([
      ...["--port", "0", "--ws-port", "9000", "--host", "::1", "--ledger", directory],
      ...["--clock", "1900000000", "--history", "7"],
      ...["--program", `${PROGRAM}=${ELF}`, "--upgrade-authority", file],
    ]);
    const { programs, ...rest } = options ?? {};
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

  const CLOCKS: [string, object][] = [
    ["wall", { mode: "wall" }],
    ["manual", { mode: "manual" }],
    ["manual:5", { mode: "manual", unixTimestamp: 5 }],
  ];
  for (const [text, clock] of CLOCKS) {
    it(`given --clock ${text}, then it is understood`, () => {
      expect(optionsOf(["--clock", text])?.clock).to.deep.equal(clock);
    });
  }

  const REFUSED: string[][] = [
    ["--clock", "tomorrow"],
    ["--port", "http"],
    ["--program", PROGRAM],
    ["--program", `${PROGRAM}=/there/is/none.so`],
    ["--program", `program=${ELF}`],
    ["--upgrade-authority", "me", "--program", `${PROGRAM}=${ELF}`],
    ["--reset"],
    ["stray"],
  ];
  for (const args of REFUSED) {
    it(`given ${args.join(" ").replaceAll(ROOT, "")}, then it is refused`, () => {
      expect(() => optionsOf(args)).to.throw(UsageError);
    });
  }

  it("given a file that is no keypair, then it is refused without showing what it says", () => {
    const file = path.join(directory, "secret.txt");
    writeFileSync(file, "a secret phrase");
    const args = ["--upgrade-authority", file, "--program", `${PROGRAM}=${ELF}`];
    expect(() => optionsOf(args))
      .to.throw(UsageError)
      .and.not.to.match(/phrase/);
  });

  async function run(args: string[]): Promise<{ child: ChildProcess; connection: Connection }> {
    const command = ["--require", "ts-node/register/transpile-only", "src/cli.ts", ...args];
    const child = spawn(process.execPath, command, {
      cwd: path.resolve(__dirname, ".."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const url = /^JSON-RPC\s+(\S+)$/.exec(line)?.[1];
      if (url) return { child, connection: new Connection(url) };
    }
    throw new Error("it ended before it said where it listens");
  }

  it("given a process with a program and a ledger, when it gets SIGTERM, then it saves and ends; kill -9 leaves the last save", async () => {
    const authority = Keypair.generate().publicKey;
    const args = ["--port", "0", "--ledger", path.join(directory, "ledger")];
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
