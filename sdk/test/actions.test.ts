import BN from "bn.js";
import { expect } from "chai";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "../src/constants";
import { AccountKindError, AccountMismatchError, AccountNotFoundError } from "../src/errors/accounts";
import { InvalidInputError } from "../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../src/errors/program";
import { MilestoneClient, Tributary } from "../src/index";
import { createMemoBuffer } from "../src/input/memo";
import { getConfigPda, getGatewayPda, getPaymentPolicyPda, getUserPaymentPda } from "../src/pdas";
import { expectError } from "./expect-error";
import {
  config,
  fakeWorld,
  gateway,
  gatewayAccount,
  gatewayAuthority,
  gatewaySigner,
  keypair,
  mint,
  mintBytes,
  NOW,
  owner,
  ownerTokens,
  policy,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPayment,
  userPaymentPda,
} from "./fixtures";

type World = Awaited<ReturnType<typeof fakeWorld>> & { sdk: MilestoneClient };

async function world(): Promise<World> {
  const made = await fakeWorld();
  return { ...made, sdk: new Tributary(made.connection.asConnection(), owner) };
}

const create = (sdk: MilestoneClient, options = {}) =>
  sdk.prepareMilestone(
    mint,
    recipient.publicKey,
    gateway,
    [new BN(50), 100n],
    [NOW, NOW + 1],
    1,
    createMemoBuffer("project_abc", 64),
    options,
  );

describe("createMilestone", () => {
  it("given a UserPayment, then one instruction and the next policy's address", async () => {
    const { sdk } = await world();
    const prepared = await create(sdk);
    expect(prepared.instructions).to.have.length(1);
    expect(prepared.policyId).to.equal(8);
    expect(prepared.policy.equals(getPaymentPolicyPda(userPaymentPda, 8)[0])).to.equal(true);
    expect(prepared.instructions[0]!.keys[5]!.pubkey.equals(prepared.policy)).to.equal(true);
    expect(prepared.warnings).to.deep.equal([]);
  });

  it("given neither UserPayment nor token account, then both in front, and ids from the cluster's slot", async () => {
    const { connection, sdk } = await world();
    connection.accounts.delete(userPaymentPda.toBase58());
    connection.accounts.delete(ownerTokens.toBase58());
    const warned: string[] = [];
    const prepared = await create(sdk, { onWarning: ({ code }: { code: string }) => warned.push(code) });
    expect(prepared.instructions).to.have.length(3);
    expect(prepared.policyId).to.equal(connection.slot);
    const firstPolicyId = prepared.instructions[1]!.data.subarray(8);
    expect(firstPolicyId[0]).to.equal(1);
    expect(firstPolicyId.readUInt32LE(1)).to.equal(connection.slot);
    expect(warned).to.deep.equal(["BALANCE_BELOW_COMMITTED"]);
  });

  it("given a balance below what all policies may pull, then a warning and still instructions", async () => {
    const { connection, sdk } = await world();
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 150_000_149n }));
    const { warnings } = await create(sdk);
    expect(warnings.map(({ balance, committed }) => [balance, committed])).to.deep.equal([
      [150_000_149n, 150_000_150n],
    ]);
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 150_000_150n }));
    expect((await create(sdk)).warnings).to.deep.equal([]);
  });

  it("given another delegate, then DelegateInUse naming it, unless it may be replaced", async () => {
    const { connection, sdk } = await world();
    const taken = tokenAccountBytes({ delegate: stranger.publicKey });
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, taken);
    const error = await expectError(MilestoneProgramError, () => create(sdk));
    expect(error.programErrorName).to.equal("DelegateInUse");
    expect(error.message).to.contain(stranger.publicKey.toBase58());
    expect((await create(sdk, { replaceDelegate: true })).instructions).to.have.length(1);
  });

  type Change = (made: World) => unknown;
  const refusedByProgram: [string, Change, MilestoneErrorName][] = [
    ["a paused program", ({ put }) => put("programConfig", getConfigPda()[0], config({ isPaused: 1 })), "ProgramPaused"],
    ["a frozen token account", ({ connection }) => connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ isFrozen: true })), "TokenAccountFrozen"],
    ["a token account of another owner", ({ connection }) => connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ owner: stranger.publicKey })), "InvalidTokenAccount"],
  ];
  for (const [name, change, expected] of refusedByProgram) {
    it(`given ${name}, then ${expected} before anything is sent, unless told to skip checks`, async () => {
      const made = await world();
      await change(made);
      const error = await expectError(MilestoneProgramError, () => create(made.sdk));
      expect([error.programErrorName, error.origin]).to.deep.equal([expected, "sdk"]);
      expect((await create(made.sdk, { skipChecks: true })).instructions).to.have.length(1);
    });
  }

  const withMint = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(address, recipient.publicKey, gateway, [1], [NOW], 1);
  const withGateway = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(mint, recipient.publicKey, address, [1], [NOW], 1);
  const withRecipient = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(mint, address, gateway, [1], [NOW], 1);
  const wrong: [string, (made: World) => Promise<unknown>, new (...args: never[]) => Error][] = [
    ["the owner as recipient", ({ sdk }) => withRecipient(sdk, owner.publicKey), InvalidInputError],
    ["the zero address as recipient", ({ sdk }) => withRecipient(sdk, PublicKey.default), InvalidInputError],
    ["a token account as recipient", ({ sdk }) => withRecipient(sdk, ownerTokens), AccountKindError],
    ["a gateway's authority as gateway", ({ sdk }) => withGateway(sdk, gatewayAuthority.publicKey), AccountNotFoundError],
    ["a policy as gateway", ({ sdk }) => withGateway(sdk, policyPda), AccountKindError],
    ["a mint as gateway", ({ sdk }) => withGateway(sdk, mint), AccountKindError],
    ["a wallet as mint", ({ sdk }) => withMint(sdk, stranger.publicKey), AccountNotFoundError],
    ["a token account as mint", ({ sdk }) => withMint(sdk, ownerTokens), AccountKindError],
    ["a gateway as mint", ({ sdk }) => withMint(sdk, gateway), AccountKindError],
    ["another token account than the UserPayment's", ({ sdk }) => create(sdk, { tokenAccount: stranger.publicKey }), AccountMismatchError],
    ["amounts that no longer fit with the others", async ({ sdk, put }) => {
      await put("userPayment", userPaymentPda, userPayment({ committed: new BN("18446744073709551615") }));
      return create(sdk);
    }, InvalidInputError],
    ["no program config", ({ sdk, connection }) => {
      connection.accounts.delete(getConfigPda()[0].toBase58());
      return create(sdk);
    }, AccountNotFoundError],
  ];
  for (const [name, call, kind] of wrong) {
    it(`given ${name}, then ${kind.name}`, async () => {
      await expectError(kind, async () => call(await world()));
    });
  }

  it("given a Token-2022 mint, then that token program", async () => {
    const { connection, sdk } = await world();
    const other = keypair("mint 2022").publicKey;
    connection.set(other, TOKEN_2022_PROGRAM_ID, mintBytes());
    const instructions = await withMint(sdk, other);
    expect(instructions).to.have.length(3);
    expect(instructions[2]!.keys[9]!.pubkey.equals(TOKEN_2022_PROGRAM_ID)).to.equal(true);
  });
});

describe("executePayment", () => {
  it("given the policy alone or with what it names, then the recipient's account in front and the release", async () => {
    const { sdk } = await world();
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
    ["gateway", (sdk) => sdk.executePayment(policyPda, undefined, undefined, gatewayAuthority.publicKey), gateway],
  ];
  for (const [field, call, expected] of mixUps) {
    it(`given another ${field}, then refused naming expected and actual`, async () => {
      const { sdk } = await world();
      const error = await expectError(AccountMismatchError, () => call(sdk));
      expect(error.field).to.equal(field);
      expect(error.message).to.contain(expected.toBase58()).and.to.contain(error.actual.toBase58());
    });
  }

  it("given gateway release, then the gateway's signer executes, whoever the wallet is", async () => {
    const { sdk, put } = await world();
    await put("paymentPolicy", policyPda, policy({ releaseCondition: 2 }));
    const { executor } = await sdk.prepareExecution(policyPda);
    expect(executor.equals(gatewaySigner.publicKey)).to.equal(true);
  });

  it("given no policy, or another account, then said so", async () => {
    const { sdk } = await world();
    await expectError(AccountNotFoundError, () => sdk.executePayment(stranger.publicKey));
    await expectError(AccountKindError, () => sdk.executePayment(gateway));
  });
});

describe("managing a policy", () => {
  it("given a status, then its byte", async () => {
    const { sdk } = await world();
    const [pause] = await sdk.changePaymentPolicyStatus(mint, 7, { paused: {} });
    const [resume] = await sdk.changePaymentPolicyStatus(mint, 7, { active: {} });
    expect([pause!.data[8], resume!.data[8]]).to.deep.equal([1, 0]);
    expect(pause!.keys[2]!.pubkey.equals(policyPda)).to.equal(true);
  });

  it("given another status, then refused by name", async () => {
    const { sdk } = await world();
    for (const status of ["paused", {}, null, { active: {}, paused: {} }, { done: {} }]) {
      const change = () => sdk.changePaymentPolicyStatus(mint, 7, status as never);
      expect((await expectError(InvalidInputError, change)).field).to.equal("status");
    }
  });

  it("given a completed policy, then it can't be resumed", async () => {
    const { sdk, put } = await world();
    await put("paymentPolicy", policyPda, policy({ currentMilestone: 2 }, { status: { paused: {} } }));
    const resume = () => sdk.changePaymentPolicyStatus(mint, 7, { active: {} });
    const error = await expectError(MilestoneProgramError, resume);
    expect(error.programErrorName).to.equal("PolicyCompleted");
  });

  it("given a delete, then the gateway and the rent payer out of the policy", async () => {
    const { sdk, put } = await world();
    await put("paymentPolicy", policyPda, policy({}, { rentPayer: stranger.publicKey }));
    const [instruction] = await sdk.deletePaymentPolicy(mint, 7);
    expect(instruction!.keys[1]!.pubkey.equals(gateway)).to.equal(true);
    expect(instruction!.keys[6]!.pubkey.equals(stranger.publicKey)).to.equal(true);
  });

  it("given a closed token account and mint, then delete still builds", async () => {
    const { sdk, connection } = await world();
    connection.accounts.delete(ownerTokens.toBase58());
    connection.accounts.delete(mint.toBase58());
    const [instruction] = await sdk.deletePaymentPolicy(mint, 7);
    expect(instruction!.keys[5]!.pubkey.equals(TOKEN_PROGRAM_ID)).to.equal(true);
  });

  it("given an unknown policy id, then not found", async () => {
    const { sdk } = await world();
    await expectError(AccountNotFoundError, () => sdk.deletePaymentPolicy(mint, 99));
    await expectError(InvalidInputError, () => sdk.deletePaymentPolicy(mint, -1));
  });
});

describe("config, gateway and delegation", () => {
  it("given what is left out of an update, then None in its place", async () => {
    const { sdk } = await world();
    const [instruction] = await sdk.updateConfig({ isPaused: true });
    expect([...instruction!.data.subarray(8)]).to.deep.equal([0, 0, 1, 1, 0]);
    const [update] = await sdk.updateGateway({ feeBps: 258 });
    expect([...update!.data.subarray(8)]).to.deep.equal([0, 0, 1, 2, 1, 0, 0]);
  });

  it("given fees above the caps, a long name or a zero address, then refused", async () => {
    const { sdk } = await world();
    const terms = { signer: stranger.publicKey, feeRecipient: stranger.publicKey, feeBps: 0, name: "a" };
    const bad: [string, () => Promise<unknown>][] = [
      ["protocolFeeBps", () => sdk.initializeConfig({ feeRecipient: stranger.publicKey, protocolFeeBps: 501 })],
      ["feeRecipient", () => sdk.initializeConfig({ feeRecipient: PublicKey.default, protocolFeeBps: 0 })],
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
    const { sdk, put } = await world();
    const [mine] = getGatewayPda(owner.publicKey);
    await put("paymentGateway", mine, gatewayAccount({ openPolicies: 2 }));
    const gatewayError = await expectError(MilestoneProgramError, () => sdk.closeGateway());
    expect(gatewayError.programErrorName).to.equal("GatewayHasOpenPolicies");
    const error = await expectError(MilestoneProgramError, () => sdk.closeUserPayment(mint));
    expect(error.programErrorName).to.equal("UserPaymentHasOpenPolicies");
    await put("userPayment", userPaymentPda, userPayment({ openPolicies: 0 }));
    expect(await sdk.closeUserPayment(mint)).to.have.length(1);
  });

  it("given another delegate, then sync asks for replaceDelegate", async () => {
    const { sdk, connection } = await world();
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
    await expectError(InvalidInputError, () => new Tributary(connection.asConnection(), {} as never));
    const untouched = new Proxy({}, {
      get: (_target, name) => (name === "commitment" ? undefined : expect.fail(`asked for ${String(name)}`)),
    });
    const sdk = new Tributary(untouched as never, { publicKey: owner.publicKey });
    expect(sdk.commitment).to.equal("confirmed");
    expect(Tributary).to.equal(MilestoneClient);
  });
});

describe("lists", () => {
  it("given policies, then by owner, recipient, gateway and due date", async () => {
    const { sdk, put } = await world();
    const second = getPaymentPolicyPda(userPaymentPda, 8)[0];
    const third = getPaymentPolicyPda(userPaymentPda, 9)[0];
    const fourth = getPaymentPolicyPda(userPaymentPda, 10)[0];
    await put("paymentPolicy", second, policy({ currentMilestone: 1 }, { policyId: 8, recipient: stranger.publicKey }));
    await put("paymentPolicy", third, policy({ releaseCondition: 4 }, { policyId: 9 }));
    await put("paymentPolicy", fourth, policy({}, { policyId: 10, status: { paused: {} } }));
    const ids = (list: { account: { policyId: number } }[]) => list.map(({ account }) => account.policyId).sort((a, b) => a - b);
    expect(ids(await sdk.listPoliciesByOwner(owner.publicKey))).to.deep.equal([7, 8, 9, 10]);
    expect(ids(await sdk.listPoliciesByRecipient(stranger.publicKey))).to.deep.equal([8]);
    expect(ids(await sdk.listPoliciesByGateway(gateway))).to.deep.equal([7, 8, 9, 10]);
    expect(ids(await sdk.listPoliciesByGateway(stranger.publicKey))).to.deep.equal([]);
    expect((await sdk.listUserPaymentsByOwner(owner.publicKey)).map(({ address }) => address.toBase58())).to.deep.equal([
      getUserPaymentPda(owner.publicKey, mint)[0].toBase58(),
    ]);
    // By the chain's clock only the first is due; the second's current milestone is due 100 seconds later.
    expect(ids(await sdk.listDuePolicies())).to.deep.equal([7]);
    expect(ids(await sdk.listDuePolicies({ before: NOW - 1 }))).to.deep.equal([]);
    expect(ids(await sdk.listDuePolicies({ before: NOW + 99 }))).to.deep.equal([7]);
    expect(ids(await sdk.listDuePolicies({ before: NOW + 100 }))).to.deep.equal([7, 8]);
    expect(ids(await sdk.listDuePolicies({ before: NOW + 100, recipient: stranger.publicKey }))).to.deep.equal([8]);
    expect(ids(await sdk.listDuePolicies({ includeUndated: true }))).to.deep.equal([7, 9]);
    expect(ids(await sdk.listDuePolicies({ includeUndated: true, releaseCondition: 4 }))).to.deep.equal([9]);
    expect(ids(await sdk.listDuePolicies({ gateway: stranger.publicKey }))).to.deep.equal([]);
  });
});
