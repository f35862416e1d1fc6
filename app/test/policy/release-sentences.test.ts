import { decideRelease, FUNDING_KIND_CLOSED } from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import {
  NOW,
  owner,
  policy,
  recipient,
  releaseSnapshot,
  tokenAccount,
} from "../../../sdk/test/fixtures";
import {
  DISPUTED,
  heldSnapshot,
  MEDIATION,
  STATES,
  SUBMITTED,
  TERMS,
} from "../../../sdk/test/held-snapshot";
import { releaseSentences } from "../../src/screens/policy/release-sentences";

type Snapshot = ReturnType<typeof releaseSnapshot>;
const unmet = (snapshot: Snapshot) =>
  releaseSentences(decideRelease(snapshot), snapshot).filter(({ isMet }) => !isMet);
const texts = (snapshot: Snapshot) => unmet(snapshot).map(({ text }) => text);

describe("why a milestone is not released yet", () => {
  it("names the due date", () => {
    const snapshot = releaseSnapshot({ now: new BN(NOW - 60) });
    expect(texts(snapshot)).to.deep.equal(["It is due {at}."]);
  });

  it("names the payer who must renew the permission and add to the balance", () => {
    const source = tokenAccount({ delegate: null, delegatedAmount: 0n, amount: 1n });
    const snapshot = releaseSnapshot({ source });
    expect(texts(snapshot)).to.deep.equal([
      "The payer's token account no longer lets the program pay. The payer must renew the permission.",
      "The payer's allowance is lower than the milestone. The payer must renew the permission.",
      "The payer's balance is lower than the milestone.",
    ]);
    expect(unmet(snapshot)[0]!.missing).to.equal(owner.publicKey.toBase58());
  });

  it("says when silence counts as approval", () => {
    const snapshot = heldSnapshot("submitted", { snapshot: { now: new BN(SUBMITTED + 1) } });
    expect(texts(snapshot)).to.deep.equal([
      "The payer has to release it. Silence counts as approval, and anyone may release it, starting {at}.",
    ]);
    expect(unmet(snapshot)[0]!.at).to.equal(SUBMITTED + TERMS.reviewPeriodSecs);
  });

  it("names the recipient who has not accepted", () => {
    const snapshot = heldSnapshot("funded", { escrow: { acceptedAt: new BN(0) } });
    expect(unmet(snapshot)[0]).to.include({
      text: "The recipient has not accepted the terms yet.",
      missing: recipient.publicKey.toBase58(),
    });
  });

  it("says until when a dispute waits, and until when the mediator may decide", () => {
    const disputed = heldSnapshot("disputed", { snapshot: { now: new BN(DISPUTED + 1) } });
    expect(unmet(disputed)[0]).to.include({
      text: "The payer disputes the delivery. Mediation starts automatically on {at}.",
      at: MEDIATION,
    });
    expect(unmet(heldSnapshot("mediation"))[0]).to.include({
      text: "The mediator may divide it until {at}. Then anyone may pay the split set in the terms.",
      at: MEDIATION + TERMS.mediationTimeoutSecs,
    });
  });

  for (const state of STATES) {
    it(`has a sentence for every requirement of a milestone that is ${state}`, () => {
      const snapshot = heldSnapshot(state);
      for (const { text } of releaseSentences(decideRelease(snapshot), snapshot)) {
        expect(text).to.match(/^[A-Z].*\.$/);
      }
    });
  }

  it("says that nothing is held after the escrow was closed", () => {
    const snapshot = releaseSnapshot({ policy: policy({}, { fundingKind: FUNDING_KIND_CLOSED }) });
    expect(texts(snapshot)).to.deep.equal([
      "The payer closed the vault. Nothing more is paid out of it.",
    ]);
  });
});
