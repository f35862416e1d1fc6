/**
 * Fourth act, spec 000: a platform pays a project in three milestones of 30, 50 and 20 percent, over HTTP alone. Each answer
 * says what the chain says, and at the end the act asks the chain itself.
 */
import { createContext, getPaymentPolicy, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { type GatewayProcess, startGateway } from "./gateway-process";
import { printSteps, type Step, USDC, usdc } from "./table";

const MILESTONES = [
  { amount: 300n, description: "Design approved (30%)" },
  { amount: 500n, description: "Development complete (50%)" },
  { amount: 200n, description: "Launched (20%)" },
];
/** The sandbox's gateway takes 1% of each payment. */
const NET_PERCENT = 99n;

/** An answer of the API. */
interface Answer {
  status: number;
  // JSON of whichever object was asked for.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** Plays the act on a sandbox of its own. Throws when an answer or the chain's end state is not the expected one. */
export async function httpProject(): Promise<void> {
  const gateway = await startGateway();
  const project = new HttpProject(gateway);
  try {
    await project.create();
    await project.completeTooEarly();
    await project.completeAll();
    await project.print();
  } finally {
    await gateway.stop();
  }
}

class HttpProject {
  private readonly steps: Step[] = [];
  private readonly connection: Connection;
  private path = "";
  private readonly milestones: string[] = [];

  constructor(private readonly gateway: GatewayProcess) {
    this.connection = new Connection(gateway.rpcUrl, "confirmed");
  }

  /** Creates the intent and its milestones; no money moves. */
  async create(): Promise<void> {
    const intent = await this.post("/payment-intents", {
      amount: "1000.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "OFF_RAMP_MOCK",
      settlementDestination: "bank_account_123",
      metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
    });
    expectEqual(intent.status, 201, "the intent");
    this.path = `/payment-intents/${intent.body.id}`;
    await this.note("creates an intent of 1,000.00 USDC", intent.body.status);
    for (const [milestoneIndex, { amount, description }] of MILESTONES.entries()) {
      const made = await this.post(`${this.path}/escrow/milestones`, {
        milestoneIndex,
        amount: `${amount}.00`,
        description,
      });
      expectEqual(made.status, 201, "a milestone");
      this.milestones.push(made.body.id);
      await this.note(`adds ${usdc(amount * USDC)}: ${description}`, made.body.status);
    }
  }

  /** Completes the second milestone first, which the gateway must refuse. */
  async completeTooEarly(): Promise<void> {
    const { status, body } = await this.complete(1);
    expectEqual(status, 400, "a completion out of order");
    await this.note("completes milestone 2 first", `400: ${body.error.message}`);
  }

  /** Completes every milestone; the first completion also opens and funds the vault, as a sandbox may. */
  async completeAll(): Promise<void> {
    for (const [index, { amount }] of MILESTONES.entries()) {
      const { status, body } = await this.complete(index);
      expectEqual(status, 200, `completion ${index + 1}`);
      expectEqual(body.data.status, "RELEASED", `milestone ${index + 1}`);
      if (index === 0) {
        const intent = await this.get(this.path);
        const { transactionHash } = intent.body.data;
        await this.note("(first completion) locks the money", "vault funded", [transactionHash]);
      }
      const net = (amount * USDC * NET_PERCENT) / 100n;
      const { releaseTxHash } = body.data;
      await this.note(`completes milestone ${index + 1}`, `payee +${usdc(net)}`, [releaseTxHash]);
    }
  }

  /** Asks the chain for the policy and the payee's tokens, and prints both. */
  async print(): Promise<void> {
    const { body } = await this.get(this.path);
    const { contractAddress, recipientAddress } = body.data;
    const context = createContext(this.connection, Keypair.generate());
    const policy = await getPaymentPolicy(context, new PublicKey(contractAddress));
    const { currentMilestone, totalMilestones } = policy.policyType.milestone;
    expectEqual(currentMilestone, 3, "released milestones on chain");
    expectEqual(policy.recipient.toBase58(), recipientAddress, "the recipient on chain");
    const paid = await this.balance(policy.recipient);
    expectEqual(paid, 990n * USDC, "the payee's tokens on chain");
    printSteps("Milepost, fourth act: a project of 30, 50 and 20 percent over HTTP", this.steps);
    console.log(`
End state, as the chain has it
  policy     ${contractAddress}
  released   ${currentMilestone} of ${totalMilestones} milestones
  payee      ${usdc(paid)} of ${usdc(1_000n * USDC)}: the gateway keeps 1%

The platform sent JSON and saw no key of a wallet. A stolen API key could have released earlier, to the same payee and nobody else.
`);
  }

  private complete(index: number): Promise<Answer> {
    return this.post(`${this.path}/escrow/milestones/${this.milestones[index]!}/complete`, {
      completedBy: "merchant",
      completionProof: `proof_${index}`,
    });
  }

  private get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  private post(path: string, body: object): Promise<Answer> {
    return this.request("POST", path, body);
  }

  private async request(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.gateway.url}/v1${path}`, {
      method,
      headers: { "X-API-Key": this.gateway.apiKey, "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: await answer.json() };
  }

  private async balance(owner: PublicKey): Promise<bigint> {
    const { value } = await this.connection.getTokenAccountsByOwner(owner, {
      programId: TOKEN_PROGRAM_ID,
    });
    return value.reduce((sum, { account }) => sum + account.data.readBigUInt64LE(64), 0n);
  }

  private async note(
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
    const shown = cu === 0 ? "" : cu.toLocaleString("en");
    this.steps.push({ when: "day 0", who: "platform", what, outcome, cu: shown });
  }
}

function expectEqual<T>(actual: T, expected: T, what: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: expected ${String(expected)}, found ${String(actual)}`);
  }
}
