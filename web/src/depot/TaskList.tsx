/** The grid tasks of an area: filtered, withdrawn, brought in by a table. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { Upload } from "../forms/Upload";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { complain } from "../kit/toast";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { download } from "../tables/download";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { depotWords } from "./words";

type Task = Schemas["TaskShown"];
interface Query {
  area?: string;
  state?: Schemas["GridTaskState"][];
  kind?: Schemas["GridTaskKind"][];
  due_by?: string;
}

async function load(query: Query, turn: Turn): Promise<Page<Task>> {
  const { tasks, next } = await answered(api.GET("/api/v1/grid-tasks", { params: { query: { ...query, ...turn } } }));
  return { rows: tasks, next: next ?? null };
}

const OPEN = new Set(["open", "offered", "taken"]);

export function TaskList(): React.JSX.Element {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  const me = useMe();
  const done = useDone("grid-tasks");
  const [ended, setEnded] = useState<Task | null>(null);
  const [bringing, setBringing] = useState(false);
  const makes = may(me, "task.make");
  const tools = makes ? (
    <>
      <Button onClick={() => void download("/api/v1/grid-tasks/template.xlsx", "grid-tasks.xlsx").catch(complain)}>{texts.template}</Button>
      <Button onClick={() => setBringing(true)}>{texts.importTasks}</Button>
    </>
  ) : null;
  return (
    <>
      <ListView
        name="grid-tasks"
        label={texts.tabs.tasks}
        columns={useColumns(makes, setEnded)}
        load={load}
        idOf={(task) => task.id}
        initial={{} as Query}
        filters={[
          { name: "area", label: table.area, kind: "area" },
          { name: "state", label: texts.state, kind: "many", options: optionsOf(names.GridTaskState) },
          { name: "kind", label: texts.kind, kind: "many", options: optionsOf(names.GridTaskKind) },
          { name: "due_by", label: texts.due, kind: "day" },
        ]}
        exported="grid-tasks"
        tools={tools}
      />
      {ended === null ? null : (
        <FormDialog
          title={`${texts.withdrawTask} ${ended.address}`}
          fields={[{ name: "reason", label: texts.reason, kind: "line", required: true, most: 200 }]}
          risky
          onClose={() => setEnded(null)}
          onSend={async ({ reason }, key) => {
            await answered(api.POST("/api/v1/grid-tasks/{task_id}/withdraw", { params: { path: { task_id: ended.id }, header: once(key) }, body: { reason: String(reason), version: ended.version } }));
            done(texts.withdrawnDone);
          }}
        />
      )}
      {bringing ? <Bring onClose={() => setBringing(false)} onDone={() => done(texts.sheetKept)} /> : null}
    </>
  );
}

function useColumns(makes: boolean, end: (task: Task) => void): Column<Task>[] {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  return [
    { key: "kind", title: texts.kind, frozen: "left", render: (task) => label(names.GridTaskKind, task.kind) },
    { key: "state", title: texts.state, render: (task) => <Tag>{label(names.GridTaskState, task.state)}</Tag> },
    { key: "area", title: texts.area, render: (task) => areas.name(task.area) },
    { key: "address", title: texts.address, render: (task) => task.address },
    { key: "text", title: texts.text, render: (task) => task.text || "—" },
    { key: "due", title: texts.due, render: (task) => task.due, sort: (one, other) => one.due.localeCompare(other.due) },
    { key: "crew", title: texts.crew, render: (task) => task.crew_name ?? task.crew_id ?? "—" },
    { key: "why", title: texts.why, render: (task) => task.why || "—" },
    { key: "slack", title: texts.slack, right: true, render: (task) => task.slack_min ?? "—" },
    { key: "result", title: texts.result, render: (task) => task.result || "—" },
    { key: "made", title: texts.madeAt, spare: true, render: (task) => full(task.made_at) },
    { key: "act", title: table.actions, frozen: "right", render: (task) => (makes && OPEN.has(task.state) ? <Button tone="risky" onClick={() => end(task)}>{texts.withdrawTask}</Button> : null) },
  ];
}

function Bring({ onClose, onDone }: { onClose: () => void; onDone: () => void }): React.JSX.Element {
  const texts = useWords(depotWords);
  const me = useMe();
  return (
    <Upload
      title={texts.importTasks}
      asked={[{ name: "area", label: texts.area, kind: "area", required: true }]}
      initial={{ area: me.account.area }}
      onClose={onClose}
      onDone={onDone}
      send={async (content, { area }, dry, key) => {
        const made = await answered(api.POST("/api/v1/grid-tasks/sheets", { params: { header: once(key) }, body: { area: String(area), content, dry_run: dry } }));
        return (
          <p>
            {made.kept ? texts.sheetKept : texts.sheetDry} · {texts.tasksTold(made.tasks.length)}
          </p>
        );
      }}
    />
  );
}
