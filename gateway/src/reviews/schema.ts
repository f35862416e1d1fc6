/** Shapes of reviews. */
import { type Static, Type } from "@sinclair/typebox";
import { listQuery, listOf } from "../http/list";
import { idPattern } from "../ids/ids";

const Comment = (description: string) =>
  Type.Optional(Type.String({ maxLength: 4_000, description }));
const TextOrNull = (description: string) =>
  Type.Union([Type.String(), Type.Null()], { description });
const PersonId = (description: string) => Type.String({ maxLength: 64, description });

export const CreateReview = Type.Object(
  {
    party: PersonId("Id of the author: the project's homeowner or contractor."),
    rating: Type.Integer({ minimum: 1, maximum: 5 }),
    publicComment: Comment("Shown to everybody once the review is revealed."),
    privateComment: Comment("Shown to the person who is reviewed alone, once it is revealed."),
  },
  { additionalProperties: false },
);
export type CreateReview = Static<typeof CreateReview>;

export const Review = Type.Object(
  {
    id: Type.String({ pattern: idPattern("review") }),
    object: Type.Literal("review"),
    projectId: Type.String(),
    author: Type.String({ description: "Id of the person who wrote it." }),
    subject: Type.String({ description: "Id of the person whom it is about." }),
    status: Type.Union([Type.Literal("hidden"), Type.Literal("revealed")], {
      description:
        "`revealed` once both parties have reviewed each other, or after 14 days by the chain's clock.",
    }),
    rating: Type.Union([Type.Integer({ minimum: 1, maximum: 5 }), Type.Null()], {
      description: "Null while it is hidden from the reader.",
    }),
    publicComment: TextOrNull("Null while it is hidden from the reader."),
    privateComment: TextOrNull(
      "Null for everybody except the author and, once revealed, the subject.",
    ),
    submitted: Type.Integer({ description: "Unix seconds by the chain's clock." }),
    reveals: Type.Integer({
      description: "Unix seconds by the chain's clock from which it is revealed at the latest.",
    }),
  },
  { title: "Review" },
);
export type Review = Static<typeof Review>;

/** Query of a project's reviews. */
export const ReaderQuery = Type.Object(
  {
    party: Type.Optional(
      PersonId("Id of the party who reads. Without it, the answer has what everybody may read."),
    ),
  },
  { additionalProperties: false },
);

/** Query of the reviews about a person. */
export const SubjectQuery = Type.Object(
  { ...listQuery("review"), person: PersonId("Id of the person whom the reviews are about.") },
  { additionalProperties: false },
);

/** Revealed reviews about a person, with their average. */
export const PersonReviews = Type.Object({
  ...listOf(Review).properties,
  rating: Type.Object({
    average: Type.Union([Type.String(), Type.Null()], {
      description: "Average of the revealed ratings with two digits; null without any.",
    }),
    count: Type.Integer({ description: "Number of revealed reviews." }),
  }),
});

export const ProjectParams = Type.Object(
  { id: Type.String({ maxLength: 64 }) },
  { additionalProperties: false },
);
