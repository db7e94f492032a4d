import { describe, expect, it } from 'vitest';
import { chatBody, chatMessage, sendChat } from '../../src/report/chat.js';
import { CONTROL, digest, failed, hostileNames, injected, served } from './helpers.js';

const SLACK = 'https://hooks.slack.com/services/T000/B000/secretsecretsecret';
const OTHER = 'https://chat.example.com/hooks/secretsecretsecret';

const both = digest({
  changes: [injected('1'), injected('2')],
  failures: [{ event: failed('3', { name: 'Cedar & Sons' }), since: null }],
});

describe('a message for a chat', () => {
  it('names an event of which the kitchen has to be told, and no command', () => {
    const message = chatMessage(digest({ untold: [served('4', 'No nuts')] }));
    expect(message).toMatchObject({
      headline: expect.stringMatching(/^ts-reconcile: for the kitchen: /),
      lines: [{ id: '4', what: 'For the kitchen', command: null }],
    });
  });

  it('is a headline and a line for each event, failures with the command first', () => {
    expect(JSON.parse(chatBody(OTHER, chatMessage(both))).text).toBe(
      [
        'ts-reconcile: 1 failed, 2 injected.',
        '• DRIFT: Cedar & Sons (Sat, Nov 14, 2026, Special Events, event 3, order 10684001) ts-reconcile resolve 3',
        '• injected: Alder Rehearsal Dinner (Sat, Nov 14, 2026, Special Events, event 1, order 10684001)',
        '• injected: Alder Rehearsal Dinner (Sat, Nov 14, 2026, Special Events, event 2, order 10684001)',
      ].join('\n'),
    );
  });

  it('has room for an event that was missed, however many others fail', () => {
    const failures = Array.from({ length: 12 }, (_, at) => ({ event: failed(String(at + 1)), since: null }));
    const missed = { event: failed('99', { reason: 'MISSED' }), since: null };
    const message = chatMessage(digest({ failures: [...failures, missed] }));
    expect(message.lines.slice(0, 2)).toMatchObject([{ id: '99', what: 'MISSED' }, { id: '1' }]);
    expect(message.more).toBe(3);
  });

  it('is for Slack in its own marks, and for others also data', () => {
    const slack = JSON.parse(chatBody(SLACK, chatMessage(both)));
    expect(Object.keys(slack)).toEqual(['text']);
    expect(slack.text).toContain('*ts-reconcile: 1 failed, 2 injected.*');
    expect(slack.text).toContain('Cedar &amp; Sons');
    expect(slack.text).toContain('`ts-reconcile resolve 3`');
    const { events } = JSON.parse(chatBody(OTHER, chatMessage(both)));
    expect(events.map(({ id, what }: { id: string; what: string }) => [id, what])).toEqual([
      ['3', 'DRIFT'],
      ['1', 'injected'],
      ['2', 'injected'],
    ]);
    // One that only sounds like it.
    expect(chatBody('https://hooks.slack.com.example.com/x', chatMessage(both))).toContain('"events"');
  });

  it('is for Teams a card, a block for each line, with links to click on', () => {
    const links = { event: 'https://a.example.com/e(1)?x=1', order: null };
    const failures = [{ event: failed('3', { name: '[here](https://evil.example)', links }), since: null }];
    const message = chatMessage(digest({ failures }));
    for (const host of [
      'acme.webhook.office.com',
      'prod-27.westus.logic.azure.com',
      'a.b.api.powerplatform.com',
    ]) {
      const card = JSON.parse(chatBody(`https://${host}/hooks/1?sig=secretsecretsecret`, message));
      expect(card).toMatchObject({
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
      });
      const blocks: { type: string; text: string; wrap: boolean }[] = card.attachments[0].content.body;
      expect(blocks).toHaveLength(2);
      expect(blocks.every(({ type, wrap }) => type === 'TextBlock' && wrap)).toBe(true);
      expect(blocks[1]?.text).toContain('[event](https://a.example.com/e%281%29?x=1) ts-reconcile resolve 3');
      expect(blocks.map(({ text }) => text.replace(/\[event\]\(.*?\)/, '')).join()).not.toContain('](');
    }
  });

  it('is for Google Chat, which refuses what it does not know, text alone', () => {
    const body = chatBody(
      'https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t',
      chatMessage(both),
    );
    expect(JSON.parse(body)).toEqual({ text: JSON.parse(chatBody(OTHER, chatMessage(both))).text });
  });

  it('names what is over', () => {
    const resolved = {
      subject: '5',
      reason: 'MISSED',
      since: 0,
      mailedAt: 0,
      name: 'Birch Brunch',
      date: '2026-11-12',
      location: 'Harbor Room',
    };
    const { text } = JSON.parse(chatBody(OTHER, chatMessage(digest({ resolved: [resolved] }))));
    expect(text).toBe(
      'ts-reconcile: 1 resolved.\n• resolved: Birch Brunch (Thu, Nov 12, 2026, Harbor Room, event 5, was MISSED)',
    );
  });

  it('leads to the pages that are known', () => {
    const links = { event: 'https://a.example.com/e?x=1&y=<|>', order: 'https://b.example.com/o/7' };
    const message = chatMessage(digest({ failures: [{ event: failed('3', { links }), since: null }] }));
    expect(JSON.parse(chatBody(SLACK, message)).text).toContain(
      ' <https://a.example.com/e?x=1&amp;y=%3C%7C%3E|event> <https://b.example.com/o/7|order> `ts-reconcile resolve 3`',
    );
    const other = JSON.parse(chatBody(OTHER, message));
    expect(other.text).toContain(` event: ${links.event} order: ${links.order} ts-reconcile resolve 3`);
    expect(other.events[0].links).toEqual(links);
  });

  it('tells why a run did not do its work, and stays short', () => {
    const error = { code: 'UNAVAILABLE', message: 'Revel does not answer.', hint: 'Wait.', since: null };
    const failures = Array.from({ length: 500 }, (_, at) => ({ event: failed(String(at)), since: null }));
    const { text } = JSON.parse(chatBody(OTHER, chatMessage(digest({ error, failures }))));
    expect(text.split('\n')[0]).toMatch(
      /^ts-reconcile: run failed \(UNAVAILABLE\), 500 failed\. Revel does not answer\. Wait\.$/,
    );
    expect(text.split('\n')).toHaveLength(12);
    expect(text).toContain('and 490 more: ts-reconcile history');
  });

  it.each([
    ...hostileNames,
    ['a call for everybody', '<!channel> <@U123>'],
    ['a link', '<https://evil.example|click>'],
    ['marks', '*bold* _it_ `code` ~gone~'],
  ])('takes %s for a name', (_, name) => {
    const texts = { name, location: name, date: name };
    const event = failed('1', { ...texts, revel_order_id: name });
    const message = chatMessage(digest({ failures: [{ event, since: null }] }));
    const { text } = JSON.parse(chatBody(SLACK, message));
    expect(text).not.toMatch(/[<>]/);
    expect(text.split('\n')).toHaveLength(2);
    expect(text.replaceAll('`ts-reconcile resolve 1`', '').replace(/^\*|\*$/gm, '')).not.toMatch(
      /(?<!\u200b)[*_`~](?!\u200b)/,
    );
    expect(text).not.toMatch(CONTROL);
  });

  it.each([
    '@channel: call 555 0100',
    'Party @here @all',
    '<!channel> <users/all>',
    '<https://evil.example|click>',
    '[click](https://evil.example)',
    '![x](https://evil.example/pixel.png)',
  ])('calls for nobody and leads nowhere by the name %s, whatever the chat', (name) => {
    const event = failed('1', { name, location: name });
    const { text, headline, events } = JSON.parse(
      chatBody(OTHER, chatMessage(digest({ failures: [{ event, since: null }] }))),
    );
    expect(text).not.toMatch(/[@<]\S(?<!\u200b)|\]\(/);
    expect(text.replaceAll('\u200b', '')).toContain(`• DRIFT: ${name} (Sat, Nov 14, 2026, ${name},`);
    // As data it is what it is.
    expect([headline, events[0].name]).toEqual([`ts-reconcile: DRIFT ${name} (2026-11-14).`, name]);
  });

  it('that is not taken is told without the address', async () => {
    const sent: string[] = [];
    const answering = (status: number) => async (request: { url: string }) => {
      sent.push(request.url);
      return { kind: 'response' as const, status, headers: {}, body: 'no' };
    };
    expect(await sendChat(OTHER, chatMessage(both), answering(200))).toBeNull();
    expect(await sendChat(OTHER, chatMessage(both), answering(404))).toBe('it answered 404');
    expect(sent).toEqual([OTHER, OTHER]);
  });
});
