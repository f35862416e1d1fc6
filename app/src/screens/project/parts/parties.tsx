/** The three parties and the terms that they signed. */
import { AddressText } from "@milepost/react";
import { Card } from "../../../components/card";
import { PARTY_ROLES } from "../rules/role";
import { ROLE_TITLES } from "../rules/card";
import type { PartyRole, Project } from "../rules/types";
import { TermsList } from "./terms-list";

/** Renders who takes part, and the terms. */
export function Parties({ project, role }: { project: Project; role: PartyRole }) {
  return (
    <Card title="Parties and terms">
      <dl className="facts">
        {PARTY_ROLES.map((each) => (
          <div key={each} className="project-fact">
            <dt>{`${ROLE_TITLES[each]}${each === role ? " (you)" : ""}`}</dt>
            <dd>
              {project[each].name}{" "}
              {project[each].wallet && <AddressText address={project[each].wallet} isLinked />}
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>Terms in words</summary>
        <TermsList project={project} />
      </details>
    </Card>
  );
}
