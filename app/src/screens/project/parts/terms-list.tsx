/** The terms of a project in words. */
import { AddressText } from "@milepost/react";
import { termsWords } from "../rules/terms-words";
import type { Project } from "../rules/types";

/** Renders the terms of a project as a list. */
export function TermsList({ project }: { project: Project }) {
  const words = termsWords(project.terms, project.releaseRule === "approval_after_due_date");
  return (
    <dl className="facts">
      {words.map(([title, text]) => (
        <div key={title} className="project-fact">
          <dt>{title}</dt>
          <dd>{text}</dd>
        </div>
      ))}
      <div className="project-fact">
        <dt>Mediator</dt>
        <dd>
          {project.mediator.name}{" "}
          {project.mediator.wallet && <AddressText address={project.mediator.wallet} />}
        </dd>
      </div>
    </dl>
  );
}
