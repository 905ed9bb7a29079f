/** 网格任务: all of an area for who may see them; for a depot, what its crews are offered, and their answers. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useAct, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Button, Field, Panel, Tag } from "../kit/pieces";
import { saying } from "../kit/toast";
import { full } from "../lib/format";
import { useFresh } from "../tables/listing";
import { useDepot, DepotPick } from "./picked";
import { TaskList } from "./TaskList";
import { depotWords } from "./words";

type Task = Schemas["TaskShown"];
type What = "decline" | "done";

export function Tasks(): React.JSX.Element {
  const me = useMe();
  return may(me, "task.read") ? <TaskList /> : <OfCrews />;
}

function OfCrews(): React.JSX.Element {
  const texts = useWords(depotWords);
  const depot = useDepot();
  const [chosen, setChosen] = useState("");
  const { data } = useQuery({ queryKey: ["crews", depot], queryFn: () => answered(api.GET("/api/v1/crews", { params: { query: { area: depot, limit: 200 } } })), enabled: depot !== "" });
  const crews = data?.crews ?? [];
  const crew = chosen || (crews[0]?.id ?? "");
  return (
    <div className="stack grow scroll" tabIndex={0} role="region" aria-label={texts.tabs.tasks}>
      <div className="filters row wrap">
        <DepotPick />
        <Field label={texts.chooseCrew}>
          {(input) => (
            <select {...input} value={crew} onChange={(event) => setChosen(event.target.value)}>
              {crews.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {crew === "" ? null : <Offered key={crew} crew={crew} />}
    </div>
  );
}

function Offered({ crew }: { crew: string }): React.JSX.Element {
  const texts = useWords(depotWords);
  const { data, error } = useQuery({ queryKey: ["offered", crew], queryFn: () => answered(api.GET("/api/v1/crews/{crew_id}/tasks", { params: { path: { crew_id: crew } } })) });
  useFresh(["offered"]);
  const [doing, setDoing] = useState<{ task: Task; what: What } | null>(null);
  const { busy, run } = useAct("offered");
  if (error !== null) return <p role="alert">✖ {saying(error)}</p>;
  if (data === undefined) return <p role="status">…</p>;
  const accept = (task: Task): void => {
    void run((key) => answered(api.POST("/api/v1/grid-tasks/{task_id}/accept", { params: { path: { task_id: task.id }, header: once(key) }, body: { version: task.version } })), texts.acceptedDone);
  };
  return (
    <>
      {data.taken === null ? null : (
        <Panel title={texts.taken}>
          <TaskLine task={data.taken}>
            <Button tone="main" onClick={() => data.taken && setDoing({ task: data.taken, what: "done" })}>{texts.done}</Button>
            <Button onClick={() => data.taken && setDoing({ task: data.taken, what: "decline" })}>{texts.decline}</Button>
          </TaskLine>
        </Panel>
      )}
      <Panel title={texts.offers}>
        {data.offers.length === 0 ? <p className="soft">{data.sentence}</p> : null}
        {data.offers.map((task) => (
          <TaskLine key={task.id} task={task}>
            <Button tone="main" disabled={busy} onClick={() => accept(task)}>{texts.accept}</Button>
            <Button onClick={() => setDoing({ task, what: "decline" })}>{texts.decline}</Button>
          </TaskLine>
        ))}
      </Panel>
      {data.passed_over.length === 0 ? null : (
        <Panel title={texts.passedOver}>
          {data.passed_over.map(({ task, sentence }) => (
            <TaskLine key={task.id} task={task}>
              <span className="soft">{sentence}</span>
            </TaskLine>
          ))}
        </Panel>
      )}
      {doing === null ? null : <Answer {...doing} onClose={() => setDoing(null)} />}
    </>
  );
}

function TaskLine({ task, children }: { task: Task; children: React.ReactNode }): React.JSX.Element {
  const texts = useWords(depotWords);
  return (
    <div className="stack forecast">
      <span className="row wrap">
        <Tag tone="note">{label(names.GridTaskKind, task.kind)}</Tag>
        <strong>{task.address}</strong>
        <span className="soft">
          {texts.due} {task.due} · {texts.workMin} {task.work_min}
          {task.offered_until ? ` · ${full(task.offered_until)}` : ""}
        </span>
        {children}
      </span>
      <span className="small">{[task.text, task.why].filter(Boolean).join(" · ")}</span>
    </div>
  );
}

function Answer({ task, what, onClose }: { task: Task; what: What; onClose: () => void }): React.JSX.Element {
  const texts = useWords(depotWords);
  const done = useDone("offered", "grid-tasks");
  const finished = what === "done";
  return (
    <FormDialog
      title={`${finished ? texts.done : texts.decline} ${task.address}`}
      fields={[{ name: finished ? "result" : "reason", label: finished ? texts.resultAsk : texts.declineReason, kind: "text", required: true, most: finished ? 500 : 200 }]}
      onClose={onClose}
      onSend={async (values, key) => {
        const params = { path: { task_id: task.id }, header: once(key) };
        const { version } = task;
        if (finished) await answered(api.POST("/api/v1/grid-tasks/{task_id}/done", { params, body: { result: String(values.result), version } }));
        else await answered(api.POST("/api/v1/grid-tasks/{task_id}/decline", { params, body: { reason: String(values.reason), version } }));
        done(finished ? texts.doneDone : texts.declinedDone);
      }}
    />
  );
}
