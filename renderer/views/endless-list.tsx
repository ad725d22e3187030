import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';

/** Closer to the end than this counts as being there. */
const endThresholdPx = 24;
const settledAfterMs = [0, 50, 150];
/** Then the row stands still, and a match far down or right in it can be brought into view. */
const revealedAfterMs = [220, 400];

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
  const { label, className, count, keyOf, heightOf, atEnd, goneTo, place, onAtEnd, onToEnd, onWidth, row } = props;
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
  useEffect(() => {
    if (goneTo === null) return undefined;
    const go = (): void => virtual.scrollToIndex(goneTo, { align: 'center' });
    // Again: the list keeps its end in place while rows are exchanged and measured.
    const later = [
      ...settledAfterMs.map((ms) => setTimeout(go, ms)),
      ...revealedAfterMs.map((ms) => setTimeout(() => reveal(scroller.current), ms)),
    ];
    return () => later.forEach(clearTimeout);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- its index changes while lines come before it; the place does not
  }, [virtual, placeKey, place]);
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

/** The match that was gone to may be screens away from where its row begins. */
function reveal(scroller: HTMLElement | null): void {
  const place = scroller?.querySelector('.log-gone-to, .log-anchor') ?? null;
  if (scroller === null || place === null) return;
  const [inner, outer] = [place.getBoundingClientRect(), scroller.getBoundingClientRect()];
  const isInView =
    inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;
  if (!isInView) place.scrollIntoView({ block: 'center', inline: 'center' });
}

const Keyed = ({ children }: { readonly children: ReactNode }): ReactNode => children;
