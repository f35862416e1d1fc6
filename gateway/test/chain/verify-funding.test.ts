import { closeEscrow, createContext } from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { expect } from "chai";
import {
  buildFunding,
  buildPull,
  comparePolicy,
  type ExpectedPolicy,
  type FundingRequest,
  memoOf,
  type PolicyState,
  verifyFunding,
  verifyPull,
} from "../../src/chain";
import { startSandbox, type Sandbox, START } from "../harness/sandbox";

describe("verification of a landed funding", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());

  const expectedOf = (request: FundingRequest): ExpectedPolicy => ({
    ...request,
    owner: String(request.owner),
    recipient: String(request.recipient),
    mediator: String(request.mediator),
  });
  const fund = async (changes: Partial<FundingRequest> = {}) => {
    const request = sandbox.funding(changes);
    const build = await buildFunding(sandbox.chain, request);
    const sent = await sandbox.send(build);
    return { request, build, ...sent, expected: expectedOf(request) };
  };
  const refusal = async (signature: string, expected: ExpectedPolicy): Promise<Error> =>
    verifyFunding(sandbox.chain, signature, expected).then(
      () => expect.fail("it was accepted"),
      (error: Error) => error,
    );

  it("accepts what was agreed and returns the policy's state", async () => {
    const funded = await fund({
      releaseCondition: 3,
      timestamps: [START + 1n, START + 2n, START + 3n],
      terms: { platformFeeBps: 250, reviewPeriodSecs: 1_000, disputeWindowSecs: 900 },
    });
    const verified = await verifyFunding(sandbox.chain, funded.signature, funded.expected);
    expect(verified).to.include({ signature: funded.signature, slot: funded.slot });
    expect(verified.policy.address).to.equal(funded.build.policy);
  });

  const other = Keypair.generate().publicKey.toBase58();
  const wrong: [field: string, change: (agreed: ExpectedPolicy) => Partial<ExpectedPolicy>][] = [
    ["memo", () => ({ memo: memoOf("intent_other", 0) })],
    ["owner", () => ({ owner: other })],
    ["recipient", () => ({ recipient: other })],
    ["releaseCondition", () => ({ releaseCondition: 4 })],
    ["milestones", ({ amounts }) => ({ amounts: amounts.slice(1) })],
    ["amounts[1]", () => ({ amounts: [300_000_000n, 499_999_999n, 200_000_001n] })],
    ["timestamps[0]", () => ({ timestamps: [START, START, START] })],
    ["mediator", () => ({ mediator: other })],
    ["terms.reviewPeriodSecs", () => ({ terms: { reviewPeriodSecs: 8 * 86_400 } })],
    ["terms.disputeWindowSecs", () => ({ terms: { disputeWindowSecs: 4 * 86_400 } })],
    ["terms.mediationDelaySecs", () => ({ terms: { mediationDelaySecs: 1 } })],
    ["terms.mediationTimeoutSecs", () => ({ terms: { mediationTimeoutSecs: 1 } })],
    ["terms.deliveryGraceSecs", () => ({ terms: { deliveryGraceSecs: 1 } })],
    ["terms.timeoutRecipientBps", () => ({ terms: { timeoutRecipientBps: 10_000 } })],
    ["terms.platformFeeBps", () => ({ terms: { platformFeeBps: 1 } })],
  ];
  let agreed: Awaited<ReturnType<typeof fund>>;
  before(async () => (agreed = await fund()));
  for (const [field, change] of wrong) {
    it(`refuses another ${field} than agreed, naming the field and both values`, async () => {
      const error = await refusal(agreed.signature, {
        ...agreed.expected,
        ...change(agreed.expected),
      });
      expect(error).to.include({ code: "signature_verification_failed", param: field });
      expect(error.message).to.match(/: expected .+, found .+/);
    });
  }

  it("refuses another gateway, another mint, a paused policy and one whose escrow was closed", async () => {
    const { policy } = await verifyFunding(sandbox.chain, agreed.signature, agreed.expected);
    const changes: [string, Partial<PolicyState>][] = [
      ["gateway", { gateway: other }],
      ["mint", { mint: other }],
      ["isPaused", { isPaused: true }],
      ["funding", { funding: "closed", escrow: null }],
    ];
    for (const [field, change] of changes) {
      const mismatch = comparePolicy(sandbox.chain, { ...policy, ...change }, agreed.expected);
      expect(mismatch?.field).to.equal(field);
    }
  });

  it("refuses a policy of which one milestone is not funded", async () => {
    const { signature, expected } = await fund({ fund: 2 });
    expect(await refusal(signature, expected)).to.include({ param: "funded[2]" });
  });

  it("refuses terms that the recipient has not accepted, unless they may accept later", async () => {
    const { signature, expected } = await fund({ isAccepted: false });
    expect(await refusal(signature, { ...expected, isAccepted: true })).to.include({
      param: "accepted",
    });
    const { policy } = await verifyFunding(sandbox.chain, signature, expected);
    expect(policy.escrow!.acceptedAt).to.equal(null);
  });

  it("refuses the signature of another intent's funding with the same parties and amounts", async () => {
    const [old, current] = [await fund(), await fund()];
    const error = await refusal(old.signature, current.expected);
    expect(error).to.include({ param: "memo" });
    expect(
      (await verifyFunding(sandbox.chain, current.signature, current.expected)).policy.address,
    ).to.equal(current.build.policy);
  });

  it("refuses a policy with a swapped recipient and the right memo", async () => {
    const { signature, expected } = await fund({
      recipient: sandbox.chain.sandboxKey!("acct_thief", "payee").publicKey,
      isAccepted: false,
    });
    const error = await refusal(signature, {
      ...expected,
      recipient: sandbox.payee.publicKey.toBase58(),
    });
    expect(error).to.include({ param: "recipient" });
    expect(error.message).to.include(`expected ${sandbox.payee.publicKey.toBase58()}`);
  });

  it("refuses a policy that was closed after its funding landed", async () => {
    const { signature, build, expected } = await fund({ isAccepted: false });
    const context = createContext(sandbox.chain.connection, sandbox.chain.sponsor);
    const instructions = await closeEscrow(context, { policyPda: new PublicKey(build.policy) });
    await sandbox.send({ instructions, signers: [sandbox.payer.publicKey] });
    expect(await refusal(signature, expected)).to.include({ param: "funding" });
  });

  it("refuses a transaction that failed", async () => {
    const { chain, payer, payee } = sandbox;
    const request = sandbox.funding();
    const { instructions } = await buildFunding(chain, request);
    // The program refuses a funding that is repeated in the same transaction.
    const repeated = [...instructions, instructions.at(-2)!];
    const { blockhash } = await chain.connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: chain.sponsor.publicKey,
      recentBlockhash: blockhash,
      instructions: [ComputeBudgetProgram.setComputeUnitLimit({ units: 400_000 }), ...repeated],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    transaction.sign([chain.sponsor, payer, payee]);
    const signature = await chain.connection.sendTransaction(transaction, { skipPreflight: true });
    const error = await refusal(signature, expectedOf(request));
    expect(error).to.include({ param: "signature" });
    expect(error.message).to.include("one that failed");
  });

  it("refuses a transaction without a policy, an unknown signature and text that is none", async () => {
    const { expected } = agreed;
    const transfer = SystemProgram.transfer({
      fromPubkey: sandbox.payer.publicKey,
      toPubkey: sandbox.payee.publicKey,
      lamports: 1_000_000,
    });
    const { signature } = await sandbox.send({
      instructions: [transfer],
      signers: [sandbox.payer.publicKey],
    });
    expect((await refusal(signature, expected)).message).to.include("one that creates none");
    expect(await refusal("1".repeat(64), expected)).to.include({
      param: "signature",
      retryAfter: 2,
    });
    expect((await refusal("0x...", expected)).message).to.include("64 bytes in base58");
  });

  it("accepts a pull that paid the amount, and refuses another amount or recipient", async () => {
    const { chain, payer, payee } = sandbox;
    const pull = {
      owner: payer.publicKey.toBase58(),
      recipient: payee.publicKey.toBase58(),
      currency: "USDC" as const,
      amount: 5_000_000n,
      memo: memoOf("intent_verified_pull", 0),
    };
    const { signature } = await sandbox.send(await buildPull(chain, pull));
    expect((await verifyPull(chain, signature, pull)).policy.paid).to.equal(5_000_000n);
    for (const [field, change] of [
      ["amounts[0]", { amount: 4_999_999n }],
      ["recipient", { recipient: other }],
      ["memo", { memo: "other" }],
    ] as const) {
      const error = await verifyPull(chain, signature, { ...pull, ...change }).catch(
        (e: Error) => e,
      );
      expect(error).to.include({ code: "signature_verification_failed", param: field });
    }
  });
});
