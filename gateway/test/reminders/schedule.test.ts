import { expect } from "chai";
import fc from "fast-check";
import {
  isDue,
  type MilestoneClock,
  nextAt,
  REMINDER_KINDS,
  type Reminder,
  type ReminderKind,
  scheduleOf,
} from "../../src/reminders/schedule";
import { NO_CLOCK } from "../harness/reminder-world";

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const T = 1_800_000_000n;

const submitted = (changes: Partial<MilestoneClock> = {}): MilestoneClock => ({
  ...NO_CLOCK,
  state: "submitted",
  submittedAt: T,
  evidenceHash: "ab".repeat(32),
  disputeClosesAt: T + 5n * DAY,
  silentApprovalAt: T + 7n * DAY,
  ...changes,
});
const disputed = (changes: Partial<MilestoneClock> = {}): MilestoneClock => ({
  ...NO_CLOCK,
  state: "disputed",
  disputedAt: T,
  reasonHash: "cd".repeat(32),
  mediationAt: T + 3n * DAY,
  mediationExpiresAt: T + 17n * DAY,
  ...changes,
});

/** Kind, hours after `T`, and roles of each reminder. */
const shown = (clock: MilestoneClock) =>
  scheduleOf(clock).map(({ kind, at, roles }) => [kind, Number(at - T) / 3_600, roles.join("+")]);

describe("schedule of reminders", () => {
  it("given a submission under the default terms then 72 h, 96 h, 12 h before the window ends, 24 h before silence pays", () => {
    expect(shown(submitted())).to.deep.equal([
      ["review_72h", 72, "homeowner"],
      ["review_96h", 96, "homeowner"],
      ["dispute_window_closing", 5 * 24 - 12, "homeowner"],
      ["silent_approval_soon", 6 * 24, "homeowner"],
    ]);
  });

  it("given a dispute then 24 h, and 12 h before mediation starts by itself", () => {
    expect(shown(disputed())).to.deep.equal([
      ["dispute_24h", 24, "contractor+homeowner"],
      ["mediation_soon", 60, "contractor+homeowner"],
    ]);
  });

  it("given a mediation then the mediator at start, half time, 48 h and 24 h before, then the administrators", () => {
    const clock = disputed({ state: "mediation" });
    expect(shown(clock)).to.deep.equal([
      ["mediation_started", 72, "mediator"],
      ["mediation_half_time", 72 + 7 * 24, "mediator"],
      ["mediation_48h", 17 * 24 - 48, "mediator"],
      ["mediation_24h", 17 * 24 - 24, "mediator"],
      ["mediation_deadlock", 17 * 24, "administrators"],
    ]);
  });

  it("given a milestone that nobody funds then 24 h and 72 h, and three days before its date what the wallet lacks", () => {
    const clock = { ...NO_CLOCK, fundableSince: T, dueDate: T + 10n * DAY };
    expect(shown({ ...clock, shortfall: 0n })).to.deep.equal([
      ["funding_24h", 24, "homeowner"],
      ["funding_72h", 72, "homeowner+contractor"],
    ]);
    expect(shown({ ...clock, shortfall: 1n }).at(-1)).to.deep.equal([
      "shortfall_72h",
      7 * 24,
      "homeowner",
    ]);
    expect(shown({ ...clock, fundableSince: null, shortfall: 1n })).to.deep.equal([]);
  });

  it("given terms that are not accepted then the contractor, and after 72 h the homeowner as well", () => {
    expect(shown({ ...NO_CLOCK, state: "funded", offeredAt: T })).to.deep.equal([
      ["terms_24h", 24, "contractor"],
      ["terms_72h", 72, "contractor+homeowner"],
    ]);
  });

  it("given a delivery date that passes then overdue, and later that the money can be taken back", () => {
    const clock: MilestoneClock = {
      ...NO_CLOCK,
      state: "funded",
      offeredAt: T,
      acceptedAt: T,
      readyAt: T,
      dueDate: T + DAY,
      reclaimableAt: T + 8n * DAY,
    };
    expect(shown(clock)).to.deep.equal([
      ["delivery_overdue", 24, "contractor+homeowner"],
      ["reclaim_possible", 8 * 24, "contractor+homeowner"],
    ]);
  });

  it("given terms that are shorter than the notice then half of the period, and the more urgent of two at once", () => {
    const clock = submitted({ disputeClosesAt: T + 2n * HOUR, silentApprovalAt: T + 10n * HOUR });
    expect(shown(clock)).to.deep.equal([
      ["dispute_window_closing", 1, "homeowner"],
      ["silent_approval_soon", 5, "homeowner"],
    ]);
    const day = disputed({ state: "mediation", mediationAt: T, mediationExpiresAt: T + DAY });
    expect(shown(day).map(([kind, at]) => [kind, at])).to.deep.equal([
      ["mediation_started", 0],
      ["mediation_24h", 12],
      ["mediation_deadlock", 24],
    ]);
  });

  it("given an outage over two reminders of a track then only the latest is due afterwards", () => {
    const at = (now: bigint) =>
      scheduleOf(submitted())
        .filter((reminder) => isDue(reminder, now))
        .map(({ kind }) => kind);
    expect(at(T + 72n * HOUR - 1n)).to.deep.equal([]);
    expect(at(T + 72n * HOUR)).to.deep.equal(["review_72h"]);
    expect(at(T + 100n * HOUR)).to.deep.equal(["review_96h"]);
    expect(at(T + 5n * DAY - 1n)).to.deep.equal(["dispute_window_closing"]);
    expect(at(T + 5n * DAY)).to.deep.equal([]);
    expect(at(T + 7n * DAY - 1n)).to.deep.equal(["silent_approval_soon"]);
    expect(at(T + 7n * DAY)).to.deep.equal([]);
  });
});

const ENDED = ["released", "resolved", "refunded"] as const;
const seconds = (max: bigint) => fc.bigInt({ min: 0n, max });

/** A clock of any state, with periods from a second to 400 days. */
const anyClock: fc.Arbitrary<MilestoneClock> = fc
  .record({
    state: fc.constantFrom(
      ...(["unfunded", "funded", "submitted", "disputed", "mediation", ...ENDED] as const),
    ),
    window: seconds(400n * DAY),
    rest: seconds(400n * DAY),
    delay: seconds(400n * DAY),
    timeout: seconds(400n * DAY),
    due: fc.option(fc.bigInt({ min: -400n * DAY, max: 400n * DAY })),
    grace: seconds(400n * DAY),
    accepted: fc.boolean(),
    shortfall: fc.constantFrom(0n, 5n),
  })
  .map(({ state, window, rest, delay, timeout, due, grace, accepted, shortfall }) => {
    const dueDate = due === null ? null : T + due;
    return {
      ...NO_CLOCK,
      state,
      fundableSince: T,
      shortfall,
      dueDate,
      offeredAt: T,
      acceptedAt: accepted ? T : null,
      readyAt: accepted ? T : null,
      reclaimableAt: accepted ? (dueDate !== null && dueDate > T ? dueDate : T) + grace : null,
      submittedAt: T,
      evidenceHash: "ab".repeat(32),
      disputeClosesAt: T + 1n + window,
      silentApprovalAt: T + 1n + window + rest,
      disputedAt: T,
      reasonHash: "cd".repeat(32),
      mediationAt: T + delay,
      mediationExpiresAt: T + delay + 1n + timeout,
    };
  });

const key = ({ kind, round }: Reminder): string => `${kind}/${round}`;

describe("properties of the schedule", () => {
  it("is in the order of time, names each kind once, and every reminder is due for at least a second", () => {
    fc.assert(
      fc.property(anyClock, (clock) => {
        const schedule = scheduleOf(clock);
        expect(new Set(schedule.map(key)).size).to.equal(schedule.length);
        schedule.forEach(({ at, until, roles }, index) => {
          expect(at >= (schedule[index - 1]?.at ?? T)).to.equal(true);
          if (until !== null) expect(until > at).to.equal(true);
          expect(roles).to.not.deep.equal([]);
        });
      }),
      { verbose: true, numRuns: 500 },
    );
  });

  it("is empty once the milestone has ended, and never due outside the state's own time", () => {
    fc.assert(
      fc.property(anyClock, seconds(2_000n * DAY), (clock, after) => {
        for (const state of ENDED) expect(scheduleOf({ ...clock, state })).to.deep.equal([]);
        const now = T + after;
        const due = scheduleOf(clock).filter((reminder) => isDue(reminder, now));
        if (clock.state === "submitted" && now >= clock.silentApprovalAt!)
          expect(due).to.deep.equal([]);
        if (clock.state === "disputed" && now >= clock.mediationAt!) expect(due).to.deep.equal([]);
        if (clock.state === "mediation") {
          const isOver = now >= clock.mediationExpiresAt!;
          for (const { kind } of due) expect(kind === "mediation_deadlock").to.equal(isOver);
        }
      }),
      { verbose: true, numRuns: 500 },
    );
  });

  it("given looks at any times then each is told once, in the order of time, and with looks at its own times all are told", () => {
    fc.assert(
      fc.property(anyClock, fc.array(seconds(1_300n * DAY), { maxLength: 30 }), (clock, looks) => {
        const schedule = scheduleOf(clock);
        const tell = (times: bigint[]): Reminder[] => {
          const told: Reminder[] = [];
          for (const now of times) {
            for (const reminder of schedule.filter((each) => isDue(each, now))) {
              if (!told.some((each) => key(each) === key(reminder))) told.push(reminder);
            }
          }
          return told;
        };
        const random = looks.map((after) => T + after).sort((a, b) => (a < b ? -1 : 1));
        const told = tell([...random, ...random]);
        expect(new Set(told.map(key)).size).to.equal(told.length);
        const own: bigint[] = [];
        for (let now: bigint | null = T - 1n; (now = nextAt(schedule, now)) !== null;)
          own.push(now);
        expect(tell(own).map(key)).to.deep.equal(schedule.map(key));
      }),
      { verbose: true, numRuns: 500 },
    );
  });

  it("given a repair and a new submission then new reminders, and given a withdrawn dispute then the old ones", () => {
    const keys = (clock: MilestoneClock) => scheduleOf(clock).map(key);
    const again = submitted({
      submittedAt: T + DAY,
      disputeClosesAt: T + 6n * DAY,
      silentApprovalAt: T + 8n * DAY,
    });
    for (const each of keys(again)) expect(keys(submitted())).to.not.include(each);
    const withdrawn = submitted({ disputedAt: T + HOUR, reasonHash: "cd".repeat(32) });
    expect(keys(withdrawn)).to.deep.equal(keys(submitted()));
  });

  it("has a state for every kind", () => {
    const kinds = new Set<ReminderKind>();
    fc.assert(
      fc.property(anyClock, (clock) => {
        for (const { kind } of scheduleOf(clock)) kinds.add(kind);
      }),
      { numRuns: 2_000 },
    );
    expect([...kinds].sort()).to.deep.equal([...REMINDER_KINDS].sort());
  });
});
