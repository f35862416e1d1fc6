import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { expect } from "chai";
import { createServer } from "../../src/http/app";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("a server that closes", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway([])));
  after(() => gateway.close());

  it("answers a request that arrives meanwhile with the API's error and Retry-After", async () => {
    const app = createServer(gateway.context);
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived!: () => void;
    const isAsked = new Promise<void>((resolve) => (arrived = resolve));
    app.get("/slow", async () => {
      arrived();
      await held;
      return { slow: true };
    });
    const isClosing = new Promise<void>((resolve) => {
      app.addHook("preClose", (done) => {
        resolve();
        done();
      });
    });
    const isRefused = new Promise<void>((resolve) => {
      app.addHook("onResponse", (_request, reply, done) => {
        if (reply.statusCode === 503) resolve();
        done();
      });
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    let text = "";
    socket.on("data", (data: Buffer) => (text += data.toString()));
    const ended = once(socket, "close");
    socket.write("GET /slow HTTP/1.1\r\nHost: gateway\r\n\r\n");
    await isAsked;
    const closed = app.close();
    await isClosing;
    // On the connection of the first request, which keeps it open.
    socket.write("GET /slow HTTP/1.1\r\nHost: gateway\r\n\r\n");
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([closed, ended, isRefused]);
    const [, first, second] = text.split("HTTP/1.1 ");
    expect(first).to.match(/^200 OK\r\n[^]*\{"slow":true\}$/);
    expect(second).to.match(/^503 [^]*\r\nretry-after: 1\r\n/i);
    expect(JSON.parse(second!.slice(second!.indexOf("\r\n\r\n")))).to.deep.equal({
      error: {
        code: "unavailable",
        message: "The gateway is stopping, and did nothing. Repeat the request.",
        type: "api_error",
        retryAfter: 1,
        docUrl: "http://127.0.0.1:8080/docs/errors#unavailable",
      },
    });
  });
});
