/** `/v1/projects/:id/reviews` and `/v1/reviews`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import { callerOf } from "../http/authenticate";
import type { Routes } from "../http/app";
import { pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { findPerson } from "../persons/store";
import {
  CreateReview,
  PersonReviews,
  ProjectParams,
  ReaderQuery,
  Review,
  SubjectQuery,
} from "./schema";
import { createReview, reviewsFor, showReview } from "./service";
import { ratingOf, revealedReviews } from "./store";
import { averageOf } from "./visibility";

const TAGS = ["Reviews"];

/** Routes of reviews. */
export const reviewRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects/:id/reviews",
    {
      config: { scope: "projects:write", party: "project" },
      schema: {
        operationId: "createReview",
        tags: TAGS,
        summary: "Review the other party of a completed project",
        params: ProjectParams,
        body: CreateReview,
        response: { 201: Review },
      },
    },
    write(
      context,
      async (transaction, request: FastifyRequest, caller, now: bigint) => {
        const { id } = request.params as { id: string };
        const input = request.body as CreateReview;
        return {
          status: 201,
          body: await createReview(context, transaction, caller, id, input, now),
        };
      },
      (_request, caller) => timeOf(context, caller),
    ),
  );
  app.get(
    "/projects/:id/reviews",
    {
      config: { scope: "projects:read", party: "project" },
      schema: {
        operationId: "listProjectReviews",
        tags: TAGS,
        summary: "List a project's reviews as a party may read them",
        params: ProjectParams,
        querystring: ReaderQuery,
        response: { 200: Type.Object({ object: Type.Literal("list"), data: Type.Array(Review) }) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const now = await timeOf(context, caller);
      const reader = request.query.party ?? null;
      const { id } = request.params;
      return {
        object: "list" as const,
        data: await reviewsFor(context.database, caller, id, reader, now),
      };
    },
  );
  listOfPerson(context, instance);
  return Promise.resolve();
};

/** Returns the time of the chain of the caller's mode. */
const timeOf = ({ chains }: GatewayContext, { mode }: Caller): Promise<bigint> =>
  chains[mode]!.time();

/** Adds the route of a person's reviews. */
function listOfPerson(context: GatewayContext, app: FastifyInstance): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    "/reviews",
    {
      config: { scope: "projects:read", namesObject: true },
      schema: {
        operationId: "listReviews",
        tags: TAGS,
        summary: "List the revealed reviews about a person, with their average",
        querystring: SubjectQuery,
        response: { 200: PersonReviews },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { person } = request.query;
      const page = pageOf(request.query, ID_PREFIXES.review);
      if (!(await findPerson(context.database, caller, person))) throw missing("person", person);
      const subject = { subjectId: person, now: await timeOf(context, caller) };
      const rows = await revealedReviews(context.database, caller, subject, page);
      const { sum, count } = await ratingOf(context.database, caller, subject);
      return {
        ...toList(rows, page, (row) => showReview(row, null, subject.now)),
        rating: { average: averageOf(sum, count), count },
      };
    },
  );
}
