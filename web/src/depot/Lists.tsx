/** 派工清单: a depot's half-day. Teams with their routes, what does not fit and what would help, who decided what. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { dayAt } from "../forms/times";
import { label, useWords } from "../i18n";
import { Button, Field, Panel, Tag } from "../kit/pieces";
import { complain } from "../kit/toast";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import { Failed } from "../tables/DataTable";
import { PrintHead } from "../tables/PrintHead";
import { download } from "../tables/download";
import { useFresh } from "../tables/listing";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { DepotPick, useDepot } from "./picked";
import { Decide, type Deciding } from "./Decide";
import { Team } from "./Team";
import { depotWords } from "./words";

type Worklist = Schemas["WorklistShown"];
export type Half = Schemas["Half"];

const NOON_HOUR = 12;

export function Lists(): React.JSX.Element {
  const texts = useWords(depotWords);
  const depot = useDepot();
  const [day, setDay] = useState(() => dayAt(now()));
  const [half, setHalf] = useState<Half>(() => (new Date(now() + 8 * 3_600_000).getUTCHours() < NOON_HOUR ? "am" : "pm"));
  return (
    <>
      <div className="filters row wrap no-print">
        <DepotPick />
        <Field label={texts.date}>{(input) => <input {...input} type="date" value={day} onChange={(event) => event.target.value !== "" && setDay(event.target.value)} />}</Field>
        {(["am", "pm"] as const).map((each) => (
          <Button key={each} aria-pressed={half === each} onClick={() => setHalf(each)}>
            {label(names.Half, each)}
          </Button>
        ))}
      </div>
      {depot === "" ? null : <OneList key={`${depot}${day}${half}`} depot={depot} day={day} half={half} />}
    </>
  );
}

function OneList({ depot, day, half }: { depot: string; day: string; half: Half }): React.JSX.Element {
  const found = useQuery({
    queryKey: ["worklist", depot, day, half],
    queryFn: () => answered(api.GET("/api/v1/worklists/{depot}/{day}/{half}", { params: { path: { depot, day, half } } })),
    retry: false,
  });
  useFresh(["worklist"]);
  if (found.data === undefined) return found.error === null ? <p role="status">…</p> : <Failed error={found.error} again={() => void found.refetch()} />;
  return <Shown list={found.data} />;
}

function Shown({ list }: { list: Worklist }): React.JSX.Element {
  const texts = useWords(depotWords);
  const [doing, setDoing] = useState<Deciding | null>(null);
  return (
    <div className="stack grow scroll" tabIndex={0} role="region" aria-label={texts.tabs.lists}>
      <PrintHead title={texts.tabs.lists} area={list.depot} conditions={[`${list.date} ${label(names.Half, list.half)}`]} />
      <div className="row wrap">
        <Tag tone={list.draft ? "note" : "ok"}>{list.draft ? texts.draft : label(names.ListState, list.state)}</Tag>
        <span>
          {texts.frozen} {full(list.frozen_at)}
        </span>
        <span className="soft">{texts.version(list.version)}</span>
        {list.note ? <Tag tone="warn">▲ {texts.note}:{list.note}</Tag> : null}
      </div>
      <Papers list={list} />
      {list.teams.length === 0 ? <p className="soft">{texts.noTeams}</p> : null}
      {list.teams.map((team) => (
        <Team key={team.team} list={list} team={team} act={setDoing} />
      ))}
      <LeftOut list={list} act={setDoing} />
      <Pins list={list} act={setDoing} />
      <Log list={list} />
      {doing === null ? null : <Decide list={list} doing={doing} onClose={() => setDoing(null)} />}
    </div>
  );
}

/** The server's own papers; each is noted in the audit when it leaves. */
function Papers({ list }: { list: Worklist }): React.JSX.Element {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  const [map, setMap] = useState(false);
  const path = `/api/v1/worklists/${list.depot}/${list.date}/${list.half}`;
  return (
    <div className="stack no-print">
      <div className="row wrap">
        <a className="button" href={`${path}.html`} target="_blank" rel="noreferrer">{texts.page}</a>
        <Button onClick={() => void download(`${path}.pdf`, "worklist.pdf").catch(complain)}>{texts.pdf}</Button>
        <Button onClick={() => void download(`${path}.xlsx`, "worklist.xlsx").catch(complain)}>{texts.excel}</Button>
        <Button aria-pressed={map} onClick={() => setMap(!map)}>{map ? texts.hideMap : texts.map}</Button>
        <Button onClick={() => window.print()}>{table.print}</Button>
      </div>
      {map ? <img className="route-map" src={`${path}/map.png`} alt={texts.map} /> : null}
    </div>
  );
}

function LeftOut({ list, act }: { list: Worklist; act: (doing: Deciding) => void }): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const me = useMe();
  if (list.left_out.length === 0) return null;
  return (
    <Panel title={`▲ ${texts.leftOut} (${list.left_out.length})`}>
      <ul className="stack">
        {list.left_out.map((left) => (
          <li key={left.booking_id} className="stack forecast">
            <span className="row wrap">
              <span>{left.sentence}</span>
              {may(me, "worklist.change") && !list.draft ? <Button onClick={() => act({ what: "add", booking: left.booking_id, title: left.sentence })}>{texts.add}</Button> : null}
              {may(me, "worklist.pin") && list.draft ? <Button onClick={() => act({ what: "pin", booking: left.booking_id, title: left.sentence })}>{texts.pin}</Button> : null}
            </span>
            {left.helps.length === 0 ? null : (
              <span className="small soft">
                {texts.helps}:{left.helps.join(";")}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Pins({ list, act }: { list: Worklist; act: (doing: Deciding) => void }): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const me = useMe();
  const pins = list.pins ?? [];
  if (pins.length === 0) return null;
  return (
    <Panel title={texts.pins}>
      <ul className="stack">
        {pins.map((pin) => (
          <li key={pin.booking_id} className="row wrap">
            {pin.booking_id.slice(-8)} → {pin.team} · {who(pin.set_by)} {full(pin.set_at)} · {pin.reason}
            {may(me, "worklist.pin") ? <Button onClick={() => act({ what: "unpin", booking: pin.booking_id, title: pin.team })}>{texts.unpin}</Button> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Log({ list }: { list: Worklist }): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const lines = list.log ?? [];
  if (lines.length === 0) return null;
  return (
    <Panel title={texts.log}>
      <ol>
        {lines.map((line) => (
          <li key={line.version}>
            {full(line.at)} · {label(names.ListStep, line.step)} · {who(line.by)} {line.reason}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
