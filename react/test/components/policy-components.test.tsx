/** Timeline, actions and review on a server, for each state of a held milestone. */
import { decideNextActions, type ReleaseSnapshot } from "@milepost/sdk";
import { Connection, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import { renderToString } from "react-dom/server";
import type { ReactNode } from "react";
import {
  MilepostProvider,
  MilestoneTimeline,
  NextActionCard,
  orderActions,
  type Send,
  TransactionReview,
} from "../../src/index";
import { explainProblem, unconfirmedProblem } from "../../src/problems/explain-problem";
import { IDLE } from "../../src/send/send-state";
import {
  DISPUTED,
  heldSnapshot,
  PARTIES,
  STATES,
  SUBMITTED,
} from "../../../sdk/test/held-snapshot";

const connection = new Connection("http://127.0.0.1:1", "confirmed");
const nothing = () => undefined;

function render(children: ReactNode): string {
  const html = renderToString(
    <MilepostProvider connection={connection}>{children}</MilepostProvider>,
  );
  return html.replaceAll("<!-- -->", "");
}

const submitted = (): ReleaseSnapshot =>
  heldSnapshot("submitted", { snapshot: { now: new BN(SUBMITTED + 1) } });

describe("MilestoneTimeline", () => {
  for (const state of STATES) {
    it(`says in words and as an attribute that a milestone is ${state}`, () => {
      // A dispute becomes mediation by time alone.
      const now = state === "disputed" ? { now: new BN(DISPUTED + 1) } : {};
      const snapshot = heldSnapshot(state, { snapshot: now });
      const time = { seconds: snapshot.now.toNumber(), readAt: 0 };
      const html = render(<MilestoneTimeline policy={{ snapshot, time }} titles={["Kitchen"]} />);
      expect(html).to.match(/^<ol [^>]*aria-label="Milestones"/);
      expect(html).to.contain(`data-state="${state}"`).and.to.contain("Kitchen");
      expect(html).to.contain('aria-hidden="true"');
      expect(html).to.match(/milepost-timeline-state">[A-Z]/);
      expect(html).not.to.contain("style=");
    });
  }

  it("says what happens by itself while a delivery is under review", () => {
    const snapshot = submitted();
    const time = { seconds: snapshot.now.toNumber(), readAt: 0 };
    const html = render(<MilestoneTimeline policy={{ snapshot, time }} />);
    expect(html).to.contain('data-change="disputeWindowCloses"');
    expect(html).to.contain("Silence counts as approval: anyone may release it");
  });
});

describe("NextActionCard", () => {
  const card = (snapshot: ReleaseSnapshot, who: PublicKey) =>
    render(<NextActionCard actions={decideNextActions(snapshot, who)} onChoose={nothing} />);

  it("offers approval before a dispute, with the deadline of the dispute and the consequence of silence", () => {
    const html = card(submitted(), PARTIES.owner!);
    expect(html).to.contain("You are the payer.");
    const places = ["approveMilestone", "disputeMilestone", "settleMilestone"].map((name) =>
      html.indexOf(`data-instruction="${name}"`),
    );
    expect(places[0]).to.be.above(-1);
    expect(places[1]).to.be.above(places[0]!);
    expect(places[2]).to.be.above(places[0]!);
    expect(html).to.contain("Possible until").and.to.contain("If nobody acts");
  });

  it("puts dangerous actions last for each party in each state", () => {
    for (const state of STATES) {
      for (const who of Object.values(PARTIES)) {
        const { possible } = decideNextActions(heldSnapshot(state), who);
        const ordered = orderActions(possible).map(({ instruction }) => instruction);
        const first = ordered.findIndex((name) => /dispute|reclaim|close|settle/.test(name));
        const dangerous = [
          "disputeMilestone",
          "reclaimMilestone",
          "settleMilestone",
          "closeEscrow",
        ];
        const rest = first === -1 ? [] : ordered.slice(first);
        expect(
          rest.filter((name) => !dangerous.includes(name) && name !== "resolveDispute"),
        ).to.deep.equal([]);
      }
    }
  });

  it("tells a stranger that there is nothing to do", () => {
    const html = card(heldSnapshot("funded"), PARTIES.stranger!);
    expect(html).to.contain("You are not a party to this payment.");
    expect(html).to.contain("There is nothing for you to do now.");
  });
});

describe("TransactionReview", () => {
  const send = (state: Partial<Send["state"]>): Send => ({
    ...{ start: nothing, confirm: nothing, cancel: nothing, reset: nothing, lookAgain: nothing },
    state: { ...IDLE, run: 1, title: "Approve", ...state },
  });

  it("shows nothing before a sending, and each step with its words and buttons", () => {
    expect(render(<TransactionReview send={send({})} />)).to.equal("");
    const signing = render(<TransactionReview send={send({ step: "signing" })} />);
    expect(signing).to.contain("Waiting for your wallet").and.to.contain("Cancel");
    const sending = render(<TransactionReview send={send({ step: "sending" })} />);
    expect(sending).to.contain('aria-busy="true"').and.not.to.contain("Cancel");
    expect(render(<TransactionReview send={send({ step: "confirmed" })} />)).to.contain("Close");
  });

  it("does not call a transaction failed that may still land", () => {
    const ended = (problem: Send["state"]["problem"]) =>
      render(<TransactionReview send={send({ step: "failed", problem })} />);
    expect(ended(explainProblem(new Error("no")))).to.contain(">Failed</p>");
    const unconfirmed = ended(unconfirmedProblem());
    expect(unconfirmed).to.contain(">Not confirmed yet</p>").and.to.not.contain("Failed");
  });
});
