import type { ReactNode } from 'react';
import { Button, Checkbox, Input } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import {
  type Facet,
  facets,
  type HistoryFilter,
  isFiltered,
  ranges,
  withFacet,
} from '../../selectors/history/filter.ts';
import { facetWords, rangeWords, valueWords } from '../../selectors/history/words.ts';
import { ChoiceMenu, FilterMenu } from './filter-menu.tsx';

interface HistoryToolbarProps {
  readonly filter: HistoryFilter;
  /** What there is to choose from, with how many agents each. */
  readonly counts: Readonly<Record<Facet, readonly (readonly [string, number])[]>>;
  readonly canExport: boolean;
  readonly onFilter: (filter: HistoryFilter) => void;
  readonly onClear: () => void;
  readonly onCsv: () => void;
  readonly onJson: () => void;
}

/** Which agents are shown, and their way into a file. */
export function HistoryToolbar(props: HistoryToolbarProps): ReactNode {
  const { filter, counts, canExport, onFilter, onClear, onCsv, onJson } = props;
  return (
    <div className="history-toolbar">
      <Input
        size="small"
        className="history-search"
        contentBefore={<SearchRegular aria-hidden="true" />}
        aria-label="Search the history"
        placeholder="Search: name, id, reason …"
        value={filter.text}
        onChange={(_, { value }) => onFilter({ ...filter, text: value })}
      />
      {facets
        .filter((facet) => facet !== 'reason')
        .map((facet) => (
          <FilterMenu
            key={facet}
            label={facetWords[facet]}
            options={counts[facet].map(([value, count]) => ({ value, words: valueWords(facet, value), count }))}
            chosen={filter.chosen[facet]}
            onChange={(values) => onFilter(withFacet(filter, facet, values))}
          />
        ))}
      <ChoiceMenu
        label={filter.range === '' ? 'Ended' : rangeWords[filter.range]}
        options={ranges.map((value) => ({ value, words: rangeWords[value] }))}
        chosen={filter.range}
        onChoose={(value) => onFilter({ ...filter, range: ranges.find((known) => known === value) ?? '' })}
      />
      <Checkbox
        className="history-all"
        label="Unfinished too"
        title="Also agents that have not ended"
        checked={filter.all}
        onChange={(_, { checked }) => onFilter({ ...filter, all: checked === true })}
      />
      <span className="history-space" />
      <Button size="small" icon={<ArrowDownloadRegular />} disabled={!canExport} onClick={onCsv}>
        CSV
      </Button>
      <Button size="small" icon={<ArrowDownloadRegular />} disabled={!canExport} onClick={onJson}>
        JSON
      </Button>
      {isFiltered(filter) && <Chips filter={filter} onFilter={onFilter} onClear={onClear} />}
    </div>
  );
}

function Chips({ filter, onFilter, onClear }: Pick<HistoryToolbarProps, 'filter' | 'onFilter' | 'onClear'>): ReactNode {
  const chips = facets.flatMap((facet) =>
    filter.chosen[facet].map((value) => ({
      words: `${facetWords[facet]}: ${valueWords(facet, value)}`,
      without: withFacet(
        filter,
        facet,
        filter.chosen[facet].filter((other) => other !== value),
      ),
    })),
  );
  if (filter.range !== '') chips.push({ words: rangeWords[filter.range], without: { ...filter, range: '' } });
  if (filter.text.trim() !== '') chips.push({ words: `“${filter.text}”`, without: { ...filter, text: '' } });
  return (
    <ul className="history-chips" aria-label="Filters">
      {chips.map(({ words, without }) => (
        <li key={words}>
          <button type="button" title="Take this filter away" onClick={() => onFilter(without)}>
            <bdi>{words}</bdi>
            <DismissRegular aria-hidden="true" />
          </button>
        </li>
      ))}
      <li>
        <Button size="small" appearance="transparent" onClick={onClear}>
          Clear all
        </Button>
      </li>
    </ul>
  );
}
