import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type Outgoing, type Resolve, sendWebhook } from "../../src/webhooks/send";
import { type Receiver, startReceiver } from "../harness/receiver";

describe("sending of one webhook", () => {
  let receiver: Receiver;
  const raw: Server[] = [];

  beforeEach(async () => (receiver = await startReceiver()));
  afterEach(async () => {
    await receiver.close();
    for (const server of raw.splice(0)) server.close();
  });

  const message = (url = receiver.url, isLoopbackAllowed = true): Outgoing => ({
    url,
    headers: { "webhook-id": "evt_1" },
    body: '{"id":"evt_1"}',
    isLoopbackAllowed,
  });

  /** A server that answers with raw bytes, or only listens. */
  const answering = async (text: string | null): Promise<string> => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      if (text !== null) socket.write(text);
    });
    raw.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it("counts any 2xx answer as a success", async () => {
    receiver.answer = (response) => void response.writeHead(204).end();
    expect(await sendWebhook(message())).to.deep.equal({
      status: 204,
      body: "",
      error: null,
      retryAfterSecs: null,
    });
    expect(receiver.received[0]!.headers["user-agent"]).to.equal("milepost-webhooks/1");
  });

  for (const [status, location] of [
    [301, "/elsewhere"],
    [302, "http://169.254.169.254/latest/meta-data"],
    [307, "http://127.0.0.1:1/"],
    [308, "/elsewhere"],
  ] as const) {
    it(`refuses a redirect by ${status} to ${location} and requests nothing more`, async () => {
      receiver.answer = (response) => void response.writeHead(status, { location }).end("moved");
      const result = await sendWebhook(message());
      expect(result).to.include({ status, body: "moved" });
      expect(result.error).to.contain(`answered ${status}: redirects are not followed`);
      expect(receiver.received).to.have.length(1);
    });
  }

  it("keeps the first 1,000 bytes of a huge answer and closes the connection", async () => {
    let written = 0;
    let isClosed = false;
    const closed = new Promise<void>((resolve) => {
      receiver.answer = (response) => {
        response.writeHead(500);
        response.on("close", () => {
          isClosed = true;
          resolve();
        });
        const pour = () => {
          while (!isClosed && response.write("x".repeat(65_536))) written += 65_536;
          if (!isClosed) response.once("drain", pour);
        };
        pour();
      };
    });
    const result = await sendWebhook(message());
    await closed;
    expect(result.body).to.equal("x".repeat(1_000));
    expect(result.error).to.equal("answered 500");
    expect(written).to.be.lessThan(64 * 1024 * 1024);
  });

  it("keeps an answer with NUL and half a character as text that Postgres takes", async () => {
    receiver.answer = (response) =>
      void response
        .writeHead(400)
        .end(Buffer.concat([Buffer.from("a\0b"), Buffer.alloc(996, "c"), Buffer.from("é")]));
    const { body } = await sendWebhook(message());
    expect(body).to.equal(`a\ufffdb${"c".repeat(996)}\ufffd`);
  });

  it("gives up on a receiver that hangs before its headers", async () => {
    const result = await sendWebhook(message(await answering(null)), { timeLimitMs: 50 });
    expect(result).to.include({ status: null, error: "no answer within 0.05 seconds" });
  });

  it("gives up on headers that come slowly", async () => {
    const url = await answering("HTTP/1.1 200 OK\r\ncontent-len");
    const result = await sendWebhook(message(url), { timeLimitMs: 50 });
    expect(result.error).to.equal("no answer within 0.05 seconds");
  });

  it("takes the status of an answer whose body never ends", async () => {
    const url = await answering("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf");
    const result = await sendWebhook(message(url), { timeLimitMs: 50 });
    expect(result).to.include({ status: 200, error: null, body: "half" });
  });

  it("gives up on a name server that hangs", async () => {
    const resolve: Resolve = () => new Promise(() => undefined);
    const url = "http://hooks.test/";
    const result = await sendWebhook(message(url), { resolve, timeLimitMs: 50 });
    expect(result.error).to.equal("no answer within 0.05 seconds");
  });

  for (const [text, error] of [
    ["", "connection reset before the answer"],
    [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\n\r\n`, "the answer's headers are too large"],
    ["SSH-2.0-OpenSSH_9.2\r\n", "HPE_INVALID_CONSTANT"],
  ] as const) {
    it(`reports "${error}" for an answer that is not one`, async () => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(text));
      });
      raw.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      expect((await sendWebhook(message(url))).error).to.equal(error);
    });
  }

  it("reports the seconds of Retry-After and ignores a date", async () => {
    receiver.answer = (response) => void response.writeHead(503, { "retry-after": "120" }).end();
    expect((await sendWebhook(message())).retryAfterSecs).to.equal(120);
    receiver.answer = (response) =>
      void response.writeHead(503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }).end();
    expect((await sendWebhook(message())).retryAfterSecs).to.equal(null);
  });

  describe("to addresses", () => {
    const port = () => new URL(receiver.url).port;
    const resolveTo =
      (...addresses: string[]): Resolve =>
      async () =>
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

    for (const address of [
      "10.0.0.1",
      "169.254.169.254",
      "192.168.1.1",
      "172.31.255.255",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "fd00::1",
      "fe80::1",
      "ff02::1",
      "::",
      "::ffff:10.0.0.1",
      "64:ff9b::a00:1",
      "2002:a00:1::",
    ]) {
      it(`refuses a host with the address ${address}, in the sandbox as well`, async () => {
        const url = `http://hooks.test:${port()}/`;
        const result = await sendWebhook(message(url), { resolve: resolveTo(address) });
        expect(result.error).to.equal("the host has an address that is not public");
      });
    }

    for (const address of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
      it(`refuses a host with the loopback address ${address} outside the sandbox`, async () => {
        const url = `http://hooks.test:${port()}/`;
        const result = await sendWebhook(message(url, false), { resolve: resolveTo(address) });
        expect(result.error).to.equal("the host has an address that is not public");
        expect(receiver.received).to.deep.equal([]);
      });
    }

    it("refuses a host of which only one address is private", async () => {
      const url = `http://hooks.test:${port()}/`;
      const resolve = resolveTo("93.184.216.34", "10.0.0.1");
      expect((await sendWebhook(message(url), { resolve })).error).to.equal(
        "the host has an address that is not public",
      );
    });

    for (const host of ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"]) {
      it(`refuses the literal ${host} outside the sandbox without a look-up`, async () => {
        const resolve: Resolve = () => Promise.reject(new Error("looked up"));
        const result = await sendWebhook(message(`http://${host}:${port()}/`, false), { resolve });
        expect(result.error).to.equal("the host has an address that is not public");
        expect(receiver.received).to.deep.equal([]);
      });
    }

    it("given DNS rebinding then it connects to the checked address, and looks up once", async () => {
      const answers = ["127.0.0.1", "10.0.0.1"];
      let lookups = 0;
      const resolve: Resolve = async () => {
        lookups += 1;
        return [{ address: answers.shift()!, family: 4 }];
      };
      const result = await sendWebhook(message(`http://rebind.test:${port()}/`), { resolve });
      expect([result.status, lookups]).to.deep.equal([200, 1]);
      expect(receiver.received[0]!.headers.host).to.equal(`rebind.test:${port()}`);
      const second = await sendWebhook(message(`http://rebind.test:${port()}/`), { resolve });
      expect(second.error).to.equal("the host has an address that is not public");
      expect(receiver.received).to.have.length(1);
    });
  });
});
