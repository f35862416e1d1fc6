/**
 * Third act: nobody is there but a keeper, a process of its own with an RPC's address and a key for fees. A studio's
 * twelve salaries come due on the same second, and a buyer's payment is locked in a vault until its day.
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
import { Connection, Keypair, type Logs, PublicKey, type TokenBalance } from "@solana/web3.js";
import { type Localnet, startLocalnet } from "../localnet/src";
import { deploy } from "../migrations/deploy";
import { fixedKeypair, readProgram } from "../tests/harness";
import { type KeeperProcess, startKeeper } from "./keeper-process";
import { printSteps, type Step, USDC, usdc } from "./table";

const DAY = 86_400;
const SOL = 1_000_000_000;
const LOCKED_UNTIL = 3;
const PAYDAY = 5;
const LOCKED = 8_000n * USDC;
const SALARY = 2_500n * USDC;
const SALARIES = 12;
/** Of each payment, the gateway's; and of that, the keeper's. */
const GATEWAY_FEE_BPS = 100n;
const KEEPER_REWARD_BPS = 2_000n;
/** How long the keeper may take for what is due, by the wall's clock. */
const PATIENCE_MS = 90_000;

/** Plays on a localnet of its own, whose days go by when they are told to. */
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

/** The gateway's fee, what the recipient gets after it, and the keeper's part of it. */
function partsOf(amount: bigint): { recipient: bigint; fee: bigint; reward: bigint } {
  const fee = (amount * GATEWAY_FEE_BPS) / 10_000n;
  return { recipient: amount - fee, fee, reward: (fee * KEEPER_REWARD_BPS) / 10_000n };
}

/** What one transaction of the keeper's paid to recipients. */
interface Release {
  signature: string;
  payments: number;
  amount: bigint;
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

  /** Everything that people sign, before they go to sleep. */
  async prepare(): Promise<void> {
    const { connection, deployer, gateway } = this;
    await this.fund(deployer);
    const setUp = this.client(deployer);
    await deploy(setUp, { gatewayFeeBps: Number(GATEWAY_FEE_BPS) });
    await setUp.send(await setUp.setKeeperReward({ keeperRewardBps: Number(KEEPER_REWARD_BPS) }));
    this.mint = await createMint(connection, deployer, deployer.publicKey, null, 6);
    await this.tokensOf(deployer.publicKey);
    // The keeper creates none by itself; without it, it pays all the same, for nothing.
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
      // Every third has no token account yet: the first salary creates it.
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

  /** The keeper's days. */
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
  gateway    ${usdc(fees - rewards)}: its ${percent(GATEWAY_FEE_BPS)} without the ${percent(KEEPER_REWARD_BPS)} of that it pays to whoever executes
  keeper     ${usdc(rewards)} earned; ${(SOL - left).toLocaleString("en")} lamports spent, lookup table included

Nobody signed after day 0. Any keeper could have done it, and two at once pay nothing twice.
`);
  }

  async end(): Promise<void> {
    await this.keeper?.stop();
    await this.localnet.close();
  }

  /** Goes to `day`, waits until so many payments were made, and writes down by which transactions. */
  private async releases(
    day: number,
    count: number,
    outcome: (amount: bigint, payments: number) => string,
  ): Promise<void> {
    const releases = this.watch(count);
    const to = this.start + day * DAY;
    this.localnet.chain.setTime(to);
    for (const { signature, payments, amount } of await releases) {
      const what = payments === 1 ? "releases a payment" : `releases ${payments} at once`;
      await this.note("keeper", what, outcome(amount, payments), [signature]);
    }
  }

  /** The releases that the chain logs from now on, once they are `count` payments. */
  private watch(count: number): Promise<Release[]> {
    return new Promise((resolve, reject) => {
      const releases: Release[] = [];
      const seen = () => releases.reduce((sum, { payments }) => sum + payments, 0);
      const finish = (error?: Error) => {
        clearTimeout(limit);
        void this.connection.removeOnLogsListener(subscription);
        if (error) reject(error);
        else resolve(releases);
      };
      const limit = setTimeout(
        () =>
          finish(
            new Error(
              `${count} payments were due, ${seen()} came; the keeper said:\n${this.keeper?.said()}`,
            ),
          ),
        PATIENCE_MS,
      );
      const hear = async (signature: string) => {
        const amounts = await this.paidBy(signature);
        if (amounts.length === 0) return;
        const amount = amounts.reduce((sum, each) => sum + each, 0n);
        releases.push({ signature, payments: amounts.length, amount });
        if (seen() >= count) finish();
      };
      const subscription = this.connection.onLogs(PROGRAM_ID, ({ signature, err }: Logs) => {
        if (!err) hear(signature).catch(finish);
      });
    });
  }

  /** What the seller and the employees got by a transaction: of ten payments at once, a node cuts off the log. */
  private async paidBy(signature: string): Promise<bigint[]> {
    const landed = await this.connection.getTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    const { preTokenBalances, postTokenBalances } = landed!.meta!;
    const held = (balances: readonly TokenBalance[] | null | undefined, owner: PublicKey) =>
      BigInt(balances?.find((each) => each.owner === owner.toBase58())?.uiTokenAmount.amount ?? 0);
    return [this.seller, ...this.employees]
      .map((owner) => held(postTokenBalances, owner) - held(preTokenBalances, owner))
      .filter((amount) => amount > 0n);
  }

  private client(wallet: Keypair): MilestoneClient {
    return new MilestoneClient(this.connection, wallet);
  }

  private async fund({ publicKey }: Keypair, sol = 10): Promise<void> {
    await this.connection.requestAirdrop(publicKey, sol * SOL);
  }

  /** With SOL, and with a token account that holds `amount` base units; without one where that is null. */
  private async person(name: string, amount: bigint | null = 0n): Promise<Keypair> {
    const { connection, deployer, mint } = this;
    const keypair = fixedKeypair(`payday/${name}`);
    await this.fund(keypair);
    if (amount === null) return keypair;
    const tokens = await this.tokensOf(keypair.publicKey);
    if (amount > 0n) await mintTo(connection, deployer, mint, tokens, deployer, amount);
    return keypair;
  }

  /** The token account of `owner`, created if need be. */
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
