/** The stage of the demo's first two acts: a chain in this process, its people, and the table of their steps. */
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  getGatewayPda,
  MilestoneClient,
  MilestoneProgramError,
  parseTransactionError,
} from "@milepost/sdk";
import { deploy } from "../migrations/deploy";
import {
  Chain,
  createMint,
  createTokenAccount,
  fixedKeypair,
  mintTo,
  readTokenAccount,
  SendResult,
  startChain,
  TestMint,
} from "../tests/harness";
import { printSteps, type Step, usdc } from "./table";

export const DAY = 86_400n;

export class Story {
  private readonly steps: Step[] = [];

  private constructor(
    readonly chain: Chain,
    readonly start: bigint,
    readonly mint: TestMint,
    readonly gateway: PublicKey,
  ) {}

  /** Starts a LiteSVM with the committed program, its config, a gateway without a fee, and a mint for USDC. */
  static async begin(): Promise<Story> {
    const chain = await startChain({ runtime: "litesvm" });
    const start = chain.now();
    await chain.airdrop(chain.upgradeAuthority.publicKey);
    await deploy(new MilestoneClient(chain.connection, chain.upgradeAuthority));
    const deployer = chain.upgradeAuthority.publicKey;
    const mint = await createMint(chain, { decimals: 6, keypair: fixedKeypair("demo/usdc") });
    const story = new Story(chain, start, mint, getGatewayPda(deployer)[0]);
    story.note("deployer", "sets up config and gateway", "done", chain.signaturesFor(deployer));
    return story;
  }

  /** Returns a funded keypair, the same in every run. */
  async person(name: string): Promise<Keypair> {
    const keypair = fixedKeypair(`demo/${name}`);
    await this.chain.airdrop(keypair.publicKey);
    return keypair;
  }

  /** Creates a token account with `amount` base units. */
  async purse(owner: PublicKey, amount = 0n): Promise<PublicKey> {
    const account = await createTokenAccount(this.chain, this.mint, owner);
    if (amount > 0n) await mintTo(this.chain, this.mint, account, amount);
    return account;
  }

  async balance(account: PublicKey): Promise<bigint> {
    return (await readTokenAccount(this.chain, account)).amount;
  }

  /** Throws when `account` holds anything but `amount` base units. */
  async expectBalance(account: PublicKey, amount: bigint): Promise<void> {
    const actual = await this.balance(account);
    if (actual !== amount) throw new Error(`expected ${usdc(amount)}, found ${usdc(actual)}`);
  }

  /** Sets the chain's clock to `days` after the start. */
  async day(days: number): Promise<void> {
    await this.chain.setTime(this.start + BigInt(days) * DAY);
  }

  /** Sends a transaction that must succeed, and adds a step to the table. */
  async does(
    signer: Keypair,
    who: string,
    what: string,
    instructions: TransactionInstruction[],
    outcome: string | ((result: SendResult) => string) = "done",
  ): Promise<SendResult> {
    const result = await this.chain.sendOk(instructions, [signer], { feePayer: signer });
    const text = typeof outcome === "string" ? outcome : outcome(result);
    this.note(who, what, text, [result.signature]);
    return result;
  }

  /** Sends a transaction that the program must refuse, and adds a step with its error. Throws when it succeeds. */
  async isRefused(
    signer: Keypair,
    who: string,
    what: string,
    instructions: TransactionInstruction[],
  ): Promise<void> {
    const result = await this.chain.send(instructions, [signer], { feePayer: signer });
    const error = result.ok ? null : parseTransactionError(result.err, { logs: result.logs });
    if (!(error instanceof MilestoneProgramError))
      throw new Error(
        `${what}: ${result.ok ? "not refused" : String(error)}\n${result.logs.join("\n")}`,
      );
    this.note(who, what, `refused: ${error.programErrorName}`, [result.signature]);
  }

  note(who: string, what: string, outcome: string, signatures: string[]): void {
    const used = signatures.map((signature) => this.chain.landedTransaction(signature)?.execution);
    const cu = used.reduce((sum, execution) => sum + (execution?.computeUnits ?? 0), 0);
    const when = `day ${(this.chain.now() - this.start) / DAY}`;
    this.steps.push({ when, who, what, outcome, cu: cu.toLocaleString("en") });
  }

  /** Prints the table under `title`. */
  print(title: string): void {
    printSteps(title, this.steps);
  }
}
