/** A parent's durable messages, folded from the same events as everything else: what a child's life tells its parent. */
import type { PersistentMap } from './persistent-map.ts';
import { type Agent, statusOf } from './agent.ts';
import type { ZiggieEvent } from './events.ts';
import type { Inbox, InboxMessage } from './waiting.ts';

export type Inboxes = PersistentMap<string, Inbox>;

export const emptyInbox: Inbox = { acknowledged: 0, messages: [] };

/** `child` is the agent as the event left it. An event that changed nothing of it must not come here. */
export function noteForParent(inboxes: Inboxes, seq: number, event: ZiggieEvent, child: Agent): Inboxes {
  const { parent_agent } = child.facts;
  const message = parent_agent === null ? null : messageOf(seq, event, child);
  if (message === null || parent_agent === null) return inboxes;
  const inbox = inboxes.get(parent_agent) ?? emptyInbox;
  return inboxes.set(parent_agent, { ...inbox, messages: [...inbox.messages, message] });
}

function messageOf(seq: number, event: ZiggieEvent, child: Agent): InboxMessage | null {
  const common = { seq, at: event.at, agent_id: child.facts.agent_id, status: statusOf(child) } as const;
  switch (event.type) {
    case 'agent_ended':
      return { ...common, type: 'child_ended', reason: event.ending.status_reason };
    case 'agent_never_began':
      return { ...common, type: 'child_ended', reason: `${event.failure.code}: ${event.failure.message}` };
    case 'agent_doubted':
      return event.doubt === null ? null : { ...common, type: 'child_needs_you', reason: event.doubt };
    case 'replan_suggested':
      return { ...common, type: 'child_needs_you', reason: event.suggestion };
    case 'approval_requested':
      return {
        ...common,
        type: 'child_needs_you',
        reason: `asks the operator to allow ${event.tool} (${event.approval_id})`,
      };
    default:
      return null;
  }
}

/** What was taken note of goes; an acknowledgement never goes back. */
export function acknowledge(inboxes: Inboxes, owner: string, upTo: number): Inboxes {
  const inbox = inboxes.get(owner);
  if (inbox === undefined || upTo <= inbox.acknowledged) return inboxes;
  return inboxes.set(owner, { acknowledged: upTo, messages: inbox.messages.filter(({ seq }) => seq > upTo) });
}

/** Forgotten agents take their own messages with them, and those about them. */
export function forgetInboxes(inboxes: Inboxes, gone: ReadonlySet<string>): Inboxes {
  if (gone.size === 0) return inboxes;
  return inboxes.deleteAll(gone).map((inbox) => {
    const messages = inbox.messages.filter(({ agent_id }) => !gone.has(agent_id));
    return messages.length === inbox.messages.length ? inbox : { ...inbox, messages };
  });
}
