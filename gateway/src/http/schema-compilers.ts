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

/** Returns Fastify's compiler of schemas that check requests. */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  const exact = new Ajv({ ...OPTIONS, coerceTypes: false });
  const coercing = new Ajv({ ...OPTIONS, coerceTypes: true });
  return ({ schema, httpPart }) => {
    const compiled = once(() => (httpPart === "body" ? exact : coercing).compile(schema));
    const validate: Validate = (value) => {
      const check = compiled();
      const isValid = check(value);
      validate.errors = check.errors;
      return isValid;
    };
    return validate as never;
  };
}

/** Returns Fastify's compiler of schemas that write answers. */
export function serializerCompiler(): FastifySerializerCompiler<unknown> {
  const compile = serializers()();
  return (route) => {
    const compiled = once(() => compile(route as never));
    return (answer) => compiled()(answer);
  };
}

/** Returns a function that makes a value at its first call. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
