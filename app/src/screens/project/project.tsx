/** A project: what comes next for the party who is signed in, evidence, money, history. */
import { ButtonLink } from "../../components/button";
import { Notice } from "../../components/notice";
import { PageTitle } from "../../components/page-title";
import { Loading } from "../../components/spinner";
import { useConfig } from "../../config/config-context";
import { ROUTES } from "../../config/routes";
import { ProblemNotice, SignInGate, useSession } from "../../gateway";
import { useProject } from "./data/use-project";
import { ProjectView } from "./project-view";
import "./project.css";

/** Renders `/p/project_...`. */
export default function Project({ params }: { params: { address: string } }) {
  const { hasGateway } = useConfig();
  if (!hasGateway) return <NoGateway />;
  return <Gate id={params.address} />;
}

function Gate({ id }: { id: string }) {
  const { isOfWallet } = useSession();
  return (
    <>
      {!isOfWallet && (
        <PageTitle
          title="Project"
          lead="Only its homeowner, contractor and mediator may read it."
        />
      )}
      <SignInGate purpose="open this project">
        <Loaded id={id} />
      </SignInGate>
    </>
  );
}

function Loaded({ id }: { id: string }) {
  const { session } = useSession();
  const resource = useProject(id, session!.address);
  const { status, data, problem, isStale, refresh } = resource;
  if (data) {
    return (
      <>
        {isStale && <ProblemNotice problem={problem} onRetry={refresh} />}
        <ProjectView key={`${id} ${data.role}`} open={data} refreshProject={refresh} />
      </>
    );
  }
  if (status === "loading" || status === "idle") return <Loading what="the project" />;
  return (
    <>
      <PageTitle
        title={status === "missing" ? "There is no such project for this wallet" : "Project"}
        lead="A project opens for the wallets of its three parties only."
      />
      <ProblemNotice problem={problem} onRetry={refresh}>
        <ButtonLink href={ROUTES.milestones}>My milestones</ButtonLink>
      </ProblemNotice>
    </>
  );
}

function NoGateway() {
  return (
    <>
      <PageTitle title="Project" />
      <Notice kind="info" title="This page has no gateway">
        <p>A project lives on a Milepost gateway. Open the link at the address of that gateway.</p>
        <div>
          <ButtonLink href={ROUTES.milestones}>My milestones on chain</ButtonLink>
        </div>
      </Notice>
    </>
  );
}
