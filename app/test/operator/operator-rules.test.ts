import { Keypair, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { readEndpoint, readSince } from "../../src/screens/operator/endpoint-entries";
import {
  confirmationFor,
  effectsOf,
  formOf,
  readChange,
} from "../../src/screens/operator/gateway-change";
import { keyState } from "../../src/screens/operator/key-state";
import {
  type Health,
  healthLines,
  reconciliationState,
  sponsorLine,
} from "../../src/screens/operator/operator-report";

const address = (fill: number): string =>
  Keypair.fromSeed(new Uint8Array(32).fill(fill)).publicKey.toBase58();

const gateway = {
  ...{ address: address(1), authority: address(2), signer: address(3), feeRecipient: address(4) },
  ...{ feeBps: 100, keeperRewardBps: 2_000, openPolicies: 3 },
};

describe("a change of the gateway's settings", () => {
  const change = (fields: Partial<ReturnType<typeof formOf>>) =>
    readChange({ ...formOf(gateway), ...fields }, gateway);

  it("changes nothing where the form shows the settings", () => {
    expect(formOf(gateway)).to.include({ fee: "1", keeperReward: "20" });
    expect(change({})).to.deep.equal({ change: {}, errors: {} });
    expect(effectsOf({}, gateway)).to.deep.equal([]);
  });

  it("reads percentages without rounding, and addresses of wallets", () => {
    const fields = { fee: "1.25", keeperReward: "0", feeRecipient: address(5), signer: address(6) };
    expect(change(fields)).to.deep.equal({
      change: { feeBps: 125, keeperRewardBps: 0, feeRecipient: address(5), signer: address(6) },
      errors: {},
    });
  });

  it("says per field what is wrong", () => {
    const [program] = PublicKey.findProgramAddressSync(
      [Buffer.from("a")],
      new PublicKey(address(1)),
    );
    const { errors } = change({
      ...{ fee: "10.01", keeperReward: "1,5", feeRecipient: "abc", signer: program.toBase58() },
    });
    expect(errors).to.deep.equal({
      fee: "Expected at most 10%, received 10.01%.",
      keeperReward: 'Expected a percentage with at most two decimals, received "1,5".',
      feeRecipient: 'Expected a Solana address, received "abc".',
      signer: "Expected a wallet, received the address of a program's account.",
    });
  });

  it("says that existing payments keep their fee and terms", () => {
    expect(effectsOf({ feeBps: 150 }, gateway)).to.deep.equal([
      "The fee changes from 1% to 1.50% for payments that are created from now on.",
      "Existing payments keep the fee and the terms with which they were created.",
    ]);
  });

  it("says that the keeper's reward costs neither payer nor payee", () => {
    expect(effectsOf({ keeperRewardBps: 0 }, gateway)[0]).to.contain("does not change");
  });

  it("asks for a typed confirmation where a release can stop or fees go elsewhere", () => {
    expect(confirmationFor({ feeBps: 1 })).to.equal(null);
    expect(confirmationFor({ signer: address(6) })).to.equal("change the signer");
    expect(confirmationFor({ feeRecipient: address(6) })).to.equal("change the fee recipient");
  });
});

describe("the health of the gateway", () => {
  const healthy: Health = {
    database: { ok: true, error: null },
    chains: [{ mode: "test", ok: true, error: null, slot: 7, time: 1 }],
    keeper: { ok: true, error: null, lastSeen: 1, due: 0, postponed: 0, failed: 0 },
    webhooks: { endpoints: 1, disabled: 0, pending: 0, failing: 0 },
    jobs: { waiting: 0, running: 0, failed: 0 },
  };
  const lineOf = (name: string, change: Partial<Health>) =>
    healthLines({ ...healthy, ...change }).find((line) => line.name === name);

  it("is good in every line where everything works", () => {
    expect(healthLines(healthy).map(({ weight }) => weight)).to.deep.equal(Array(5).fill("good"));
  });

  it("says what to do about a chain that does not answer", () => {
    const chains: Health["chains"] = [
      { mode: "live", ok: false, error: "timeout.", slot: null, time: null },
    ];
    expect(lineOf("Chain (live)", { chains })).to.include({
      weight: "bad",
      text: "timeout. Check the RPC's address and limits.",
    });
  });

  it("warns of a keeper that nobody saw, and of one that fails", () => {
    expect(lineOf("Keeper", { keeper: null })).to.include({ state: "Not seen", weight: "warn" });
    const keeper = { ...healthy.keeper!, ok: false, error: "2 due payments were not tried." };
    expect(lineOf("Keeper", { keeper })).to.include({ state: "Down", weight: "bad" });
    expect(lineOf("Keeper", { keeper: { ...healthy.keeper!, failed: 1 } })?.weight).to.equal(
      "warn",
    );
  });

  it("leads to the webhooks that fail", () => {
    const webhooks = { endpoints: 2, disabled: 1, pending: 3, failing: 1 };
    expect(lineOf("Webhooks", { webhooks })?.text).to.equal(
      "2 endpoints: 1 failing, 1 disabled. 3 deliveries waiting. Open Webhooks to repair them.",
    );
  });

  it("names the sponsor's SOL exactly, and says when it is low", () => {
    const sponsor = (lamports: string) => sponsorLine({ address: address(1), lamports });
    expect(sponsor("12345678901")).to.include({ weight: "good" });
    expect(sponsor("12345678901").text).to.contain("12.345678901 SOL");
    expect(sponsor("2000000000").text).to.contain("2.00 SOL");
    expect(sponsor("99999999")).to.include({ weight: "bad", state: "Low" });
  });

  it("says how the last reconciliation ended", () => {
    const last = { id: "rec_1", status: "done", created: 1, finished: 2 };
    const state = (differences: number, status: string | null = "done") =>
      reconciliationState({ differences, last: status === null ? null : { ...last, status } })
        .state;
    expect([
      state(0, null),
      state(0),
      state(2),
      state(0, "running"),
      state(0, "failed"),
    ]).to.deep.equal(["Not run", "Matched", "Different", "Running", "Failed"]);
  });
});

describe("the state of an API key", () => {
  const key = { revoked: null, expires: null, replacedBy: null };

  it("is usable until it is revoked or expires", () => {
    expect(keyState(key, 100)).to.include({ text: "Valid", isUsable: true });
    expect(keyState({ ...key, replacedBy: "k2" }, 100)).to.include({ isUsable: true });
    expect(keyState({ ...key, expires: 100 }, 100)).to.include({
      text: "Expired",
      isUsable: false,
    });
    expect(keyState({ ...key, revoked: 1 }, 100)).to.include({ text: "Revoked", isUsable: false });
  });
});

describe("the entries of a webhook endpoint", () => {
  const entries = { url: "https://shop.example.com/hook", description: " Shop ", events: "*" };

  it("are read with one pattern per line, each once", () => {
    const events = "milestone.*\nmilestone.completed, milestone.*";
    expect(readEndpoint({ ...entries, events })).to.deep.equal({
      entries: {
        url: "https://shop.example.com/hook",
        description: "Shop",
        enabledEvents: ["milestone.*", "milestone.completed"],
      },
      errors: {},
    });
  });

  it("are refused with an error per field", () => {
    expect(
      readEndpoint({ ...entries, url: "javascript:alert(1)", events: "Milestone" }),
    ).to.deep.equal({
      entries: null,
      errors: {
        url: "Enter an address such as https://shop.example.com/milepost.",
        events: 'Expected a pattern such as milestone.*, received "Milestone".',
      },
    });
    expect(readEndpoint({ ...entries, events: " " }).errors.events).to.equal(
      "Enter at least one pattern, such as *.",
    );
  });

  it("recover from an event's id or from a time", () => {
    expect(readSince("evt_01jdx3")).to.equal("evt_01jdx3");
    expect(readSince("2026-11-29T14:00:00Z")).to.equal(1_795_960_800);
    expect(readSince("yesterday")).to.equal(null);
  });
});
