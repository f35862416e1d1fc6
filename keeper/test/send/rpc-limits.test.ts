import { expect } from "chai";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { rejection } from "@milepost/database/testing";
import { openConnections } from "../../src/config/connections";
import { readLimited, RpcAnswerTooLargeError } from "../../src/send/rpc-limits";

const LIMIT = 1_000_000;
const of = (bytes = { held: 0 }) => ({
  ...{ host: "rpc.example", method: "getSlot", limitBytes: LIMIT, bytes },
});

/** Makes a body that never ends, and counts the bytes taken. */
function endless(piece = 100_000) {
  const state = { given: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      state.given += piece;
      controller.enqueue(new Uint8Array(piece).fill(32));
    },
    cancel() {
      state.isCancelled = true;
    },
  });
  return { state, response: new Response(body) };
}

describe("send: the size of an RPC's answer", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("returns an answer of exactly the limit", async () => {
    const text = "x".repeat(LIMIT);
    expect(await readLimited(new Response(text), of())).to.equal(text);
  });

  it("keeps letters whole that arrive in pieces", async () => {
    const bytes = Buffer.from("für €5");
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await readLimited(new Response(body), of())).to.equal("für €5");
  });

  it("cancels an endless answer at the limit, with an error that names its RPC", async () => {
    const { state, response } = endless();
    const error = await rejection(readLimited(response, of()));
    expect(error).to.be.instanceOf(RpcAnswerTooLargeError);
    expect(error).to.include({ code: "RPC_ANSWER_TOO_LARGE", host: "rpc.example" });
    expect(state.isCancelled).to.equal(true);
    expect(state.given).to.be.at.most(LIMIT + 300_000);
  });

  it("reads nothing of an answer that announces more than the limit", async () => {
    const { state, response } = endless();
    response.headers.set("content-length", String(LIMIT + 1));
    expect(await rejection(readLimited(response, of()))).to.be.instanceOf(RpcAnswerTooLargeError);
    expect(state.isCancelled).to.equal(true);
    expect(state.given).to.be.at.most(100_000);
  });

  it("holds twice the limit at most for all answers together, and nothing after them", async () => {
    const bytes = { held: 0 };
    const slow = Array.from({ length: 8 }, () => endless());
    let most = 0;
    const watched = new Proxy(bytes, {
      set: (target, _, value: number) => {
        target.held = value;
        most = Math.max(most, value);
        return true;
      },
    });
    await Promise.all(slow.map(({ response }) => rejection(readLimited(response, of(watched)))));
    expect(most).to.be.at.most(2 * LIMIT + 100_000);
    expect(bytes.held).to.equal(0);
  });

  it("stops a small compressed answer that becomes a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * LIMIT, 32));
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    const { any } = openConnections({ urls: [url], maxAnswerBytes: LIMIT, timeoutMs: 1_000 });
    expect(bomb.byteLength).to.be.lessThan(LIMIT);
    const error = await rejection(any.getSlot());
    expect(error).to.be.instanceOf(RpcAnswerTooLargeError);
  });

  it("asks another RPC, and sets the one with the large answer aside", async () => {
    let sent = 0;
    let isClosed = false;
    const large = await serve((_, response) => {
      const more = () => {
        sent += 100_000;
        if (!response.write(Buffer.alloc(100_000, 32))) return void response.once("drain", more);
        setImmediate(more);
      };
      response.on("close", () => (isClosed = true));
      response.writeHead(200);
      more();
    });
    const good = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown };
        response.end(JSON.stringify({ jsonrpc: "2.0", id, result: 7 }));
      });
    });
    const { any, pool } = openConnections({ urls: [large, good], maxAnswerBytes: LIMIT });
    expect(await any.getBlockHeight()).to.equal(7);
    expect(pool.health.views().map(({ setAside }) => setAside)).to.deep.equal(["too large", null]);
    await new Promise<void>((resolve) => {
      const look = () => (isClosed ? resolve() : setImmediate(look));
      look();
    });
    // The limit covers the bytes that the sockets between the two hold.
    expect(sent).to.be.lessThan(LIMIT + 10_000_000);
  });
});
