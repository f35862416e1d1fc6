/** Collects the routes into one OpenAPI 3.1 document: the schemas that validate are the schemas that it shows. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import type { OpenAPIV3_1 } from "openapi-types";
import { version } from "../../package.json";
import type { Document } from "./document";
import { namedSchemas } from "./named-schemas";
import { API_KEYS, completeOperation, type RouteConfig } from "./operations";
import { COMPONENTS, INTRODUCTION } from "./components";

/** Prefix of the routes that the document shows; the others are the same under another base. */
export const DOCUMENTED_PREFIX = "/v1";

/** An API of the gateway. */
export interface DescribedApi {
  title: string;
  /** First page, in CommonMark. */
  description: string;
  /** Prefix of the routes that the document shows; empty for all. */
  prefix: string;
  components: OpenAPIV3_1.ComponentsObject;
}

const GATEWAY_API: DescribedApi = {
  title: "Milepost Gateway",
  description: INTRODUCTION,
  prefix: DOCUMENTED_PREFIX,
  components: COMPONENTS,
};

/** Registers the collector; call it before the routes. `app.swagger()` then returns the document. */
export async function describeRoutes(
  app: FastifyInstance,
  { title, description, prefix, components }: DescribedApi = GATEWAY_API,
): Promise<void> {
  const configs = new Map<string, RouteConfig>();
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title,
        version,
        description,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      // Where the document itself is served.
      servers: [{ url: "/" }],
      security: API_KEYS,
      components,
    },
    transform: ({ schema, url, route }) => {
      const isShown = url.startsWith(`${prefix}/`) && schema?.hide !== true;
      if (isShown) {
        if (!schema?.operationId) throw new Error(`${url}: its schema lacks an operationId`);
        configs.set(schema.operationId, route.config ?? {});
      }
      return { schema: isShown ? schema : { ...schema, hide: true }, url };
    },
    transformObject: (described) => {
      if (!("openapiObject" in described)) throw new Error("expected an OpenAPI document");
      return complete(described.openapiObject as unknown as Document, configs);
    },
  });
}

function complete(document: Document, configs: ReadonlyMap<string, RouteConfig>): Document {
  const operations = new Set<string>();
  for (const item of Object.values(document.paths ?? {})) {
    for (const [method, value] of Object.entries(item ?? {})) {
      const operation = value as OpenAPIV3_1.OperationObject;
      const id = operation.operationId!;
      if (operations.has(id)) throw new Error(`two routes have the operationId ${id}`);
      operations.add(id);
      completeOperation(method, operation, configs.get(id)!);
    }
  }
  return namedSchemas(document);
}
