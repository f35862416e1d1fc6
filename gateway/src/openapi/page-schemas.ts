/** Schemas in HTML: one definition list per object, and links to the named ones. */
import type { OpenAPIV3_1 } from "openapi-types";
import type { Document } from "./document";
import { escape } from "./page-text";

/** A schema of the document. */
export type Schema = OpenAPIV3_1.SchemaObject & { $ref?: string; const?: unknown };

const nameIn = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);
const linkTo = (name: string): string => `<a href="#schema-${escape(name)}">${escape(name)}</a>`;

/** Limits that are worth a word. */
const LIMITS = [
  "format",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "default",
] as const;

/** The document's schemas. */
export class Schemas {
  private readonly named: [string, Schema][];

  constructor(document: Document) {
    this.named = Object.entries(document.components?.schemas ?? {});
  }

  /** Returns the entries of the page's index. */
  index(): string {
    return this.named.map(([name]) => `<li>${linkTo(name)}</li>`).join("");
  }

  /** Returns a section per named schema. */
  sections(): string {
    return this.named
      .map(
        ([name, schema]) =>
          `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3>${this.show(schema)}</section>`,
      )
      .join("\n");
  }

  /** Returns a schema with its fields. */
  show(schema: Schema): string {
    const { description } = schema;
    const head = `<p>${Schemas.typeOf(schema)}${description ? ` <span class="dim">${escape(description)}</span>` : ""}</p>`;
    return head + this.fieldsOf(schema);
  }

  /** Returns a schema's type in a few words. */
  static typeOf(schema: Schema): string {
    if (schema.$ref) return linkTo(nameIn(schema.$ref));
    if (schema.const !== undefined) return `<code>${escape(JSON.stringify(schema.const))}</code>`;
    if (schema.enum) {
      return schema.enum.map((each) => `<code>${escape(JSON.stringify(each))}</code>`).join(" | ");
    }
    const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (choices) {
      const joint = schema.allOf ? " and " : " or ";
      return choices.map((each) => Schemas.typeOf(each as Schema)).join(joint);
    }
    if (schema.type === "array") return `list of ${Schemas.typeOf(schema.items ?? {})}`;
    const limits = LIMITS.filter((name) => schema[name] !== undefined).map(
      (name) => `${name} <code>${escape(String(schema[name]))}</code>`,
    );
    const type = [schema.type ?? "anything"].flat().join(" or ");
    return [escape(type), ...limits].join(", ");
  }

  private fieldsOf(schema: Schema): string {
    if (schema.$ref) return "";
    if (schema.type === "array") return this.fieldsOf(schema.items ?? {});
    const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
    const inner = choices.map((each) => this.fieldsOf(each as Schema)).join("");
    const fields = Object.entries(schema.properties ?? {}).map(([name, each]) => {
      const field = each as Schema;
      const isRequired = schema.required?.includes(name);
      const note = isRequired ? "" : ' <span class="dim">optional</span>';
      const text = field.description ? `<br>${escape(field.description)}` : "";
      return `<dt><code>${escape(name)}</code> ${Schemas.typeOf(field)}${note}</dt><dd>${text}${this.fieldsOf(field)}</dd>`;
    });
    return inner + (fields.length === 0 ? "" : `<dl>${fields.join("")}</dl>`);
  }
}
