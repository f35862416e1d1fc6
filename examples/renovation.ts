/**
 * Second act, spec 001: a renovation in three parts with the money in a vault. The homeowner approves the first part, the
 * mediator divides the disputed second part 60/40, and the homeowner's silence releases the third.
 */
import {
  createMemoBuffer,
  decodeEvents,
  getEscrowPda,
  hashDocument,
  MilestoneClient,
  RELEASE_OWNER,
} from "@milepost/sdk";
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { SendResult } from "../tests/harness";
import { DAY, Story } from "./story";
import { USDC, usdc } from "./table";

const AMOUNTS = [4_000n, 10_000n, 2_000n].map((amount) => amount * USDC);
/** Spec 001: the platform charges the homeowner 2.5% on top. */
const PLATFORM_FEE_BPS = 250;
const KITCHEN_SHARE = 6_000n * USDC;

/** A person of the act: key, and the SDK with that key. */
interface Person {
  name: string;
  keypair: Keypair;
  sdk: MilestoneClient;
}

export async function renovation(): Promise<void> {
  const story = await Story.begin();
  const person = async (name: string): Promise<Person> => {
    const keypair = await story.person(name);
    return { name, keypair, sdk: new MilestoneClient(story.chain.connection, keypair) };
  };
  const act = new Renovation(
    story,
    await person("homeowner"),
    await person("contractor"),
    await person("project manager"),
    await person("stranger"),
  );
  await act.open();
  await act.demolition();
  await act.kitchen();
  await act.painting();
  await act.print();
}

class Renovation {
  private policy!: PublicKey;
  private homeownerTokens!: PublicKey;
  private contractorTokens!: PublicKey;
  /** Text that `nextActions` tells the homeowner on day 41, one line per action. */
  private outlook = "";

  constructor(
    private readonly story: Story,
    private readonly homeowner: Person,
    private readonly contractor: Person,
    private readonly manager: Person,
    private readonly stranger: Person,
  ) {}

  /** Opens the escrow and accepts its terms. */
  async open(): Promise<void> {
    const { story, homeowner, contractor, manager } = this;
    this.homeownerTokens = await story.purse(homeowner.keypair.publicKey, 16_400n * USDC);
    this.contractorTokens = await story.purse(contractor.keypair.publicKey);
    const { instructions, policy } = await homeowner.sdk.prepareHeldMilestone(
      story.mint.address,
      contractor.keypair.publicKey,
      story.gateway,
      AMOUNTS,
      AMOUNTS.map(() => 0n),
      RELEASE_OWNER,
      createMemoBuffer("renovation", 64),
      {
        mediator: manager.keypair.publicKey,
        terms: { platformFeeBps: PLATFORM_FEE_BPS },
        fund: 1,
      },
    );
    this.policy = policy;
    await this.does(homeowner, "opens the escrow, funds the demolition", instructions);
    await this.does(contractor, "accepts the terms", await contractor.sdk.acceptEscrow(policy));
  }

  /** The contractor delivers, and the homeowner approves. */
  async demolition(): Promise<void> {
    const { story, homeowner, policy } = this;
    await story.day(4);
    await this.submits("submits the demolition", "demolition.jpg: walls down, rubble gone");
    await story.day(5);
    const approval = await homeowner.sdk.approveMilestone(policy);
    await this.does(homeowner, "approves the demolition", approval, outcome);
  }

  /** The homeowner disputes twice, and the project manager decides. */
  async kitchen(): Promise<void> {
    const { story, homeowner, manager, policy } = this;
    await this.does(homeowner, "funds the kitchen", await homeowner.sdk.fundMilestones(policy));
    await story.day(20);
    await this.submits("submits the kitchen", "kitchen.jpg");
    await story.day(22);
    await this.disputes("disputes: the sink leaks", "The sink leaks.");
    await this.cannotRelease("tries to release it");
    await story.day(24);
    await this.submits("repairs, submits again", "sink.jpg: sealed");
    await story.day(26);
    await this.disputes("disputes: doors are missing", "Two of five doors are missing.");
    // Three days later the dispute is in mediation, without a transaction.
    await story.day(29);
    const decision = await manager.sdk.resolveDispute(policy, { recipientAmount: KITCHEN_SHARE });
    await this.does(manager, "divides the kitchen 60/40", decision, outcome);
  }

  /** The contractor delivers, and the homeowner says nothing. */
  async painting(): Promise<void> {
    const { story, homeowner, stranger, policy } = this;
    await this.does(homeowner, "funds the painting", await homeowner.sdk.fundMilestones(policy));
    await story.day(35);
    await this.submits("submits the painting", "walls.jpg");
    await story.day(41);
    const next = await stranger.sdk.nextActions(policy, homeowner.keypair.publicKey);
    this.outlook = next.byItself
      .map(({ at, message }) => `  day ${(BigInt(at.toString()) - story.start) / DAY}: ${message}`)
      .join("\n");
    await this.cannotRelease("tries to release it on day six of silence");
    await story.day(42);
    const release = await stranger.sdk.executePayment(policy);
    await this.does(stranger, "releases the painting: seven days of silence", release, outcome);
    const close = await homeowner.sdk.closeEscrow(policy);
    await this.does(homeowner, "closes the escrow", close, "rent back");
  }

  /** Checks the balances first, since a demo must not print amounts that differ from the chain's. */
  async print(): Promise<void> {
    const { story, policy, contractorTokens, homeownerTokens } = this;
    await story.expectBalance(contractorTokens, 12_000n * USDC);
    await story.expectBalance(homeownerTokens, 4_100n * USDC);
    story.print("Milepost, second act: a renovation with the money in a vault");
    console.log(`
What nextActions told the homeowner on day 41, if nobody acts
${this.outlook}

End state
  policy      ${policy.toBase58()}
  escrow      ${getEscrowPda(policy)[0].toBase58()}, closed
  contractor  ${usdc(await story.balance(contractorTokens))}: 4,000 + 60% of 10,000 + 2,000
  homeowner   ${usdc(await story.balance(homeownerTokens))}: 40% of the kitchen, and the platform fee on it
`);
  }

  private async does(
    { name, keypair }: Person,
    what: string,
    instructions: TransactionInstruction[],
    result?: string | ((sent: SendResult) => string),
  ): Promise<void> {
    await this.story.does(keypair, name, what, instructions, result);
  }

  private async submits(what: string, evidence: string): Promise<void> {
    const evidenceHash = await hashDocument(evidence);
    const { sdk } = this.contractor;
    await this.does(
      this.contractor,
      what,
      await sdk.submitMilestone(this.policy, { evidenceHash }),
    );
  }

  private async disputes(what: string, reason: string): Promise<void> {
    const reasonHash = await hashDocument(reason);
    const { sdk } = this.homeowner;
    await this.does(this.homeowner, what, await sdk.disputeMilestone(this.policy, { reasonHash }));
  }

  /** Sends a release without the SDK's checks, so that the program itself refuses it. */
  private async cannotRelease(what: string): Promise<void> {
    const { name, keypair, sdk } = this.stranger;
    const release = await sdk.executePayment(this.policy, undefined, undefined, undefined, {
      executor: keypair.publicKey,
      skipChecks: true,
    });
    await this.story.isRefused(keypair, name, what, release);
  }
}

/** Returns what each party got, as the event tells it. */
function outcome(result: SendResult): string {
  const [event] = decodeEvents(result.logs).events;
  if (event?.name !== "MilestoneFinalized") throw new Error("no MilestoneFinalized in the logs");
  const { recipientAmount, platformFee, refunded } = event.data;
  const parts = [
    `contractor +${usdc(BigInt(recipientAmount.toString()))}`,
    `platform +${usdc(BigInt(platformFee.toString()))}`,
  ];
  const back = BigInt(refunded.toString());
  if (back > 0n) parts.push(`homeowner +${usdc(back)}`);
  return parts.join(", ");
}
