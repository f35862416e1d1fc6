import { expect } from "chai";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { PROGRAM_ID } from "@milepost/sdk";
import { programDataAddress } from "../../src/chain/program";
import { SOL, START_TIME, Testnet } from "../harness/testnet";

const MILESTONE = path.resolve(
  __dirname,
  "../../..",
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

  it("continues a closed chain from its last state", async () => {
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
      // The chain still works: it runs programs, makes slots, and lands new airdrops.
      net.wall.advance(400);
      expect(await connection.getSlot()).to.equal(before.slot + 1);
      await connection.requestAirdrop(before.payer.publicKey, SOL);
      await net.tokens(await net.mint(before.payer), before.payer, 1n);
    });
  });

  it("refuses a landed transaction as already processed after a restart", async () => {
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

  it("saves a changed chain when the interval ends", async () => {
    await withNet(
      async (net) => {
        const { publicKey } = await net.funded();
        net.wall.advance(5_000);
        // As after a kill: the second process reads the file while the first one is still open.
        await withNet(async (second) => {
          expect(await second.connection.getBalance(publicKey)).to.equal(10 * SOL);
        });
        expect((await net.rpc("localnet_save")).result).to.equal(true);
      },
      { saveEvery: 5_000 },
    );
    expect(readdirSync(ledger)).to.deep.equal(["chain.bin"]);
  });

  it("reads the previous file after an interrupted save", async () => {
    const { publicKey } = await withNet((net) => net.funded());
    writeFileSync(path.join(ledger, "chain.bin.new"), "MILEPOST-LOC");
    await withNet(async (net) => {
      expect(await net.connection.getBalance(publicKey)).to.equal(10 * SOL);
    });
  });

  it("keeps a time that was set ahead after a restart", async () => {
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

  it("deploys a program again when the options of a restart differ, and runs it", async () => {
    const programId = PROGRAM_ID;
    const data = new PublicKey(programDataAddress(programId.toBase58()));
    const call = new TransactionInstruction({ programId, keys: [], data: Buffer.alloc(8) });
    const elf = readFileSync(MILESTONE);
    for (const authority of [Keypair.generate().publicKey, Keypair.generate().publicKey]) {
      const upgradeAuthority = authority.toBase58();
      const programs = [{ programId: programId.toBase58(), elf, upgradeAuthority }];
      // The second start names no program: it runs the one of the ledger.
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

  it("holds each kept account as the runtime holds it", async () => {
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

  describe("killed after its last save", () => {
    let copy: string;
    beforeEach(() => {
      copy = mkdtempSync(path.join(tmpdir(), "localnet-killed-"));
    });
    afterEach(() => rmSync(copy, { recursive: true }));
    /** Keeps what a killed process would leave behind at this moment. */
    const kill = () => cpSync(ledger, copy, { recursive: true });
    const restarted = async <T>(use: (net: Testnet) => Promise<T>) => {
      const net = await Testnet.start({ ledger: copy });
      try {
        return await use(net);
      } finally {
        await net.stop();
      }
    };

    it("has every transaction, balance, slot and blockhash that it had answered", async () => {
      const before = await withNet(async (net) => {
        const { connection } = net;
        const payer = await net.funded();
        const mint = await net.mint(payer);
        const account = await net.tokens(mint, payer, 42n);
        const { signature, to } = await net.transfer(payer);
        net.wall.advance(800);
        const { blockhash } = await connection.getLatestBlockhash();
        const wire = Buffer.from((await net.signed([], [payer])).serialize());
        kill();
        return {
          ...{ account, signature, to, blockhash, wire },
          slot: await connection.getSlot(),
          count: await connection.getTransactionCount(),
        };
      });
      await restarted(async ({ connection }) => {
        expect(await connection.getSlot()).to.equal(before.slot);
        expect(await connection.getTransactionCount()).to.equal(before.count);
        expect(await connection.getBalance(before.to)).to.equal(SOL);
        const { value } = await connection.getTokenAccountBalance(before.account);
        expect(value.amount).to.equal("42");
        const status = await connection.getSignatureStatus(before.signature);
        expect(status.value?.confirmationStatus).to.equal("finalized");
        expect((await connection.isBlockhashValid(before.blockhash)).value).to.equal(true);
        const sent = await connection.sendRawTransaction(before.wire);
        expect((await connection.getSignatureStatus(sent)).value?.err).to.equal(null);
      });
    });

    it("refuses a transaction that had landed as already processed", async () => {
      const wire = await withNet(async (net) => {
        const signed = Buffer.from((await net.signed([], [await net.funded()])).serialize());
        await net.connection.sendRawTransaction(signed);
        kill();
        return signed;
      });
      await restarted(async ({ connection }) => {
        const again = await connection.sendRawTransaction(wire).catch((error: Error) => error);
        expect(String(again)).to.contain("already been processed");
      });
    });

    it("goes on from a warp, and from what was saved between", async () => {
      const { publicKey } = await withNet(async (net) => {
        await net.rpc("localnet_warp", [{ seconds: 5_000 }]);
        await net.rpc("localnet_save");
        const wallet = await net.funded();
        await net.rpc("localnet_warp", [{ seconds: 4_999 }]);
        kill();
        return wallet;
      });
      await restarted(async (net) => {
        expect(await net.connection.getBalance(publicKey)).to.equal(10 * SOL);
        const { result } = await net.rpc("localnet_getClock");
        expect(result.unixTimestamp).to.equal(START_TIME + 9_999);
      });
    });

    it("ignores a line that was not written to its end, and what the save has already", async () => {
      const { publicKey } = await withNet(async (net) => {
        const wallet = await net.funded();
        kill();
        await net.rpc("localnet_save");
        // Killed between the save and the end of the journal.
        cpSync(path.join(ledger, "chain.bin"), path.join(copy, "chain.bin"));
        appendFileSync(path.join(copy, "chain.journal"), '{"genesisHash":"');
        return wallet;
      });
      for (let restart = 0; restart < 2; restart += 1) {
        await restarted(async (net) => {
          expect(await net.connection.getBalance(publicKey)).to.equal(10 * SOL);
        });
      }
    });
  });

  it("refuses a truncated file and says that it is damaged", async () => {
    await withNet((net) => net.funded());
    const file = path.join(ledger, "chain.bin");
    const whole = readFileSync(file);
    for (const size of [22, 200, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, size));
      expect(await failureToStart()).to.contain("is damaged");
    }
  });

  it("refuses a file that is not a ledger and leaves it unchanged", async () => {
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
