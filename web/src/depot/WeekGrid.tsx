/** 周申报: a depot's week as a grid. What it would do is shown before it is saved; the forecast of a day stands beside. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { answered, api } from "../api/client";
import { may, useMe } from "../api/session";
import { dayAt, mondayOf, plusDays } from "../forms/times";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { complain, say } from "../kit/toast";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import { leave, useUnsaved } from "../lib/leaving";
import { download } from "../tables/download";
import { Failed } from "../tables/DataTable";
import { useFresh } from "../tables/listing";
import { DepotPick, useDepot } from "./picked";
import { Forecast } from "./Forecast";
import { Grid } from "./Grid";
import { SaveWeek } from "./SaveWeek";
import { SheetUpload } from "./SheetUpload";
import { WeekPick } from "./days";
import { copied, knownOf, linesOf, type Cell, type Edits } from "./week";
import { depotWords } from "./words";

function useWeek(depot: string, monday: string) {
  return useQuery({
    queryKey: ["week", depot, monday],
    queryFn: () => answered(api.GET("/api/v1/depots/{depot}/declarations/{week}", { params: { path: { depot, week: monday } } })),
    enabled: depot !== "",
  });
}

export function WeekGrid(): React.JSX.Element {
  const depot = useDepot();
  const [monday, setMonday] = useState(() => plusDays(mondayOf(dayAt(now())), 7));
  return (
    <>
      <div className="filters row wrap no-print">
        <DepotPick />
        <WeekPick monday={monday} onChange={(week) => (week === monday ? undefined : leave(() => setMonday(week)))} />
      </div>
      {depot === "" ? null : <OneWeek key={`${depot} ${monday}`} depot={depot} monday={monday} />}
    </>
  );
}

function OneWeek({ depot, monday }: { depot: string; monday: string }): React.JSX.Element {
  const texts = useWords(depotWords);
  const me = useMe();
  const { data, error, refetch } = useWeek(depot, monday);
  useFresh(["week"]);
  const [edits, setEdits] = useState<Edits>({});
  const [day, setDay] = useState(() => (dayAt(now(), 1) >= monday && dayAt(now(), 1) < plusDays(monday, 7) ? dayAt(now(), 1) : monday));
  const [saving, setSaving] = useState(false);
  const [bringing, setBringing] = useState(false);
  const known = useMemo(() => (data === undefined ? new Map() : knownOf(data)), [data]);
  const lines = linesOf(known, edits);
  useUnsaved(lines.length > 0);
  const today = dayAt(now());
  const declares = may(me, "capacity.declare");
  const edit = (key: string, cell: Cell): void => setEdits({ ...edits, [key]: cell });
  const copy = async (): Promise<void> => {
    const path = { depot, week: plusDays(monday, -7) };
    const before = await answered(api.GET("/api/v1/depots/{depot}/declarations/{week}", { params: { path } }));
    const filled = copied(before, known, today, (each) => plusDays(each, 7));
    const n = Object.keys(filled).length;
    setEdits({ ...edits, ...filled });
    say(n === 0 ? "warn" : "ok", n === 0 ? texts.nothingToCopy : texts.copied(n));
  };
  if (data === undefined) return error === null ? <p role="status">…</p> : <Failed error={error} again={() => void refetch()} />;
  return (
    <div className="week-page grow">
      <div className="stack scroll" tabIndex={0} role="region" aria-label={texts.tabs.week}>
        <div className="row wrap no-print">
          <span className={Date.parse(data.due_at) < now() ? "tag warn" : "tag"}>{texts.dueAt(full(data.due_at))}</span>
          {declares ? (
            <>
              <Button onClick={() => void copy().catch(complain)}>{texts.copy}</Button>
              <Button disabled={lines.length === 0} onClick={() => setEdits({})}>{texts.undo}</Button>
              <Button onClick={() => void download(`/api/v1/capacity/template.xlsx?week=${monday}&depot=${depot}`, "declarations.xlsx").catch(complain)}>{texts.template}</Button>
              <Button onClick={() => setBringing(true)}>{texts.upload}</Button>
            </>
          ) : null}
          {declares || may(me, "capacity.preview") ? <Button tone="main" disabled={lines.length === 0} onClick={() => setSaving(true)}>{texts.save(lines.length)}</Button> : null}
        </div>
        <Grid week={data} known={known} edits={edits} onEdit={edit} day={day} onDay={setDay} from={today} writes={declares || may(me, "capacity.preview")} />
      </div>
      <Forecast depot={depot} day={day} writes={declares} onTake={(taken) => setEdits({ ...edits, ...taken })} known={known} edits={edits} />
      {saving ? <SaveWeek depot={depot} monday={monday} lines={lines} onClose={() => setSaving(false)} onSaved={() => setEdits({})} /> : null}
      {bringing ? <SheetUpload onClose={() => setBringing(false)} onDone={() => void refetch()} /> : null}
    </div>
  );
}
