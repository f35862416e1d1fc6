/** The schemas of the routes: each is compiled at a route's first request, so this test compiles all of them. */
import serializers from "@fastify/fast-json-stringify-compiler";
import { expect } from "chai";
import type { FastifyInstance, RouteOptions } from "fastify";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { buildApp } from "../../src/http/app";
import { buildChainFreight, buildChainPay } from "../../src/freight/server/app";
import { serializerCompiler, validatorCompiler } from "../../src/http/schema-compilers";
import { RESOURCES, ROOT_ROUTES } from "../../src/resources";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const PARTS = ["body", "querystring", "params", "headers"] as const;

describe("the compilers of schemas", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway([])));
  after(() => gateway.close());

  /** Builds every server of the gateway, and returns their routes. */
  async function routes(): Promise<RouteOptions[]> {
    const found: RouteOptions[] = [];
    const onServer = (message: unknown): void => {
      const { fastify } = message as { fastify: FastifyInstance };
      fastify.addHook("onRoute", (route) => void found.push(route));
    };
    subscribe("fastify.initialization", onServer);
    try {
      const { context, accountId } = gateway;
      const freight = { keylessAccountId: accountId, rateLimits: null, scorerUrl: null };
      for (const server of [
        await buildApp(context, RESOURCES, { rootRoutes: ROOT_ROUTES }),
        await buildChainFreight(context, freight),
        await buildChainPay(context, freight),
      ]) {
        await server.ready();
        await server.close();
      }
    } finally {
      unsubscribe("fastify.initialization", onServer);
    }
    return found;
  }

  it("compile the schemas of every route", async () => {
    const validate = validatorCompiler();
    const serialize = serializers()();
    let checks = 0;
    let answers = 0;
    for (const { method, url, schema } of await routes()) {
      for (const httpPart of PARTS) {
        const part = schema?.[httpPart] as object | undefined;
        if (part === undefined) continue;
        const compiled = validate({ schema: part, method: String(method), url, httpPart });
        expect(() => compiled({}), `${String(method)} ${url}: ${httpPart}`).not.to.throw();
        checks += 1;
      }
      for (const [httpStatus, answer] of Object.entries(schema?.response ?? {})) {
        const route = { schema: answer as object, method: String(method), url, httpStatus };
        expect(serialize(route), `${String(method)} ${url}: ${httpStatus}`).to.be.a("function");
        answers += 1;
      }
    }
    expect(checks).to.be.greaterThan(100);
    expect(answers).to.be.greaterThan(100);
  });

  it("give a check its own errors, also when another value was right before", () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    const check = validatorCompiler()({ schema, method: "POST", url: "/", httpPart: "body" });
    expect([check({ a: 1 }), check.errors]).to.deep.equal([true, null]);
    expect(check({ a: "1" })).to.equal(false);
    expect(check.errors?.[0]).to.include({ instancePath: "/a", keyword: "type", data: "1" });
  });

  it("write only what the schema has", () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    const write = serializerCompiler()({ schema, method: "GET", url: "/", httpStatus: "200" });
    expect(write({ a: 1, secret: 2 })).to.equal('{"a":1}');
  });
});
