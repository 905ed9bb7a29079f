/** 地点导入: the utility's own file of roads, buildings, substations and transformers, checked first and then brought in. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { Upload } from "../forms/Upload";
import { useWords } from "../i18n";
import { Button, Panel } from "../kit/pieces";
import { complain, say } from "../kit/toast";
import { download } from "../tables/download";
import { optionsOf } from "../tables/options";
import { formWords } from "../forms/words";
import { adminWords } from "./words";

type Answer = Schemas["ImportAnswer"];

export function Places(): React.JSX.Element {
  const texts = useWords(adminWords);
  const [bringing, setBringing] = useState(false);
  return (
    <Panel title={texts.tabs.places}>
      <p>{texts.importHint}</p>
      <div className="row">
        <Button onClick={() => void download("/api/v1/places/template", "places.xlsx").catch(complain)}>{texts.template}</Button>
        <Button tone="main" onClick={() => setBringing(true)}>{texts.importPlaces}</Button>
      </div>
      {bringing ? <Bring onClose={() => setBringing(false)} /> : null}
    </Panel>
  );
}

function Bring({ onClose }: { onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  return (
    <Upload
      title={texts.importPlaces}
      asked={[
        { name: "crs", label: texts.crs, kind: "one", options: optionsOf(names.Crs), required: true },
        { name: "skip_bad", label: texts.skipBad, kind: "flag" },
      ]}
      initial={{ crs: "wgs84" }}
      onClose={onClose}
      onDone={() => say("ok", texts.imported)}
      send={async (content, { crs, skip_bad }, dry) => {
        const body = { content, crs: String(crs), skip_bad: skip_bad === true, dry_run: dry };
        return <Told answer={await answered(api.POST("/api/v1/places/import", { body }))} />;
      }}
    />
  );
}

function Told({ answer }: { answer: Answer }): React.JSX.Element {
  const texts = useWords(adminWords);
  return (
    <div className="stack">
      <p>{answer.kept ? texts.imported : texts.importDry}</p>
      <p>{texts.importTold(answer.rows, answer.added, answer.changed, answer.same)}</p>
      {answer.faults_n > 0 ? <Rows title={texts.faultsN(answer.faults_n)} rows={answer.faults} /> : null}
      {answer.notes.length > 0 ? <Rows title={texts.notesN(answer.notes.length)} rows={answer.notes} /> : null}
    </div>
  );
}

function Rows({ title, rows }: { title: string; rows: Answer["faults"] }): React.JSX.Element {
  const texts = useWords(formWords);
  return (
    <table className="table">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.row}</th>
          <th scope="col">{texts.column}</th>
          <th scope="col">{texts.fault}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.row}${row.column}${row.message}`}>
            <td>{row.row}</td>
            <td>{row.column}</td>
            <td>{row.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
