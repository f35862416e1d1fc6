/** Shapes of people. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";

/** Fields that a platform knows of a person. */
export const personFields = {
  name: Type.String({ minLength: 1, maxLength: 128 }),
  email: Type.String({
    maxLength: 254,
    pattern: "^[^\\s@<>]+@[^\\s@<>]+$",
    examples: ["ada@example.com"],
  }),
  wallet: Type.String({
    pattern: "^[1-9A-HJ-NP-Za-km-z]{32,44}$",
    description: "Address of the wallet, live mode only: the sandbox has keys of its own.",
  }),
};

const orNull = (schema: (typeof personFields)["email"]) => Type.Union([schema, Type.Null()]);

export const CreatePerson = Type.Object(
  {
    name: personFields.name,
    email: Type.Optional(personFields.email),
    wallet: Type.Optional(personFields.wallet),
  },
  { additionalProperties: false },
);
export type CreatePerson = Static<typeof CreatePerson>;

export const UpdatePerson = Type.Partial(
  Type.Object({
    name: personFields.name,
    email: orNull(personFields.email),
    wallet: orNull(personFields.wallet),
  }),
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      "Null removes an address. A finalized project keeps the wallets that it was finalized with.",
  },
);
export type UpdatePerson = Static<typeof UpdatePerson>;

export const Person = Type.Object(
  {
    id: Type.String({ pattern: idPattern("person") }),
    object: Type.Literal("person"),
    name: Type.String(),
    email: Type.Union([Type.String(), Type.Null()]),
    wallet: Type.Union([Type.String(), Type.Null()]),
    created: Type.Integer({ description: "Unix seconds." }),
  },
  { title: "Person" },
);
export type Person = Static<typeof Person>;

export const PersonParams = Type.Object(
  { id: Type.String({ pattern: idPattern("person") }) },
  { additionalProperties: false },
);
