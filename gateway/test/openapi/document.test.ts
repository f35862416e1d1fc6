import { readFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { expect } from "chai";
import type { OpenAPIV3_1 } from "openapi-types";
import { describeApi, FILES } from "../../scripts/openapi";
import { ERROR_CODES } from "../../src/errors/gateway-error";
import type { Routes } from "../../src/http/app";
import { documentText } from "../../src/openapi/routes";
import type { Document } from "../../src/openapi/document";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

/** Every operation with its path and method. */
function operationsOf(document: Document): [string, OpenAPIV3_1.OperationObject][] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(
      ([method, operation]) =>
        [`${method.toUpperCase()} ${path}`, operation] as [string, OpenAPIV3_1.OperationObject],
    ),
  );
}

describe("the OpenAPI document", () => {
  let document: Document;
  before(async () => (document = await describeApi()));

  it("is the one in the repository: npm run openapi --workspace gateway", () => {
    expect(readFileSync(FILES.document, "utf8")).to.equal(documentText(document));
  });

  it("is OpenAPI 3.1 and shows only paths under /v1", () => {
    expect(document.openapi).to.equal("3.1.0");
    for (const path of Object.keys(document.paths ?? {})) expect(path).to.match(/^\/v1\//);
  });

  it("gives every operation an id, a tag, a summary, a success and the errors of its kind", () => {
    for (const [name, operation] of operationsOf(document)) {
      const { operationId, tags, summary, responses = {} } = operation;
      expect(operationId, name).to.match(/^[a-z][A-Za-z0-9]+$/);
      expect(tags, name).to.have.length(1);
      expect(summary, name).to.match(/^[A-Z].*[^.]$/);
      const statuses = Object.keys(responses);
      expect(
        statuses.some((status) => /^2\d\d$/.test(status)),
        name,
      ).to.equal(true);
      expect(statuses, name).to.include.members(["400", "429", "500", "503"]);
      const isPublic = operation.security?.length === 0;
      if (!isPublic) expect(statuses, name).to.include.members(["401", "403"]);
      if (!name.startsWith("GET ")) expect(statuses, name).to.include.members(["409", "422"]);
      if (name.includes("{")) expect(statuses, name).to.include("404");
    }
  });

  it("refuses unknown parameters in every query and body", () => {
    for (const [name, { requestBody }] of operationsOf(document)) {
      const body = requestBody as OpenAPIV3_1.RequestBodyObject | undefined;
      const schema = body?.content["application/json"]?.schema;
      if (!schema) continue;
      const [, title] = /^#\/components\/schemas\/(.*)$/.exec(
        (schema as OpenAPIV3_1.ReferenceObject).$ref ?? "",
      ) ?? [null, null];
      const found = (
        title === null ? schema : document.components!.schemas![title]
      ) as OpenAPIV3_1.SchemaObject;
      expect(found.additionalProperties, name).to.equal(false);
    }
  });

  it("given two schemas of one title that differ then it says which", async () => {
    const routes: Routes = () => (app) => {
      for (const [path, type] of [
        ["/a", Type.String()],
        ["/b", Type.Integer()],
      ] as const) {
        const schema = {
          operationId: `get${path.slice(1)}`,
          response: { 200: Type.Object({ value: type }, { title: "Thing" }) },
        };
        app.get(path, { config: { isPublic: true }, schema }, () => ({}));
      }
      return Promise.resolve();
    };
    const gateway = await startTestGateway([routes]);
    try {
      await gateway.app.ready();
      expect(() => gateway.app.swagger()).to.throw("two schemas have the title Thing and differ");
    } finally {
      await gateway.close();
    }
  });
});

describe("the API's pages", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());
  const get = (url: string) => gateway.app.inject({ url });

  it("serves the document without a key", async () => {
    const answer = await get("/openapi.json");
    expect([answer.statusCode, answer.headers["content-type"]]).to.deep.equal([
      200,
      "application/json; charset=utf-8",
    ]);
    expect(answer.body).to.equal(readFileSync(FILES.document, "utf8"));
  });

  it("serves a page with every operation and schema, no script, and nothing from another host", async () => {
    const answer = await get("/docs");
    expect(answer.statusCode).to.equal(200);
    const document = JSON.parse(readFileSync(FILES.document, "utf8")) as Document;
    for (const [name, { operationId }] of operationsOf(document)) {
      expect(answer.body, name).to.include(`<section id="${operationId}">`);
    }
    for (const name of Object.keys(document.components!.schemas!)) {
      expect(answer.body).to.include(`<section id="schema-${name}">`);
    }
    expect(answer.body).to.not.match(/<script|<link|<img|\bon\w+=|(src|href)="(?![/#])/);
    expect(answer.headers["content-security-policy"]).to.match(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; frame-ancestors 'none'$/,
    );
  });

  it("serves a page of errors with a line per code, to which every error links", async () => {
    const page = await get("/docs/errors");
    for (const code of Object.keys(ERROR_CODES)) {
      expect(page.body, code).to.include(`<section id="${code}">`);
    }
    const { docUrl } = (await get("/v1/api-keys")).json().error;
    expect(docUrl).to.equal(`${gateway.context.publicUrl}/docs/errors#authentication_required`);
  });

  it("keeps the page below 1 MB, and links only to what is on it", async () => {
    const { body } = await get("/docs");
    expect(body.length).to.be.lessThan(1_000_000);
    const ids = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, id] of body.matchAll(/href="#([^"]+)"/g)) expect(ids, id).to.include(id);
  });
});
