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

type Compile = (schema: object) => Validate;

const compileExactly = remembering(compileWith(false));
const compileCoercing = remembering(compileWith(true));
const compileAnswer = remembering(compileAnswers());

/** Returns Fastify's compiler of schemas that check requests. */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const compile = httpPart === "body" ? compileExactly : compileCoercing;
    const validate: Validate = (value) => {
      const check = compile(schema);
      const isValid = check(value);
      validate.errors = check.errors;
      return isValid;
    };
    return validate as never;
  };
}

/** Returns Fastify's compiler of schemas that write answers. */
export function serializerCompiler(): FastifySerializerCompiler<unknown> {
  return ({ schema }) =>
    (answer) =>
      compileAnswer(schema as object)(answer);
}

function compileWith(coerceTypes: boolean): Compile {
  const ajv = new Ajv({ ...OPTIONS, coerceTypes });
  return (schema) => ajv.compile(schema);
}

function compileAnswers() {
  const compile = serializers()();
  return (schema: object) => compile({ schema } as never);
}

/** Returns a function that makes a schema's value at the first call: routes share schemas, and each has two prefixes. */
function remembering<Value>(make: (schema: object) => Value): (schema: object) => Value {
  const made = new WeakMap<object, { value: Value }>();
  return (schema) => {
    let known = made.get(schema);
    if (!known) made.set(schema, (known = { value: make(schema) }));
    return known.value;
  };
}
