import { expect } from "chai";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { rejection } from "@milepost/database/testing";
import { httpFetch } from "../../src/send/http-fetch";
import { readLimited } from "../../src/send/rpc-limits";

const LIMIT = { host: "rpc.example", method: "getSlot", limitBytes: 1_000, bytes: { held: 0 } };
const POST = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":"€"}' };

describe("send: requests by node:http", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?key=1` };
  }

  /** Answers with what the request had. */
  const echo: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method, url, headers } = incoming;
      const body = Buffer.concat(chunks).toString();
      response.writeHead(200, "Good", { "retry-after": "7", "set-cookie": ["a=1", "b=2"] });
      response.end(JSON.stringify({ method, url, body, type: headers["content-type"] }));
    });
  };

  it("sends method, path, headers and body, and returns status, headers and text", async () => {
    const { url } = await serve(echo);
    const response = await httpFetch()(url, POST);
    const { status, statusText, ok } = response;
    expect({ status, statusText, ok }).to.deep.equal({ status: 200, statusText: "Good", ok: true });
    expect(response.headers.get("Retry-After")).to.equal("7");
    expect(JSON.parse(await readLimited(response, LIMIT))).to.deep.equal({
      method: "POST",
      url: "/path?key=1",
      body: POST.body,
      type: "application/json",
    });
  });

  it("takes the headers that web3.js gives as an object or as Headers", async () => {
    const { url } = await serve(echo);
    const headers = new Headers({ "Content-Type": "text/x" });
    const response = await httpFetch()(url, { ...POST, headers });
    expect(JSON.parse(await readLimited(response, LIMIT))).to.include({ type: "text/x" });
  });

  it("decompresses gzip, and counts the decompressed size", async () => {
    const sizes = [1_000, 1_001];
    const { url } = await serve((_, response) => {
      const text = gzipSync("x".repeat(sizes.shift()!));
      response.writeHead(200, { "content-encoding": "gzip" }).end(text);
    });
    const fetch = httpFetch();
    expect(await readLimited(await fetch(url, POST), LIMIT)).to.equal("x".repeat(1_000));
    const error = await rejection(readLimited(await fetch(url, POST), LIMIT));
    expect(error).to.include({ code: "RPC_ANSWER_TOO_LARGE" });
    expect(LIMIT.bytes.held).to.equal(0);
  });

  it("rejects when an answer is not the gzip that it claims to be", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip");
    });
    const error = await rejection(readLimited(await httpFetch()(url, POST), LIMIT));
    expect(error).to.include({ name: "TypeError", message: "terminated" });
    expect((error as Error).cause).to.include({ code: "Z_DATA_ERROR" });
  });

  it("follows a redirect that keeps the method, and returns any other as it is", async () => {
    const { url: target } = await serve(echo);
    const { url } = await serve(({ url: path }, response) => {
      response.writeHead(Number(path!.slice(1)), { location: target }).end();
    });
    const fetch = httpFetch();
    const followed = await fetch(new URL("/308", url).href, POST);
    expect(await followed.json()).to.include({ method: "POST", body: POST.body });
    const { status, ok } = await fetch(new URL("/302", url).href, POST);
    expect({ status, ok }).to.deep.equal({ status: 302, ok: false });
  });

  it("keeps connections, and repeats a request on one that its server has closed", async () => {
    const requests: number[] = [];
    let connections = 0;
    const { url, server } = await serve((incoming, response) => {
      requests.push(connections);
      // The second request finds a connection that ends without an answer.
      if (requests.length === 2) incoming.socket.destroy();
      else response.end("{}");
    });
    server.on("connection", () => (connections += 1));
    const fetch = httpFetch();
    await readLimited(await fetch(url, POST), LIMIT);
    expect(await readLimited(await fetch(url, POST), LIMIT)).to.equal("{}");
    expect(requests).to.deep.equal([1, 1, 2]);
  });

  it("rejects when a new connection ends without an answer", async () => {
    let requests = 0;
    const { url } = await serve((incoming) => {
      requests += 1;
      incoming.socket.destroy();
    });
    const error = await rejection(httpFetch()(url, POST));
    expect(error).to.include({ name: "TypeError", message: "fetch failed" });
    expect((error as Error).cause).to.include({ code: "ECONNRESET" });
    expect(requests).to.equal(1);
  });

  it("rejects when the answer ends halfway", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half");
      setImmediate(() => response.destroy());
    });
    const error = await rejection(readLimited(await httpFetch()(url, POST), LIMIT));
    expect(error).to.include({ name: "TypeError", message: "terminated" });
  });

  for (const moment of ["before the answer", "in its middle"]) {
    it(`ends with the reason of a signal that aborts ${moment}`, async () => {
      const controller = new AbortController();
      const reason = new DOMException("too long", "TimeoutError");
      const { url } = await serve((incoming, response) => {
        incoming.resume().on("end", () => {
          if (moment === "in its middle") response.write("half");
          setImmediate(() => controller.abort(reason));
        });
      });
      const answer = httpFetch()(url, { ...POST, signal: controller.signal });
      const error = await rejection(answer.then((response) => readLimited(response, LIMIT)));
      expect(error).to.equal(reason);
    });
  }
});
