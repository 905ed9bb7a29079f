/** The pages behind the list: one job, visits and tasks, the queue, the person's own page. */

import { useEffect } from "react";

import { go } from "../lib/route";
import { useStore } from "../lib/store";
import { JobList } from "./JobList";
import { JobPage } from "./JobPage";
import { Mine } from "./Mine";
import { Queue } from "./Queue";
import { duties } from "./state";
import { Tasks } from "./Tasks";
import { Visits } from "./Visits";

export function Room({ screen, rest }: { screen: string; rest: readonly string[] }): React.JSX.Element {
  const { jobs, doneToday, readAt } = useStore(duties);
  const job = screen === "job" ? (jobs.find((one) => one.id === rest[0]) ?? doneToday.find((one) => one.id === rest[0])) : undefined;
  const gone = screen === "job" && job === undefined && readAt !== null; // given to another crew, or done days ago
  useEffect(() => {
    if (gone) go("");
  }, [gone]);
  if (job !== undefined) return <JobPage key={job.id} job={job} />;
  if (screen === "queue") return <Queue />;
  if (screen === "mine") return <Mine />;
  if (screen !== "plans") return <JobList />;
  return (
    <>
      <Visits />
      <Tasks />
    </>
  );
}
