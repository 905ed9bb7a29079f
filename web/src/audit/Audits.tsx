/** The auditor's queue at the left; the chosen reply beside what the crew reported and what is known besides. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { useWords } from "../i18n";
import { Field, Tag } from "../kit/pieces";
import { Rows } from "../kit/Rows";
import { hm } from "../lib/format";
import { AreaPick } from "../tables/AreaPick";
import { Export, Failed } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { useFresh } from "../tables/listing";
import { tableWords } from "../tables/words";
import { Case } from "./Case";
import { auditWords } from "./words";

export type Audit = Schemas["ReplyAudit"];
const ROW_PX = 62;
const MOST = 200;
const AGAIN_MS = 20_000;

export function Audits(): React.JSX.Element {
  const texts = useWords(auditWords);
  const table = useWords(tableWords);
  const [area, setArea] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const query = area === "" ? {} : { area };
  const found = useQuery({
    queryKey: ["reply-audits", area],
    queryFn: () => answered(api.GET("/api/v1/reply-audits", { params: { query: { ...query, limit: MOST } } })),
    refetchInterval: AGAIN_MS,
  });
  useFresh(["reply-audits"]);
  const audits = found.data?.audits ?? [];
  const now = audits.find((audit) => audit.ticket_id === chosen) ?? audits[0];
  return (
    <div className="audit grow">
      <div className="stack panel">
        <div className="row wrap">
          <Field label={table.area}>{(input) => <AreaPick input={input} value={area} onChange={setArea} />}</Field>
          <Export table="reply-audits" query={query} />
        </div>
        {found.isError ? <Failed error={found.error} again={() => void found.refetch()} /> : null}
        <p role="status" className="soft">
          {audits.length === 0 ? texts.nothing : texts.queue(audits.length)}
        </p>
        {audits.length === 0 ? null : (
          <Rows rows={audits} idOf={(audit) => audit.ticket_id} height={ROW_PX} selected={now?.ticket_id ?? null} onSelect={setChosen} label={texts.tabs.audits}>
            {(audit) => <Line audit={audit} />}
          </Rows>
        )}
      </div>
      {now === undefined ? <p className="soft panel">{texts.nothing}</p> : <Case key={now.ticket_id} audit={now} />}
    </div>
  );
}

function Line({ audit }: { audit: Audit }): React.JSX.Element {
  const texts = useWords(auditWords);
  const areas = useAreas();
  return (
    <div className="stack line">
      <span className="row between">
        <strong>{audit.ticket_no}</strong>
        <span className="soft small">
          {areas.name(audit.area)} {hm(audit.replied_at)}
        </span>
      </span>
      <span className="row">
        {audit.doubtful ? <Tag tone="bad">✖ {texts.doubtful}</Tag> : null}
        {audit.defects.length > 0 ? (
          <Tag tone="warn">
            ▲ {texts.defects} {audit.defects.length}
          </Tag>
        ) : null}
        {audit.reply_rejected_n > 0 ? <Tag>{texts.rejectedN(audit.reply_rejected_n)}</Tag> : null}
      </span>
    </div>
  );
}
