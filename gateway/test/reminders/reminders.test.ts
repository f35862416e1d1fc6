import { expect } from "chai";
import type { CrashPoint } from "../../src/notifications/crash-points";
import { inboxRoutes } from "../../src/notifications/routes";
import { createReminders, type ReminderOptions } from "../../src/reminders/create-reminders";
import type { MilestoneClock } from "../../src/reminders/schedule";
import {
  addProject,
  type MailServer,
  NO_CLOCK,
  SetFacts,
  startMailServer,
} from "../harness/reminder-world";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const HOUR = 3_600;
const DAY = 24 * HOUR;

describe("reminders", () => {
  let gateway: TestGateway;
  let facts: SetFacts;
  let server: MailServer;
  let start: bigint;
  let review: MilestoneClock;
  beforeEach(async () => {
    gateway = await startTestGateway([inboxRoutes]);
    facts = new SetFacts();
    server = await startMailServer();
    start = await gateway.context.chains.test!.time();
    review = {
      ...NO_CLOCK,
      state: "submitted",
      submittedAt: start,
      evidenceHash: "ab".repeat(32),
      disputeClosesAt: start + BigInt(5 * DAY),
      silentApprovalAt: start + BigInt(7 * DAY),
    };
  });
  afterEach(async () => {
    await server.close();
    await gateway.close();
  });

  const worker = (options: Partial<ReminderOptions> = {}) =>
    createReminders(gateway.context, { facts, mail: server.transport, lookSecs: 60, ...options });
  const pass = (secs: number) => (gateway.clock.now += secs * 1_000);
  const inbox = async (person: string, query = "", headers = {}) =>
    gateway.request("GET", `/v1/inbox?person=${person}${query}`, undefined, headers);
  const kindsOf = async (person: string) =>
    (await inbox(person)).body.data.map(({ kind }: { kind: string }) => kind);
  const events = () =>
    gateway.context.database.query<{
      type: string;
      object_id: string;
      data: Record<string, unknown>;
    }>("SELECT type, object_id, data FROM milepost_gateway.events ORDER BY sequence");

  it("given a submission that waits then each reminder once by the chain's clock, in inbox, event and mail", async () => {
    const { people } = await addProject(gateway, facts, review);
    const reminders = worker();
    pass(72 * HOUR - 1);
    expect(await reminders.look()).to.deep.equal({ told: 0, mails: 0 });
    pass(1 + 60);
    expect(await reminders.look()).to.deep.equal({ told: 1, mails: 1 });
    expect(await reminders.look()).to.deep.equal({ told: 0, mails: 0 });

    const [entry] = (await inbox(people.homeowner.id)).body.data;
    expect(entry).to.include({
      object: "notification",
      person: people.homeowner.id,
      kind: "review_72h",
      projectId: "project_1",
      milestoneId: "milestone_project_1",
      subject: 'Review milestone 2 "Rough-in" of "Kitchen" by 2026-01-08 00:00 UTC',
      read: null,
    });
    const [mail] = server.mails;
    expect(mail).to.include({
      to: "homeowner.project_1@example.com",
      subject: entry.subject,
      messageId: `<${entry.id}@example.com>`,
    });
    expect(mail!.text).to.equal(entry.text);
    expect(mail!.text).to.include("dispute it before 2026-01-06 00:00 UTC");
    const [event] = await events();
    expect(event).to.include({ type: "project.reminder", object_id: "milestone_project_1" });
    expect(event!.data).to.include({ kind: "review_72h", due: Number(start) + 72 * HOUR });

    for (let hour = 0; hour < 5 * 24; hour += 1) {
      pass(HOUR);
      await reminders.look();
    }
    expect(await kindsOf(people.homeowner.id)).to.deep.equal([
      "silent_approval_soon",
      "dispute_window_closing",
      "review_96h",
      "review_72h",
    ]);
    expect(server.mails).to.have.length(4);
    expect(await events()).to.have.length(4);
    for (const other of [people.contractor, people.mediator]) {
      expect(await kindsOf(other.id)).to.deep.equal([]);
    }
  });

  it("given an approval before the next reminder then nothing more is told", async () => {
    const { setClock, people } = await addProject(gateway, facts, review);
    const reminders = worker();
    pass(73 * HOUR);
    await reminders.look();
    setClock({ ...review, state: "released" });
    pass(5 * DAY);
    expect(await reminders.look()).to.deep.equal({ told: 0, mails: 0 });
    expect(await kindsOf(people.homeowner.id)).to.deep.equal(["review_72h"]);
  });

  it("given a deadlock then the administrators have it in their inbox and by mail", async () => {
    const clock: MilestoneClock = {
      ...NO_CLOCK,
      state: "mediation",
      disputedAt: start,
      reasonHash: "cd".repeat(32),
      mediationAt: start,
      mediationExpiresAt: start + BigInt(14 * DAY),
    };
    const { people } = await addProject(gateway, facts, clock);
    const reminders = worker({ administrators: ["ops@example.com", "night@example.com"] });
    await reminders.look();
    expect(await kindsOf(people.mediator.id)).to.deep.equal(["mediation_started"]);
    pass(14 * DAY);
    expect(await reminders.look()).to.deep.equal({ told: 1, mails: 2 });
    expect(await kindsOf("administrators")).to.deep.equal(["mediation_deadlock"]);
    expect(
      server.mails
        .slice(1)
        .map(({ to }) => to)
        .sort(),
    ).to.deep.equal(["night@example.com", "ops@example.com"]);
  });

  it("given several reminders of one person within an hour then one mail an hour later has those that are still due", async () => {
    const first = await addProject(gateway, facts, review, "project_1");
    const reminders = worker();
    pass(72 * HOUR);
    expect((await reminders.look()).mails).to.equal(1);
    // The same homeowner has two more projects, a few minutes later.
    for (const id of ["project_2", "project_3", "project_4"]) {
      await addProject(gateway, facts, review, id);
      const project = facts.projects.get(id)!;
      facts.projects.set(id, { ...project, people: first.people });
    }
    pass(600);
    expect(await reminders.look()).to.deep.equal({ told: 3, mails: 0 });
    // One of them is approved before the mail goes out.
    const approved = facts.projects.get("project_3")!;
    facts.projects.set("project_3", {
      ...approved,
      milestone: { ...approved.milestone!, clock: { ...review, state: "released" } },
    });
    pass(HOUR - 600 - 1);
    expect((await reminders.look()).mails).to.equal(0);
    pass(1);
    expect((await reminders.look()).mails).to.equal(1);
    const mail = server.mails[1]!;
    expect(mail.subject).to.match(/ \(and 1 more\)$/);
    expect(mail.text).to.include("Project: project_2").and.include("Project: project_4");
    expect(mail.text).to.not.include("project_3");
    expect(await kindsOf(first.people.homeowner.id)).to.have.length(4);
  });

  it("given a mail server that is busy then the mail is tried again later, and the inbox has it at once", async () => {
    const { people } = await addProject(gateway, facts, review);
    const reminders = worker();
    server.isBusy = true;
    pass(72 * HOUR);
    expect(await reminders.look()).to.deep.equal({ told: 1, mails: 0 });
    expect(await kindsOf(people.homeowner.id)).to.deep.equal(["review_72h"]);
    server.isBusy = false;
    expect((await reminders.look()).mails).to.equal(0);
    pass(61);
    expect((await reminders.look()).mails).to.equal(1);
    expect(server.mails).to.have.length(1);
  });

  it("given five processes at once then one of them tells each reminder and sends its mail", async () => {
    for (let index = 0; index < 30; index += 1) {
      await addProject(gateway, facts, review, `project_${index}`);
    }
    pass(72 * HOUR);
    const looked = await Promise.all(Array.from({ length: 5 }, () => worker().look()));
    const sum = (of: "told" | "mails") => looked.reduce((all, each) => all + each[of], 0);
    expect([sum("told"), sum("mails")]).to.deep.equal([30, 30]);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).to.equal(30);
    expect(await events()).to.have.length(30);
  });

  const deaths: [CrashPoint, number, string][] = [
    ["before-record", 1, "the next process tells it, and one mail goes out"],
    ["after-record", 1, "the next process sends its mail"],
    ["before-mail", 1, "the next process sends the mail"],
    ["after-mail", 2, "the next process sends the same mail again, with the same Message-ID"],
  ];
  for (const [point, mails, title] of deaths) {
    it(`given a process that dies at ${point} then ${title}; inbox and event have it once`, async () => {
      const { people } = await addProject(gateway, facts, review);
      pass(72 * HOUR);
      let died: () => void;
      const death = new Promise<void>((resolve) => (died = resolve));
      // A process that is gone neither goes on nor rolls anything back.
      const crash = (at: CrashPoint) => {
        if (at !== point) return undefined;
        died();
        return new Promise<void>(() => undefined);
      };
      void worker({ leaseSecs: 0, crash }).look();
      await death;
      await worker({ leaseSecs: 0 }).look();
      expect(server.mails).to.have.length(mails);
      expect(new Set(server.mails.map(({ messageId }) => messageId)).size).to.equal(1);
      expect(await kindsOf(people.homeowner.id)).to.deep.equal(["review_72h"]);
      expect(await events()).to.have.length(1);
      // Nothing is left to do.
      expect(await worker({ leaseSecs: 0 }).look()).to.deep.equal({ told: 0, mails: 0 });
    });
  }

  it("given a process that died after sending and new reminders since then the repetition is the same mail, and the new ones follow", async () => {
    const first = await addProject(gateway, facts, review, "project_1");
    pass(72 * HOUR);
    let died: () => void;
    const death = new Promise<void>((resolve) => (died = resolve));
    const crash = (at: CrashPoint) => {
      if (at !== "after-mail") return undefined;
      died();
      return new Promise<void>(() => undefined);
    };
    void worker({ leaseSecs: 0, crash }).look();
    await death;
    await addProject(gateway, facts, review, "project_2");
    facts.projects.set("project_2", { ...facts.projects.get("project_2")!, people: first.people });
    await worker({ leaseSecs: 0 }).look();
    expect(server.mails.map(({ messageId, text }) => [messageId, text])[1]).to.deep.equal([
      server.mails[0]!.messageId,
      server.mails[0]!.text,
    ]);
    pass(HOUR);
    await worker().look();
    expect(server.mails).to.have.length(3);
    expect(server.mails[2]!.text).to.include("Project: project_2");
  });

  it("given a project that cannot be read then the others are told, and it is tried again", async () => {
    await addProject(gateway, facts, review, "project_1");
    const { people } = await addProject(gateway, facts, review, "project_2");
    const read = facts.read.bind(facts);
    facts.read = (context, project) =>
      project.id === "project_1" ? Promise.reject(new Error("no answer")) : read(context, project);
    pass(72 * HOUR);
    expect(await worker().look()).to.deep.equal({ told: 1, mails: 1 });
    expect(await kindsOf(people.homeowner.id)).to.deep.equal(["review_72h"]);
    facts.read = read;
    pass(60);
    expect((await worker().look()).told).to.equal(1);
  });

  describe("inbox", () => {
    it("marks as read and unread, filters by it, and pages without losing one", async () => {
      const { people } = await addProject(gateway, facts, review);
      const reminders = worker();
      for (const hours of [72, 24, 12, 36]) {
        pass(hours * HOUR);
        await reminders.look();
      }
      const person = people.homeowner.id;
      const all = (await inbox(person)).body.data.map(({ id }: { id: string }) => id);
      expect(all).to.have.length(4);
      const page = (await inbox(person, "&limit=3")).body;
      const rest = (await inbox(person, `&limit=3&starting_after=${page.data[2].id}`)).body;
      expect([...page.data, ...rest.data].map(({ id }: { id: string }) => id)).to.deep.equal(all);
      expect([page.has_more, rest.has_more]).to.deep.equal([true, false]);

      const marked = await gateway.request("POST", `/v1/inbox/${all[0]}/read`);
      expect([marked.status, marked.body.read]).to.deep.equal([200, gateway.clock.now / 1_000]);
      const firstRead = marked.body.read;
      pass(10);
      expect((await gateway.request("POST", `/v1/inbox/${all[0]}/read`)).body.read).to.equal(
        firstRead,
      );
      const ids = async (query: string) =>
        (await inbox(person, query)).body.data.map(({ id }: { id: string }) => id);
      expect(await ids("&read=true")).to.deep.equal([all[0]]);
      expect(await ids("&read=false")).to.deep.equal(all.slice(1));
      expect((await gateway.request("POST", `/v1/inbox/${all[0]}/unread`)).body.read).to.equal(
        null,
      );
      expect(await ids("&read=false")).to.deep.equal(all);
    });

    it("given another account's or the other mode's key then 404 as for an unknown id, and nothing changes", async () => {
      const { people } = await addProject(gateway, facts, review);
      pass(72 * HOUR);
      await worker().look();
      const person = people.homeowner.id;
      const [{ id }] = (await inbox(person)).body.data;
      for (const key of [gateway.keys.other, gateway.keys.live]) {
        const headers = { "x-api-key": key };
        const list = await inbox(person, "", headers);
        expect([list.status, list.body.error.message]).to.deep.equal([
          404,
          `No such person: ${person}`,
        ]);
        for (const verb of ["read", "unread"]) {
          const answer = await gateway.request(
            "POST",
            `/v1/inbox/${id}/${verb}`,
            undefined,
            headers,
          );
          expect([answer.status, answer.body.error.message]).to.deep.equal([
            404,
            `No such notification: ${id}`,
          ]);
        }
        expect((await inbox("administrators", "", headers)).body.data).to.deep.equal([]);
      }
      expect((await inbox(person)).body.data[0].read).to.equal(null);
    });
  });
});
