/**
 * `make demo`: spec 003's freelance project on a LiteSVM inside this process, with the committed program.
 * A client promises 300 USDC in four milestones; a stranger's key releases one a week; a day early is refused.
 */
import { Keypair, TransactionInstruction } from "@solana/web3.js";
import {
  createMemoBuffer,
  decodeEvents,
  getGatewayPda,
  MilestoneClient,
  MilestoneProgramError,
  parseTransactionError,
  RELEASE_DUE_DATE,
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
} from "../tests/harness";

const DAY = 86_400n;
const WEEK = 7n * DAY;
const USDC = 1_000_000n;
const WORK = ["Design & planning", "Frontend", "Backend", "Testing & deployment"];
const AMOUNTS = [50n, 100n, 100n, 50n].map((amount) => amount * USDC);

interface Step {
  day: string;
  who: string;
  what: string;
  outcome: string;
  /** Compute units of the step's transactions. */
  cu: string;
}

async function main(): Promise<void> {
  const chain = await startChain({ runtime: "litesvm" });
  const client = await person(chain, "client");
  const freelancer = await person(chain, "freelancer");
  const stranger = await person(chain, "stranger");
  const start = chain.now();
  const steps: Step[] = [];
  const note = (who: string, what: string, outcome: string, signatures: string[]): void => {
    const used = signatures.map((signature) => chain.landedTransaction(signature)?.execution);
    const cu = used.reduce((sum, execution) => sum + (execution?.computeUnits ?? 0), 0);
    const day = `day ${(chain.now() - start) / DAY}`;
    steps.push({ day, who, what, outcome, cu: cu.toLocaleString("en") });
  };

  // The deployer sets up config and a gateway that takes no fee.
  await chain.airdrop(chain.upgradeAuthority.publicKey);
  await deploy(new MilestoneClient(chain.connection, chain.upgradeAuthority));
  const deployer = chain.upgradeAuthority.publicKey;
  const [gateway] = getGatewayPda(deployer);
  note("deployer", "sets up config and gateway", "done", chain.signaturesFor(deployer));

  const mint = await createMint(chain, { decimals: 6, keypair: fixedKeypair("demo/usdc") });
  const clientTokens = await createTokenAccount(chain, mint, client.publicKey);
  const freelancerTokens = await createTokenAccount(chain, mint, freelancer.publicKey);
  await mintTo(chain, mint, clientTokens, 300n * USDC);
  const minted = chain.signaturesFor(mint.address);
  note("client", "gets a wallet with 300 USDC", "done", minted);

  const owner = new MilestoneClient(chain.connection, client);
  const { instructions, policy } = await owner.prepareMilestone(
    mint.address,
    freelancer.publicKey,
    gateway,
    AMOUNTS,
    AMOUNTS.map((_, i) => start + BigInt(i + 1) * WEEK),
    RELEASE_DUE_DATE,
    createMemoBuffer("project_abc", 64),
  );
  const created = await send(chain, instructions, client);
  note("client", "creates four milestones, delegates 300 USDC", "done", [created.signature]);

  const keeper = new MilestoneClient(chain.connection, stranger);
  for (const [i, amount] of AMOUNTS.entries()) {
    const due = start + BigInt(i + 1) * WEEK;
    if (i === 0) {
      await chain.setTime(due - DAY);
      const early = await chain.send(await keeper.executePayment(policy), [stranger], {
        feePayer: stranger,
      });
      const error = parseTransactionError(early.err, { logs: early.logs });
      if (!(error instanceof MilestoneProgramError)) throw new Error("a day early was not refused");
      note("stranger", "tries milestone 1 a day early", `refused: ${error.programErrorName}`, [
        early.signature,
      ]);
    }
    await chain.setTime(due);
    const released = await send(chain, await keeper.executePayment(policy), stranger);
    const [event] = decodeEvents(released.logs).events;
    if (event?.name !== "PaymentExecuted") throw new Error("a release logged no PaymentExecuted");
    const paid = BigInt(event.data.recipientAmount.toString());
    note(
      "stranger",
      `releases milestone ${i + 1} (${WORK[i]})`,
      `freelancer +${usdc(paid)} of ${usdc(amount)}`,
      [released.signature],
    );
  }

  const end = await owner.getPaymentPolicy(policy);
  const left = await readTokenAccount(chain, clientTokens);
  const earned = await readTokenAccount(chain, freelancerTokens);
  printTable(steps);
  console.log(`
End state
  policy      ${policy.toBase58()}
  released    ${end.policyType.milestone.currentMilestone} of ${end.policyType.milestone.totalMilestones} milestones, ${usdc(BigInt(end.totalPaid.toString()))} in all
  status      ${"paused" in end.status ? "completed (paused itself)" : "active"}
  freelancer  ${usdc(earned.amount)}
  client      ${usdc(left.amount)}, allowance left ${usdc(left.delegatedAmount)}

The money stayed in the client's wallet until each release. Delegation is not escrow: until then the client could
have spent or revoked it.`);
}

/** A funded keypair, the same in every run. */
async function person(chain: Chain, name: string): Promise<Keypair> {
  const keypair = fixedKeypair(`demo/${name}`);
  await chain.airdrop(keypair.publicKey);
  return keypair;
}

function send(
  chain: Chain,
  instructions: TransactionInstruction[],
  signer: Keypair,
): Promise<SendResult> {
  return chain.sendOk(instructions, [signer], { feePayer: signer });
}

/** Base units as a USDC amount. */
function usdc(amount: bigint): string {
  const cents = (amount % USDC) / 10_000n;
  return `${amount / USDC}.${cents.toString().padStart(2, "0")} USDC`;
}

function printTable(steps: Step[]): void {
  const columns = ["day", "who", "what", "outcome", "cu"] as const;
  const header: Step = { day: "when", who: "who", what: "does", outcome: "outcome", cu: "CU" };
  const width = Object.fromEntries(
    columns.map((column) => [
      column,
      Math.max(...[header, ...steps].map((step) => step[column].length)),
    ]),
  ) as Record<(typeof columns)[number], number>;
  const line = (step: Step): string =>
    columns
      .map((column) =>
        column === "cu" ? step.cu.padStart(width.cu) : step[column].padEnd(width[column]),
      )
      .join("  ");
  console.log("Milepost: a freelance project on an embedded Solana runtime (LiteSVM)\n");
  console.log(line(header));
  console.log(columns.map((column) => "-".repeat(width[column])).join("  "));
  for (const step of steps) console.log(line(step));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
