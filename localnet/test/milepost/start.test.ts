/** A localnet with Milepost on it: its set-up, what a restart keeps, and what prevents a start. */
import { expect } from "chai";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { AnchorProvider, Program, Wallet } from "@coral-xyz/anchor";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import {
  createMemoBuffer,
  getPaymentGateway,
  getProgramConfig,
  MilestoneClient,
  PROGRAM_ID,
} from "@milepost/sdk";
import {
  connectLocalnet,
  LocalnetError,
  type LocalnetErrorCode,
  type MilepostLocalnet,
  type MilepostLocalnetOptions,
  startLocalnet,
  startMilepostLocalnet,
} from "../../src";
import { programDataAddress } from "../../src/chain/program";
import { programDirectory, readProgram, sha256 } from "../../src/milepost/program";
import { WALLET_NAMES } from "../../src/milepost/wallets";
import { TestWall } from "../harness/testnet";

const ARTIFACTS = path.resolve(__dirname, "../../../artifacts");

describe("localnet: with Milepost on it", () => {
  let directory: string;
  let ledger: string;
  const running: MilepostLocalnet[] = [];
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "localnet-milepost-"));
    ledger = path.join(directory, "net");
  });
  afterEach(async () => {
    for (const localnet of running.splice(0)) await localnet.close();
    rmSync(directory, { recursive: true });
  });

  async function start(options: MilepostLocalnetOptions = {}): Promise<MilepostLocalnet> {
    const localnet = await startMilepostLocalnet({ port: 0, wall: new TestWall(), ...options });
    running.push(localnet);
    return localnet;
  }

  async function stop(localnet: MilepostLocalnet): Promise<void> {
    running.splice(running.indexOf(localnet), 1);
    await localnet.close();
  }

  const addresses = ({ wallets }: { wallets: MilepostLocalnet["wallets"] }): string[] =>
    WALLET_NAMES.map((name) => wallets[name].publicKey.toBase58());

  async function refusal(work: Promise<unknown>, code: LocalnetErrorCode): Promise<LocalnetError> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof LocalnetError))
      throw new Error(`expected ${code}, got ${String(error)}`);
    expect(error.code).to.equal(code);
    return error;
  }

  const balanceOf = async ({ connection, mint }: MilepostLocalnet, owner: PublicKey) =>
    (await connection.getTokenAccountBalance(getAssociatedTokenAddressSync(mint, owner))).value
      .amount;

  it("sets up program, config, gateway, mint and keys, so that a payment works", async () => {
    const localnet = await start();
    const { connection, wallets, mint, gateway } = localnet;
    const sdk = new MilestoneClient(connection, wallets.owner);
    const { upgradeAuthority, gatewayAuthority, gatewaySigner } = wallets;
    const config = await getProgramConfig(sdk);
    expect(config.authority.equals(upgradeAuthority.publicKey)).to.equal(true);
    const made = await getPaymentGateway(sdk, gateway);
    expect(made.authority.equals(gatewayAuthority.publicKey)).to.equal(true);
    expect(made.signer.equals(gatewaySigner.publicKey)).to.equal(true);
    expect(made.feeBps).to.equal(100);
    for (const name of WALLET_NAMES) {
      const lamports = await connection.getBalance(wallets[name].publicKey);
      expect(lamports, name).to.be.within(99e9, 100e9);
    }
    expect(await balanceOf(localnet, wallets.owner.publicKey)).to.equal("1000000000000");
    expect(localnet.description).to.equal(null);

    const { instructions, policy } = await sdk.prepareMilestone(
      mint,
      wallets.recipient.publicKey,
      gateway,
      [50_000_000n],
      [0],
      0, // anyone, at any time
      createMemoBuffer("first", 64),
    );
    await sdk.send(instructions);
    await sdk.send(await sdk.executePayment(policy));
    expect(await balanceOf(localnet, wallets.recipient.publicKey)).to.equal("49500000");
  });

  it("names the upgrade authority in the program's account", async () => {
    const { connection, wallets } = await start();
    const programData = new PublicKey(programDataAddress(PROGRAM_ID.toBase58()));
    const { data } = (await connection.getAccountInfo(programData)) ?? {};
    const named = new PublicKey((data as Buffer).subarray(13, 45));
    expect(named.equals(wallets.upgradeAuthority.publicKey)).to.equal(true);
  });

  it("has the IDL where Anchor's client fetches it", async () => {
    const { connection } = await start();
    const provider = new AnchorProvider(connection, new Wallet(Keypair.generate()));
    const idl = await Program.fetchIdl(PROGRAM_ID, provider);
    expect(idl).to.deep.equal(
      JSON.parse(readFileSync(path.join(ARTIFACTS, "milestone.json"), "utf8")),
    );
    expect(idl?.address).to.equal(PROGRAM_ID.toBase58());
  });

  it("gives test tokens to a wallet's token account", async () => {
    const localnet = await start();
    const wallet = Keypair.generate().publicKey;
    await localnet.airdropTokens(wallet, 7n);
    await localnet.airdropTokens(wallet, 1);
    expect(await balanceOf(localnet, wallet)).to.equal("8");
    const tooMuch = localnet.airdropTokens(wallet, 2n ** 64n);
    expect((await refusal(tooMuch, "TransactionFailed")).message).to.match(/above the largest u64/);
    expect(await balanceOf(localnet, wallet)).to.equal("8");
  });

  it("keeps keys and state in a directory, and describes them in localnet.json", async () => {
    const first = await start({ ledger });
    const { description } = first;
    expect(JSON.parse(readFileSync(path.join(ledger, "localnet.json"), "utf8"))).to.deep.equal(
      description,
    );
    expect(description).to.deep.include({
      url: first.url,
      wsUrl: first.wsUrl,
      programId: PROGRAM_ID.toBase58(),
      gateway: first.gateway.toBase58(),
      mint: first.mint.toBase58(),
    });
    for (const name of WALLET_NAMES) {
      const { address, keypair } = description!.wallets[name];
      expect(statSync(keypair).mode & 0o777, keypair).to.equal(0o600);
      const { publicKey } = Keypair.fromSecretKey(
        Uint8Array.from(JSON.parse(readFileSync(keypair, "utf8"))),
      );
      expect(publicKey.toBase58()).to.equal(address);
    }
    expect(statSync(path.join(ledger, "keys")).mode & 0o777).to.equal(0o700);
    expect(
      readFileSync(path.join(ledger, ".gitignore"), "utf8"),
      "in whichever repository",
    ).to.equal("*\n");
    const spent = Keypair.generate().publicKey;
    await first.airdropTokens(spent, 3);
    const { chain } = first;
    const before = { count: chain.history.count, genesisHash: chain.genesisHash };
    await stop(first);

    const second = await start({ ledger });
    expect(addresses(second)).to.deep.equal(addresses(first));
    expect(second.gateway.equals(first.gateway)).to.equal(true);
    expect(await balanceOf(second, spent)).to.equal("3");
    expect({
      count: second.chain.history.count,
      genesisHash: second.chain.genesisHash,
    }).to.deep.equal(before);
  });

  it("starts a new chain with --reset, and keeps the keys, the mint and the gateway's address", async () => {
    const first = await start({ ledger });
    const spent = Keypair.generate().publicKey;
    await first.airdropTokens(spent, 3);
    await stop(first);
    const second = await start({ ledger, isReset: true });
    expect(addresses(second)).to.deep.equal(addresses(first));
    expect(second.gateway.equals(first.gateway)).to.equal(true);
    expect(second.chain.genesisHash).to.not.equal(first.chain.genesisHash);
    const account = getAssociatedTokenAddressSync(second.mint, spent);
    expect(await second.connection.getAccountInfo(account)).to.equal(null);
  });

  it("completes an interrupted set-up at the next start", async () => {
    const first = await start({ ledger });
    const owner = first.wallets.owner.publicKey;
    first.chain.setAccount(first.gateway.toBase58(), {
      lamports: 0n,
      data: Buffer.alloc(0),
      owner: "11111111111111111111111111111111",
      executable: false,
    });
    first.chain.warp(1, 0); // the same transaction with another blockhash
    await stop(first);
    rmSync(path.join(ledger, "localnet.json"));
    rmSync(path.join(ledger, "keys", "keeper.json"));
    const second = await start({ ledger });
    const sdk = new MilestoneClient(second.connection, second.wallets.owner);
    expect((await getPaymentGateway(sdk, second.gateway)).feeBps).to.equal(100);
    expect(await second.connection.getBalance(second.wallets.keeper.publicKey)).to.equal(100e9);
    expect(await balanceOf(second, owner), "given once").to.equal("1000000000000");
  });

  it("refuses a chain with another build of the program, and leaves it unchanged", async () => {
    const first = await start({ ledger });
    await stop(first);
    const before = readFileSync(path.join(ledger, "chain.bin"));
    const elf = Buffer.concat([readProgram().elf, Buffer.alloc(8)]);
    const programs = [{ programId: PROGRAM_ID.toBase58(), elf, upgradeAuthority: null }];
    const error = await refusal(start({ ledger, programs }), "LedgerOfOtherProgram");
    expect(error.message).to.match(/another build of the program .*Start a new chain with --reset/);
    expect(error.context).to.include({ found: readProgram().sha256, expected: sha256(elf) });
    expect(readFileSync(path.join(ledger, "chain.bin")).equals(before)).to.equal(true);

    const reset = await start({ ledger, programs, isReset: true });
    expect(reset.description?.programSha256).to.equal(sha256(elf));
  });

  it("refuses a ledger without Milepost and says what to do", async () => {
    const bare = await startLocalnet({ port: 0, ledger, wall: new TestWall() });
    await bare.close();
    const error = await refusal(start({ ledger }), "LedgerOfOtherProgram");
    expect(error.message).to.match(/made with --bare.*--reset/);
  });

  it("refuses a directory whose localnet runs, also with --reset", async () => {
    const first = await start({ ledger });
    const error = await refusal(start({ ledger, isReset: true }), "DirectoryInUse");
    expect(error.message).to.include(first.url);
    expect(await first.connection.getGenesisHash()).to.equal(first.chain.genesisHash);
  });

  it("names a port in use, and creates no directory", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = await refusal(start({ ledger, port, wsPort: 0 }), "PortInUse");
    expect(error.message).to.match(new RegExp(`Port ${port} .*choose another port: --port 9000`));
    expect(existsSync(ledger)).to.equal(false);
    server.close();
  });

  it("names a directory that is not writable", async () => {
    writeFileSync(ledger, "a file");
    const error = await refusal(start({ ledger }), "DirectoryNotWritable");
    expect(error.message).to.include(`Cannot write to the directory ${ledger} (`);
    expect(readFileSync(ledger, "utf8")).to.equal("a file");
  });

  it("names a damaged key file without its content", async () => {
    await stop(await start({ ledger }));
    const file = path.join(ledger, "keys", "owner.json");
    chmodSync(file, 0o600);
    writeFileSync(file, "a secret phrase");
    const error = await refusal(start({ ledger }), "KeyUnreadable");
    expect(error.message)
      .to.include(file)
      .and.not.match(/phrase/);
    expect(readFileSync(file, "utf8")).to.equal("a secret phrase");
  });

  describe("the program that the package carries", () => {
    it("is the committed build", () => {
      expect(readFileSync(path.join(programDirectory(), "milestone.so"))).to.deep.equal(
        readFileSync(path.join(ARTIFACTS, "milestone.so")),
      );
      expect(readProgram().programId).to.equal(PROGRAM_ID.toBase58());
    });

    it("is refused with both hashes when SHA256SUMS lists another one", () => {
      for (const name of ["milestone.so", "milestone.json"]) {
        const copy = path.join(directory, name.replace(".", "-"));
        cpSync(ARTIFACTS, copy, { recursive: true });
        const bytes = readFileSync(path.join(copy, name));
        bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
        writeFileSync(path.join(copy, name), bytes);
        expect(() => readProgram(copy))
          .to.throw(LocalnetError)
          .with.property("message")
          .that.matches(
            new RegExp(`${name} has the SHA-256 ${sha256(bytes)}, but SHA256SUMS lists`),
          );
      }
    });

    it("is refused with the name of a missing file", () => {
      const copy = path.join(directory, "program");
      cpSync(ARTIFACTS, copy, { recursive: true });
      rmSync(path.join(copy, "milestone.so"));
      expect(() => readProgram(copy)).to.throw(
        LocalnetError,
        /milestone\.so cannot be read\. Install/,
      );
    });
  });

  describe("connectLocalnet", () => {
    it("returns the connection, keys and addresses of a running localnet", async () => {
      const localnet = await start({ ledger });
      const found = await connectLocalnet({ directory: ledger });
      expect(found.url).to.equal(localnet.url);
      expect(addresses(found)).to.deep.equal(addresses(localnet));
      expect(found.gateway.equals(localnet.gateway)).to.equal(true);
      expect(found.config.equals(localnet.config)).to.equal(true);
      expect(found.mint.equals(localnet.mint)).to.equal(true);
      expect(await found.connection.getSlot()).to.be.a("number");
      const wallet = Keypair.generate().publicKey;
      await found.airdropTokens(wallet, 2);
      expect(await balanceOf(localnet, wallet)).to.equal("2");
    });

    it("finds the directory by the environment, and above the working directory", async () => {
      const here = process.cwd();
      const [outer, inner] = [
        path.join(directory, ".milepost-localnet"),
        path.join(directory, "app"),
      ];
      const localnet = await start({ ledger: outer });
      cpSync(ARTIFACTS, inner, { recursive: true });
      try {
        process.chdir(inner);
        expect((await connectLocalnet()).url).to.equal(localnet.url);
        process.chdir(here);
        process.env["MILEPOST_LOCALNET"] = outer;
        expect((await connectLocalnet()).url).to.equal(localnet.url);
      } finally {
        delete process.env["MILEPOST_LOCALNET"];
        process.chdir(here);
      }
    });

    it("says what to do without a localnet, after it stopped, and with another chain at its URL", async () => {
      const missing = await refusal(connectLocalnet({ directory: ledger }), "NotFound");
      expect(missing.message).to.match(/Start one with npx @milepost\/localnet/);
      const localnet = await start({ ledger });
      await stop(localnet);
      const stopped = await refusal(connectLocalnet({ directory: ledger }), "NotRunning");
      expect(stopped.message).to.include(localnet.url);
      const { port } = new URL(localnet.url);
      const other = await start({ port: Number(port) });
      expect(await new Connection(other.url).getGenesisHash()).to.not.equal(
        localnet.chain.genesisHash,
      );
      await refusal(connectLocalnet({ directory: ledger }), "NotRunning");
    });
  });

  it("names the option for an address of another machine, and creates no directory", async () => {
    const error = await refusal(start({ ledger, host: "203.0.113.1" }), "AddressUnavailable");
    expect(error.message).to.match(/--host/);
    expect(existsSync(ledger)).to.equal(false);
  });
});
