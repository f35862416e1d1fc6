/**
 * Second act, spec 001: a renovation in three parts with the money in a vault. The first part is approved, the second
 * disputed and divided 60/40 by the mediator, the third released by the homeowner's silence.
 */
import {
  createMemoBuffer,
  decodeEvents,
  getEscrowPda,
  hashDocument,
  MilestoneClient,
  RELEASE_OWNER,
} from "@milepost/sdk";
import { SendResult } from "../tests/harness";
import { DAY, Story } from "./story";
import { USDC, usdc } from "./table";

const AMOUNTS = [4_000n, 10_000n, 2_000n].map((amount) => amount * USDC);
/** Spec 001: the platform charges the homeowner 2.5% on top. */
const PLATFORM_FEE_BPS = 250;
const KITCHEN_SHARE = 6_000n * USDC;

export async function renovation(): Promise<void> {
  const story = await Story.begin();
  const { chain, mint, gateway } = story;
  const homeowner = await story.person("homeowner");
  const contractor = await story.person("contractor");
  const manager = await story.person("project manager");
  const stranger = await story.person("stranger");
  const homeownerTokens = await story.purse(homeowner.publicKey, 16_400n * USDC);
  const contractorTokens = await story.purse(contractor.publicKey);
  const owner = new MilestoneClient(chain.connection, homeowner);
  const recipient = new MilestoneClient(chain.connection, contractor);
  const mediator = new MilestoneClient(chain.connection, manager);
  const keeper = new MilestoneClient(chain.connection, stranger);

  const { instructions, policy } = await owner.prepareHeldMilestone(
    mint.address,
    contractor.publicKey,
    gateway,
    AMOUNTS,
    AMOUNTS.map(() => 0n),
    RELEASE_OWNER,
    createMemoBuffer("renovation", 64),
    { mediator: manager.publicKey, terms: { platformFeeBps: PLATFORM_FEE_BPS }, fund: 1 },
  );
  await story.does(homeowner, "homeowner", "opens the escrow, funds the demolition", instructions);
  await story.does(
    contractor,
    "contractor",
    "accepts the terms",
    await recipient.acceptEscrow(policy),
  );

  // The demolition: delivered, looked at, approved.
  await story.day(4);
  const photos = await hashDocument("demolition.jpg: walls down, rubble gone");
  const submit = (evidenceHash: Uint8Array) => recipient.submitMilestone(policy, { evidenceHash });
  await story.does(contractor, "contractor", "submits the demolition", await submit(photos));
  await story.day(5);
  await story.does(
    homeowner,
    "homeowner",
    "approves the demolition",
    await owner.approveMilestone(policy),
    outcome,
  );

  // The kitchen: disputed, delivered again, disputed again, and then the project manager decides.
  await story.does(homeowner, "homeowner", "funds the kitchen", await owner.fundMilestones(policy));
  await story.day(20);
  const kitchen = await hashDocument("kitchen.jpg");
  await story.does(contractor, "contractor", "submits the kitchen", await submit(kitchen));
  await story.day(22);
  const leak = await hashDocument("The sink leaks.");
  const dispute = (reasonHash: Uint8Array) => owner.disputeMilestone(policy, { reasonHash });
  await story.does(homeowner, "homeowner", "disputes: the sink leaks", await dispute(leak));
  await story.isRefused(
    stranger,
    "stranger",
    "tries to release it",
    await keeper.executePayment(policy, undefined, undefined, undefined, {
      executor: stranger.publicKey,
      skipChecks: true,
    }),
  );
  await story.day(24);
  const repaired = await hashDocument("sink.jpg: sealed");
  await story.does(contractor, "contractor", "repairs, submits again", await submit(repaired));
  await story.day(26);
  const doors = await hashDocument("Two of five doors are missing.");
  await story.does(homeowner, "homeowner", "disputes: doors are missing", await dispute(doors));
  // Three days later it is in mediation by itself; nobody had to call anything.
  await story.day(29);
  await story.does(
    manager,
    "project manager",
    "divides the kitchen 60/40",
    await mediator.resolveDispute(policy, { recipientAmount: KITCHEN_SHARE }),
    outcome,
  );

  // The painting: delivered, and the homeowner says nothing.
  await story.does(
    homeowner,
    "homeowner",
    "funds the painting",
    await owner.fundMilestones(policy),
  );
  await story.day(35);
  const walls = await hashDocument("walls.jpg");
  await story.does(contractor, "contractor", "submits the painting", await submit(walls));
  await story.day(41);
  const next = await keeper.nextActions(policy, homeowner.publicKey);
  await story.isRefused(
    stranger,
    "stranger",
    "tries to release it on day six of silence",
    await keeper.executePayment(policy, undefined, undefined, undefined, {
      executor: stranger.publicKey,
      skipChecks: true,
    }),
  );
  await story.day(42);
  await story.does(
    stranger,
    "stranger",
    "releases the painting: seven days of silence",
    await keeper.executePayment(policy),
    outcome,
  );
  await story.does(
    homeowner,
    "homeowner",
    "closes the escrow",
    await owner.closeEscrow(policy),
    "rent back",
  );

  // A demo that shows other amounts than it tells is a failure.
  await story.expectBalance(contractorTokens, 12_000n * USDC);
  await story.expectBalance(homeownerTokens, 4_100n * USDC);
  story.print("Milepost, second act: a renovation with the money in a vault");
  console.log(`
What nextActions told the homeowner on day 41, if nobody acts
${next.byItself.map(({ at, message }) => `  day ${(BigInt(at.toString()) - story.start) / DAY}: ${message}`).join("\n")}

End state
  policy      ${policy.toBase58()}
  escrow      ${getEscrowPda(policy)[0].toBase58()}, closed
  contractor  ${usdc(await story.balance(contractorTokens))}: 4,000 + 60% of 10,000 + 2,000
  homeowner   ${usdc(await story.balance(homeownerTokens))}: 40% of the kitchen, and the platform fee on it
`);
}

/** Who got what, by the event. */
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
