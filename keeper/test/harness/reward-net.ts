/**
 * Provides a localnet whose gateway pays for executions, and a keeper whose requests a test sees before the chain
 * does.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  createMemoBuffer,
  getChainTime,
  getGatewayPda,
  getPaymentPolicy,
  MilestoneClient,
  PROGRAM_ID,
  RELEASE_DUE_DATE,
} from "@milepost/sdk";
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createFreezeAccountInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import {
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import { systemWall } from "../../../localnet/src/chain/wall";
import { Testnet } from "../../../localnet/test/harness/testnet";
import { createKeeper } from "../../src/keeper";
import type { KeeperOptions } from "../../src/keeper-options";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import type { Member } from "../../src/store/attempts";
import type { Outcome } from "../../src/store/outcomes";
import type { Unclaimed } from "../../src/observe/events";
import type { Verdict } from "../../src/send/verdicts";
import { migratedDatabase, type TestDatabase } from "./test-database";

const ELF = readFileSync(
  path.resolve(__dirname, "../../..", process.env.MILESTONE_SO ?? "artifacts/milestone.so"),
);
const HOUR = 3_600n;

/** Amount of each milestone; the gateway takes `GATEWAY_FEE` of it, and pays `REWARD` of that. */
export const AMOUNT = 1_000_000n;
export const GATEWAY_FEE = 25_000n;
export const REWARD = 5_000n;

export interface RewardMint {
  address: PublicKey;
  program: PublicKey;
}

export interface RewardPolicy {
  address: string;
  recipient: PublicKey;
  mint: RewardMint;
}

interface Request {
  method: string;
  params: unknown[];
}

export class RewardNet {
  readonly executed: Outcome[] = [];
  readonly failed: { member: Member; verdict: Verdict }[] = [];
  readonly unclaimed: Unclaimed[] = [];
  readonly metrics = createMetrics();
  /** Methods called over `connection`. */
  readonly calls: string[] = [];
  /** Methods among them that took a transaction with payments in it. */
  readonly paymentCalls: string[] = [];
  /** Receives each request before the chain; `onAnswer` changes its answer, if any. */
  onRequest: (request: Request) => Promise<void> = async () => undefined;
  onAnswer: (request: Request, answer: unknown) => unknown = (_, answer) => answer;

  private constructor(
    readonly net: Testnet,
    readonly test: TestDatabase,
    private readonly deployer: Keypair,
    readonly payer: Keypair,
  ) {}

  static async start(): Promise<RewardNet> {
    const deployer = Keypair.generate();
    const programId = PROGRAM_ID.toBase58();
    const upgradeAuthority = deployer.publicKey.toBase58();
    // It comes first, as it may keep this process busy for longer than connections are kept.
    const test = await migratedDatabase();
    const programs = [{ programId, elf: ELF, upgradeAuthority }];
    const net = await Testnet.start({ wall: systemWall, programs });
    await net.connection.requestAirdrop(deployer.publicKey, 100e9);
    const made = new RewardNet(net, test, deployer, await net.funded());
    const sdk = made.sdk(deployer);
    const { publicKey } = deployer;
    const gateway = { signer: publicKey, feeRecipient: publicKey, feeBps: 250, name: "Acme" };
    await made.send(
      [
        ...(await sdk.initializeConfig({ feeRecipient: publicKey, protocolFeeBps: 0 })),
        ...(await sdk.createGateway(gateway)),
      ],
      deployer,
    );
    await made.setReward(2_000);
    return made;
  }

  async stop(): Promise<void> {
    await Promise.all([this.net.stop(), this.test.drop()]);
  }

  sdk(wallet: Keypair): MilestoneClient {
    return new MilestoneClient(this.net.connection, wallet);
  }

  send(instructions: TransactionInstruction[], ...signers: Keypair[]): Promise<string> {
    return this.net.send(instructions, signers);
  }

  async setReward(keeperRewardBps: number): Promise<void> {
    const { deployer } = this;
    await this.send(await this.sdk(deployer).setKeeperReward({ keeperRewardBps }), deployer);
  }

  /** Creates a mint whose freeze authority is the deployer, who has the gateway's fee account of it. */
  async mint(program = TOKEN_PROGRAM_ID): Promise<RewardMint> {
    const { deployer } = this;
    const mint = Keypair.generate();
    const { publicKey } = deployer;
    await this.send(
      [
        SystemProgram.createAccount({
          fromPubkey: publicKey,
          newAccountPubkey: mint.publicKey,
          space: MINT_SIZE,
          lamports: await this.net.connection.getMinimumBalanceForRentExemption(MINT_SIZE),
          programId: program,
        }),
        createInitializeMint2Instruction(mint.publicKey, 6, publicKey, publicKey, program),
      ],
      deployer,
      mint,
    );
    const made = { address: mint.publicKey, program };
    await this.tokens(made, publicKey);
    return made;
  }

  accountOf({ address, program }: RewardMint, owner: PublicKey): PublicKey {
    return getAssociatedTokenAddressSync(address, owner, true, program);
  }

  /** Creates `owner`'s associated token account with this amount in it. */
  async tokens(mint: RewardMint, owner: PublicKey, amount = 0n): Promise<PublicKey> {
    const { deployer } = this;
    const account = this.accountOf(mint, owner);
    const { address, program } = mint;
    const payer = deployer.publicKey;
    await this.send(
      [
        createAssociatedTokenAccountIdempotentInstruction(payer, account, owner, address, program),
        ...(amount > 0n
          ? [createMintToInstruction(address, account, payer, amount, [], program)]
          : []),
      ],
      deployer,
    );
    return account;
  }

  async freeze({ address, program }: RewardMint, owner: PublicKey): Promise<void> {
    const { deployer } = this;
    const account = this.accountOf({ address, program }, owner);
    await this.send(
      [createFreezeAccountInstruction(account, address, deployer.publicKey, [], program)],
      deployer,
    );
  }

  async balance(mint: RewardMint, owner: PublicKey): Promise<bigint> {
    const { connection } = this.net;
    const account = this.accountOf(mint, owner);
    return (await getAccount(connection, account, "confirmed", mint.program)).amount;
  }

  /** Returns the gateway's balance in the mint. */
  gatewayBalance(mint: RewardMint): Promise<bigint> {
    return this.balance(mint, this.deployer.publicKey);
  }

  /**
   * Makes a policy with one milestone of `AMOUNT`, due in an hour; in a vault when `isHeld`. Its owner and recipient
   * are its own.
   */
  async policy(mint: RewardMint, isHeld = false): Promise<RewardPolicy> {
    const [owner, recipient, mediator] = await Promise.all([0, 1, 2].map(() => this.net.funded()));
    await this.tokens(mint, owner!.publicKey, AMOUNT);
    await this.tokens(mint, recipient!.publicKey);
    const sdk = this.sdk(owner!);
    const terms = [
      mint.address,
      recipient!.publicKey,
      getGatewayPda(this.deployer.publicKey)[0],
      [AMOUNT],
      [BigInt((await getChainTime(sdk)).toString()) + HOUR],
      RELEASE_DUE_DATE,
      createMemoBuffer("reward", 64),
    ] as const;
    const { instructions, policy } = isHeld
      ? await sdk.prepareHeldMilestone(...terms, { mediator: mediator!.publicKey, fund: 1 })
      : await sdk.prepareMilestone(...terms);
    await this.send(instructions, owner!);
    if (isHeld) await this.send(await this.sdk(recipient!).acceptEscrow(policy), recipient!);
    return { address: policy.toBase58(), recipient: recipient!.publicKey, mint };
  }

  /** Lets an hour pass, and runs a keeper that pays all due milestones. */
  async run(options: Partial<KeeperOptions> = {}): Promise<void> {
    await this.net.rpc("localnet_warp", [{ slots: 1, seconds: Number(HOUR) }]);
    const keeper = createKeeper({
      database: this.test.database,
      queue: await openQueue(this.test.database),
      connection: this.connection(),
      connect: () => {
        throw new Error("one run needs no websocket");
      },
      feePayer: this.payer,
      log: createLog({ level: "silent" }),
      metrics: this.metrics,
      events: {
        executed: (outcome) => void this.executed.push(outcome),
        failed: (member, verdict) => void this.failed.push({ member, verdict }),
        unclaimed: (reward) => void this.unclaimed.push(reward),
      },
      concurrency: 1,
      ...options,
    });
    await keeper.runOnce();
    await keeper.stop();
  }

  /** Runs `action` once, between the simulation of payments and their landing. */
  beforeLanding(action: () => Promise<void>): void {
    let isDone = false;
    this.onRequest = async ({ method, params }) => {
      if (isDone || method !== "sendTransaction" || !pays(params[0])) return;
      isDone = true;
      await action();
    };
  }

  /** Expects that each policy's recipient has been paid, once and in full. */
  async expectPaid(policies: readonly RewardPolicy[]): Promise<void> {
    for (const { address, recipient, mint } of policies) {
      const got = await this.balance(mint, recipient);
      if (got !== AMOUNT - GATEWAY_FEE) throw new Error(`the recipient of ${address} has ${got}`);
    }
  }

  /** Returns the reward of each policy's outcome. */
  rewards(policies: readonly RewardPolicy[]): (bigint | null | undefined)[] {
    return policies.map(
      ({ address }) => this.executed.find(({ policy }) => policy === address)?.reward,
    );
  }

  async currentMilestone({ address }: RewardPolicy): Promise<number> {
    const sdk = this.sdk(this.deployer);
    return (await getPaymentPolicy(sdk, new PublicKey(address))).policyType.milestone
      .currentMilestone;
  }

  async attempts(): Promise<string[]> {
    const rows = await this.test.database.query<{ state: string }>(
      "SELECT state FROM milepost_keeper.attempts ORDER BY created_at, signature",
    );
    return rows.map(({ state }) => state);
  }

  /** Opens a connection to the chain, by way of `onRequest` and `onAnswer`. */
  connection(): Connection {
    return new Connection(this.net.localnet.url, {
      commitment: "confirmed",
      fetch: async (url, init) => {
        const request = JSON.parse(String(init?.body)) as Request;
        this.calls.push(request.method);
        if (TAKING.has(request.method) && pays(request.params[0])) {
          this.paymentCalls.push(request.method);
        }
        await this.onRequest(request);
        const answer = await (await fetch(url, init)).json();
        return Response.json(this.onAnswer(request, answer));
      },
    });
  }
}

const TAKING = new Set(["simulateTransaction", "sendTransaction"]);

/** Returns true when the transaction calls the program; lookup tables are made by others. */
function pays(base64: unknown): boolean {
  const { message } = VersionedTransaction.deserialize(Buffer.from(base64 as string, "base64"));
  return message.staticAccountKeys.some((key) => key.equals(PROGRAM_ID));
}
