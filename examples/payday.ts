/**
 * Third act: a keeper works alone, as a process that has only an RPC's URL and a key for fees. A studio's twelve
 * salaries come due in the same second, and a vault holds a buyer's payment until its day.
 */
import {
  createMemoBuffer,
  getChainTime,
  getGatewayPda,
  MilestoneClient,
  PROGRAM_ID,
  RELEASE_DUE_DATE,
} from "@milepost/sdk";
import { createMint, getOrCreateAssociatedTokenAccount, mintTo } from "@solana/spl-token";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { type Localnet, startLocalnet } from "../localnet/src";
import { deploy } from "../migrations/deploy";
import { fixedKeypair, readProgram } from "../tests/harness";
import { type KeeperProcess, startKeeper } from "./keeper-process";
import { watchReleases } from "./releases";
import { printSteps, type Step, USDC, usdc } from "./table";

const DAY = 86_400;
const SOL = 1_000_000_000;
const LOCKED_UNTIL = 3;
const PAYDAY = 5;
const LOCKED = 8_000n * USDC;
const SALARY = 2_500n * USDC;
const SALARIES = 12;
/** The gateway's part of each payment. */
const GATEWAY_FEE_BPS = 100n;
/** The keeper's part of the gateway's fee. */
const KEEPER_REWARD_BPS = 2_000n;

/** Plays the act on a localnet of its own, whose clock the act sets. */
export async function payday(): Promise<void> {
  const deployer = fixedKeypair("payday/deployer");
  const localnet = await startLocalnet({
    port: 0,
    programs: [
      {
        programId: PROGRAM_ID.toBase58(),
        elf: readProgram(),
        upgradeAuthority: deployer.publicKey.toBase58(),
      },
    ],
  });
  const week = new Week(localnet, deployer);
  try {
    await week.prepare();
    await week.pass();
  } finally {
    await week.end();
  }
}

/** Returns the gateway's fee, what the recipient gets after it, and the keeper's part of the fee. */
function partsOf(amount: bigint): { recipient: bigint; fee: bigint; reward: bigint } {
  const fee = (amount * GATEWAY_FEE_BPS) / 10_000n;
  return { recipient: amount - fee, fee, reward: (fee * KEEPER_REWARD_BPS) / 10_000n };
}

class Week {
  private readonly steps: Step[] = [];
  private readonly connection: Connection;
  private readonly gateway: PublicKey;
  private readonly feePayer = fixedKeypair("payday/keeper");
  private mint = PublicKey.default;
  private start = 0;
  private keeper: KeeperProcess | null = null;
  private seller = PublicKey.default;
  private readonly employees: PublicKey[] = [];

  constructor(
    private readonly localnet: Localnet,
    private readonly deployer: Keypair,
  ) {
    this.connection = new Connection(localnet.url, "confirmed");
    [this.gateway] = getGatewayPda(deployer.publicKey);
  }

  /** Sends everything that people sign, on day 0. */
  async prepare(): Promise<void> {
    const { connection, deployer, gateway } = this;
    await this.fund(deployer);
    const setUp = this.client(deployer);
    await deploy(setUp, { gatewayFeeBps: Number(GATEWAY_FEE_BPS) });
    await setUp.send(await setUp.setKeeperReward({ keeperRewardBps: Number(KEEPER_REWARD_BPS) }));
    this.mint = await createMint(connection, deployer, deployer.publicKey, null, 6);
    await this.tokensOf(deployer.publicKey);
    // The keeper does not create its own token account. Without one, it pays too, but earns nothing.
    await this.tokensOf(this.feePayer.publicKey);
    this.start = (await getChainTime(this.client(deployer))).toNumber();

    const buyer = await this.person("buyer", LOCKED);
    const seller = await this.person("seller");
    this.seller = seller.publicKey;
    const { instructions, policy } = await this.client(buyer).prepareHeldMilestone(
      this.mint,
      seller.publicKey,
      gateway,
      [LOCKED],
      [BigInt(this.start + LOCKED_UNTIL * DAY)],
      RELEASE_DUE_DATE,
      createMemoBuffer("delivery", 64),
      { mediator: (await this.person("mediator")).publicKey, fund: 1 },
    );
    const locked = await this.client(buyer).send(instructions);
    await this.note("buyer", `locks ${usdc(LOCKED)} in a vault until day ${LOCKED_UNTIL}`, "done", [
      locked.signature,
    ]);

    const accepted = await this.client(seller).send(await this.client(seller).acceptEscrow(policy));
    await this.note("seller", "accepts the terms, sends the goods", "done", [accepted.signature]);

    const studio = await this.person("studio", SALARY * BigInt(SALARIES));
    const promised: string[] = [];
    for (let index = 0; index < SALARIES; index += 1) {
      // Every third employee has no token account yet: the first salary creates it.
      const amount = index % 3 === 2 ? null : 0n;
      const employee = await this.person(`employee ${index + 1}`, amount);
      this.employees.push(employee.publicKey);
      const salary = await this.client(studio).createMilestone(
        this.mint,
        employee.publicKey,
        gateway,
        [SALARY],
        [BigInt(this.start + PAYDAY * DAY)],
        RELEASE_DUE_DATE,
        createMemoBuffer("salary", 64),
      );
      promised.push((await this.client(studio).send(salary)).signature);
    }
    const total = usdc(SALARY * BigInt(SALARIES));
    const what = `promises ${SALARIES} salaries for day ${PAYDAY}, delegates ${total}`;
    await this.note("studio", what, "done", promised);
  }

  /** Runs the keeper until everything is paid, checks the balances, and prints the table. */
  async pass(): Promise<void> {
    const { feePayer, localnet } = this;
    await this.fund(feePayer, 1);
    this.keeper = await startKeeper(localnet.url, feePayer);
    await this.note(
      "keeper",
      "starts, with 1 SOL for fees",
      `finds ${this.keeper.policies} policies`,
    );
    const early = await this.balance(this.seller);
    if (early !== 0n) throw new Error(`the seller was paid ${usdc(early)} before it was due`);

    await this.releases(LOCKED_UNTIL, 1, (amount) => `seller +${usdc(amount)}`);
    await this.releases(
      PAYDAY,
      SALARIES,
      (amount, payments) => `${payments} employee${payments === 1 ? "" : "s"} +${usdc(amount)}`,
    );

    await this.keeper.stop();
    this.keeper = null;
    const [locked, salary] = [partsOf(LOCKED), partsOf(SALARY)];
    const allOf = (part: "fee" | "reward") => locked[part] + salary[part] * BigInt(SALARIES);
    const [fees, rewards] = [allOf("fee"), allOf("reward")];
    await this.expectBalance(this.seller, locked.recipient);
    for (const employee of this.employees) await this.expectBalance(employee, salary.recipient);
    await this.expectBalance(feePayer.publicKey, rewards);
    await this.expectBalance(this.deployer.publicKey, fees - rewards);
    printSteps("Milepost, third act: a keeper alone, on a localnet", this.steps);
    const left = await this.connection.getBalance(feePayer.publicKey);
    console.log(`
End state
  seller     ${usdc(locked.recipient)} of ${usdc(LOCKED)}, from the vault
  employees  ${SALARIES} x ${usdc(salary.recipient)} of ${usdc(SALARY)}, from the studio's own account
  gateway    ${usdc(fees - rewards)}: its ${percent(GATEWAY_FEE_BPS)} without the ${percent(KEEPER_REWARD_BPS)} of that it pays to the executor
  keeper     ${usdc(rewards)} earned; ${(SOL - left).toLocaleString("en")} lamports spent, lookup table included

Nobody signed after day 0. Any keeper can execute these payments, and two at once pay nothing twice.
`);
  }

  async end(): Promise<void> {
    await this.keeper?.stop();
    await this.localnet.close();
  }

  /** Moves the clock to `day`, waits for `count` payments, and adds a step per transaction. */
  private async releases(
    day: number,
    count: number,
    outcome: (amount: bigint, payments: number) => string,
  ): Promise<void> {
    const recipients = [this.seller, ...this.employees];
    const releases = watchReleases(this.connection, recipients, count).catch((error: Error) => {
      throw new Error(`${error.message}; the keeper logged:\n${this.keeper?.said()}`);
    });
    this.localnet.chain.setTime(this.start + day * DAY);
    for (const { signature, payments, amount } of await releases) {
      const what = payments === 1 ? "releases a payment" : `releases ${payments} at once`;
      await this.note("keeper", what, outcome(amount, payments), [signature]);
    }
  }

  private client(wallet: Keypair): MilestoneClient {
    return new MilestoneClient(this.connection, wallet);
  }

  private async fund({ publicKey }: Keypair, sol = 10): Promise<void> {
    await this.connection.requestAirdrop(publicKey, sol * SOL);
  }

  /** Returns a key with SOL and a token account of `amount` base units, or without a token account when that is null. */
  private async person(name: string, amount: bigint | null = 0n): Promise<Keypair> {
    const { connection, deployer, mint } = this;
    const keypair = fixedKeypair(`payday/${name}`);
    await this.fund(keypair);
    if (amount === null) return keypair;
    const tokens = await this.tokensOf(keypair.publicKey);
    if (amount > 0n) await mintTo(connection, deployer, mint, tokens, deployer, amount);
    return keypair;
  }

  /** Returns the token account of `owner`, and creates it when it is missing. */
  private async tokensOf(owner: PublicKey): Promise<PublicKey> {
    const { connection, deployer, mint } = this;
    return (await getOrCreateAssociatedTokenAccount(connection, deployer, mint, owner)).address;
  }

  private async balance(owner: PublicKey): Promise<bigint> {
    const { value } = await this.connection.getTokenAccountsByOwner(owner, { mint: this.mint });
    const accounts = value.map(({ account }) => account.data.readBigUInt64LE(64));
    return accounts.reduce((sum, each) => sum + each, 0n);
  }

  private async expectBalance(owner: PublicKey, amount: bigint): Promise<void> {
    const actual = await this.balance(owner);
    if (actual !== amount) throw new Error(`expected ${usdc(amount)}, found ${usdc(actual)}`);
  }

  private async note(
    who: string,
    what: string,
    outcome: string,
    signatures: readonly string[] = [],
  ): Promise<void> {
    let cu = 0;
    for (const signature of signatures) {
      const found = await this.connection.getTransaction(signature, {
        maxSupportedTransactionVersion: 0,
      });
      cu += found?.meta?.computeUnitsConsumed ?? 0;
    }
    const now = (await getChainTime(this.client(this.deployer))).toNumber();
    const when = `day ${Math.floor((now - this.start) / DAY)}`;
    this.steps.push({ when, who, what, outcome, cu: cu.toLocaleString("en") });
  }
}

function percent(bps: bigint): string {
  return `${bps / 100n}%`;
}
