import { expect } from "chai";
import type { Database } from "@milepost/database";
import { Notifier, type NotificationChannel, retrySeconds } from "../../src/notify/notifier";
import { raiseAlerts, type Underfunded } from "../../src/store/alerts";
import { claimNotifications } from "../../src/store/notifications";
import { NOW, underfunded } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

/** Channel that keeps its alerts, or fails. */
class Inbox implements NotificationChannel {
  readonly batchSize: number;
  readonly received: { id: string; policy: string }[] = [];
  isBroken = false;

  constructor(
    readonly name: string,
    batchSize = 2,
  ) {
    this.batchSize = batchSize;
  }

  send: NotificationChannel["send"] = (notifications) => {
    if (this.isBroken) return Promise.reject(new Error(`${this.name} is broken`));
    for (const { id, alert } of notifications) this.received.push({ id, policy: alert.policy });
    return Promise.resolve();
  };
}

describe("keeper: notifications of alerts", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(() => truncate(test.database));

  const [a, b, c] = [
    underfunded("a", { dueAt: NOW + 10n }),
    underfunded("b", { dueAt: NOW + 20n, milestoneIndex: 3 }),
    underfunded("c", { dueAt: NOW + 30n }),
  ];
  const raise = (found: Underfunded[]) =>
    raiseAlerts(test.database, { found, until: NOW + 259_200n, unknownOwners: [] }, () => {});

  function notifier(channels: Inbox[], database: Database = test.database) {
    const failures: [string, number][] = [];
    return {
      failures,
      deliver: () =>
        new Notifier({
          database,
          channels,
          onSent: () => {},
          onFailed: (channel, _error, seconds) => failures.push([channel, seconds]),
        }).deliver(),
    };
  }

  /** Makes postponed notifications due now. */
  const letTimePass = () =>
    test.database.query("UPDATE milepost_keeper.notifications SET not_before = now()");
  const policies = ({ received }: Inbox) => received.map(({ policy }) => policy);

  it("sends each alert once per channel, the soonest due first, over all keepers and restarts", async () => {
    await raise([c, b, a]);
    const [mail, webhook] = [new Inbox("mail"), new Inbox("webhook", 1)];
    await notifier([mail, webhook]).deliver();
    expect(policies(mail)).to.deep.equal([a.policy, b.policy, c.policy]);
    expect(policies(webhook)).to.deep.equal([a.policy, b.policy, c.policy]);
    await letTimePass();
    await notifier([mail, webhook], await test.another()).deliver();
    expect(mail.received).to.have.length(3);
    expect(webhook.received).to.have.length(3);
  });

  it("keeps what a broken channel could not send, and lets the other channel send", async () => {
    await raise([a]);
    const [mail, webhook] = [new Inbox("mail"), new Inbox("webhook")];
    mail.isBroken = true;
    const { deliver, failures } = notifier([mail, webhook]);
    await deliver();
    expect(failures).to.deep.equal([["mail", 60]]);
    expect(policies(webhook)).to.deep.equal([a.policy]);
    // It is not sent before the minute is over.
    await deliver();
    expect(failures).to.have.length(1);
    await letTimePass();
    await deliver();
    expect(failures[1]).to.deep.equal(["mail", 120]);
    mail.isBroken = false;
    await letTimePass();
    await deliver();
    expect(policies(mail)).to.deep.equal([a.policy]);
    expect(policies(webhook)).to.deep.equal([a.policy]);
  });

  it("sends an alert with the same id again when a keeper is killed before it records the sending", async () => {
    await raise([a]);
    const [claimed] = await claimNotifications(test.database, "mail", 10);
    expect(await claimNotifications(test.database, "mail", 10)).to.deep.equal([]);
    await letTimePass();
    const [again] = await claimNotifications(test.database, "mail", 10);
    expect(again).to.deep.equal({ ...claimed, attempt: 2 });
    expect(again!.alert).to.deep.equal(a);
  });

  it("forgets an alert that was repaired, and sends it with another id when it breaks again", async () => {
    await raise([a, b]);
    const mail = new Inbox("mail");
    mail.isBroken = true;
    await notifier([mail]).deliver();
    await raise([b]);
    mail.isBroken = false;
    await letTimePass();
    await notifier([mail]).deliver();
    expect(policies(mail)).to.deep.equal([b.policy]);
    await raise([a, b]);
    await notifier([mail]).deliver();
    expect(policies(mail)).to.deep.equal([b.policy, a.policy]);
    const [first] = mail.received;
    expect(mail.received[1]!.id).to.not.equal(first!.id);
  });

  it("leaves alone the rows of an older keeper, which say nothing of what is missing", async () => {
    await test.database.query(
      `INSERT INTO milepost_keeper.alerts (policy, milestone_index, owner, due_at) VALUES ($1, 0, $2, $3)`,
      [a.policy, a.owner, a.dueAt.toString()],
    );
    expect(await claimNotifications(test.database, "mail", 10)).to.deep.equal([]);
  });

  it("keeps an alert that no channel has sent when its payment comes due unpaid, for a day", async () => {
    const look = (chainNow: bigint) =>
      raiseAlerts(
        test.database,
        { found: [], until: chainNow + 259_200n, unknownOwners: [], chainNow },
        () => {},
      );
    await raise([a, b]);
    const mail = new Inbox("mail");
    mail.isBroken = true;
    await notifier([mail]).deliver();
    await test.database.query(
      `INSERT INTO milepost_keeper.outcomes (policy, milestone_index, signature, slot, executed_at, fee_lamports)
       VALUES ($1, $2, 'signature', 1, 1, 0)`,
      [b.policy, b.milestoneIndex],
    );
    await look(NOW + 60n);
    mail.isBroken = false;
    await letTimePass();
    await notifier([mail]).deliver();
    // The other one was paid.
    expect(policies(mail)).to.deep.equal([a.policy]);
    await look(NOW + 120n);
    expect(await test.database.query("SELECT FROM milepost_keeper.alerts")).to.deep.equal([]);
  });

  it("sends an alert that an older keeper raised once this one finds it as well", async () => {
    await test.database.query(
      `INSERT INTO milepost_keeper.alerts (policy, milestone_index, owner, due_at) VALUES ($1, 0, $2, $3)`,
      [a.policy, a.owner, a.dueAt.toString()],
    );
    await raise([a]);
    const mail = new Inbox("mail");
    await notifier([mail]).deliver();
    expect(policies(mail)).to.deep.equal([a.policy]);
  });

  it("waits a minute after the first failure and an hour at most", () => {
    const waits = [1, 2, 3, 6, 7, 8, 1_000].map(retrySeconds);
    expect(waits).to.deep.equal([60, 120, 240, 1_920, 3_600, 3_600, 3_600]);
  });
});
