import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { buildApp } from "../../src/http/app";
import { RESOURCES } from "../../src/resources";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("limits of requests and connections", () => {
  let gateway: TestGateway;
  let app: TestGateway["app"];
  let port: number;
  const sockets: Socket[] = [];
  before(async () => {
    gateway = await startTestGateway();
    app = await buildApp(gateway.context, RESOURCES, {
      connections: { headersMs: 400, requestMs: 800, count: 8 },
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    ({ port } = app.server.address() as AddressInfo);
  });
  after(async () => {
    await app.close();
    await gateway.close();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** Opens a connection; `answer` resolves with everything that came until the server ended it. */
  function open(): { socket: Socket; answer: Promise<string> } {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    let text = "";
    socket.on("data", (data) => (text += data.toString()));
    socket.on("error", () => undefined);
    return { socket, answer: once(socket, "close").then(() => text) };
  }
  const bodyOf = (answer: string) =>
    JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as {
      error: { code: string; message: string };
    };
  const post = (payload: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url: "/v1/api-keys",
      headers: {
        "x-api-key": gateway.keys.test,
        "content-type": "application/json",
        ...headers,
      },
      payload,
    });

  it("given clients that send a header byte by byte then 408 within a second, and others are served meanwhile", async () => {
    const slow = Array.from({ length: 5 }, () => open());
    for (const { socket } of slow)
      socket.write("GET /openapi.json HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write("a");
    }, 50);
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`);
      expect(answer.status).to.equal(200);
      await answer.arrayBuffer();
      const started = performance.now();
      const answers = await Promise.all(slow.map((each) => each.answer));
      expect(performance.now() - started).to.be.lessThan(3_000);
      for (const text of answers) {
        expect(text).to.match(/^HTTP\/1\.1 408 Request Timeout\r\n/);
        expect(bodyOf(text).error.code).to.equal("request_timeout");
      }
    } finally {
      clearInterval(drip);
    }
  });

  it("given a body that never comes whole then the connection ends and nothing is written", async () => {
    const before = await gateway.context.database.query("SELECT 1 FROM milepost_gateway.api_keys");
    const { socket, answer } = open();
    socket.write(
      `POST /v1/api-keys HTTP/1.1\r\nHost: a\r\nX-API-Key: ${gateway.keys.test}\r\nContent-Length: 100\r\n\r\n{"name":`,
    );
    expect(await answer).to.match(/^HTTP\/1\.1 408 /);
    const after = await gateway.context.database.query("SELECT 1 FROM milepost_gateway.api_keys");
    expect(after).to.have.length(before.length);
  });

  it("given more connections than allowed then the newest are ended", async () => {
    const opened = Array.from({ length: 12 }, () => open());
    await Promise.race(opened.map(({ answer }) => answer));
    const count = await new Promise<number>((resolve, reject) =>
      app.server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
    );
    expect(count).to.be.at.most(8);
  });

  it("given headers above 16 KiB then 431 with a body", async () => {
    const { socket, answer } = open();
    socket.write(`GET /openapi.json HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`);
    const text = await answer;
    expect(text).to.match(/^HTTP\/1\.1 431 /);
    expect(bodyOf(text).error).to.deep.include({
      code: "headers_too_large",
      message: "The headers have more than 16 KiB.",
    });
  });

  it("given what is not HTTP then 400 with a body", async () => {
    const { socket, answer } = open();
    socket.write("\u0016\u0003\u0001 hello\r\n\r\n");
    const text = await answer;
    expect(text).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(bodyOf(text).error.code).to.equal("invalid_request");
  });

  it("given a body of 256 KiB then it is read; one byte more is 413", async () => {
    const body = (length: number) => {
      const text = JSON.stringify({ name: "" });
      return text.replace('""', `"${"a".repeat(length - text.length)}"`);
    };
    const fits = await post(body(256 * 1024));
    expect([fits.statusCode, fits.json().error.param]).to.deep.equal([400, "name"]);
    const exceeds = await post(body(256 * 1024 + 1));
    expect([exceeds.statusCode, exceeds.json().error.code]).to.deep.equal([413, "body_too_large"]);
  });

  it("given a body nested 32 deep then it is parsed; 33 deep is 400", async () => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    expect((await post(nested(32))).json().error.param).to.equal("name");
    const exceeds = await post(nested(33));
    expect([exceeds.statusCode, exceeds.json().error.message]).to.deep.equal([
      400,
      "body: expected at most 32 levels of nested objects and lists",
    ]);
    const inText = await post(JSON.stringify({ name: "[".repeat(50) }));
    expect(inText.statusCode).to.equal(201);
  });

  it("given another content type then 415; JSON without a content type is read", async () => {
    const xml = await post("<a/>", { "content-type": "application/xml" });
    expect([xml.statusCode, xml.json().error.code]).to.deep.equal([415, "unsupported_media_type"]);
    const answer = await app.inject({
      method: "POST",
      url: "/v1/api-keys",
      headers: { "x-api-key": gateway.keys.test },
      payload: Buffer.from('{"name":"a"}'),
    });
    expect(answer.statusCode).to.equal(201);
  });

  it("given broken JSON or a key named __proto__ then 400 and no 500", async () => {
    for (const text of [
      '{"name":',
      "[1,2",
      '{"__proto__":{"a":1},"name":"a"}',
      "nul",
      '"\\ud800"x',
    ]) {
      const answer = await post(text);
      expect([answer.statusCode, answer.json().error.code], text).to.deep.equal([
        400,
        "invalid_request",
      ]);
      const isJson = text.includes("__proto__");
      expect(answer.json().error.message, text).to.equal(
        isJson
          ? 'body: expected no property named "__proto__", and no "constructor" with a property named "prototype"'
          : "The body is not valid JSON.",
      );
    }
  });
});
