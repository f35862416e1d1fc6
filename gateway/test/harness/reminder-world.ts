/** Projects for the tests of reminders: a chain whose state the test sets, people with addresses, and a mail server. */
import type { AddressInfo } from "node:net";
import { type ParsedMail, parseMail } from "./parsed-mail";
import { SMTPServer } from "smtp-server";
import type { GatewayContext } from "../../src/context";
import { insertPerson } from "../../src/persons/store";
import { createSmtp, type MailTransport } from "../../src/notifications/smtp";
import type { ProjectFacts, WatchedProject } from "../../src/reminders/project-facts";
import type { MilestoneClock } from "../../src/reminders/schedule";
import type { TestGateway } from "./test-gateway";

/** A milestone that is not on chain. */
export const NO_CLOCK: MilestoneClock = {
  state: "unfunded",
  dueDate: null,
  fundableSince: null,
  shortfall: 0n,
  offeredAt: null,
  acceptedAt: null,
  readyAt: null,
  reclaimableAt: null,
  submittedAt: null,
  evidenceHash: null,
  disputeClosesAt: null,
  silentApprovalAt: null,
  disputedAt: null,
  reasonHash: null,
  mediationAt: null,
  mediationExpiresAt: null,
};

/** Projects whose clocks the test sets. */
export class SetFacts implements ProjectFacts {
  readonly projects = new Map<string, Omit<WatchedProject, "time">>();
  /** Number of reads of the chain. */
  reads = 0;

  async watchActive(database: GatewayContext["database"]): Promise<void> {
    for (const { id, accountId, mode } of this.projects.values()) {
      await database.query(
        `INSERT INTO milepost_gateway.reminder_watches (project_id, account_id, mode, look_at)
         VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`,
        [id, accountId, mode],
      );
    }
  }

  async read(context: GatewayContext, { id }: { id: string }): Promise<WatchedProject | null> {
    this.reads += 1;
    const project = this.projects.get(id);
    return project ? { ...project, time: await context.chains.test!.time() } : null;
  }
}

/** Adds a project with three people of their own; returns its parts. */
export async function addProject(
  { context, accountId }: TestGateway,
  facts: SetFacts,
  clock: MilestoneClock,
  id = "project_1",
) {
  const owner = { accountId, mode: "test" as const };
  const person = async (role: string) => {
    const row = { name: role, email: `${role}.${id}@example.com`, wallet: null };
    return insertPerson(context.database, owner as never, row, context.now());
  };
  const people = {
    homeowner: await person("homeowner"),
    contractor: await person("contractor"),
    mediator: await person("mediator"),
  };
  const milestone = {
    id: `milestone_${id}`,
    index: 1,
    title: "Rough-in",
    amount: "500.00 USDC",
    shortfall: "12.50 USDC",
    policy: "Policy11111111111111111111111111111111111",
    clock,
  };
  facts.projects.set(id, { id, ...owner, title: "Kitchen", people, milestone });
  return {
    people,
    setClock: (next: MilestoneClock | null) =>
      facts.projects.set(id, {
        ...facts.projects.get(id)!,
        milestone: next && { ...milestone, clock: next },
      }),
  };
}

/** A mail server that keeps what it takes. */
export interface MailServer {
  mails: ParsedMail[];
  /** Such as `smtp://127.0.0.1:40125`. */
  url: string;
  /** Refuses every mail with a temporary failure while true. */
  isBusy: boolean;
  transport: MailTransport;
  close(): Promise<void>;
}

/** Starts a mail server in this process. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, { envelope }, callback) {
      let text = "";
      stream.on("data", (part: Buffer) => (text += part.toString()));
      stream.on("end", () => {
        if (running.isBusy)
          return callback(Object.assign(new Error("busy"), { responseCode: 451 }));
        mails.push(parseMail(text, envelope.rcptTo[0]!.address));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  const transport = createSmtp({
    smtpUrl: `smtp://127.0.0.1:${port}`,
    from: "payments@example.com",
    timeoutMs: 5_000,
  });
  const running: MailServer = {
    mails,
    url: `smtp://127.0.0.1:${port}`,
    isBusy: false,
    transport,
    close() {
      transport.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return running;
}
