/**
 * First act, spec 003: a client promises 300 USDC in four milestones by delegation. A stranger's key releases one
 * milestone per week, and the program refuses a release one day early.
 */
import { createMemoBuffer, decodeEvents, MilestoneClient, RELEASE_DUE_DATE } from "@milepost/sdk";
import { readTokenAccount, SendResult } from "../tests/harness";
import { DAY, Story } from "./story";
import { USDC, usdc } from "./table";

const WEEK = 7;
const WORK = ["Design & planning", "Frontend", "Backend", "Testing & deployment"];
const AMOUNTS = [50n, 100n, 100n, 50n].map((amount) => amount * USDC);

export async function freelanceProject(): Promise<void> {
  const story = await Story.begin();
  const { chain, mint, gateway, start } = story;
  const client = await story.person("client");
  const freelancer = await story.person("freelancer");
  const stranger = await story.person("stranger");
  const clientTokens = await story.purse(client.publicKey, 300n * USDC);
  const freelancerTokens = await story.purse(freelancer.publicKey);

  const owner = new MilestoneClient(chain.connection, client);
  const { instructions, policy } = await owner.prepareMilestone(
    mint.address,
    freelancer.publicKey,
    gateway,
    AMOUNTS,
    AMOUNTS.map((_, i) => start + BigInt((i + 1) * WEEK) * DAY),
    RELEASE_DUE_DATE,
    createMemoBuffer("project_abc", 64),
  );
  await story.does(client, "client", "creates four milestones, delegates 300 USDC", instructions);

  const keeper = new MilestoneClient(chain.connection, stranger);
  for (const [i, amount] of AMOUNTS.entries()) {
    const due = (i + 1) * WEEK;
    if (i === 0) {
      await story.day(due - 1);
      const early = await keeper.executePayment(policy);
      await story.isRefused(stranger, "stranger", "tries milestone 1 a day early", early);
    }
    await story.day(due);
    await story.does(
      stranger,
      "stranger",
      `releases milestone ${i + 1} (${WORK[i]})`,
      await keeper.executePayment(policy),
      (result) => `freelancer +${usdc(paidBy(result))} of ${usdc(amount)}`,
    );
  }

  await story.expectBalance(freelancerTokens, 300n * USDC);
  await story.expectBalance(clientTokens, 0n);
  story.print("Milepost, first act: a freelance project on an embedded Solana runtime (LiteSVM)");
  const end = await owner.getPaymentPolicy(policy);
  const left = await readTokenAccount(chain, clientTokens);
  console.log(`
End state
  policy      ${policy.toBase58()}
  released    ${end.policyType.milestone.currentMilestone} of ${end.policyType.milestone.totalMilestones} milestones, ${usdc(BigInt(end.totalPaid.toString()))} in all
  status      ${"paused" in end.status ? "completed (paused itself)" : "active"}
  freelancer  ${usdc(await story.balance(freelancerTokens))}
  client      ${usdc(left.amount)}, allowance left ${usdc(left.delegatedAmount)}

The money stayed in the client's wallet until each release. Delegation is not escrow: until then the client could
have spent or revoked it. The second act holds it.
`);
}

function paidBy(result: SendResult): bigint {
  const [event] = decodeEvents(result.logs).events;
  if (event?.name !== "PaymentExecuted") throw new Error("a release logged no PaymentExecuted");
  return BigInt(event.data.recipientAmount.toString());
}
