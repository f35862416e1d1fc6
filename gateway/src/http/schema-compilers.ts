/**
 * Schema compilers: a query's strings become numbers, a body's types are taken as they are. A schema is compiled at its first
 * use: compiling all of them takes longer than the rest of a gateway's start, and a client uses few.
 */
import serializers from "@fastify/fast-json-stringify-compiler";
import Ajv from "ajv";
import type { FastifySchemaCompiler, FastifySerializerCompiler } from "fastify";

const OPTIONS = {
  removeAdditional: false,
  useDefaults: true,
  allErrors: false,
  // Errors carry the value that came.
  verbose: true,
  strict: false,
} as const;

/** Result of one schema, with the errors of its last call, as Ajv and Fastify have it. */
interface Validate {
  (value: unknown): boolean;
  errors?: unknown;
}

// Ajv keeps what it has compiled: routes share schemas, and each has two prefixes.
const exact = new Ajv({ ...OPTIONS, coerceTypes: false });
const coercing = new Ajv({ ...OPTIONS, coerceTypes: true });

const compileAnswer = serializers()();
const answers = new WeakMap<object, (answer: unknown) => string>();

/** Returns Fastify's compiler of schemas that check requests. */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const ajv = httpPart === "body" ? exact : coercing;
    const validate: Validate = (value) => {
      const check = ajv.compile(schema);
      const isValid = check(value);
      validate.errors = check.errors;
      return isValid;
    };
    return validate as never;
  };
}

/** Returns Fastify's compiler of schemas that write answers. */
export function serializerCompiler(): FastifySerializerCompiler<unknown> {
  return (route) => (answer) => {
    const schema = route.schema as object;
    let write = answers.get(schema);
    if (!write) answers.set(schema, (write = compileAnswer(route as never)));
    return write(answer);
  };
}
