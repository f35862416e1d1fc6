/** Decisions on accounts that kit read from a chain are those of the SDK. */
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import * as sdk from "@milepost/sdk";
import {
  type Address,
  appendTransactionMessageInstruction,
  createKeyPairSignerFromBytes,
  createSolanaRpc,
  createTransactionMessage,
  fetchEncodedAccount,
  getBase64EncodedWireTransaction,
  type Instruction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { Keypair, type PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import * as client from "../../src";
import { plain } from "../random-values";

const DAY = 86_400;
const config = { commitment: "confirmed" } as const;
const kitAddress = (key: PublicKey) => key.toBase58() as Address;
const parsed = (value: unknown): unknown => JSON.parse(plain(value));

describe("decisions on what kit reads from a chain", () => {
  let net: MilepostLocalnet;
  let rpc: ReturnType<typeof createSolanaRpc>;
  let owner: sdk.MilestoneClient;
  let recipient: sdk.MilestoneClient;

  before(async () => {
    net = await startMilepostLocalnet({ port: 0 });
    rpc = createSolanaRpc(net.url);
    owner = new sdk.MilestoneClient(net.connection, net.wallets.owner);
    recipient = new sdk.MilestoneClient(net.connection, net.wallets.recipient);
  });
  after(() => net?.close());

  /** Compares every decision on the policy, for each party, at several times. */
  async function compare(policy: PublicKey): Promise<sdk.ReleaseReport> {
    const context = sdk.createContext(net.connection, net.wallets.owner);
    const [theirs] = await sdk.loadReleaseSnapshots(context, [policy]);
    const mine = await client.fetchReleaseSnapshot(rpc, kitAddress(policy), config);
    expect(parsed(client.toRuleSnapshot({ ...mine, now: 0n }))).to.deep.equal(
      parsed({ ...theirs, now: "0", slot: undefined }),
    );
    const { owner: payer, recipient: payee, mediator, gatewaySigner, keeper } = net.wallets;
    for (const { publicKey: who } of [payer, payee, mediator, gatewaySigner, keeper]) {
      for (const days of [0, 1, 8, 40]) {
        const now = theirs!.now.addn(days * DAY);
        const at = BigInt(now.toString());
        const report = sdk.decideRelease(theirs!, { now, signers: [who] });
        const ours = client.decideRelease(mine, { now: at, signers: [kitAddress(who)] });
        expect(parsed(ours)).to.deep.equal(parsed(report));
        const next = sdk.decideNextActions(theirs!, who, now);
        const ourNext = client.decideNextActions(mine, kitAddress(who), at);
        expect(parsed(ourNext)).to.deep.equal(parsed(next));
      }
    }
    return sdk.decideRelease(theirs!);
  }

  const create = async (condition: number, due: number[] = []): Promise<PublicKey> => {
    const { instructions, policy } = await owner.prepareMilestone(
      ...([net.mint, net.wallets.recipient.publicKey, net.gateway] as const),
      ...([[50_000_000n, 70_000_000n], due, condition] as const),
    );
    await owner.send(instructions);
    return policy;
  };

  it("agree with the SDK on delegated policies, before and after a release", async () => {
    const context = sdk.createContext(net.connection, net.wallets.owner);
    const now = (await sdk.getChainTime(context)).toNumber();
    await compare(await create(sdk.RELEASE_DUE_DATE, [now + DAY, now + 9 * DAY]));
    const policy = await create(sdk.RELEASE_OWNER);
    await compare(policy);
    await owner.send(await owner.executePayment(policy));
    await compare(policy);
  });

  it("agree with the SDK on a held policy, from its opening to a dispute", async () => {
    const { instructions, policy } = await owner.prepareHeldMilestone(
      ...([net.mint, net.wallets.recipient.publicKey, net.gateway] as const),
      ...([[50_000_000n, 70_000_000n], [], sdk.RELEASE_OWNER, undefined] as const),
      {
        mediator: net.wallets.mediator.publicKey,
        ...{ terms: { platformFeeBps: 250 }, fund: "next" },
      },
    );
    await owner.send(instructions);
    await compare(policy);
    await recipient.send(await recipient.acceptEscrow(policy));
    await compare(policy);
    const hash = new Uint8Array(32).fill(7);
    await recipient.send(await recipient.submitMilestone(policy, { evidenceHash: hash }));
    await compare(policy);
    await owner.send(await owner.disputeMilestone(policy, { reasonHash: hash }));
    const report = await compare(policy);
    expect(report.state).to.equal("disputed");

    const { policy: account, escrow } = await client.fetchReleaseSnapshot(
      rpc,
      kitAddress(policy),
      config,
    );
    const now = BigInt(report.now.toString());
    expect(client.milestoneStateAt(escrow!.account, 0, now)).to.equal("disputed");
    expect(client.milestoneStateAt(escrow!.account, 0, now + 90n * 86_400n)).to.equal("mediation");
    expect(
      client.decideAction("disputeMilestone", account, escrow!.account, 0, now).error,
    ).to.equal("MilestoneInDispute");
  });

  it("agree with the SDK on the coverage of the owner's promises", async () => {
    const wallet = net.wallets.owner.publicKey;
    const wanted = await owner.delegationCoverage(wallet, net.mint);
    const userPayment = await client.fetchUserPayment(rpc, kitAddress(wanted.userPayment), config);
    const listed = await owner.listPoliciesByOwner(wallet);
    const held = listed.filter(({ account }) => account.fundingKind === sdk.FUNDING_KIND_HELD);
    const escrows = await client.fetchAllEscrow(
      rpc,
      held.map(({ address }) => kitAddress(sdk.getEscrowPda(address)[0])),
      config,
    );
    const stateOf = async (address: Address) =>
      client.toTokenAccountState(await fetchEncodedAccount(rpc, address, config));
    const coverage = client.computeCoverage({
      userPayment,
      policies: await client.fetchAllPaymentPolicy(
        rpc,
        listed.map(({ address }) => kitAddress(address)),
        config,
      ),
      tokenAccount: await stateOf(userPayment.data.tokenAccount),
      escrows,
      vaultAccounts: await Promise.all(escrows.map(({ data }) => stateOf(data.vault))),
    });
    expect(coverage.vaults).to.have.length(1);
    expect(parsed(coverage)).to.deep.equal(parsed(wanted));
  });

  it("name the error of an early release that kit sent, and what is missing", async () => {
    const context = sdk.createContext(net.connection, net.wallets.owner);
    const now = (await sdk.getChainTime(context)).toNumber();
    const policy = await create(sdk.RELEASE_DUE_DATE, [now + DAY, now + DAY]);
    const snapshot = await client.fetchReleaseSnapshot(rpc, kitAddress(policy), config);
    const { requirements } = client.decideRelease(snapshot);
    expect(requirements.find(({ isMet }) => !isMet)).to.include({
      ...{ name: "dueDate", error: "PaymentNotDue" },
    });
    const keeper = await createKeyPairSignerFromBytes(net.wallets.keeper.secretKey);
    const release = await client.getExecutePaymentInstructionAsync({
      ...{ executor: keeper, gateway: snapshot.policy.gateway, milestoneIndex: 0 },
      ...{ userPayment: snapshot.policy.userPayment, policy: snapshot.policyAddress },
      ...{ mint: snapshot.userPayment.mint, tokenAccount: snapshot.userPayment.tokenAccount },
      recipientTokenAccount: snapshot.recipientDestination.address,
      gatewayFeeAccount: snapshot.gatewayFeeDestination.address,
    });
    const error: unknown = await send(keeper, release).catch((thrown: unknown) => thrown);
    expect(client.isMilestoneError(error, client.MILESTONE_ERROR__PAYMENT_NOT_DUE)).to.equal(true);
    expect(client.findMilestoneError(error)).to.include({ instructionIndex: 0 });
  });

  it("refuse an address without a policy", async () => {
    const nobody = kitAddress(Keypair.generate().publicKey);
    const error: unknown = await client
      .fetchReleaseSnapshot(rpc, nobody, config)
      .catch((thrown: unknown) => thrown);
    expect((error as Error).message).to.contain(nobody);
  });

  async function send(payer: KeyPairSigner, instruction: Instruction): Promise<void> {
    const { value: blockhash } = await rpc.getLatestBlockhash(config).send();
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (tx) => setTransactionMessageFeePayerSigner(payer, tx),
      (tx) => setTransactionMessageLifetimeUsingBlockhash(blockhash, tx),
      (tx) => appendTransactionMessageInstruction(instruction, tx),
    );
    const signed = await signTransactionMessageWithSigners(message);
    await rpc
      .sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: "base64" })
      .send();
  }
});
