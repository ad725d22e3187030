import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import type { Notice } from '../store/notices.ts';
import './notice-list.css';

interface NoticeListProps {
  readonly notices: readonly Notice[];
  readonly onDismiss: (id: number) => void;
}

/** At the lower edge of the page, newest last, read out by screen readers as they come. */
export function NoticeList({ notices, onDismiss }: NoticeListProps): ReactNode {
  return (
    <div className="notices" role="log" aria-label="Notices" aria-live="polite">
      {notices.map(({ id, intent, text, href }) => (
        <MessageBar key={id} intent={intent} className="notice" politeness="polite">
          <MessageBarBody>
            <bdi>{text}</bdi> {href !== undefined && <a href={href}>Show</a>}
          </MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button
                size="small"
                appearance="transparent"
                icon={<DismissRegular />}
                aria-label="Dismiss"
                onClick={() => onDismiss(id)}
              />
            }
          />
        </MessageBar>
      ))}
    </div>
  );
}
