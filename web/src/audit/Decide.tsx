/** A person's decision on a report that contradicts what is known. */

import { answered, api } from "../api/client";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { useWords } from "../i18n";
import { SaidIn, type Report } from "./Said";
import { auditWords, stepName } from "./words";

export function Decide({ report, onClose }: { report: Report; onClose: () => void }): React.JSX.Element {
  const texts = useWords(auditWords);
  const done = useDone("field-reports", "ticket");
  return (
    <FormDialog
      title={`${texts.decide} ${stepName(texts.steps, report.kind)} ${report.crew_name ?? report.crew_id}`}
      above={
        <div className="stack">
          <p>{report.reason}</p>
          <SaidIn said={report.said} />
        </div>
      }
      fields={[
        { name: "accept", label: texts.how, kind: "one", required: true, options: [{ value: "yes", text: texts.accept }, { value: "no", text: texts.refuse }] },
        { name: "text", label: texts.basis, kind: "text", required: true, most: 500 },
      ]}
      onClose={onClose}
      onSend={async ({ accept, text }, key) => {
        const body = { accept: accept === "yes", text: String(text) };
        await answered(api.POST("/api/v1/field-reports/{report_id}/decide", { params: { path: { report_id: report.id }, header: once(key) }, body }));
        done(texts.decidedDone);
      }}
    />
  );
}
