import { expect } from "chai";
import { PROGRAM_VERDICTS, TOKEN_VERDICTS } from "../../src/send/verdicts";
import { readStatus, renderStatus, type StatusView } from "../../src/status/status";
import { waitSentence } from "../../src/status/waits";
import { TOKEN_ACCOUNT_MISSING } from "../../src/work/missing-accounts";
import { duration, table, utc } from "../../src/status/table";
import { backOff, upsertPlans, wait } from "../../src/store/policies";
import { addressOf, NOW, plan, underfunded } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const DAY = 86_400n;
const WALL = new Date("2027-01-15T08:00:00Z");
const EMPTY: StatusView = {
  chainNow: NOW,
  counts: {
    scheduled: 0,
    due: 0,
    backingOff: 0,
    waiting: {},
    done: 0,
    oldestDueAt: null,
    openAttempts: 0,
    outcomes: 0,
  },
  queue: null,
  upcoming: [],
  stuck: [],
  underfunded: null,
  profits: [],
};

describe("keeper: the status view", () => {
  const DURATIONS: [bigint, string][] = [
    [0n, "0 s"],
    [59n, "59 s"],
    [61n, "1 min 1 s"],
    [3_600n, "1 h"],
    [3_605n, "1 h"],
    [90_000n, "1 d 1 h"],
    [-90n, "1 min 30 s"],
    [400n * DAY + 3_700n, "400 d 1 h"],
  ];
  for (const [seconds, text] of DURATIONS) {
    it(`given ${seconds} seconds, then it says ${text}`, () => {
      expect(duration(seconds)).to.equal(text);
    });
  }

  it("given times, then they are in UTC, and one beyond all dates is its number", () => {
    expect(utc(1_800_000_000n)).to.equal("2027-01-15 08:00:00Z");
    expect(utc(9_223_372_036_854_775_807n)).to.equal("9223372036854775807");
  });

  it("given what would steer a terminal, then it is only text", () => {
    const text = table(["why", "n"], [["\u001b[2Jgone\n\r\u009b1m", null]]);
    expect(text).to.equal("why          n\n [2Jgone 1m  -\n");
  });

  it("given nothing, then it says so", () => {
    expect(renderStatus(EMPTY, WALL)).to.equal(
      [
        "Chain time 2027-01-15 08:00:00Z",
        "0 scheduled · 0 due · 0 backing off · 0 waiting · 0 done · 0 transactions open · 0 milestones paid",
        "",
        "Due next: nothing",
        "",
        "Waiting for others: nothing",
        "",
        "Postponed after an error: nothing",
        "",
      ].join("\n"),
    );
  });

  it("given something of everything, then each line says what, when and why", () => {
    const base = { action: "executePayment" as const, attempts: 0, notBefore: null, reason: "" };
    const view: StatusView = {
      ...EMPTY,
      queue: { queued: 2, active: 1 },
      upcoming: [
        {
          ...base,
          policy: "AAA",
          milestoneIndex: 0,
          state: "scheduled",
          dueAt: NOW - 60n,
          since: WALL,
        },
        {
          ...base,
          policy: "BBB",
          milestoneIndex: 3,
          state: "scheduled",
          action: "expireMediation",
          dueAt: NOW + DAY,
          attempts: 2,
          reason: "BlockhashNotFound",
          notBefore: new Date(WALL.getTime() + 90_000),
          since: WALL,
        },
      ],
      stuck: [
        {
          ...base,
          policy: "CCC",
          milestoneIndex: 1,
          state: "waiting",
          dueAt: NOW - 2n * DAY,
          reason: "InsufficientFunds",
          attempts: 1,
          since: new Date(WALL.getTime() - 3_600_000),
        },
        {
          ...base,
          policy: "EEE",
          milestoneIndex: 0,
          state: "scheduled",
          dueAt: NOW - 3_600n,
          reason: "RpcTimeout",
          attempts: 3,
          notBefore: new Date(WALL.getTime() + 1_200_000),
          since: new Date(WALL.getTime() - 5_000),
        },
      ],
      profits: [
        {
          mint: "MMM",
          payments: 3n,
          rewards: 36_893_488_147_419_103_230n,
          unknownRewards: 0n,
          feeLamports: 15_000n,
          rentLamports: 2_039_280n,
        },
        {
          mint: "NNN",
          payments: 2n,
          rewards: 5_000n,
          unknownRewards: 1n,
          feeLamports: 1_000n,
          rentLamports: 0n,
        },
        {
          mint: null,
          payments: 1n,
          rewards: 0n,
          unknownRewards: 1n,
          feeLamports: 5_000n,
          rentLamports: 0n,
        },
      ],
      underfunded: [underfunded("d", { policy: "DDD", milestoneIndex: 2, shortfall: 500n })],
    };
    const [, , ...rest] = renderStatus(view, WALL).split("\n");
    expect(rest).to.deep.equal([
      "",
      "Due next",
      "policy  milestone  action           due                   when       postponed",
      "AAA     0          executePayment   2027-01-15 07:59:00Z  1 min ago  -",
      "BBB     3          expireMediation  2027-01-16 08:00:00Z  in 1 d     next try at 2027-01-15 08:01:30Z (in 1 min 30 s): BlockhashNotFound",
      "",
      "Waiting for others",
      "policy  milestone  action          due      since    tries  state",
      "CCC     1          executePayment  2 d ago  1 h ago  1      waiting for the owner: the balance is below the amount (InsufficientFunds)",
      "",
      "Postponed after an error",
      "policy  milestone  action          due      since    tries  state",
      "EEE     0          executePayment  1 h ago  5 s ago  3      next try at 2027-01-15 08:20:00Z (in 20 min): RpcTimeout",
      "",
      "Due within 72 hours and not covered",
      "policy  milestone  due                   when    missing  why",
      "DDD     2          2027-01-15 09:00:00Z  in 1 h  500      InsufficientFunds",
      "",
      "Earned and spent",
      "mint       payments  rewards               fees in lamports  rent in lamports",
      "MMM        3         36893488147419103230  15000             2039280",
      "NNN        2         5000 or more          1000              0",
      "not known  1         -                     5000              -",
      "",
    ]);
  });

  it("says what the fee payer affords, and that it runs short", () => {
    const feePayer = { address: "FFF", lamports: 9_000, paymentsLeft: 4n, isShort: true };
    expect(renderStatus({ ...EMPTY, feePayer }, WALL).split("\n")[2]).to.equal(
      "Fee payer FFF: 9000 lamports, enough for about 4 payments. It runs short: send SOL to it",
    );
  });

  it("names the party that can end each wait, and the next attempt after a failure", () => {
    const entry = {
      ...{ policy: "CCC", milestoneIndex: 0, action: "executePayment" as const, attempts: 4 },
      ...{ state: "waiting" as const, dueAt: NOW, since: WALL, reason: "TokenAccountFrozen" },
      notBefore: new Date(WALL.getTime() + 60_000),
    };
    const text = renderStatus({ ...EMPTY, stuck: [entry] }, WALL);
    expect(text).to.include(
      "waiting for the mint's freeze authority: a token account is frozen (TokenAccountFrozen), and not tried before 2027-01-15 08:01:00Z (in 1 min)",
    );
    expect(text).not.to.match(/stuck|when it changes|overdue/i);
  });

  it("has a sentence that names a party for every reason to wait", () => {
    const waiting = (table: object, prefix = "") =>
      Object.entries(table).flatMap(([name, kind]) => (kind === "waiting" ? [prefix + name] : []));
    const reasons = [
      ...waiting(PROGRAM_VERDICTS),
      ...waiting(TOKEN_VERDICTS, "Token"),
      ...["MintUnsupported", "TokenAccountCpiGuard", TOKEN_ACCOUNT_MISSING],
      ...["GatewayMustSign", "OwnerMustSign", "RecipientMustSign"],
    ];
    for (const reason of reasons) {
      expect(waitSentence(reason)).to.match(/^waiting for [^:]+(: .+)? \(\w+\)$/, reason);
      expect(waitSentence(reason)).not.to.include("an account to change", reason);
    }
    expect(waitSentence("NewReason")).to.equal("waiting for an account to change: NewReason");
  });

  describe("from the store", () => {
    let test: TestDatabase;
    before(async () => {
      test = await migratedDatabase();
    });
    after(() => test.drop());
    beforeEach(() => truncate(test.database));

    it("given policies in every state, then what is next and what is stuck is read with its reason", async () => {
      const { database } = test;
      await upsertPlans(database, [
        plan("late"),
        plan("later", { dueAt: NOW + 50n }),
        plan("poor"),
        plan("unlucky", { dueAt: NOW - 5n }),
        plan("signature", { state: "waiting", dueAt: null, reason: "OwnerMustSign" }),
      ]);
      await wait(database, { policy: addressOf("poor"), milestoneIndex: 0 }, "InsufficientBalance");
      await backOff(
        database,
        { policy: addressOf("unlucky"), milestoneIndex: 0 },
        600,
        "Congested",
      );
      const view = await readStatus({
        database,
        chainNow: NOW,
        queue: { depth: async () => ({ queued: 4, active: 0 }) },
        limit: 2,
      });
      const who = (entries: readonly { policy: string; reason: string }[]) =>
        entries.map(({ policy, reason }) => [policy, reason]);
      expect(who(view.upcoming)).to.deep.equal([
        [addressOf("unlucky"), "Congested"],
        [addressOf("late"), ""],
      ]);
      expect(who(view.stuck)).to.deep.equal([
        [addressOf("unlucky"), "Congested"],
        [addressOf("poor"), "InsufficientBalance"],
      ]);
      expect(view.counts).to.include({ scheduled: 3, due: 2, backingOff: 1 });
      const text = renderStatus(view, new Date());
      expect(text).to.match(/3 scheduled · 2 due · 1 backing off · 2 waiting .* 4 queued/);
      expect(text).to.match(new RegExp(`${addressOf("unlucky")} .*in (9 min|10 min)`));
    });
  });
});
