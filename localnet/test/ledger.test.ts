import { expect } from "chai";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { PROGRAM_ID } from "@milepost/sdk";
import { programDataAddress } from "../src/chain/program";
import { SOL, START_TIME, Testnet } from "./testnet";

const MILESTONE = path.resolve(
  __dirname,
  "../..",
  process.env.MILESTONE_SO ?? "artifacts/milestone.so",
);

describe("localnet: the ledger", () => {
  let ledger: string;
  beforeEach(() => {
    ledger = mkdtempSync(path.join(tmpdir(), "localnet-ledger-"));
  });
  afterEach(() => rmSync(ledger, { recursive: true }));

  const withNet = async <T>(use: (net: Testnet) => Promise<T>, options: object = {}) => {
    const net = await Testnet.start({ ledger, ...options });
    try {
      return await use(net);
    } finally {
      await net.stop();
    }
  };

  it("given a chain that was closed, when it starts again, then it goes on where it was", async () => {
    const before = await withNet(async (net) => {
      net.wall.advance(4_000);
      const payer = await net.funded();
      const mint = await net.mint(payer);
      const account = await net.tokens(mint, payer, 42n);
      const { signature, to } = await net.transfer(payer);
      const found = await net.connection.getTransaction(signature, {
        maxSupportedTransactionVersion: 0,
      });
      const { blockhash } = await net.connection.getLatestBlockhash();
      return {
        payer,
        account,
        to,
        signature,
        blockhash,
        found: JSON.stringify(found),
        slot: await net.connection.getSlot(),
        genesis: await net.connection.getGenesisHash(),
        count: await net.connection.getTransactionCount(),
        wire: Buffer.from((await net.signed([], [payer])).serialize()),
      };
    });

    await withNet(async (net) => {
      const { connection } = net;
      expect(await connection.getSlot()).to.equal(before.slot);
      expect(await connection.getGenesisHash()).to.equal(before.genesis);
      expect(await connection.getTransactionCount()).to.equal(before.count);
      expect(await connection.getBalance(before.to)).to.equal(SOL);
      const balance = await connection.getTokenAccountBalance(before.account);
      expect(balance.value.amount).to.equal("42");
      const found = await connection.getTransaction(before.signature, {
        maxSupportedTransactionVersion: 0,
      });
      expect(JSON.stringify(found)).to.equal(before.found);
      expect((await connection.isBlockhashValid(before.blockhash)).value).to.equal(true);
      const sent = await connection.sendRawTransaction(before.wire);
      expect((await connection.getSignatureStatus(sent)).value?.err).to.equal(null);
      // And it is still a chain: programs run, slots are made, airdrops are new ones.
      net.wall.advance(400);
      expect(await connection.getSlot()).to.equal(before.slot + 1);
      await connection.requestAirdrop(before.payer.publicKey, SOL);
      await net.tokens(await net.mint(before.payer), before.payer, 1n);
    });
  });

  it("given a landed transaction, when sent again after a restart, then it is already processed", async () => {
    const wire = await withNet(async (net) => {
      const payer = await net.funded();
      const instruction = SystemProgram.transfer({
        fromPubkey: payer.publicKey,
        toPubkey: Keypair.generate().publicKey,
        lamports: SOL,
      });
      const transaction = await net.signed([instruction], [payer]);
      await net.connection.sendTransaction(transaction);
      return Buffer.from(transaction.serialize()).toString("base64");
    });
    await withNet(async (net) => {
      const { error } = await net.rpc("sendTransaction", [wire, { encoding: "base64" }]);
      expect(error?.data.err).to.equal("AlreadyProcessed");
    });
  });

  it("given a changed chain, when the time to save comes, then what is on disk is that chain", async () => {
    await withNet(
      async (net) => {
        const { publicKey } = await net.funded();
        net.wall.advance(5_000);
        // As after a kill: the first has not been closed when the second reads what it wrote.
        await withNet(async (second) => {
          expect(await second.connection.getBalance(publicKey)).to.equal(10 * SOL);
        });
        expect((await net.rpc("localnet_save")).result).to.equal(true);
      },
      { saveEvery: 5_000 },
    );
    expect(readdirSync(ledger)).to.deep.equal(["chain.bin"]);
  });

  it("given a save that was cut off, when it starts again, then the file of before is read", async () => {
    const { publicKey } = await withNet((net) => net.funded());
    writeFileSync(path.join(ledger, "chain.bin.new"), "MILEPOST-LOC");
    await withNet(async (net) => {
      expect(await net.connection.getBalance(publicKey)).to.equal(10 * SOL);
    });
  });

  it("given a time that was set ahead, when it starts again, then the time does not go back", async () => {
    await withNet((net) => net.rpc("localnet_setClock", [{ unixTimestamp: START_TIME + 9_999 }]));
    for (const clock of [{ mode: "wall" }, { mode: "manual" }]) {
      await withNet(
        async (net) => {
          const { result } = await net.rpc("localnet_getClock");
          expect(result.unixTimestamp).to.equal(START_TIME + 9_999);
        },
        { clock },
      );
    }
  });

  it("given a program that is asked for otherwise, when it starts again, then it is deployed again and runs", async () => {
    const programId = PROGRAM_ID;
    const data = new PublicKey(programDataAddress(programId.toBase58()));
    const call = new TransactionInstruction({ programId, keys: [], data: Buffer.alloc(8) });
    const elf = readFileSync(MILESTONE);
    for (const authority of [Keypair.generate().publicKey, Keypair.generate().publicKey]) {
      const upgradeAuthority = authority.toBase58();
      const programs = [{ programId: programId.toBase58(), elf, upgradeAuthority }];
      // The second time with nothing asked for: what the ledger has is what runs.
      for (const options of [{ programs }, {}]) {
        await withNet(async (net) => {
          const transaction = await net.signed([call], [await net.funded()]);
          const { value } = await net.connection.simulateTransaction(transaction);
          // The program ran, and refused an instruction it does not know.
          expect(value.err).to.deep.equal({ InstructionError: [0, "InvalidInstructionData"] });
          const account = await net.connection.getAccountInfo(data);
          const kept = new PublicKey((account?.data as Buffer).subarray(13, 45));
          expect(kept.toBase58()).to.equal(upgradeAuthority);
        }, options);
      }
    }
  });

  it("given accounts of every kind, when they are kept, then the runtime and this side agree on each", async () => {
    await withNet(async (net) => {
      const { chain } = net.localnet;
      const payer = await net.funded();
      const mint = await net.mint(payer);
      await net.tokens(mint, await net.funded(), 3n);
      const gone = await net.funded();
      await net.transfer(gone, payer.publicKey, 10 * SOL - 5_000);
      expect(chain.getAccount(gone.publicKey.toBase58())).to.equal(null);
      const changed = chain.accounts.changedAccounts();
      expect(changed).not.to.deep.equal([]);
      for (const { address, account } of changed) {
        expect(chain.svm.getAccount(address)).to.deep.equal(account);
      }
    });
  });

  it("given a file cut short, when it starts, then it says so", async () => {
    await withNet((net) => net.funded());
    const file = path.join(ledger, "chain.bin");
    const whole = readFileSync(file);
    for (const size of [22, 200, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, size));
      expect(await failureToStart()).to.contain("is damaged");
    }
  });

  it("given a file of something else, when it starts, then it says so and touches nothing", async () => {
    writeFileSync(path.join(ledger, "chain.bin"), "precious");
    expect(await failureToStart()).to.contain("is not a ledger of this version");
    expect(existsSync(path.join(ledger, "chain.bin.new"))).to.equal(false);
  });

  const failureToStart = (): Promise<string | null> =>
    Testnet.start({ ledger }).then(
      async (net) => {
        await net.stop();
        return null;
      },
      (error: Error) => error.message,
    );
});
