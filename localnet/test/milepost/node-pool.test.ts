/** The SDK's `send` and reads through a pool of nodes behind one URL, where some nodes lag, and with a wallet that adds guards. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import {
  Connection,
  Keypair,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import {
  getGatewayPda,
  MilepostErrorCode,
  MilestoneClient,
  type MilestoneWallet,
  PROGRAM_ID,
  SendError,
} from "@milepost/sdk";
import { Testnet } from "../harness/testnet";

const ELF = readFileSync(
  path.resolve(__dirname, "../../..", process.env.MILESTONE_SO ?? "artifacts/milestone.so"),
);
const MEMO = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

interface Request {
  id: unknown;
  method: string;
  params: [unknown, { minContextSlot?: number }?];
}

/** Answers for the lagging node; undefined leaves the request to the node that is up to date. */
type Behind = (request: Request) => { result?: unknown; error?: unknown } | undefined;

class NodePool {
  behind: Behind = () => undefined;
  readonly methods: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly connection: Connection,
  ) {}

  static async before(url: string): Promise<NodePool> {
    const server = createServer((incoming, response) => {
      void (async () => {
        let body = "";
        for await (const chunk of incoming) body += String(chunk);
        const request = JSON.parse(body) as Request;
        pool.methods.push(request.method);
        const answer = pool.behind(request);
        const text = answer
          ? JSON.stringify({ jsonrpc: "2.0", id: request.id, ...answer })
          : await (await fetch(url, { method: "POST", body })).text();
        response.setHeader("content-type", "application/json").end(text);
      })();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const pool = new NodePool(server, new Connection(`http://127.0.0.1:${port}`, "confirmed"));
    return pool;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), "close");
  }
}

describe("localnet: a pool of nodes", () => {
  let net: Testnet;
  let pool: NodePool;
  let owner: Keypair;
  let recipient: PublicKey;
  let mint: PublicKey;
  let gateway: PublicKey;

  beforeEach(async () => {
    owner = Keypair.generate();
    const programId = PROGRAM_ID.toBase58();
    const upgradeAuthority = owner.publicKey.toBase58();
    net = await Testnet.start({ programs: [{ programId, elf: ELF, upgradeAuthority }] });
    await net.connection.requestAirdrop(owner.publicKey, 10e9);
    recipient = (await net.funded()).publicKey;
    const sdk = new MilestoneClient(net.connection, owner);
    const feeRecipient = owner.publicKey;
    const signer = owner.publicKey;
    await net.send(
      [
        ...(await sdk.initializeConfig({ feeRecipient, protocolFeeBps: 0 })),
        ...(await sdk.createGateway({ signer, feeRecipient, feeBps: 0, name: "Acme" })),
      ],
      [owner],
    );
    gateway = getGatewayPda(owner.publicKey)[0];
    const made = await net.mint(owner);
    mint = made.address;
    await net.tokens(made, owner, 300n);
    net.wall.advance(4_000);
    pool = await NodePool.before(net.localnet.url);
  });
  afterEach(async () => {
    await pool.close();
    await net.stop();
  });

  /** Moves the chain along with `send`: 10 seconds per sleep, which are 25 slots. */
  const clock = () => {
    let time = 0;
    const sleep = async () => {
      time += 10_000;
      net.wall.advance(10_000);
    };
    return { now: () => time, sleep };
  };
  const client = (wallet: MilestoneWallet = owner) =>
    new MilestoneClient(pool.connection, wallet, { clock: clock() });
  const prepare = (sdk: MilestoneClient) =>
    sdk.prepareMilestone(mint, recipient, gateway, [77n], [], 0);
  const policies = () =>
    new MilestoneClient(net.connection, owner).listPoliciesByOwner(owner.publicKey);

  it("is never told 'did not land' by a node that has not seen the landing block, and one policy exists", async () => {
    const sdk = client();
    const { instructions } = await prepare(sdk);
    let last = 0;
    let isSent = false;
    pool.behind = ({ method }) => {
      if (method === "sendTransaction") isSent = true;
      if (!isSent) return undefined;
      const slot = last + 50;
      if (method === "getBlockHeight") return { result: slot };
      if (method === "getEpochInfo") {
        const rest = { epoch: 0, slotIndex: slot, slotsInEpoch: 432_000, transactionCount: 0 };
        return { result: { absoluteSlot: slot, blockHeight: slot, ...rest } };
      }
      if (method !== "getSignatureStatuses") return undefined;
      return { result: { context: { slot: last - 4 }, value: [null] } };
    };
    const onSigned = ({ lastValidBlockHeight }: { lastValidBlockHeight: number }) => {
      last = lastValidBlockHeight;
    };
    const error = await sdk.send(instructions, { onSigned }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SendError);
    const { code, message, signature } = error as SendError;
    expect(code).to.equal(MilepostErrorCode.SendUnconfirmed);
    expect(message).to.contain("it may still land").and.not.contain("did not land");
    expect(await policies()).to.have.length(1);
    // The signature that the error names is the one that landed.
    expect((await net.connection.getSignatureStatus(signature!)).value?.err).to.equal(null);
  });

  it("is told the slot once the node that is behind catches up, and reads see the policy at once", async () => {
    const sdk = client();
    const { instructions, policy } = await prepare(sdk);
    let looks = 0;
    let reads = 0;
    pool.behind = ({ method, params }) => {
      if (method === "getSignatureStatuses" && (looks += 1) < 4) {
        return { result: { context: { slot: 1 }, value: [null] } };
      }
      if (method !== "getMultipleAccounts" || (reads += 1) > 2) return undefined;
      const isAsked = params[1]?.minContextSlot !== undefined;
      const message = "Minimum context slot has not been reached";
      if (isAsked) return { error: { code: -32016, message, data: { contextSlot: 1 } } };
      return { result: { context: { slot: 1 }, value: [null] } };
    };
    const { slot } = await sdk.send(instructions);
    expect(slot).to.be.greaterThan(1);
    expect(looks).to.equal(4);
    const { policyType } = await sdk.getPaymentPolicy(policy);
    expect(policyType.milestone.milestoneAmounts[0]!.toString()).to.equal("77");
    expect(reads).to.equal(3);
    expect(await policies()).to.have.length(1);
  });

  it("says 'did not land' of what every node dropped, and what is sent then makes the one policy", async () => {
    const sdk = client();
    const { instructions } = await prepare(sdk);
    pool.behind = ({ method }) =>
      method === "sendTransaction" ? { result: "dropped" } : undefined;
    const error = await sdk.send(instructions).catch((thrown: unknown) => thrown);
    expect((error as SendError).code).to.equal(MilepostErrorCode.SendBlockhashExpired);
    expect(await policies()).to.have.length(0);
    pool.behind = () => undefined;
    await sdk.send(instructions);
    expect(await policies()).to.have.length(1);
  });

  it("leaves room for the guards of a wallet that signs itself", async () => {
    await client().send((await prepare(client())).instructions);
    const [policy] = await policies();
    const wallet: MilestoneWallet = {
      publicKey: owner.publicKey,
      signTransaction: async (transaction) => {
        const message = TransactionMessage.decompile((transaction as VersionedTransaction).message);
        const data = Buffer.alloc(300, "guard");
        // 300 bytes of memo take more than the share of 10 % that a change of status leaves.
        message.instructions.push(new TransactionInstruction({ programId: MEMO, keys: [], data }));
        const signed = new VersionedTransaction(message.compileToV0Message());
        signed.sign([owner]);
        return signed as typeof transaction;
      },
    };
    const sdk = client(wallet);
    const { policyId } = policy!.account;
    await sdk.send(await sdk.changePaymentPolicyStatus(mint, policyId, { paused: {} }));
    const { status } = await sdk.getPaymentPolicy(policy!.address);
    expect(status).to.deep.equal({ paused: {} });
  });
});
