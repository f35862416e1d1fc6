/** The steps of one sending. A failing run prints its seed. */
import { expect } from "chai";
import fc from "fast-check";
import { walletProblem } from "../../src/problems/wallet-problems";
import {
  IDLE,
  isBusy,
  isCancellable,
  type SendEvent,
  sendReducer,
  type SendReview,
  type SendState,
} from "../../src/send/send-state";

const review = { changes: [], fee: 5_000n, expiresAt: 1 } as unknown as SendReview;
const problem = walletProblem("failed");
const notice = walletProblem("silent");

const EVENTS = {
  started: { type: "started", title: "Pay" },
  rebuilding: { type: "rebuilding", notice: walletProblem("expired") },
  reviewed: { type: "reviewed", review },
  asked: { type: "asked" },
  silent: { type: "silent", notice },
  signed: { type: "signed", signature: "abc" },
  landed: { type: "landed", signature: "abc" },
  failed: { type: "failed", problem },
  looking: { type: "looking" },
  ended: { type: "ended" },
} as const;
type Name = keyof typeof EVENTS;

const event = (name: Name, run = 1): SendEvent => ({ ...EVENTS[name], run });
const after = (...names: Name[]): SendState =>
  names.reduce((state, name) => sendReducer(state, event(name)), IDLE);

describe("sendReducer", () => {
  it("goes from building over review and signing to confirmed", () => {
    const names: Name[] = ["started", "reviewed", "asked", "signed", "landed"];
    const steps = names.map((_name, index) => after(...names.slice(0, index + 1)).step);
    expect(steps).to.deep.equal(["building", "review", "signing", "sending", "confirmed"]);
    expect(after(...names)).to.include({ title: "Pay", signature: "abc", notice: null });
  });

  it("keeps the signature that the page knows when a gateway confirms without one", () => {
    const sending = after("started", "reviewed", "asked", "signed");
    const landed = sendReducer(sending, { run: 1, type: "landed", signature: "" });
    expect(landed).to.include({ step: "confirmed", signature: "abc" });
  });

  it("starts nothing while a sending is under way", () => {
    const state = after("started", "reviewed");
    expect(sendReducer(state, event("started", 2))).to.equal(state);
    const ended = after("started", "failed");
    expect(sendReducer(ended, event("started", 2))).to.include({ run: 2, step: "building" });
    expect(sendReducer(ended, event("started", 1)), "an old number").to.equal(ended);
  });

  it("changes nothing for an event of another run, whatever the step", () => {
    const names = Object.keys(EVENTS) as Name[];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names)), fc.constantFrom(...names), (way, name) => {
        const state = after("started", ...way);
        if (name === "started") return;
        expect(sendReducer(state, event(name, state.run + 1))).to.equal(state);
      }),
    );
  });

  it("never leaves the end of a sending by a late event, except for another look", () => {
    const names = (Object.keys(EVENTS) as Name[]).filter((name) => name !== "ended");
    fc.assert(
      fc.property(fc.constantFrom(...names), (name) => {
        const confirmed = after("started", "reviewed", "asked", "signed", "landed");
        expect(sendReducer(confirmed, event(name))).to.equal(confirmed);
        const failed = after("started", "reviewed", "asked", "failed");
        expect(sendReducer(failed, event(name))).to.equal(failed);
      }),
    );
    const unknown = after("started", "reviewed", "asked", "signed", "failed");
    expect(sendReducer(unknown, event("looking"))).to.include({ step: "sending", problem: null });
  });

  it("cannot be ended once the network has the bytes", () => {
    const sending = after("started", "reviewed", "asked", "signed");
    expect(isCancellable(sending)).to.equal(false);
    expect(sendReducer(sending, event("ended"))).to.equal(sending);
    for (const names of [["started"], ["started", "reviewed"], ["started", "reviewed", "asked"]]) {
      const state = after(...(names as Name[]));
      expect(isCancellable(state) && isBusy(state)).to.equal(true);
      expect(sendReducer(state, event("ended"))).to.deep.equal({ ...IDLE, run: 1 });
    }
  });

  it("keeps waiting after the notice of a silent wallet, and drops the notice once it signs", () => {
    const silent = after("started", "reviewed", "asked", "silent");
    expect(silent).to.include({ step: "signing", notice });
    expect(sendReducer(silent, event("signed"))).to.include({ step: "sending", notice: null });
  });

  it("goes back to building after an expiry, also from sending", () => {
    const signing = after("started", "reviewed", "asked", "rebuilding");
    expect(signing.step).to.equal("building");
    expect(signing.notice?.code).to.equal("wallet.expired");
    expect(after("started", "reviewed", "asked", "signed", "rebuilding").step).to.equal("building");
  });
});
