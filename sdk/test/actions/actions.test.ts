import { expect } from "chai";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey, SystemProgram } from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import {
  AccountKindError,
  AccountMismatchError,
  AccountNotFoundError,
} from "../../src/errors/accounts";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import { MilestoneClient, Tributary } from "../../src/index";
import { getGatewayPda } from "../../src/pdas";
import { expectError } from "../expect-error";
import {
  fakeWorld,
  gateway,
  gatewayAccount,
  gatewayAuthority,
  gatewaySigner,
  mint,
  owner,
  ownerTokens,
  policy,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPayment,
  userPaymentPda,
} from "../fixtures";

describe("executePayment", () => {
  it("given the policy alone or with what it names, then the recipient's account and the release", async () => {
    const { sdk } = await fakeWorld();
    const named = await sdk.executePayment(policyPda, recipient.publicKey, mint, gateway);
    const alone = await sdk.executePayment(policyPda);
    expect(alone).to.deep.equal(named);
    // The recipient's, the gateway's and the protocol's token accounts are missing; the last two are the same.
    expect(named).to.have.length(3);
    expect(named[2]!.programId.equals(PROGRAM_ID)).to.equal(true);
  });

  const mixUps: [string, (sdk: MilestoneClient) => Promise<unknown>, PublicKey][] = [
    ["recipient", (sdk) => sdk.executePayment(policyPda, stranger.publicKey), recipient.publicKey],
    ["tokenMint", (sdk) => sdk.executePayment(policyPda, undefined, stranger.publicKey), mint],
    [
      "gateway",
      (sdk) => sdk.executePayment(policyPda, undefined, undefined, gatewayAuthority.publicKey),
      gateway,
    ],
  ];
  for (const [field, call, expected] of mixUps) {
    it(`given another ${field}, then refused naming expected and actual`, async () => {
      const { sdk } = await fakeWorld();
      const error = await expectError(AccountMismatchError, () => call(sdk));
      expect(error.field).to.equal(field);
      expect(error.message).to.contain(expected.toBase58()).and.to.contain(error.actual.toBase58());
    });
  }

  it("given gateway release, then the gateway's signer executes, with any wallet", async () => {
    const { sdk, put } = await fakeWorld();
    await put("paymentPolicy", policyPda, policy({ releaseCondition: 2 }));
    const { executor } = await sdk.prepareExecution(policyPda);
    expect(executor.equals(gatewaySigner.publicKey)).to.equal(true);
  });

  it("given no policy, or another account, then said so", async () => {
    const { sdk } = await fakeWorld();
    await expectError(AccountNotFoundError, () => sdk.executePayment(stranger.publicKey));
    await expectError(AccountKindError, () => sdk.executePayment(gateway));
  });
});

describe("managing a policy", () => {
  it("given a status, then its byte", async () => {
    const { sdk } = await fakeWorld();
    const [pause] = await sdk.changePaymentPolicyStatus(mint, 7, { paused: {} });
    const [resume] = await sdk.changePaymentPolicyStatus(mint, 7, { active: {} });
    expect([pause!.data[8], resume!.data[8]]).to.deep.equal([1, 0]);
    expect(pause!.keys[2]!.pubkey.equals(policyPda)).to.equal(true);
  });

  it("given another status, then refused by name", async () => {
    const { sdk } = await fakeWorld();
    for (const status of ["paused", {}, null, { active: {}, paused: {} }, { done: {} }]) {
      const change = () => sdk.changePaymentPolicyStatus(mint, 7, status as never);
      expect((await expectError(InvalidInputError, change)).field).to.equal("status");
    }
  });

  it("given a completed policy, then it can't be resumed", async () => {
    const { sdk, put } = await fakeWorld();
    await put(
      "paymentPolicy",
      policyPda,
      policy({ currentMilestone: 2 }, { status: { paused: {} } }),
    );
    const resume = () => sdk.changePaymentPolicyStatus(mint, 7, { active: {} });
    const error = await expectError(MilestoneProgramError, resume);
    expect(error.programErrorName).to.equal("PolicyCompleted");
  });

  it("given a delete, then the gateway and the rent payer out of the policy", async () => {
    const { sdk, put } = await fakeWorld();
    await put("paymentPolicy", policyPda, policy({}, { rentPayer: stranger.publicKey }));
    const [instruction] = await sdk.deletePaymentPolicy(mint, 7);
    expect(instruction!.keys[1]!.pubkey.equals(gateway)).to.equal(true);
    expect(instruction!.keys[6]!.pubkey.equals(stranger.publicKey)).to.equal(true);
  });

  it("given a closed token account and mint, then delete still builds", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.accounts.delete(ownerTokens.toBase58());
    connection.accounts.delete(mint.toBase58());
    const [instruction] = await sdk.deletePaymentPolicy(mint, 7);
    expect(instruction!.keys[5]!.pubkey.equals(TOKEN_PROGRAM_ID)).to.equal(true);
  });

  it("given an unknown policy id, then not found", async () => {
    const { sdk } = await fakeWorld();
    await expectError(AccountNotFoundError, () => sdk.deletePaymentPolicy(mint, 99));
    await expectError(InvalidInputError, () => sdk.deletePaymentPolicy(mint, -1));
  });
});

describe("config, gateway and delegation", () => {
  it("given what is left out of an update, then None in its place", async () => {
    const { sdk } = await fakeWorld();
    const [instruction] = await sdk.updateConfig({ isPaused: true });
    expect([...instruction!.data.subarray(8)]).to.deep.equal([0, 0, 1, 1, 0]);
    const [update] = await sdk.updateGateway({ feeBps: 258 });
    expect([...update!.data.subarray(8)]).to.deep.equal([0, 0, 1, 2, 1, 0, 0]);
  });

  it("given fees above the caps, a long name or a zero address, then refused", async () => {
    const { sdk } = await fakeWorld();
    const terms = {
      signer: stranger.publicKey,
      feeRecipient: stranger.publicKey,
      feeBps: 0,
      name: "a",
    };
    const bad: [string, () => Promise<unknown>][] = [
      [
        "protocolFeeBps",
        () => sdk.initializeConfig({ feeRecipient: stranger.publicKey, protocolFeeBps: 501 }),
      ],
      [
        "feeRecipient",
        () => sdk.initializeConfig({ feeRecipient: PublicKey.default, protocolFeeBps: 0 }),
      ],
      ["feeBps", () => sdk.createGateway({ ...terms, feeBps: 1_001 })],
      ["feeBps", () => sdk.createGateway({ ...terms, feeBps: 0.5 })],
      ["name", () => sdk.createGateway({ ...terms, name: "x".repeat(33) })],
      ["url", () => sdk.createGateway({ ...terms, url: "x".repeat(65) })],
      ["signer", () => sdk.updateGateway({ signer: PublicKey.default })],
      ["isPaused", () => sdk.updateConfig({ isPaused: "yes" as never })],
    ];
    for (const [field, call] of bad) {
      expect((await expectError(InvalidInputError, call)).field).to.equal(field);
    }
  });

  it("given open policies, then neither gateway nor UserPayment closes", async () => {
    const { sdk, put } = await fakeWorld();
    const [mine] = getGatewayPda(owner.publicKey);
    await put("paymentGateway", mine, gatewayAccount({ openPolicies: 2 }));
    const gatewayError = await expectError(MilestoneProgramError, () => sdk.closeGateway());
    expect(gatewayError.programErrorName).to.equal("GatewayHasOpenPolicies");
    const error = await expectError(MilestoneProgramError, () => sdk.closeUserPayment(mint));
    expect(error.programErrorName).to.equal("UserPaymentHasOpenPolicies");
    await put("userPayment", userPaymentPda, userPayment({ openPolicies: 0 }));
    expect(await sdk.closeUserPayment(mint)).to.have.length(1);
  });

  it("given a closed token account, then sync creates it first, where it is the associated one", async () => {
    const { sdk, connection, put } = await fakeWorld();
    const states: [string, () => unknown][] = [
      ["closed", () => connection.accounts.delete(ownerTokens.toBase58())],
      [
        "closed, with SOL at its address",
        () => connection.set(ownerTokens, SystemProgram.programId, Buffer.alloc(0)),
      ],
    ];
    for (const [name, close] of states) {
      close();
      const instructions = await sdk.syncDelegation(mint, { payer: stranger.publicKey });
      expect(instructions, name).to.have.length(2);
      const [create, sync] = instructions;
      expect(create!.keys[0]!.pubkey.equals(stranger.publicKey)).to.equal(true);
      expect(create!.keys[1]!.pubkey.equals(ownerTokens)).to.equal(true);
      expect(sync!.keys[2]!.pubkey.equals(ownerTokens)).to.equal(true);
    }
    const tokenAccount = stranger.publicKey;
    await put("userPayment", userPaymentPda, userPayment({ tokenAccount }));
    const error = await expectError(AccountKindError, () => sdk.syncDelegation(mint));
    expect(error.message).to.contain("it was closed or not created yet");
    expect(await sdk.syncDelegation(mint, { skipChecks: true })).to.have.length(1);
  });

  it("given a closed mint, then sync approves on an account that exists, and creates none", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.accounts.delete(mint.toBase58());
    expect(await sdk.syncDelegation(mint)).to.have.length(1);
    connection.accounts.delete(ownerTokens.toBase58());
    await expectError(AccountNotFoundError, () => sdk.syncDelegation(mint));
  });

  it("given another delegate, then sync asks for replaceDelegate", async () => {
    const { sdk, connection } = await fakeWorld();
    const taken = tokenAccountBytes({ delegate: stranger.publicKey });
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, taken);
    const error = await expectError(MilestoneProgramError, () => sdk.syncDelegation(mint));
    expect(error.programErrorName).to.equal("DelegateInUse");
    const [instruction] = await sdk.syncDelegation(mint, { replaceDelegate: true });
    expect(instruction!.data[8]).to.equal(1);
  });
});

describe("MilestoneClient", () => {
  it("given a wallet without a key, then refused; given any with one, then no request", async () => {
    const { connection } = await fakeWorld();
    await expectError(
      InvalidInputError,
      () => new Tributary(connection.asConnection(), {} as never),
    );
    const untouched = new Proxy(
      {},
      {
        get: (_target, name) =>
          name === "commitment" ? undefined : expect.fail(`asked for ${String(name)}`),
      },
    );
    const sdk = new Tributary(untouched as never, { publicKey: owner.publicKey });
    expect(sdk.commitment).to.equal("confirmed");
    expect(Tributary).to.equal(MilestoneClient);
  });
});
