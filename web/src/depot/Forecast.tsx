/** What the machine expects of a day and suggests to declare for it, with its grounds; one click takes it over. */

import { useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Button, Panel } from "../kit/pieces";
import { cellOf, keyOf, type Edits, type Known } from "./week";
import { dayTitle } from "./days";
import { depotWords } from "./words";

type Foreseen = Schemas["ForecastShown"];

interface Props {
  depot: string;
  day: string;
  writes: boolean;
  known: ReadonlyMap<string, Known>;
  edits: Edits;
  onTake: (taken: Edits) => void;
}

export function Forecast({ depot, day, writes, known, edits, onTake }: Props): React.JSX.Element {
  const texts = useWords(depotWords);
  const { data } = useQuery({ queryKey: ["forecast", depot, day], queryFn: () => answered(api.GET("/api/v1/capacity/forecast", { params: { query: { depot, date: day } } })) });
  const forecasts = data?.forecasts ?? [];
  const taken = (each: Foreseen): Edits => {
    const key = keyOf(each);
    const { teams } = cellOf(key, known, edits);
    return { [key]: { teams: teams === "" || teams === "0" ? "1" : teams, visits: String(each.suggested) } };
  };
  const all = (): void => onTake(Object.assign({}, ...forecasts.map(taken)) as Edits);
  return (
    <Panel title={texts.forecastOf(dayTitle(day))} aside={writes && forecasts.length > 0 ? <Button onClick={all}>{texts.takeAll}</Button> : null}>
      {forecasts.length === 0 ? <p className="soft">{texts.noForecast}</p> : null}
      <ul className="stack">
        {forecasts.map((each) => (
          <li key={keyOf(each)} className="stack forecast">
            <span className="row between">
              <strong>
                {label(names.Half, each.half)} {label(names.VisitKind, each.kind)} {label(names.VisitArea, each.area_class)}
              </strong>
              {writes ? <Button onClick={() => onTake(taken(each))}>{texts.take}</Button> : null}
            </span>
            <span>
              {texts.expected} {each.expected.toFixed(1)} · {texts.suggested} <strong>{each.suggested}</strong>
            </span>
            <span className="small soft">{each.because}</span>
          </li>
        ))}
      </ul>
      {data?.errors.mean_error == null ? null : <p className="small soft">{texts.errors(data.errors.mean_error.toFixed(1), data.errors.weeks)}</p>}
    </Panel>
  );
}
