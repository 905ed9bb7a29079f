/** 派工模式: how each county works now; a switch is tried out first, and what it would move is shown before it is done. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { fromLocal } from "../forms/times";
import { label, useWords } from "../i18n";
import { Button, Field, Tag } from "../kit/pieces";
import { saying } from "../kit/toast";
import { full } from "../lib/format";
import { AreaPick } from "../tables/AreaPick";
import { DataTable, type Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { listOf, useFresh } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { said } from "../tables/query";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { supervisionWords } from "./words";

type Mode = Schemas["ModeShown"];
const AGAIN_MS = 15_000;

export function Modes(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const { own } = useAreas();
  const [chosen, setChosen] = useState("");
  const under = chosen || (own.find((area) => area.level === "city") ?? own.find((area) => area.level === "county"))?.code || "";
  const asked = said({ area: under });
  const found = useQuery({
    queryKey: ["modes", under],
    queryFn: () => answered(api.GET("/api/v1/modes", { params: { query: asked } })),
    enabled: own.length > 0,
    refetchInterval: AGAIN_MS,
  });
  useFresh(["modes"]);
  const [open, setOpen] = useState<Mode | null>(null);
  return (
    <>
      <form className="filters row wrap no-print" role="search" aria-label={table.filters}>
        <Field label={table.area}>{(input) => <AreaPick input={input} value={under} onChange={setChosen} empty={null} />}</Field>
      </form>
      <DataTable name="modes" label={texts.tabs.modes} columns={useModeColumns(setOpen)} list={listOf(found.data?.modes ?? [], found)} idOf={(mode) => mode.area} exported={{ table: "modes", query: asked }} detail={(mode) => <History code={mode.area} />} />
      {open === null ? null : <Switch mode={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function useModeColumns(open: (mode: Mode) => void): Column<Mode>[] {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const text = may(me, "mode.set") ? texts.switchMode : texts.tryMode;
  return [
    { key: "area", title: texts.area, frozen: "left", render: (mode) => areas.name(mode.area) },
    { key: "mode", title: texts.mode, render: (mode) => <Tag tone={mode.mode === "storm" ? "bad" : mode.mode === "normal" ? "ok" : "note"}>{label(names.Mode, mode.mode)}</Tag> },
    { key: "by", title: texts.setBy, render: (mode) => (mode.set_by ? who(mode.set_by) : "—") },
    { key: "at", title: texts.setAt, render: (mode) => <span className="nowrap">{full(mode.set_at)}</span> },
    { key: "reason", title: texts.modeReason, render: (mode) => mode.reason || "—" },
    { key: "until", title: texts.until, render: (mode) => <span className="nowrap">{full(mode.until_at)}</span> },
    { key: "auto", title: texts.auto, render: (mode) => (mode.auto_storm ? table.yes : table.no) },
    { key: "proposal", title: texts.proposal, render: ({ proposal }) => (proposal ? <Tag tone="warn">{texts.propose(label(names.Mode, proposal.mode), proposal.open_tickets, proposal.crews)}</Tag> : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (mode) => (may(me, "mode.dry_run") ? <Button aria-label={`${text} ${areas.name(mode.area)}`} onClick={() => open(mode)}>{text}</Button> : null) },
  ];
}

function History({ code }: { code: string }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const { data } = useQuery({ queryKey: ["modes", code, "history"], queryFn: () => answered(api.GET("/api/v1/areas/{code}/mode/history", { params: { path: { code } } })) });
  const changes = data?.changes ?? [];
  return (
    <div className="stack">
      <h3>{texts.history}</h3>
      {changes.length === 0 ? <p className="soft">{texts.noHistory}</p> : null}
      <ul>
        {changes.map((change) => (
          <li key={change.id}>
            {full(change.at)} {label(names.Mode, change.before)} → {label(names.Mode, change.mode)} · {who(change.set_by)} · {change.reason}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Switch({ mode, onClose }: { mode: Mode; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const areas = useAreas();
  const done = useDone("modes");
  const [wanted, setWanted] = useState<Schemas["Mode"]>(mode.proposal?.mode ?? mode.mode);
  const sets = may(me, "mode.set");
  return (
    <FormDialog
      title={`${texts.mode} ${areas.name(mode.area)}`}
      fields={[
        { name: "mode", label: texts.modeTo, kind: "one", options: optionsOf(names.Mode), required: true },
        ...(sets
          ? ([
              { name: "reason", label: texts.modeReason, kind: "line", required: true, most: 200 },
              { name: "until_at", label: texts.until, kind: "time", hint: texts.modeHint },
              { name: "auto_storm", label: texts.auto, kind: "flag" },
            ] as const)
          : []),
      ]}
      initial={{ mode: wanted, auto_storm: mode.auto_storm }}
      confirm={sets ? texts.switchMode : texts.close}
      onChange={(values) => values.mode !== "" && setWanted(values.mode as Schemas["Mode"])}
      onClose={onClose}
      onSend={async (values) => {
        if (!sets) return;
        const until = String(values.until_at ?? "");
        const body = { mode: wanted, reason: String(values.reason), until_at: until === "" ? null : fromLocal(until), auto_storm: values.auto_storm === true };
        await answered(api.PUT("/api/v1/areas/{code}/mode", { params: { path: { code: mode.area } }, body }));
        done(texts.modeDone);
      }}
    >
      {wanted === mode.mode ? null : <DryRun code={mode.area} mode={wanted} />}
    </FormDialog>
  );
}

/** What would move if the mode were switched now. */
function DryRun({ code, mode }: { code: string; mode: Schemas["Mode"] }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const { data, error } = useQuery({
    queryKey: ["dry-run", code, mode],
    queryFn: () => answered(api.POST("/api/v1/areas/{code}/mode/dry-run", { params: { path: { code } }, body: { mode } })),
    staleTime: 0,
  });
  if (error) return <p role="alert">✖ {saying(error)}</p>;
  if (data === undefined) return <p role="status">{texts.computing}</p>;
  const lines = [
    [data.dispatched.length, texts.dryDispatched],
    [data.stopped.length, texts.dryStopped],
    [data.callbacks.length, texts.dryCallbacks],
    [data.booked.length, texts.dryBooked],
    [data.grouped.length, texts.dryGrouped],
  ] as const;
  const some = lines.filter(([n]) => n > 0);
  return (
    <section className="panel stack" aria-live="polite" aria-label={texts.dryRun}>
      <h3>{texts.dryRun}</h3>
      {some.length === 0 ? <p className="soft">{texts.dryNothing}</p> : null}
      <ul>
        {some.map(([n, say]) => (
          <li key={say(0)}>▲ {say(n)}</li>
        ))}
      </ul>
    </section>
  );
}
