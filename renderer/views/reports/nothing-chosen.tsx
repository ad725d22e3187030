import type { ReactNode } from 'react';
import '../govern.css';

interface NothingChosenProps {
  /** The address names an agent that is not known. */
  readonly isUnknown: boolean;
  readonly hasReports: boolean;
}

/** In the place of a report: what stands here, and how one comes to be. */
export function NothingChosen({ isUnknown, hasReports }: NothingChosenProps): ReactNode {
  if (isUnknown) return <p className="report-none">No agent of this name is known here any more.</p>;
  return (
    <section className="govern-empty reports-empty">
      {hasReports ? (
        <>
          <h3>Choose a report at the left</h3>
          <p>
            It opens here with its problems by line. Missing ones come first, then those with problems. A branch has its
            own report and one of all below it, to be saved in one file.
          </p>
        </>
      ) : (
        <>
          <h3>No reports yet</h3>
          <p>
            An agent deployed with <code className="mono">report_required</code> owes a report when it ends. It stands
            here from the start: due, missing, with problems, or good.
          </p>
        </>
      )}
    </section>
  );
}
