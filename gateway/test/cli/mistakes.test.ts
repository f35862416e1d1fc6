import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { CliProcess } from "../harness/cli-process";

const RPC = "http://127.0.0.1:2";
const POSTGRES = "postgres://milepost:hunter22@127.0.0.1:2/gateway";

describe("milepost-gateway: mistakes on the command line", () => {
  let directory: string;
  let localnet: MilepostLocalnet;
  const file = (name: string, content: string): string => {
    const at = path.join(directory, name);
    writeFileSync(at, content);
    return at;
  };
  const keypair = (name: string, { secretKey } = Keypair.generate()): string =>
    file(`${name}.json`, JSON.stringify([...secretKey]));
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "gateway-mistakes-"));
    localnet = await startMilepostLocalnet({ port: 0 });
  });
  after(async () => {
    await localnet?.close();
    rmSync(directory, { recursive: true });
  });

  /** Flags of a process with nothing wrong but a database that is not there; later ones take precedence. */
  const flags = (...more: string[]): string[] => [
    ...["--url", localnet.url, "--database-url", POSTGRES],
    ...["--keypair", keypair("signer", localnet.wallets.gatewaySigner)],
    ...["--sponsor", keypair("sponsor", localnet.wallets.keeper)],
    ...["--mint", `USDC=${localnet.mint.toBase58()}`],
    ...["--master-key-file", file("master.key", "07".repeat(32)), ...more],
  ];

  /** The exit code and the one line that says why; nothing else is said. */
  const end = async (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const cli = CliProcess.start(args, environment);
    const code = await cli.exit;
    expect(cli.errors, cli.text).to.match(/^milepost-gateway: [^\n]+\n$/);
    expect(cli.text).to.equal("");
    expect(cli.errors).not.to.include("hunter22");
    return [code, cli.errors.slice("milepost-gateway: ".length, -1)] as const;
  };

  const MISTAKES: [string, () => string[], string | RegExp][] = [
    [
      "no flag at all",
      () => [],
      "--url is missing: URL of the cluster's RPC. Pass --url <URL>, or set MILEPOST_GATEWAY_URL.",
    ],
    [
      "no --sponsor",
      () => ["--url", RPC, "--database-url", POSTGRES, "--keypair", keypair("some")],
      "--sponsor is missing: keypair file of the sponsor, which pays transaction fees and rent. Pass --sponsor <FILE>, or set MILEPOST_GATEWAY_SPONSOR.",
    ],
    [
      "an unknown command",
      () => ["server"],
      'unknown command "server": expected serve, sandbox, keys, administrators, migrate or reconcile; --help lists all flags',
    ],
    ["an unknown flag", () => ["--sponsors", "x"], /^unknown option '--sponsors'/],
    ["keys without a command", () => ["keys"], "keys needs a command: create, list or revoke"],
    [
      "administrators without a command",
      () => ["administrators"],
      "administrators needs a command: add, list or remove",
    ],
    [
      "a URL without a protocol",
      () => ["--url", "rpc.example?api-key=hunter22"],
      "option '--url <URL>': Give a URL that starts with http:// or https://.",
    ],
    [
      "a port that is not a number",
      () => ["--port", "x"],
      "option '--port <PORT>': Give an integer from 0 to 65535.",
    ],
    [
      "a mint without a currency",
      () => ["--mint", "EUR=x"],
      "option '--mint <CURRENCY=ADDRESS>': Give USDC=ADDRESS or USDT=ADDRESS.",
    ],
    [
      "a file that is not a keypair",
      () => ["--keypair", file("text.json", "hunter22")],
      /^option '--keypair <FILE>': \S+text\.json is not a keypair file, a list of 64 numbers in brackets\.$/,
    ],
    [
      "a port of ChainFreight alone",
      () => flags("--freight-port", "0"),
      "--freight-port and --pay-port need each other: pass both, or neither",
    ],
    [
      "two stores of evidence",
      () => flags("--files-dir", directory, "--s3-bucket", "evidence"),
      "--files-dir and --s3-bucket exclude each other: pass only one of them",
    ],
    [
      "an S3 endpoint without a bucket",
      () => flags("--s3-endpoint", "https://s3.example"),
      "--s3-endpoint needs --s3-bucket: pass the bucket of the evidence files",
    ],
    [
      "administrators without a mail server",
      () => flags("--administrator", "ops@example.com"),
      "--administrator needs the mail server in MILEPOST_GATEWAY_SMTP_URL, an smtps:// URL with user and password",
    ],
    [
      "an administrator that is not an address",
      () => flags("--administrator", "ops"),
      "option '--administrator <ADDRESS>': Give one mail address.",
    ],
    [
      "a file that is not a master key",
      () => flags("--master-key-file", file("short.key", "hunter22")),
      "--master-key-file: master key: expected 64 hex digits per line. Create one with: openssl rand -hex 32",
    ],
    [
      "another chain than expected",
      () => flags("--genesis-hash", "mainnet"),
      /^--genesis-hash: expected mainnet, but the RPC serves the chain \w+\. Check the RPC's URL\.$/,
    ],
    [
      "an address without a program",
      () => flags("--program-id", Keypair.generate().publicKey.toBase58()),
      /^--program-id: \w+ is not a program on this chain\./,
    ],
    [
      "a signer that no gateway names",
      () => flags("--keypair", keypair("stranger")),
      /^--gateway: no gateway account on this chain has the signer \w+\. Create one with createGateway, or pass the signer's key\.$/,
    ],
    [
      "another gateway's signer",
      () => flags("--gateway", localnet.gateway.toBase58(), "--keypair", keypair("stranger")),
      /^--gateway: \w+ names the signer \w+, but --keypair is \w+\. Pass the signer's key, or change it with updateGateway\.$/,
    ],
    [
      "a gateway account that does not exist",
      () => flags("--gateway", Keypair.generate().publicKey.toBase58()),
      /^--gateway: .*does not exist/,
    ],
    [
      "the signer as the sponsor",
      () => flags("--sponsor", keypair("signer", localnet.wallets.gatewaySigner)),
      /^--sponsor: expected a key other than the signer's\./,
    ],
    [
      "a sponsor without SOL",
      () => flags("--sponsor", keypair("empty")),
      /^--sponsor: \w+ has no SOL on this chain\. Send some SOL to it: it pays fees and rent\.$/,
    ],
    [
      "a mint that does not exist",
      () => flags("--mint", `USDT=${Keypair.generate().publicKey.toBase58()}`),
      /^--mint USDT: \w+ does not exist on this chain\.$/,
    ],
  ];
  for (const [name, args, expected] of MISTAKES) {
    it(`given ${name}, then it exits with 2 and one line that says what to change`, async () => {
      const [code, line] = await end(args());
      if (typeof expected === "string") expect(line).to.equal(expected);
      else expect(line).to.match(expected);
      expect(code).to.equal(2);
    });
  }

  it("given a mail server's URL that is not one, then it exits with 2 and does not print the password", async () => {
    const [code, line] = await end(flags(), { MILEPOST_GATEWAY_SMTP_URL: "mail:hunter22" });
    expect([code, line]).to.deep.equal([
      2,
      "MILEPOST_GATEWAY_SMTP_URL takes an smtp:// or smtps:// URL",
    ]);
  });

  it("given no master key, then it names the flag and the variable", async () => {
    const without = flags().filter((_, index, all) => !all[index - 1]?.startsWith("--master"));
    const [code, line] = await end(without.filter((arg) => arg !== "--master-key-file"));
    expect([code, line]).to.deep.equal([
      2,
      "--master-key-file is missing: it encrypts the secrets of the database. Create one with: openssl rand -hex 32. Pass its file, or set MILEPOST_GATEWAY_MASTER_KEY.",
    ]);
  });

  it("given no mint on a chain whose mints are not known, then it asks for --mint", async () => {
    const without = flags().filter((arg) => arg !== "--mint" && !arg.startsWith("USDC="));
    expect(await end(without)).to.deep.equal([
      2,
      "--mint: expected a mint for USDC or USDT, because none is known for this chain.",
    ]);
  });

  it("given no database at the URL, then it exits with 1 and names the host without the password", async () => {
    for (const args of [flags(), ["migrate", "--database-url", POSTGRES]]) {
      expect(await end(args)).to.deep.equal([
        1,
        "--database-url: no database at 127.0.0.1:2 (ECONNREFUSED)",
      ]);
    }
  });

  it("given no RPC or a web page at the URL, then it exits with 1 and does not print the URL's secrets", async () => {
    const server = createServer((_, answer) => answer.end("<html>")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const wrong = [
      ["http://me:hunter22@127.0.0.1:2/?api-key=hunter22", "127.0.0.1:2", "ECONNREFUSED"],
      [`http://127.0.0.1:${port}/hunter22HUNTER`, `127.0.0.1:${port}`, "its answer is not JSON"],
    ];
    for (const [url, host, reason] of wrong) {
      const [code, line] = await end(flags("--url", url!));
      expect(code).to.equal(1);
      expect(line).to.equal(`--url: no Solana RPC answers at http://${host}/… (${reason})`);
    }
    server.close();
  });

  it("given an RPC that is silent at the start, when SIGTERM comes, then it exits with 0", async () => {
    let asked: () => void;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = createServer(() => asked()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const cli = CliProcess.start(flags("--url", `http://127.0.0.1:${port}`));
    await isAsked;
    expect(await cli.stop(), cli.errors).to.equal(0);
    expect(cli.errors).to.equal("");
    server.closeAllConnections();
    server.close();
  });

  it("given an empty variable, as docker-compose passes an unset one, then it counts as missing", async () => {
    const [code, line] = await end([], { MILEPOST_GATEWAY_PORT: "", MILEPOST_GATEWAY_URL: "" });
    expect([code, line.slice(0, 16)]).to.deep.equal([2, "--url is missing"]);
  });

  it("given --help and --version, then it prints them and exits with 0", async () => {
    for (const [args, shape] of [
      [["--help"], /serve[\s\S]*sandbox[\s\S]*keys[\s\S]*migrate[\s\S]*reconcile/],
      [["--version"], /^\d+\.\d+\.\d+\n$/],
    ] as const) {
      const cli = CliProcess.start(args);
      expect(await cli.exit).to.equal(0);
      expect(cli.text).to.match(shape);
      expect(cli.errors).to.equal("");
    }
  });
});
