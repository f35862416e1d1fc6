/** Every way between a held milestone's states, every way there is not, and who may not go one. */
import { expect } from "chai";
import {
  act,
  action,
  ACTION_NAMES,
  ActionName,
  bringTo,
  DAY,
  expectActionRefused,
  expectHeldRefused,
  half,
  heldAt,
  HeldPolicy,
  MilestoneStateName,
  Person,
  START,
  TERMS,
  WEEK,
  World,
} from "../world";
import { documentedRows } from "../stateful-escrow/table";

const STATES: MilestoneStateName[] = [
  "Unfunded",
  "Funded",
  "Submitted",
  "Disputed",
  "Mediation",
  "Released",
  "Resolved",
  "Refunded",
];

interface Row {
  from: MilestoneStateName;
  by: string;
  to: MilestoneStateName;
}

const named = (state: string): MilestoneStateName =>
  STATES.find((name) => name.toLowerCase() === state) as MilestoneStateName;

/** The rows of the table in docs/escrow.md. */
const ROWS: Row[] = documentedRows().map(({ from, by, to }) => ({
  from: named(from),
  by,
  to: named(to),
}));

const TIMEOUT = BigInt(TERMS.mediationTimeoutSecs);
const DELAY = BigInt(TERMS.mediationDelaySecs);
const OVERDUE = START + WEEK + BigInt(TERMS.deliveryGraceSecs);

/** When the few that wait for a deadline are taken; the others are at once. */
const WHEN: Partial<Record<ActionName, bigint>> = {
  expire_mediation: START + TIMEOUT,
  reclaim_milestone: OVERDUE,
};

/** Why an action has no way from a state in which it has none. Final ones are behind the current milestone. */
const REASONS: Record<MilestoneStateName, Partial<Record<ActionName, string>>> = (() => {
  const all = (error: string) => Object.fromEntries(ACTION_NAMES.map((name) => [name, error]));
  const undisputed = "MilestoneNotDisputed";
  const noDispute = {
    withdraw_dispute: undisputed,
    request_mediation: undisputed,
    resolve_dispute: undisputed,
    expire_mediation: undisputed,
  };
  const funded = { fund_milestones: "MilestoneAlreadyFunded" };
  const notStarted = "MediationNotStarted";
  return {
    Unfunded: all("MilestoneNotFunded"),
    Funded: { ...funded, ...noDispute, dispute_milestone: "MilestoneNotSubmitted" },
    Submitted: {
      ...funded,
      ...noDispute,
      submit_milestone: "MilestoneAlreadySubmitted",
      reclaim_milestone: "MilestoneAlreadySubmitted",
    },
    Disputed: {
      ...all("MilestoneInDispute"),
      ...funded,
      resolve_dispute: notStarted,
      expire_mediation: notStarted,
    },
    Mediation: { ...all("MilestoneInMediation"), ...funded },
    Released: all("MilestoneAlreadyReleased"),
    Resolved: all("MilestoneAlreadyReleased"),
    Refunded: all("MilestoneAlreadyReleased"),
  };
})();

/** The states of the table, and mediation once more as time alone brings it about. */
const STARTS = [...STATES, "Mediation by time" as const];

describe("a held milestone's states", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  it("given the table of the docs then this suite knows each of its actions", () => {
    expect(ROWS).to.have.length(22);
    const actions: string[] = [...ACTION_NAMES, "(time)"];
    expect([...new Set(ROWS.map(({ by }) => by))]).to.have.members(actions);
  });

  for (const start of STARTS) {
    const isByTime = start === "Mediation by time";
    const from: MilestoneStateName = isByTime ? "Mediation" : start;
    const at = isByTime ? START + DELAY : START;

    /** A policy whose first milestone stands at the start, and the clock with it. */
    const arrive = async (): Promise<HeldPolicy> => {
      const held = await heldAt(world, isByTime ? "Disputed" : from);
      await world.chain.setTime(at);
      return held;
    };

    describe(`from ${start}`, () => {
      for (const name of ACTION_NAMES) {
        const row = ROWS.find((candidate) => candidate.from === from && candidate.by === name);
        if (row) {
          it(`given ${name} then ${row.to}`, async () => {
            const held = await arrive();
            const when = WHEN[name];
            if (when !== undefined) await world.chain.setTime(when + (at - START));
            await act(held, name);
            expect(await held.state(0)).to.equal(row.to);
            const isFinal = ["Released", "Resolved", "Refunded"].includes(row.to);
            expect(await held.current()).to.equal(isFinal ? 1 : 0);
            expect(await held.held()).to.equal(await held.outstanding());
          });
        }
      }

      it("given any other action then the exact reason, and nothing changes", async () => {
        const held = await arrive();
        for (const name of ACTION_NAMES) {
          if (ROWS.some((row) => row.from === from && row.by === name)) continue;
          const error = REASONS[from][name];
          if (!error) throw new Error(`no reason for ${name} from ${from}`);
          await expectActionRefused(held, name, error);
        }
      });
    });
  }

  it("given a dispute when the delay passes then mediation, with no transaction", async () => {
    const held = await heldAt(world, "Disputed");
    await world.chain.setTime(START + DELAY - 1n);
    await expectActionRefused(held, "resolve_dispute", "MediationNotStarted");
    await world.chain.setTime(START + DELAY);
    expect(await held.state(0)).to.equal("Disputed");
    await expectActionRefused(held, "withdraw_dispute", "MilestoneInMediation");
    await act(held, "resolve_dispute");
    expect(await held.state(0)).to.equal("Resolved");
  });

  it("given four milestones when each ends in another way then the policy completes and closes", async () => {
    const held = await HeldPolicy.ready(world);
    await bringTo(held, "Released", 0);
    await bringTo(held, "Mediation", 1);
    await act(held, "resolve_dispute", 1);
    await act(held, "submit_milestone", 2);
    await world.chain.setTime(START + 3n * WEEK);
    await world.expectOk([held.execute(2)], "stranger");
    await bringTo(held, "Refunded", 3);
    expect(await held.held()).to.equal(0n);
    await world.expectOk([held.close()], "owner");
    await world.expectOk([world.deletePolicy(held.policy.address)], "owner");
    expect(await world.chain.getAccount(held.policy.address)).to.equal(null);
  });
});

describe("who may act on a held milestone", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  /** Signer slot, whom the others are refused as, and where the slot's action has its way. */
  const SLOTS: [ActionName, string, Person, string, MilestoneStateName][] = [
    ["fund_milestones", "owner", "owner", "InvalidOwner", "Unfunded"],
    ["submit_milestone", "recipient", "recipient", "InvalidRecipient", "Funded"],
    ["approve_milestone", "owner", "owner", "InvalidOwner", "Submitted"],
    ["execute_payment", "executor", "owner", "InvalidSigner", "Submitted"],
    ["dispute_milestone", "owner", "owner", "InvalidOwner", "Submitted"],
    ["withdraw_dispute", "owner", "owner", "InvalidOwner", "Disputed"],
    ["resolve_dispute", "mediator", "mediator", "InvalidMediator", "Mediation"],
    ["settle_milestone", "owner", "owner", "InvalidOwner", "Submitted"],
    ["settle_milestone", "recipient", "recipient", "InvalidRecipient", "Submitted"],
    ["reclaim_milestone", "owner", "owner", "InvalidOwner", "Funded"],
    ["reclaim_milestone (agreed)", "owner", "owner", "InvalidOwner", "Submitted"],
    ["reclaim_milestone (agreed)", "recipient", "recipient", "InvalidRecipient", "Submitted"],
  ];
  const OTHERS: Person[] = ["owner", "recipient", "mediator", "gatewayAuthority", "stranger"];

  for (const [name, slot, right, error, state] of SLOTS) {
    it(`given ${name} when its ${slot} is anyone else then ${error}`, async () => {
      const held = await heldAt(world, state);
      for (const person of OTHERS.filter((other) => other !== right)) {
        const instruction = action(name).build(held, 0, { [slot]: world.key(person) });
        await expectHeldRefused(held, instruction, [...action(name).signers, person], error);
      }
    });
  }

  it("given open, accept and close by anyone else then refused", async () => {
    const delegated = await HeldPolicy.create(world);
    for (const person of OTHERS.filter((other) => other !== "owner")) {
      const open = delegated.open({}, { owner: world.key(person) });
      await expectHeldRefused(delegated, open, [person], "InvalidOwner");
    }
    await world.expectOk([delegated.open()], "owner");
    for (const person of OTHERS) {
      const accept = delegated.accept({ recipient: world.key(person) });
      if (person !== "recipient")
        await expectHeldRefused(delegated, accept, [person], "InvalidRecipient");
      const close = delegated.close({ owner: world.key(person) });
      if (person !== "owner") await expectHeldRefused(delegated, close, [person], "InvalidOwner");
    }
  });

  it("given request_mediation by neither party then InvalidParty, by either then mediation", async () => {
    for (const party of ["owner", "recipient"] as const) {
      const held = await heldAt(world, "Disputed");
      for (const person of ["mediator", "gatewayAuthority", "stranger"] as const) {
        const request = held.requestMediation(0, { party: world.key(person) });
        await expectHeldRefused(held, request, [person], "InvalidParty");
      }
      await world.expectOk([held.requestMediation(0, { party: world.key(party) })], party);
      expect(await held.state(0)).to.equal("Mediation");
    }
  });

  it("given the recipient's consent without the recipient's signature then neither reclaim nor settlement", async () => {
    const held = await heldAt(world, "Submitted");
    for (const name of ["settle_milestone", "reclaim_milestone (agreed)"] as const) {
      const instruction = action(name).build(held, 0);
      const key = instruction.keys.find(({ pubkey }) => pubkey.equals(world.key("recipient")));
      key!.isSigner = false;
      await expectHeldRefused(held, instruction, ["owner"], "MissingRequiredSignature");
    }
  });
});

describe("which held milestone is meant", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  // Funding names the first unfunded milestone, not the current one: funding.test.ts.
  const INDEXED = ACTION_NAMES.filter((name) => name !== "fund_milestones");

  it("given an index below the current one then MilestoneAlreadyReleased, above it MilestoneNotCurrent", async () => {
    const held = await heldAt(world, "Released");
    for (const name of INDEXED) {
      await expectActionRefused(held, name, "MilestoneAlreadyReleased", 0);
      for (const index of [2, 3, 4, 255]) {
        await expectActionRefused(held, name, "MilestoneNotCurrent", index);
      }
    }
  });

  it("given all milestones ended then PolicyCompleted from the last on, MilestoneAlreadyReleased before", async () => {
    const held = await heldAt(world, "Released", {
      schedule: { amounts: [1_000n], timestamps: [START] },
    });
    for (const name of ACTION_NAMES) {
      await expectActionRefused(held, name, "MilestoneAlreadyReleased", 0);
      for (const index of [1, 4, 255]) {
        await expectActionRefused(held, name, "PolicyCompleted", index);
      }
    }
  });

  it("given terms that were not accepted then EscrowNotAccepted, a wrong index before it", async () => {
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open()], "owner");
    await world.expectOk([held.fund(0, 4)], "owner");
    await world.chain.setTime(START + 100n * DAY);
    for (const name of INDEXED) {
      await expectActionRefused(held, name, "EscrowNotAccepted", 0);
      await expectActionRefused(held, name, "MilestoneNotCurrent", 1);
    }
  });

  it("given the same funding, approval or settlement again then refused, and the next one is untouched", async () => {
    const amounts = [500n, 500n, 500n];
    const schedule = { amounts, timestamps: amounts.map(() => START) };
    const held = await HeldPolicy.ready(world, { schedule, funded: 0 });
    const fund = held.fund(0, 1);
    await world.expectOk([fund], "owner");
    await expectHeldRefused(held, fund, ["owner"], "MilestoneAlreadyFunded");
    await world.expectOk([held.fund(1, 2)], "owner");
    const approve = held.approve(0);
    await world.expectOk([approve], "owner");
    await expectHeldRefused(held, approve, ["owner"], "MilestoneAlreadyReleased");
    const settle = held.settle(1, half(held, 1));
    await world.expectOk([settle], "owner", "recipient");
    await expectHeldRefused(held, settle, ["owner", "recipient"], "MilestoneAlreadyReleased");
    expect(await held.state(2)).to.equal("Funded");
    expect(await held.held()).to.equal(500n);
  });
});
