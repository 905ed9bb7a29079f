/** 往日复盘: a past day on the map, played by the minute; where it was worst is found at once. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { answered, api } from "../api/client";
import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { now } from "../lib/clock";
import { go, useRoute } from "../lib/route";
import { useAreas } from "../map/data";
import { Head } from "../shell/Head";
import { Controls } from "./Controls";
import type { Replay } from "./frame";
import { prepare } from "./play";
import { Player } from "./player";
import "./replay.css";
import { ReplayMap } from "./ReplayMap";
import { Side } from "./Side";
import { replayWords } from "./words";

const FIRST_S = 8 * 3600; // a working day begins

interface Asked {
  area: string;
  date: string | undefined;
}

/** The client's types take the pairs of a step for lists; they are what the schema says. */
function ask(area: string, date: string): Promise<Replay> {
  return answered(api.GET("/api/v1/replay", { params: { query: { area, date } } })) as Promise<unknown> as Promise<Replay>;
}

/** The days of the area, and the whole of the one that is shown: that of the address, else the latest. */
function useDay(): Asked & { days: readonly { day: string; n: number }[] | undefined; data: Replay | undefined; error: unknown } {
  const own = useMe().account.area;
  const { rest } = useRoute();
  const area = rest[1] || own;
  const known = useQuery({ queryKey: ["replay-days", area], queryFn: () => answered(api.GET("/api/v1/replay/days", { params: { query: { area } } })) });
  const date = rest[0] || known.data?.days[0]?.day;
  const asked = useQuery({
    queryKey: ["replay", area, date],
    queryFn: () => ask(area, date ?? ""),
    enabled: date !== undefined,
    staleTime: 60_000,
    gcTime: 60_000, // twenty thousand tickets are not kept for long
  });
  return { area, date, days: known.data?.days, data: asked.data, error: asked.error ?? known.error };
}

export default function ReplayScreen(): React.JSX.Element {
  const texts = useWords(replayWords);
  const loading = useWords(kitWords).loading;
  const { area, date, days, data, error } = useDay();
  const none = days?.length === 0 && date === undefined;
  return (
    <div className="screen replay">
      <Head />
      <Choice area={area} date={date} days={days ?? []} />
      {error ? (
        <p role="alert" className="replay-failed">
          {texts.failed(saying(error))}
        </p>
      ) : null}
      {data === undefined ? (
        <p className="door" role="status">
          {none ? texts.noDays : error ? "" : loading}
        </p>
      ) : (
        <Stage key={`${data.area} ${data.day}`} day={data} />
      )}
    </div>
  );
}

function Stage({ day }: { day: Replay }): React.JSX.Element {
  const texts = useWords(replayWords);
  const areas = useAreas();
  const names = useMemo(() => new Map(areas.map(({ code, name }) => [code, name])), [areas]);
  const play = useMemo(() => prepare(day.tickets), [day]);
  const player = useMemo(() => new Player((now() - Date.parse(day.begin_at)) / 1000), [day]);
  const [selected, setSelected] = useState<string | null>(null);
  useEffect(() => {
    player.seek(FIRST_S);
    return () => player.stop();
  }, [player]);
  const shared = { day, play, player, selected, onSelect: setSelected };
  return (
    <main className="replay-body grow" aria-label={texts.title}>
      <h1 className="only-read">{texts.title}</h1>
      <ReplayMap {...shared} />
      <Side {...shared} names={names} />
      <Controls play={play} player={player} />
    </main>
  );
}

function Choice({ area, date, days }: { area: string; date: string | undefined; days: readonly { day: string; n: number }[] }): React.JSX.Element {
  const texts = useWords(replayWords);
  const own = useMe().account.area;
  const areas = useAreas().filter(({ code, level }) => code.startsWith(own) && level !== "depot");
  const listed = date === undefined || days.some((each) => each.day === date) ? days : [{ day: date, n: 0 }, ...days];
  return (
    <div className="row wrap replay-choice">
      <label className="row nowrap">
        {texts.day}
        <select className="input replay-select" value={date ?? ""} onChange={(event) => go("replay", event.target.value, area)}>
          {listed.map(({ day, n }) => (
            <option key={day} value={day}>
              {texts.days(day, n)}
            </option>
          ))}
        </select>
      </label>
      <label className="row nowrap">
        {texts.area}
        <select className="input replay-select" value={area} onChange={(event) => go("replay", date ?? "", event.target.value)}>
          {areas.map(({ code, name, level }) => (
            <option key={code} value={code}>
              {level === "county" ? "  " : ""}
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
