/** Grid tasks that are offered to the crew between repairs: taken, declined, done. */

import { useState } from "react";

import { GridTaskKind } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { hm } from "../lib/format";
import { freshKey } from "../lib/once";
import { useStore } from "../lib/store";
import { ask } from "./ask";
import { MOST, over } from "./checks";
import { useDraft } from "./draft";
import { Text } from "./fields";
import { isTold, isWaiting } from "./items";
import { readPlans } from "./jobs";
import { MapSheet } from "./MapSheet";
import { complain, say } from "./notice";
import { ToldList } from "./Queue";
import { command } from "./sending";
import { duties, outbox, type Offered } from "./state";
import { Sheet } from "./Sheet";
import { roomWords } from "./roomWords";

type Task = Offered["offers"][number];

/** An offer is answered at once or not at all: it ends, and another crew may have it. */
async function answer(task: Task, how: "accept" | "decline", body: Readonly<Record<string, unknown>>, key: string): Promise<void> {
  const headers = { "Idempotency-Key": key };
  await ask(`/grid-tasks/${task.id}/${how}`, { method: "POST", body: { version: task.version, ...body }, headers });
}

function WordSheet({ task, done, onClose }: { task: Task; done: boolean; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`task/${task.id}`, { text: "" });
  const [tried, setTried] = useState(false);
  const [key] = useState(freshKey);
  const text = value.text.trim();
  const most = done ? MOST.words : MOST.decline;
  const act = async (): Promise<void> => {
    setTried(true);
    if (text === "" || over(text, most) > 0) return;
    if (done) {
      const about = { kind: "task-done", path: `/grid-tasks/${task.id}/done`, subject: task.id, title: label(GridTaskKind, task.kind) } as const;
      if (!(await command(about, { result: text }, false))) say(t.already, true);
    } else await answer(task, "decline", { reason: text }, key);
    clear();
    onClose();
    await readPlans();
  };
  return (
    <Sheet title={done ? t.taskDone : t.taskDecline} onClose={onClose}>
      <Text name={done ? `${t.visitResult}(${t.noNumbers})` : t.declineReason} value={value.text} most={most} rows={3} wrong={tried && text === "" ? t.required : undefined} onChange={(said) => change({ text: said })} />
      <button type="button" className="big" onClick={() => void act().catch(complain)}>
        {t.send}
      </button>
    </Sheet>
  );
}

function TaskCard({ task, taken }: { task: Task; taken: boolean }): React.JSX.Element {
  const t = useWords(roomWords);
  const items = useStore(outbox).filter((item) => item.subject === task.id);
  const [open, setOpen] = useState<"map" | "word" | null>(null);
  const [key] = useState(freshKey);
  const [busy, setBusy] = useState(false);
  const unsent = items.some(isWaiting);
  const act = async (): Promise<void> => {
    if (taken) return setOpen("word");
    setBusy(true);
    await answer(task, "accept", {}, key).catch(complain);
    await readPlans().catch(() => undefined);
    setBusy(false);
  };
  const facts = [t.taskDue(task.due), t.taskWork(task.work_min), task.offered_until === null || taken ? null : t.taskUntil(hm(task.offered_until))];
  return (
    <li className="card">
      <p className="row wrap">
        <strong className="what">{label(GridTaskKind, task.kind)}</strong>
        {taken ? <span className="mark info">{t.taskTaken}</span> : null}
        {unsent ? <span className="mark warn">{`${t["task-done"]} · ${t.unsent}`}</span> : null}
      </p>
      <p className="where">{task.address}</p>
      {task.text === "" ? null : <p>{task.text}</p>}
      <p className="soft">{facts.filter((fact) => fact !== null).join(" · ")}</p>
      {task.why === "" ? null : <p className="soft">{task.why}</p>}
      <div className="two">
        <button type="button" className="act main" disabled={busy || unsent} onClick={() => void act()}>
          {taken ? t.taskDone : t.taskTake}
        </button>
        <button type="button" className="act" onClick={() => setOpen(taken ? "map" : "word")}>
          {taken ? t.navigate : t.taskDecline}
        </button>
      </div>
      <ToldList items={items.filter(isTold)} />
      {open === "map" ? <MapSheet job={task} onClose={() => setOpen(null)} /> : null}
      {open === "word" ? <WordSheet task={task} done={taken} onClose={() => setOpen(null)} /> : null}
    </li>
  );
}

export function Tasks(): React.JSX.Element {
  const t = useWords(roomWords);
  const { tasks } = useStore(duties);
  const taken = tasks?.taken ?? null;
  const offers = tasks?.offers ?? [];
  return (
    <section aria-labelledby="tasks">
      <h1 id="tasks">{t.tasks}</h1>
      <ul className="stack">
        {taken === null ? null : <TaskCard task={taken} taken />}
        {offers.map((task) => (
          <TaskCard key={task.id} task={task} taken={false} />
        ))}
      </ul>
      {taken === null && offers.length === 0 ? <p className="empty">{tasks?.sentence || t.noTasks}</p> : null}
    </section>
  );
}
