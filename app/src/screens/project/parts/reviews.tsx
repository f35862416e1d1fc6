/** Reviews of a completed project, both ways. */
import { TimeText } from "@milepost/react";
import { Card } from "../../../components/card";
import { UserText } from "../../../components/user-text";
import { personName } from "../rules/role";
import type { Project, Review } from "../rules/types";

interface ReviewsProps {
  project: Project;
  reviews: readonly Review[];
  now: number;
}

/** Renders the reviews that this party may read. */
export function Reviews({ project, reviews, now }: ReviewsProps) {
  if (reviews.length === 0) return null;
  return (
    <Card title="Reviews">
      {reviews.map((review) => (
        <div key={review.id} className="stack-tight" data-review={review.status}>
          <h3>{`${personName(project, review.author)} about ${personName(project, review.subject)}`}</h3>
          {review.rating === null ? (
            <p className="muted">
              Hidden until both parties have reviewed, or until{" "}
              <TimeText seconds={review.reveals} now={now} /> at the latest.
            </p>
          ) : (
            <p>{`${review.rating} of 5`}</p>
          )}
          {review.publicComment && <UserText text={review.publicComment} />}
          {review.privateComment && (
            <>
              <p className="small muted">Private:</p>
              <UserText text={review.privateComment} />
            </>
          )}
        </div>
      ))}
    </Card>
  );
}
