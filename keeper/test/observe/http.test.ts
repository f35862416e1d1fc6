import { expect } from "chai";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { type HttpOptions, type HttpServer, serveHttp } from "../../src/observe/http";

const DEFAULTS: HttpOptions = {
  port: 0,
  metrics: async () => ({ text: "metric 1\n", contentType: "text/plain; version=0.0.4" }),
  readiness: async () => ({ isReady: true, checks: { database: true } }),
  status: async () => "Due next: nothing\n",
  onError: () => undefined,
};

describe("keeper: metrics, health and status over HTTP", () => {
  const servers: HttpServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(options: Partial<HttpOptions> = {}) {
    const server = await serveHttp({ ...DEFAULTS, ...options });
    servers.push(server);
    return (path: string, init?: RequestInit) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, init);
  }

  const PATHS: [string, number, string][] = [
    ["/metrics", 200, "metric 1\n"],
    ["/metrics?name=x", 200, "metric 1\n"],
    ["/healthz", 200, "ok\n"],
    ["/readyz", 200, "ok  database\n"],
    ["/status", 200, "Due next: nothing\n"],
    ["/", 404, "/metrics /healthz /readyz /status\n"],
    ["/metrics/../../secret", 404, "/metrics /healthz /readyz /status\n"],
  ];
  for (const [path, code, body] of PATHS) {
    it(`given GET ${path}, then it answers ${code}`, async () => {
      const response = await (await serve())(path);
      expect([response.status, await response.text()]).to.deep.equal([code, body]);
      expect(response.headers.get("cache-control")).to.equal("no-store");
    });
  }

  it("given Prometheus, then it gets its own content type", async () => {
    const response = await (await serve())("/metrics");
    expect(response.headers.get("content-type")).to.equal("text/plain; version=0.0.4");
  });

  it("given a keeper that is not ready, then /readyz says 503 and why, and /healthz stays well", async () => {
    const get = await serve({
      readiness: async () => ({ isReady: false, checks: { database: true, scanned: false } }),
    });
    const response = await get("/readyz");
    expect([response.status, await response.text()]).to.deep.equal([
      503,
      "ok  database\nNO  scanned\n",
    ]);
    expect((await get("/healthz")).status).to.equal(200);
  });

  describe("POST /retry", () => {
    const asked: (readonly string[])[] = [];
    const options = {
      retry: async (policies: readonly string[]) => {
        asked.push(policies);
        return policies.length;
      },
    };
    const headers = { "x-milepost-keeper": "retry" };
    const policy = "11111111111111111111111111111111";
    beforeEach(() => void asked.splice(0));

    it("hands on the policies that its lines name", async () => {
      const body = `${policy}\n`;
      const response = await (await serve(options))("/retry", { method: "POST", headers, body });
      expect([response.status, await response.text()]).to.deep.equal([
        ...[200, "1 policy is tried again now\n"],
      ]);
      expect(asked).to.deep.equal([[policy]]);
    });

    const from = (more: Record<string, string>): RequestInit => ({
      method: "POST",
      headers: { ...headers, ...more },
    });
    const refused: [string, RequestInit, number][] = [
      ["a page in a browser, without the header", { method: "POST" }, 403],
      [
        "a page whose name leads to this machine",
        from({ origin: "http://evil.example:9464" }),
        403,
      ],
      ["what a proxy forwards", from({ "x-forwarded-for": "203.0.113.7" }), 403],
      ["what is no address", { method: "POST", headers, body: "policy" }, 400],
      ["a GET", { headers }, 404],
    ];
    for (const [what, request, code] of refused) {
      it(`refuses ${what}, and tries nothing again`, async () => {
        expect((await (await serve(options))("/retry", request)).status).to.equal(code);
        expect(asked).to.deep.equal([]);
      });
    }
  });

  for (const method of ["POST", "PUT", "DELETE"]) {
    it(`given ${method}, then it is refused`, async () => {
      const response = await (await serve())("/metrics", { method });
      expect([response.status, response.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
    });
  }

  it("given HEAD, then it answers without a body", async () => {
    const response = await (await serve())("/healthz", { method: "HEAD" });
    expect([response.status, await response.text()]).to.deep.equal([200, ""]);
  });

  it("given a status that can't be read, then the client hears nothing of why", async () => {
    const errors: unknown[] = [];
    const failure = new Error("password authentication failed for postgres://me:pw@db");
    const get = await serve({
      status: () => Promise.reject(failure),
      onError: (error) => void errors.push(error),
    });
    const response = await get("/status");
    expect([response.status, await response.text()]).to.deep.equal([
      500,
      "the keeper could not answer\n",
    ]);
    expect(errors).to.deep.equal([failure]);
  });

  it("given no host, then only this machine reaches it", async function () {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === "IPv4");
    if (!outside) return this.skip();
    await serve();
    const { port } = servers[0]!;
    const code = await new Promise((resolve) => {
      request({ host: outside.address, port, path: "/healthz" }, () => resolve("answered"))
        .on("error", (error: NodeJS.ErrnoException) => resolve(error.code))
        .end();
    });
    expect(code).to.equal("ECONNREFUSED");
  });

  it("given a port that is taken, then it says so", async () => {
    await serve();
    const error = await serveHttp({ ...DEFAULTS, port: servers[0]!.port }).then(
      () => null,
      (failure: NodeJS.ErrnoException) => failure.code,
    );
    expect(error).to.equal("EADDRINUSE");
  });

  it("given a client that keeps its connection, when it is closed, then it ends at once", async () => {
    const get = await serve();
    await (await get("/healthz")).text();
    const [server] = servers.splice(0);
    await server!.close();
    expect(await get("/healthz").catch(() => "gone")).to.equal("gone");
  });
});
