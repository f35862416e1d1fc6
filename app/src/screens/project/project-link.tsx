/** Leads from a policy to the project that it is a part of, for a party that is signed in. */
import { ButtonLink } from "../../components/button";
import { Notice } from "../../components/notice";
import { pathOf } from "../../config/routes";
import { useResource, useSession } from "../../gateway";
import { loadProjects } from "./data/load-projects";

/** Renders the link, or nothing where the session has no such project. */
export default function ProjectLink({ policy }: { policy: string }) {
  const { isOfWallet, session } = useSession();
  const { data } = useResource(isOfWallet ? `projects ${session?.address}` : null, loadProjects);
  const project = data?.find(({ policies }) => policies.some((part) => part.policy === policy));
  if (!project) return null;
  return (
    <Notice kind="info" title={`This payment belongs to the project "${project.title}"`}>
      <p>Files, messages and reviews are there.</p>
      <div>
        <ButtonLink href={pathOf(project.id)}>Open the project</ButtonLink>
      </div>
    </Notice>
  );
}
