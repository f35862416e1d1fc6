/** The page at `/docs`: static HTML from the document, without scripts and without other hosts. */
import type { OpenAPIV3_1 } from "openapi-types";
import type { Document } from "./document";
import { htmlPage } from "./page-frame";
import { escape, markdown } from "./page-text";
import { type Schema, Schemas } from "./page-schemas";

interface Shown {
  path: string;
  method: string;
  operation: OpenAPIV3_1.OperationObject;
}

/** Returns the page of a document. */
export function toPage(document: Document): string {
  const schemas = new Schemas(document);
  const groups = byTag(document);
  const index = [...groups].map(
    ([tag, shown]) =>
      `<h2>${escape(tag)}</h2><ul>${shown.map((each) => entryOf(each)).join("")}</ul>`,
  );
  const sections = [...groups].flatMap(([tag, shown]) => [
    `<h2>${escape(tag)}</h2>`,
    ...shown.map((each) => sectionOf(each, document, schemas)),
  ]);
  const { title, version, description = "" } = document.info;
  return htmlPage(
    title,
    `<nav><p><a href="/openapi.json">openapi.json</a><br><a href="/docs/errors">Errors</a></p>${index.join("")}<h2>Schemas</h2><ul>${schemas.index()}</ul></nav>
<main><h1>${escape(title)} <small class="dim">${escape(version)}</small></h1>${markdown(description)}
${sections.join("\n")}
<h2>Schemas</h2>${schemas.sections()}</main>`,
  );
}

function byTag(document: Document): Map<string, Shown[]> {
  const groups = new Map<string, Shown[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, value] of Object.entries(item ?? {})) {
      const operation = value as OpenAPIV3_1.OperationObject;
      const tag = operation.tags?.[0] ?? "Other";
      groups.set(tag, [...(groups.get(tag) ?? []), { path, method, operation }]);
    }
  }
  return groups;
}

const entryOf = ({ operation }: Shown): string =>
  `<li><a href="#${escape(operation.operationId!)}">${escape(operation.operationId!)}</a></li>`;

function sectionOf(shown: Shown, document: Document, schemas: Schemas): string {
  const { path, method, operation } = shown;
  const { operationId, summary = "", description = "", responses = {} } = operation;
  return `<section id="${escape(operationId!)}"><h3>${escape(summary)}</h3>
<p><code><span class="method">${method.toUpperCase()}</span>${escape(path)}</code></p>${markdown(description)}
${parametersOf(operation, document)}${bodyOf(operation, schemas)}${answersOf(responses, document, schemas)}</section>`;
}

/** Returns what a reference leads to, or the value itself. */
function resolved<T>(value: T | OpenAPIV3_1.ReferenceObject, document: Document): T {
  if (typeof value !== "object" || value === null || !("$ref" in value)) return value;
  return value.$ref
    .split("/")
    .slice(1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document) as T;
}

function parametersOf({ parameters = [] }: OpenAPIV3_1.OperationObject, document: Document) {
  const rows = parameters.map((each) => {
    const parameter = resolved<OpenAPIV3_1.ParameterObject>(each, document);
    const { name, in: where, required, description = "", schema } = parameter;
    const type = Schemas.typeOf(schema ?? {});
    return `<tr><td><code>${escape(name)}</code></td><td class="dim">${where}${required ? ", required" : ""}</td><td>${type}</td><td>${escape(description)}</td></tr>`;
  });
  return rows.length === 0 ? "" : `<table>${rows.join("")}</table>`;
}

function bodyOf({ requestBody }: OpenAPIV3_1.OperationObject, schemas: Schemas): string {
  if (!requestBody || "$ref" in requestBody) return "";
  return Object.entries(requestBody.content)
    .map(
      ([type, { schema }]) =>
        `<h4>Body <span class="dim">${escape(type)}${requestBody.required ? "" : ", optional"}</span></h4>${schemas.show((schema ?? {}) as Schema)}`,
    )
    .join("");
}

function answersOf(
  responses: OpenAPIV3_1.ResponsesObject,
  document: Document,
  schemas: Schemas,
): string {
  const rows = Object.entries(responses).map(([status, each]) => {
    const { description, content = {} } = resolved<OpenAPIV3_1.ResponseObject>(each, document);
    const bodies = Object.values(content).map(({ schema }) => (schema ?? {}) as Schema);
    const isError = !status.startsWith("2");
    const shown = isError ? "" : bodies.map((schema) => schemas.show(schema)).join("");
    return `<details${isError ? "" : " open"}><summary><code>${status}</code> ${escape(description)}</summary>${shown}</details>`;
  });
  return `<h4>Answers</h4>${rows.join("")}`;
}
