import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { getConfigPda, getGatewayPda, MilestoneClient } from "@milepost/sdk";
import { deploy, DeployError, run } from "../../migrations/deploy";
import { USAGE } from "../../migrations/deploy/arguments";
import { Chain, createMint, createTokenAccount, fixedKeypair, startChain } from "../harness";
import { PROGRAM_ID, programDataAddress, UPGRADEABLE_LOADER_ID } from "../harness/program";
import { serveChain } from "../harness/serve-chain";

describe("migrations/deploy: mistakes", () => {
  let chain: Chain;
  let url: string;
  let close: () => void;
  let directory: string;
  let keyFile: string;
  const stranger = fixedKeypair("stranger");

  beforeEach(async () => {
    chain = await startChain();
    await chain.airdrop(chain.upgradeAuthority.publicKey);
    ({ url, close } = await serveChain(chain));
    directory = mkdtempSync(join(tmpdir(), "milepost-deploy-"));
    keyFile = keypairFile("authority", chain.upgradeAuthority);
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true });
  });

  function keypairFile(name: string, { secretKey }: Keypair): string {
    const file = join(directory, `${name}.json`);
    writeFileSync(file, JSON.stringify([...secretKey]));
    return file;
  }

  async function tokenAccountOf(owner: PublicKey): Promise<PublicKey> {
    return createTokenAccount(chain, await createMint(chain), owner);
  }

  /** Neither the config nor a gateway came into being. */
  async function expectNothingCreated(): Promise<void> {
    const gateways = [chain.upgradeAuthority, stranger].map(
      (key) => getGatewayPda(key.publicKey)[0],
    );
    for (const address of [getConfigPda()[0], ...gateways]) {
      expect(await chain.getAccount(address)).to.equal(null);
    }
  }

  /** The flags after --url and --keypair, the exit code, and what the message has to say. */
  type Mistake = { flags: () => Promise<string[]>; code: 1 | 2; says: RegExp[] };
  const WITH_USAGE = [/usage: npm run deploy:milepost/];
  const own = () => ["--url", url, "--keypair", keyFile];
  const mistakes: Record<string, Mistake> = {
    "a gateway name of 33 bytes": {
      flags: async () => [...own(), "--gateway-name", "x".repeat(33)],
      code: 1,
      says: [/Invalid name: expected at most 32 bytes of UTF-8, got 33/],
    },
    "a gateway URL of 65 bytes": {
      flags: async () => [...own(), "--gateway-url", `https://${"x".repeat(57)}`],
      code: 1,
      says: [/Invalid url: expected at most 64 bytes of UTF-8, got 65/],
    },
    "a gateway fee above the cap": {
      flags: async () => [...own(), "--gateway-fee-bps", "5000"],
      code: 1,
      says: [/Invalid feeBps: .*1000/],
    },
    "a protocol fee above the cap": {
      flags: async () => [...own(), "--protocol-fee-bps", "501"],
      code: 1,
      says: [/Invalid protocolFeeBps: .*500/],
    },
    "a fee that is not a number": {
      flags: async () => [...own(), "--protocol-fee-bps", "0.5%"],
      code: 2,
      says: [/--protocol-fee-bps: expected a whole number of basis points/, ...WITH_USAGE],
    },
    "a program as fee recipient": {
      flags: async () => [...own(), "--fee-recipient", TOKEN_PROGRAM_ID.toBase58()],
      code: 1,
      says: [/is not a wallet: it is a program/, /Argument: feeRecipient/],
    },
    "a token account as fee recipient": {
      flags: async () => {
        const account = await tokenAccountOf(stranger.publicKey);
        return [...own(), "--fee-recipient", account.toBase58()];
      },
      code: 1,
      says: [
        /is not a wallet: it is a token account of mint/,
        new RegExp(`pass its owner ${stranger.publicKey.toBase58()}`),
      ],
    },
    "a token account as gateway signer": {
      flags: async () => {
        const account = await tokenAccountOf(stranger.publicKey);
        return [...own(), "--gateway-signer", account.toBase58()];
      },
      code: 1,
      says: [/is not a wallet: it is a token account of mint/, /Argument: signer/],
    },
    "an address that is not base58": {
      flags: async () => [...own(), "--fee-recipient", "0x12"],
      code: 2,
      says: [/--fee-recipient: expected a base58 address, got "0x12"/, ...WITH_USAGE],
    },
    "a flag that does not exist": {
      flags: async () => [...own(), "--gateway-fee", "1"],
      code: 2,
      says: [/Unknown option '--gateway-fee'/, ...WITH_USAGE],
    },
    "a URL without a scheme": {
      flags: async () => ["--url", "user:hunter2@127.0.0.1/key-4711", "--keypair", keyFile],
      code: 2,
      says: [/--url: expected the http or https URL/, ...WITH_USAGE],
    },
    "a keypair file that does not exist": {
      flags: async () => ["--url", url, "--keypair", join(directory, "none.json")],
      code: 2,
      says: [/--keypair: .*none\.json: there is no such file/, ...WITH_USAGE],
    },
    "a server that does not answer": {
      flags: async () => {
        close();
        return ["--url", `${url}/key-4711?token=hunter2`, "--keypair", keyFile];
      },
      code: 1,
      says: [/127\.0\.0\.1:\d+/],
    },
    "a program id where nothing is deployed": {
      flags: async () => [...own(), "--program-id", stranger.publicKey.toBase58()],
      code: 1,
      says: [
        new RegExp(`there is no program ${stranger.publicKey.toBase58()} on this cluster`),
        /solana program deploy/,
      ],
    },
    "a program id that is a wallet": {
      flags: async () => {
        await chain.airdrop(stranger.publicKey);
        return [...own(), "--program-id", stranger.publicKey.toBase58()];
      },
      code: 1,
      says: [new RegExp(`${stranger.publicKey.toBase58()} is not a program`), /--program-id/],
    },
    "a keypair other than the upgrade authority's": {
      flags: async () => {
        await chain.airdrop(stranger.publicKey);
        return ["--url", url, "--keypair", keypairFile("stranger", stranger)];
      },
      code: 1,
      says: [
        new RegExp(`${stranger.publicKey.toBase58()} \\(--keypair\\) is not the upgrade authority`),
        new RegExp(`that is ${fixedKeypair("chain/upgrade-authority").publicKey.toBase58()}`),
      ],
    },
    "a program without an upgrade authority": {
      flags: async () => {
        const address = programDataAddress();
        const account = (await chain.getAccount(address))!;
        const data = Buffer.from(account.data);
        data.fill(0, 12, 45);
        await chain.setAccount(address, { ...account, data });
        return own();
      },
      code: 1,
      says: [new RegExp(`${PROGRAM_ID.toBase58()} no longer has an upgrade authority`)],
    },
    "a wallet without SOL": {
      flags: async () => {
        const empty = { data: Buffer.alloc(0), owner: SystemProgram.programId, executable: false };
        await chain.setAccount(chain.upgradeAuthority.publicKey, { ...empty, lamports: 0n });
        return own();
      },
      code: 1,
      says: [/\(--keypair\) has no SOL on this cluster/],
    },
  };

  for (const [name, { flags, code, says }] of Object.entries(mistakes)) {
    it(`given ${name} then it says what to do, and nothing is created`, async () => {
      const result = await run(await flags(), {});
      expect(result.code, result.text).to.equal(code);
      for (const pattern of says) expect(result.text).to.match(pattern);
      expect(result.text).not.to.match(/hunter2|4711|fetch failed\n/);
      await expectNothingCreated();
    });
  }

  it("given the gateway's creation fails then it says that the config was created, and the next run goes on", async () => {
    const sdk = new MilestoneClient(chain.connection, chain.upgradeAuthority);
    const send = sdk.send.bind(sdk);
    let sent = 0;
    sdk.send = (...args) => {
      sent += 1;
      return sent === 2 ? Promise.reject(new Error("the lights went out")) : send(...args);
    };
    const failure = await deploy(sdk, { protocolFeeBps: 50 }).then(
      () => expect.fail("expected a failure"),
      (error: unknown) => error as DeployError,
    );
    expect(failure).to.be.instanceOf(DeployError);
    const [config] = getConfigPda();
    expect(failure.message)
      .to.contain("the gateway was not created: the lights went out")
      .and.to.contain(`The config ${config.toBase58()} was created before`);
    expect((await sdk.getProgramConfig()).protocolFeeBps).to.equal(50);
    expect((await deploy(sdk)).created).to.deep.equal(["gateway"]);
  });

  it("given an address off the curve without an account then it deploys and warns", async () => {
    const [vault] = PublicKey.findProgramAddressSync([Buffer.from("vault")], UPGRADEABLE_LOADER_ID);
    const result = await run([...own(), "--fee-recipient", vault.toBase58()], {});
    expect(result.code, result.text).to.equal(0);
    expect(result.text).to.match(/^warning: feeRecipient \w+ has no account/m);
  });

  it("given --help then the usage", async () => {
    expect(await run(["--help"], {})).to.deep.equal({ code: 0, text: USAGE });
  });
});
