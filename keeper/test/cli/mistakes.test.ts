import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Keypair } from "@solana/web3.js";
import { PROGRAM_ID } from "@milepost/sdk";
import { putDatabaseFiles } from "@milepost/database/testing";
import { migrate, openDatabase } from "../../src/store/database";
import { CliProcess } from "../harness/cli-process";
import { MilepostNet } from "../harness/cli-localnet";

describe("keeper: mistakes on the command line", () => {
  let chain: MilepostNet;
  let other: MilepostNet;
  let directory: string;
  let payer: string;
  const servers: Server[] = [];

  before(async () => {
    [chain, other] = await Promise.all([MilepostNet.start(), MilepostNet.start()]);
    directory = mkdtempSync(path.join(tmpdir(), "keeper-mistakes-"));
    payer = keypairFile("payer", await chain.net.funded());
  });
  after(async () => {
    for (const server of servers) server.close();
    await Promise.all([chain.stop(), other.stop()]);
    rmSync(directory, { recursive: true });
  });

  function keypairFile(name: string, { secretKey }: Keypair): string {
    const file = path.join(directory, `${name}.json`);
    writeFileSync(file, JSON.stringify([...secretKey]));
    return file;
  }

  async function server(answer: RequestListener): Promise<number> {
    const made = createServer(answer).listen(0, "127.0.0.1");
    servers.push(made);
    await once(made, "listening");
    return (made.address() as AddressInfo).port;
  }

  /** Port without a listener. */
  async function closedPort(): Promise<number> {
    const port = await server(() => undefined);
    servers.pop()!.close();
    return port;
  }

  /** The exit code and the one line that it says why; nothing else is said. */
  async function end(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const keeper = CliProcess.start(args, { HOME: directory, ...environment });
    try {
      const code = await keeper.exit;
      expect(keeper.errors, keeper.text).to.match(/^milepost-keeper: [^\n]+\n$/);
      return [code, keeper.errors.slice("milepost-keeper: ".length, -1)] as [number, string];
    } finally {
      await keeper.end();
    }
  }

  const url = () => chain.net.localnet.url;
  const flags = (...more: string[]) => ["--url", url(), "--keypair", payer, ...more];
  const ONCE = ["--once", "--metrics-port", "off"];

  const NO_RPC: [string, () => Promise<string>, RegExp][] = [
    [
      "nobody listens",
      async () => `http://me:hunter2@127.0.0.1:${await closedPort()}/key-4711`,
      /\(ECONNREFUSED\)$/,
    ],
    ["there is no such host", async () => "http://no-such-host.invalid/?api-key=4711", /\(E\w+\)$/],
    [
      "a web page is",
      async () => `http://127.0.0.1:${await server((_, to) => to.end("<html>"))}/key-4711`,
      /\(its answer is not JSON\)$/,
    ],
    [
      "nothing is found",
      async () =>
        `http://127.0.0.1:${await server((_, to) => to.writeHead(404).end("4711"))}/key-4711`,
      /\(404 Not Found.*\)$/,
    ],
  ];
  for (const [name, at, reason] of NO_RPC) {
    it(`given a --url where ${name}, then it exits with 1, and names the RPC and the reason, without the URL's secrets`, async () => {
      const wrong = await at();
      const [code, line] = await end(["--url", wrong, "--keypair", payer, ...ONCE]);
      expect([code, line.replace(reason, "")]).to.deep.equal([
        1,
        `--url: no Solana RPC answers at http://${new URL(wrong).host}/… `,
      ]);
      expect(line).not.to.match(/hunter2|4711/);
    });
  }

  it("given RPCs of two chains, then it exits with 2 before it reads anything from them", async () => {
    const [code, line] = await end(flags("--url", other.net.localnet.url, ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.match(/^--url leads to several chains, .*: give RPCs of one chain$/);
    expect(line).to.include(new URL(url()).host).and.include(new URL(other.net.localnet.url).host);
  });

  it("given a chain without the program, then it exits with 2 and names it", async () => {
    const program = Keypair.generate().publicKey.toBase58();
    const [code, line] = await end(flags("--program-id", program, ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.match(new RegExp(`there is no program ${program}: give another RPC, or`));
  });

  it("given a token account as --reward-owner, then it exits with 2 and names the account's owner", async () => {
    const funder = await chain.net.funded();
    const mint = await chain.net.mint(funder);
    const holder = Keypair.generate();
    const owner = holder.publicKey;
    const account = await chain.net.tokens(mint, holder, 1n);
    const [code, line] = await end(flags("--reward-owner", account.toBase58(), ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.equal(
      `--reward-owner: ${account.toBase58()} is not a wallet: it is a token account of mint ` +
        `${mint.address.toBase58()} owned by ${owner.toBase58()}; pass its owner ${owner.toBase58()}`,
    );
  });

  it("given a program as --reward-owner, then it exits with 2", async () => {
    const [code, line] = await end(flags("--reward-owner", PROGRAM_ID.toBase58(), ...ONCE));
    expect([code, line]).to.deep.equal([
      2,
      `--reward-owner: ${PROGRAM_ID.toBase58()} is not a wallet: it is a program`,
    ]);
  });

  it("given the database of another chain, then it exits with 2, and says which it is", async () => {
    const data = path.join(directory, "of-another-chain");
    await putDatabaseFiles(data);
    const otherPayer = keypairFile("other", await other.net.funded());
    const first = CliProcess.start([
      ...["--url", other.net.localnet.url, "--keypair", otherPayer],
      ...["--data-dir", data, ...ONCE],
    ]);
    expect(await first.exit, first.errors).to.equal(0);
    const [code, line] = await end(flags("--data-dir", data, ...ONCE));
    expect(code).to.equal(2);
    const [mine, theirs] = await Promise.all(
      [chain, other].map(({ net }) => net.connection.getGenesisHash()),
    );
    expect(line).to.include(mine).and.include(theirs).and.include("--data-dir");
  });

  const GIVE_ANOTHER = "Give a directory on a local disk that this user can write, or a Postgres.";

  it("given a --data-dir that is a file, then it exits with 2", async () => {
    const [code, line] = await end(flags("--data-dir", payer, ...ONCE));
    expect([code, line]).to.deep.equal([
      2,
      `--data-dir: ${payer} cannot be the embedded database's directory: a file is in its place (EEXIST). ${GIVE_ANOTHER}`,
    ]);
  });

  it("given a home directory that can't be written and no --data-dir, then it exits with 2 and the same text", async () => {
    // Root may write anywhere, but not below a file.
    const [code, line] = await end(flags(...ONCE), { HOME: payer });
    expect(code).to.equal(2);
    expect(line.replace(/keeper\/\w{8} /, "keeper/CHAIN ")).to.equal(
      `--data-dir: ${payer}/.milepost/keeper/CHAIN cannot be the embedded database's directory: ` +
        `a file is in its place or above it (ENOTDIR). ${GIVE_ANOTHER}`,
    );
  });

  it("given no home directory and no --data-dir, then it exits with 2 and says what to give", async () => {
    const [code, line] = await end(flags(...ONCE), { HOME: "" });
    expect([code, line]).to.deep.equal([
      2,
      "--data-dir is missing: this user has no home directory; give one, or --database-url",
    ]);
  });

  it("given a database whose files are damaged, then it exits with 2, names the directory and says what is lost", async () => {
    const data = path.join(directory, "damaged");
    await putDatabaseFiles(data);
    rmSync(path.join(data, "postgres", "PG_VERSION"));
    const [code, line] = await end(flags("--data-dir", data, ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.match(
      /^the embedded database in .*damaged is damaged or incomplete \(PG_VERSION/,
    );
    expect(line).to.include(data).and.to.include("No payment is lost");
  });

  it("given a database that Postgres itself can't open, then it prints only that one line, and exits with 2", async () => {
    const data = path.join(directory, "garbage");
    await putDatabaseFiles(data);
    truncateSync(path.join(data, "postgres", "global", "pg_control"));
    const [code, line] = await end(flags("--data-dir", data, ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.include("is damaged or incomplete (Postgres cannot open its files)");
  });

  it("given a database that a newer keeper has migrated, then it exits with 2 and says which versions", async () => {
    const data = path.join(directory, "newer");
    await putDatabaseFiles(data);
    const database = await openDatabase({ directory: data });
    await migrate(database);
    await database.query("INSERT INTO milepost_keeper.schema_version (major, minor) VALUES (2, 0)");
    await database.close();
    const [code, line] = await end(flags("--data-dir", data, ...ONCE));
    expect(code).to.equal(2);
    expect(line).to.match(
      /^the keeper's database has schema 2\.0, this keeper knows 1\.\d+: run a/,
    );
  });

  it("given an invalid --metrics-host, then it exits with 2 and says so", async () => {
    const data = path.join(directory, "host");
    await putDatabaseFiles(data);
    const host = "no-such-host.invalid";
    const metrics = ["--metrics-port", "9", "--metrics-host", host, "--log-level", "silent"];
    const [code, line] = await end(flags("--data-dir", data, ...metrics));
    expect(code).to.equal(2);
    expect(line).to.match(
      /^--metrics-port 9 on no-such-host\.invalid can't be listened on \(E\w+\): give another one, or off$/,
    );
  });

  it("given a --database-url without a server, then it exits with 1, without the password", async () => {
    const database = "postgres://keeper:hunter2222@127.0.0.1:1/keeper";
    const [code, line] = await end(flags("--database-url", database, ...ONCE));
    expect([code, line]).to.deep.equal([
      1,
      "--database-url: no database at 127.0.0.1:1 (ECONNREFUSED)",
    ]);
  });

  it("given a --metrics-port that is taken, then it exits with 2 and gives the database back", async () => {
    const port = await server((_, to) => to.end());
    const data = path.join(directory, "port");
    await putDatabaseFiles(data);
    const [code, line] = await end(
      flags("--data-dir", data, "--metrics-port", `${port}`, "--log-level", "silent"),
    );
    expect([code, line]).to.deep.equal([
      2,
      `--metrics-port ${port} on 127.0.0.1 is taken: give another one, or off`,
    ]);
  });

  it("given a directory that a keeper has, then another exits with 1 and says what to do; status asks the first one's port", async () => {
    const data = path.join(directory, "in-use");
    await putDatabaseFiles(data);
    const first = CliProcess.start(flags("--data-dir", data, "--metrics-port", "0"));
    try {
      const { port } = await first
        .line("chain scanned")
        .then(() => first.line("metrics, health and status"));
      const [code, line] = await end(flags("--data-dir", data, ...ONCE));
      expect(code).to.equal(1);
      expect(line).to.match(/in-use is open in another keeper: stop that one, or/);
      const status = ["status", "--url", url(), "--data-dir", data, "--metrics-port"];
      const shown = CliProcess.start([...status, `${port}`]);
      expect(await shown.exit, shown.errors).to.equal(0);
      expect(shown.text).to.match(/^Chain time /);
      const [failed, why] = await end([...status, "1"]);
      expect(failed).to.equal(1);
      expect(why).to.match(/does not answer on --metrics-port/);
    } finally {
      await first.end();
    }
  });

  it("given a fee payer without SOL, then --once exits with 1 and says which key needs it, and a running keeper warns", async () => {
    const key = Keypair.generate();
    const poor = keypairFile("poor", key);
    const data = path.join(directory, "poor");
    await putDatabaseFiles(data);
    const args = ["--url", url(), "--keypair", poor, "--data-dir", data];
    const [code, line] = await end([...args, ...ONCE]);
    expect([code, line]).to.deep.equal([
      1,
      `the fee payer ${key.publicKey} (--keypair) has no SOL on this chain: send some SOL to it`,
    ]);
    const runs = CliProcess.start([...args, "--metrics-port", "off"]);
    try {
      const warning = await runs.line(
        "the fee payer has less than --min-balance: send some SOL to it",
      );
      expect(warning).to.include({ level: "warn", lamports: 0, feePayer: `${key.publicKey}` });
    } finally {
      await runs.end();
    }
  });
});
