/** Provides a localnet with Milepost on it, for keepers that are processes of their own. */
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
import { createApproveInstruction, createTransferInstruction } from "@solana/spl-token";
import { Keypair, type PublicKey } from "@solana/web3.js";
import { systemWall } from "../../../localnet/src/chain/wall";
import { Testnet, type TestMint } from "../../../localnet/test/harness/testnet";

const ELF = readFileSync(
  path.resolve(__dirname, "../../..", process.env.MILESTONE_SO ?? "artifacts/milestone.so"),
);
const HOUR = 3_600n;

export interface TestPolicy {
  address: PublicKey;
  owner: Keypair;
  mint: TestMint;
  tokens: PublicKey;
}

export class MilepostNet {
  private constructor(
    readonly net: Testnet,
    private readonly deployer: Keypair,
  ) {}

  /** Starts the localnet. Its clock follows the wall clock, so that slots go by. */
  static async start(): Promise<MilepostNet> {
    const deployer = Keypair.generate();
    const net = await Testnet.start({
      wall: systemWall,
      programs: [
        {
          programId: PROGRAM_ID.toBase58(),
          elf: ELF,
          upgradeAuthority: deployer.publicKey.toBase58(),
        },
      ],
    });
    await net.connection.requestAirdrop(deployer.publicKey, 10e9);
    const sdk = new MilestoneClient(net.connection, deployer);
    const { publicKey } = deployer;
    await net.send(
      [
        ...(await sdk.initializeConfig({ feeRecipient: publicKey, protocolFeeBps: 0 })),
        ...(await sdk.createGateway({
          signer: publicKey,
          feeRecipient: publicKey,
          feeBps: 0,
          name: "Acme",
        })),
      ],
      [deployer],
    );
    return new MilepostNet(net, deployer);
  }

  /**
   * Makes a policy with milestones of 100, due an hour apart from the next hour on; the owner has 1,000. The
   * recipient has a token account by default.
   */
  async policy(milestones = 2, hasRecipientTokens = true): Promise<TestPolicy> {
    const { net, deployer } = this;
    const [owner, recipient] = [await net.funded(), await net.funded()];
    const mint = await net.mint(deployer);
    const tokens = await net.tokens(mint, owner, 1_000n);
    if (hasRecipientTokens) await net.tokens(mint, recipient, 0n);
    const sdk = new MilestoneClient(net.connection, owner);
    const now = await this.now();
    const counts = Array.from({ length: milestones }, (_, index) => BigInt(index + 1));
    const { instructions, policy } = await sdk.prepareMilestone(
      mint.address,
      recipient.publicKey,
      getGatewayPda(deployer.publicKey)[0],
      counts.map(() => 100n),
      counts.map((count) => now + count * HOUR),
      RELEASE_DUE_DATE,
      createMemoBuffer("keeper", 64),
    );
    await net.send(instructions, [owner]);
    return { address: policy, owner, mint, tokens };
  }

  /** Leaves this amount in the owner's account. */
  async leave({ owner, mint, tokens }: TestPolicy, amount: bigint): Promise<void> {
    const { net } = this;
    const other = await net.tokens(mint, await net.funded(), 0n);
    const { value } = await net.connection.getTokenAccountBalance(tokens);
    const rest = BigInt(value.amount) - amount;
    await net.send([createTransferInstruction(tokens, other, owner.publicKey, rest)], [owner]);
  }

  /** Approves another delegate. */
  async redelegate({ owner, tokens }: TestPolicy): Promise<void> {
    const stranger = Keypair.generate().publicKey;
    await this.net.send(
      [createApproveInstruction(tokens, stranger, owner.publicKey, 1_000n)],
      [owner],
    );
  }

  async pass(seconds: bigint): Promise<void> {
    await this.net.rpc("localnet_warp", [{ slots: 1, seconds: Number(seconds) }]);
  }

  /** Returns Unix seconds by the chain's clock. */
  async now(): Promise<bigint> {
    return BigInt((await getChainTime(this.sdk)).toString());
  }

  async currentMilestone({ address }: TestPolicy): Promise<number> {
    return (await getPaymentPolicy(this.sdk, address)).policyType.milestone.currentMilestone;
  }

  get sdk(): MilestoneClient {
    return new MilestoneClient(this.net.connection, this.deployer);
  }

  stop(): Promise<void> {
    return this.net.stop();
  }
}
