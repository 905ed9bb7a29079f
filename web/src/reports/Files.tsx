/** 日报周报: the report of a day, or of its week, as a file. */

import { useState } from "react";

import { useMe } from "../api/session";
import { dayAt } from "../forms/times";
import { useWords } from "../i18n";
import { Button, Field, Panel } from "../kit/pieces";
import { complain } from "../kit/toast";
import { now } from "../lib/clock";
import { AreaPick } from "../tables/AreaPick";
import { download } from "../tables/download";
import { queryText } from "../tables/query";
import { reportWords } from "./words";

const PERIODS = ["daily", "weekly"] as const;
const SHAPES = ["xlsx", "docx", "html"] as const;

export function Files(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  const [area, setArea] = useState(me.account.area);
  const [date, setDate] = useState(() => dayAt(now()));
  const [busy, setBusy] = useState<string | null>(null);
  const shapes = { xlsx: texts.excel, docx: texts.word, html: texts.page };
  const get = (name: string): void => {
    setBusy(name);
    download(`/api/v1/reports/${name}?${queryText({ area, date })}`, name)
      .catch(complain)
      .finally(() => setBusy(null));
  };
  return (
    <Panel title={texts.tabs.files}>
      <p className="soft">{texts.filesHint}</p>
      <div className="filters row wrap">
        <Field label={texts.area}>{(input) => <AreaPick input={input} value={area} onChange={setArea} empty={null} />}</Field>
        <Field label={texts.date}>{(input) => <input {...input} type="date" value={date} onChange={(event) => event.target.value !== "" && setDate(event.target.value)} />}</Field>
      </div>
      {PERIODS.map((period) => (
        <div key={period} className="row wrap">
          <strong>{texts[period]}</strong>
          {SHAPES.map((shape) => (
            <Button key={shape} disabled={busy !== null} aria-label={`${texts[period]} ${shapes[shape]}`} onClick={() => get(`${period}.${shape}`)}>
              {busy === `${period}.${shape}` ? "…" : shapes[shape]}
            </Button>
          ))}
          {period === "weekly" ? <span className="soft small">{texts.weeklyHint}</span> : null}
        </div>
      ))}
    </Panel>
  );
}
