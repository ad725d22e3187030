import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { bringIntoView } from './bring-into-view.ts';

/** Closer to the end than this counts as being there. */
const endThresholdPx = 24;

interface EndlessListProps {
  readonly label: string;
  readonly className: string;
  readonly style?: CSSProperties;
  readonly count: number;
  /** Unique, and the same whatever comes before or after. */
  readonly keyOf: (index: number) => string | number;
  /** A guess in pixels; what is drawn is measured. */
  readonly heightOf: (index: number) => number;
  /** The end is on screen and stays there. */
  readonly atEnd: boolean;
  /** Which one was gone to; null: none was. */
  readonly goneTo: number | null;
  /** What in it: another one is brought into view, also within the same row. */
  readonly place: number | null;
  /** How often a place was gone to: the same one may be asked for again. */
  readonly asked: number;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onToEnd: () => void;
  /** Told which one is the first on screen. */
  readonly onFirst?: (index: number) => void;
  /** Told at each scroll, in pixels. */
  readonly onWidth: (width: number) => void;
  readonly row: (index: number, top: number, measure: (element: HTMLElement | null) => void) => ReactNode;
}

/** A list without bounds whose end is followed until the reader scrolls up. */
export function EndlessList(props: EndlessListProps): ReactNode {
  const { label, className, count, keyOf, heightOf, atEnd, goneTo, place, asked, onAtEnd, onToEnd, onWidth, row } =
    props;
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: heightOf,
    getItemKey: keyOf,
    overscan: 20,
    anchorTo: 'end',
    scrollEndThreshold: endThresholdPx,
  });
  const lastKey = count === 0 ? null : keyOf(count - 1);
  useEffect(() => {
    if (atEnd) virtual.scrollToEnd();
  }, [virtual, atEnd, lastKey, count]);
  const placeKey = goneTo === null ? null : keyOf(goneTo);
  // Its index changes while lines come before it; the place does not.
  const rowIndex = useRef(goneTo);
  useEffect(() => {
    rowIndex.current = goneTo;
  }, [goneTo]);
  useEffect(() => {
    if (placeKey === null || scroller.current === null) return undefined;
    const element = scroller.current;
    return bringIntoView({
      scroller: element,
      toRow: () => rowIndex.current !== null && virtual.scrollToIndex(rowIndex.current, { align: 'center' }),
      moveBy: (pixels) => virtual.scrollToOffset(element.scrollTop + pixels),
    });
  }, [virtual, placeKey, place, asked]);
  const first = virtual.range?.startIndex ?? 0;
  const { onFirst } = props;
  useEffect(() => onFirst?.(first), [onFirst, first]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    onWidth(element.clientWidth);
    const { scrollTop } = element;
    const nearEnd = element.scrollHeight - scrollTop - element.clientHeight < endThresholdPx;
    // Only a move upward leaves the end: lines that turn out taller than guessed move it too.
    if (nearEnd) onAtEnd(true);
    else if (scrollTop < lastTop.current) onAtEnd(false);
    lastTop.current = scrollTop;
  };

  return (
    <div
      ref={scroller}
      className={`log-lines ${className}`}
      {...(props.style === undefined ? {} : { style: props.style })}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={onScroll}
      onKeyDown={(event) => event.key === 'End' && onToEnd()}
    >
      <div className="log-content" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <Keyed key={String(key)}>{row(index, start, virtual.measureElement)}</Keyed>
        ))}
      </div>
    </div>
  );
}

const Keyed = ({ children }: { readonly children: ReactNode }): ReactNode => children;
