import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { rejection } from "@milepost/database/testing";
import { mailChannel } from "../../src/notify/mail";
import { webhookChannel } from "../../src/notify/webhook";
import type { DueNotification } from "../../src/store/notifications";
import { CallbackError } from "../../src/webhook/signed-call";
import { NOW, underfunded } from "../harness/plans";

const SECRET = `whsec_${Buffer.alloc(24, "secret").toString("base64")}`;
const due = (name: string, shortfall: bigint): DueNotification => ({
  id: `underfunded_${name}_0_1`,
  attempt: 1,
  alert: underfunded(name, { dueAt: NOW + 3_600n, shortfall }),
});

describe("keeper: alerts by webhook", () => {
  let server: Server;
  let url: string;
  let received: { headers: Record<string, string>; body: string }[];
  let status: number;
  beforeEach(async () => {
    received = [];
    status = 204;
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(status, { location: "/elsewhere" }).end("anything");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://user:pass%20word@127.0.0.1:${(server.address() as AddressInfo).port}/alerts?token=hidden`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("signs each alert by Standard Webhooks, with amounts as decimal strings", async () => {
    const shortfall = 2n ** 64n - 1n;
    await webhookChannel({ url, secret: SECRET }).send([due("a", shortfall), due("b", 0n)]);
    expect(received).to.have.length(2);
    const [{ headers, body }] = received as [(typeof received)[0]];
    const verified = new Webhook(SECRET).verify(body, headers) as { type: string; data: object };
    expect(headers["webhook-id"]).to.equal("underfunded_a_0_1");
    expect(verified.type).to.equal("payment.underfunded");
    expect(verified.data).to.deep.equal({
      ...underfunded("a"),
      dueAt: Number(NOW + 3_600n),
      shortfall: "18446744073709551615",
    });
    expect(headers.authorization).to.equal(
      `Basic ${Buffer.from("user:pass word").toString("base64")}`,
    );
  });

  for (const refusal of [302, 400, 500]) {
    it(`takes ${refusal} as not received, and names neither password nor query`, async () => {
      status = refusal;
      const error = await rejection(webhookChannel({ url, secret: SECRET }).send([due("a", 1n)]));
      expect(received).to.have.length(1);
      for (const secret of ["pass", "hidden", SECRET]) {
        expect(String(error)).not.to.include(secret);
      }
    });
  }

  it("refuses a URL that is neither https nor on this machine, and a secret that is not one", () => {
    const open = (to: string, secret: string) => () => webhookChannel({ url: to, secret });
    expect(open("http://example.com/x", SECRET)).to.throw(CallbackError, "has to be https");
    expect(open("https://example.com/x", "short")).to.throw(CallbackError, "has to be whsec_");
  });
});

describe("keeper: alerts by mail", () => {
  let server: SMTPServer;
  let port: number;
  let mails: { from: string; to: string[]; text: string }[];
  let login: { user?: string | null; pass?: string | null } | null;
  const refused = "refused@example.com";
  beforeEach(async () => {
    mails = [];
    login = null;
    server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth({ username, password }, _session, callback) {
        login = { user: username, pass: password };
        callback(null, { user: username ?? "" });
      },
      onRcptTo({ address }, _session, callback) {
        callback(address === refused ? new Error("no such user") : null);
      },
      onData(stream, { envelope }, callback) {
        let text = "";
        stream.on("data", (part: Buffer) => (text += part.toString()));
        stream.on("end", () => {
          const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
          // Quoted-printable breaks long lines with an equals sign.
          const plain = text.replaceAll("=\r\n", "");
          mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: plain });
          callback();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.server.address() as AddressInfo).port;
  });
  afterEach(() => new Promise<void>((resolve) => server.close(resolve)));

  const open = (to: string[], credentials = "") =>
    mailChannel({
      smtpUrl: `smtp://${credentials}127.0.0.1:${port}`,
      from: "keeper@example.com",
      to,
      timeoutMs: 5_000,
    });

  it("sends one message for many alerts to all recipients, with what is missing and by when", async () => {
    const to = ["ops@example.com", "night@example.com"];
    await open(to, "keeper:pass%20word@").send([due("a", 5n), due("b", 0n)]);
    expect(mails).to.have.length(1);
    const [mail] = mails as [(typeof mails)[0]];
    expect(mail.from).to.equal("keeper@example.com");
    expect(mail.to).to.deep.equal(to);
    expect(mail.text).to.include("Subject: Milepost: 2 payments are not covered");
    for (const words of [underfunded("a").policy, underfunded("b").policy, "5 base units"]) {
      expect(mail.text).to.include(words);
    }
    expect(login).to.deep.equal({ user: "keeper", pass: "pass word" });
  });

  it("rejects when the server refuses one of the recipients", async () => {
    const error = await rejection(open(["ops@example.com", refused]).send([due("a", 1n)]));
    expect(String(error)).to.include("refused 1 of 2 recipients");
  });

  it("rejects when no server answers", async () => {
    const channel = open(["ops@example.com"]);
    await new Promise<void>((resolve) => server.close(resolve));
    const error = (await rejection(channel.send([due("a", 1n)]))) as NodeJS.ErrnoException;
    expect(error.code).to.equal("ESOCKET");
  });

  it("sends nothing in the clear to another machine", async () => {
    const sent: unknown[] = [];
    const channel = mailChannel({
      // A name of this machine that does not count as one: the server offers no TLS.
      smtpUrl: `smtp://user:secret@127.0.0.2:${port}`,
      from: "keeper@example.com",
      to: ["ops@example.com"],
      timeoutMs: 5_000,
    });
    const other = new SMTPServer({ disabledCommands: ["STARTTLS"], authOptional: true });
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.2", resolve));
    try {
      const error = await rejection(channel.send([due("a", 1n)]));
      expect(String(error)).to.match(/STARTTLS|TLS/);
      expect(sent.concat(mails)).to.deep.equal([]);
    } finally {
      await new Promise<void>((resolve) => other.close(resolve));
    }
  });
});
