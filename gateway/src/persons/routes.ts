/** `/v1/persons`: the people who are parties of an account's projects. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { ListQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { CreatePerson, Person, PersonParams, UpdatePerson } from "./schema";
import { changePerson, createPerson, readPerson, showPerson } from "./service";
import { listPersons } from "./store";

const tags = ["Persons"];
const writing = { scope: "projects:write" } as const;
const reading = { scope: "projects:read" } as const;

/** Routes of people. */
export const personRoutes: Routes = (context) => async (app) => {
  for (const routes of [writes, reads]) await routes(context)(app, {});
};

const writes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/persons",
    {
      config: writing,
      schema: {
        operationId: "createPerson",
        tags,
        summary: "Create a person",
        description:
          "A person can be a party of projects. The gateway notifies them in their inbox, and by mail if they have an address.",
        body: CreatePerson,
        response: { 201: Person },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 201,
      body: await createPerson(context, transaction, caller, request.body as CreatePerson),
    })),
  );
  app.patch(
    "/persons/:id",
    {
      config: writing,
      schema: {
        operationId: "updatePerson",
        tags,
        summary: "Change a person's name or addresses",
        params: PersonParams,
        body: UpdatePerson,
        response: { 200: Person },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id } = request.params as { id: string };
      const change = request.body as UpdatePerson;
      return { status: 200, body: await changePerson(context, transaction, caller, id, change) };
    }),
  );
  return Promise.resolve();
};

const reads: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/persons",
    {
      config: reading,
      schema: {
        operationId: "listPersons",
        tags,
        summary: "List people, newest first",
        querystring: Type.Object(ListQuery, { additionalProperties: false }),
        response: { 200: listOf(Person) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.person);
      const rows = await listPersons(context.database, callerOf(request), page);
      return toList(rows, page, showPerson);
    },
  );
  app.get(
    "/persons/:id",
    {
      config: reading,
      schema: {
        operationId: "getPerson",
        tags,
        summary: "Return a person",
        params: PersonParams,
        response: { 200: Person },
      },
    },
    async (request) =>
      showPerson(await readPerson(context.database, callerOf(request), request.params.id)),
  );
  return Promise.resolve();
};
