import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTexts,
  lineName,
  nameKey,
  normaliseName,
  plainLines,
  plainText,
  suggest,
} from '../../src/domain/names.js';
import { anyCharacter } from '../helpers/anyText.js';

const anyText = fc.string({ unit: anyCharacter, maxLength: 60 });

describe('plainText', () => {
  it.each([
    ['Three pizzas &amp; soda', 'Three pizzas & soda'],
    ['  Hot \t\n Dogs\u00a0 ', 'Hot Dogs'],
    ['<b>Taco</b><br/>Bar', 'Taco Bar'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;Taco', 'Taco'],
    ['5 < 6 & 7 > 4', '5 < 6 & 7 > 4'],
    ['I <3 Tacos', 'I <3 Tacos'],
    ['&#27;[31mred&#x7;', '[31mred'],
    ['\u001b]0;title\u0007Soup', ']0;titleSoup'],
    ['Ta\u202eco\u2066 Bar\u200b', 'Taco Bar'],
    ['one\u2028two', 'one two'],
    ['No \u200e onions', 'No onions'],
    ['Burger <onions>', 'Burger onions'],
    ['a\r\nBcc: b@example.com', 'a Bcc: b@example.com'],
    ['Caf&eacute; &#8211; Cr\u00e8me', 'Café – Crème'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['👩\u200d🍳 Chef', '👩\u200d🍳 Chef'],
    ['\ud800 broken', 'broken'],
    ['Burger <no onions>', 'Burger no onions'],
    ['Burger &lt;vegan&gt;', 'Burger vegan'],
    ['<NO NUTS!> Cake<for Tom>', 'NO NUTS! Cake for Tom'],
    ['Serve at <table 5> <small plates>', 'Serve at table 5 small plates'],
    ['Cups <guests = 40> <table=5>', 'Cups guests = 40 table=5'],
    ['Ada <ada@example.com>', 'Ada ada@example.com'],
    ['<o:p></o:p><p class=MsoNormal>No <B>nuts</B></p ><hr /><x-y z="1">', 'No nuts'],
    ['<!DOCTYPE><?xml version="1.0"?><h2>Soup</h2>', 'Soup'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('is bounded, and cuts no character in two', () => {
    expect(plainText('x'.repeat(1000))).toHaveLength(250);
    expect(plainText('🌮'.repeat(300), 10)).toBe('🌮'.repeat(10));
    expect(plainText(`${'x'.repeat(9)} yz`, 10)).toBe('x'.repeat(9));
  });

  it('lets no control, direction or lone surrogate character through, whatever comes in', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainText(text);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(plain).toBe(plain.trim());
        expect(Array.from(plain).length).toBeLessThanOrEqual(250);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes linear time on hostile markup', () => {
    const started = performance.now();
    for (const text of [
      '<a'.repeat(500_000),
      '<!--'.repeat(500_000),
      '<!---->'.repeat(300_000),
      '<style>'.repeat(300_000),
      '<style></style'.repeat(150_000),
      '&lt;'.repeat(500_000),
      ' '.repeat(1_000_000),
      `<a${' b'.repeat(9_000)}>`,
      `<a b${' '.repeat(18_000)}>`,
    ]) {
      plainText(text);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

it('lines of text come apart where they end, but not within a tag', () => {
  expect(plainLines('<p\r\n style="x">No nuts</p>\nTable 4<br>by <the door>', 100)).toBe(
    'No nuts / Table 4 / by the door',
  );
  expect(plainLines('<h2>One</h2>Two<br />Three', 100)).toBe('One / Two / Three');
});

it.each([
  ['<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->No nuts', 'No nuts'],
  ['No nuts<!-- StartFragment --> please<!-- a > b -->', 'No nuts please'],
  ['<STYLE type="text/css"><!-- p.Mso\n{margin:0} --></STYLE ><p>Two vegan</p>', 'Two vegan'],
  ['<script>var a = "<b>";</script>Gluten free<style>p{}</style>', 'Gluten free'],
  // Nobody's text is taken away for the want of an end.
  ['Hot <!-- and cold', 'Hot and cold'],
  ['<style> p{} and no end', 'p{} and no end'],
  ['<styled plates> by <script', 'styled plates by <script'],
])('what nobody sees in %j is no text', (text, plain) => {
  expect(plainText(text)).toBe(plain);
  expect(plainLines(text, 100)).toBe(plain);
});

describe('nameKey', () => {
  it.each([
    ['O G', 'o.g.', true],
    [' 🎂 ', '&#127874;', true],
    ['🎂', '🍰', false],
    ['***', '---', false],
  ])('of %j and %j is the same: %s', (a, b, isSame) => {
    expect(nameKey(a) === nameKey(b)).toBe(isSame);
  });

  it('is empty where there is nothing to go by', () => {
    expect(nameKey(' <br> ')).toBe('');
  });
});

describe('lineName', () => {
  it.each([
    ['Pizza Package', 'Three pizzas', 'Pizza Package'],
    [null, 'Hot Dogs', 'Hot Dogs'],
    ['  ', 'Hot Dogs', 'Hot Dogs'],
    ['&nbsp;<br>', 'Hot Dogs', 'Hot Dogs'],
    [null, null, ''],
    ['', ' ', ''],
  ])('of %j and %j is %j', (displayName, description, expected) => {
    expect(lineName({ displayName, description })).toBe(expected);
  });
});

describe('normaliseName', () => {
  it.each([
    ['HEY BLONDIE', 'Hey Blondie'],
    ['O G', 'o.g.'],
    ['OG™', 'OG'],
    ['OG℠', 'o.g.'],
    ['OG® Pizza©', 'OG pizza'],
    ['Crème™ Brûlée℠', 'CREME BRULEE'],
    ['Mac & Cheese', 'mac-cheese'],
    ['Crème Brûlée', 'CREME BRULEE'],
    ['Jalapen\u0303o', 'Jalapeño'],
    ['Smørrebrød', 'Smorrebrod'],
    ['Weißwurst', 'WEISSWURST'],
    ['ﬁsh', 'Fish'],
    ['Ｓｕｓｈｉ', 'sushi'],
    ['İzmir', 'izmir'],
    ['ΟΔΟΣ ΑΒΓ', 'οδοσαβγ'],
    ['Taco ❤️', 'taco'],
    ['1/2 Pan', '1-2 pan'],
    ['1½ lb Brisket', '1 1/2 LB. brisket'],
    ['2¾ Gallons', '2-3/4 gallons'],
    ['Table 12 - Party', 'table 12party'],
    ['한국', '한국'.normalize('NFD')],
    ['Pan 1/2', 'Pan1-2'],
    ['5 Smørrebrød', '5 Smorrebrod'],
    ['Pączki łódzkie', 'Paczki lodzkie'],
    ['Đak', 'Dak'],
    ['Cæsar œuvres', 'Caesar oeuvres'],
  ])('%j and %j are the same', (a, b) => {
    expect(normaliseName(a)).toBe(normaliseName(b));
    expect(normaliseName(a)).not.toBe('');
  });

  it.each([
    ['1/2 Pan', '12 Pan'],
    ['1.5 L', '15 L'],
    ['1/2', '12'],
    ['1 - 2 Pan', '12 Pan'],
    ['1/2 Pan', '1/4 Pan'],
    ['½ Pan', '12 Pan'],
    ['1½ Pan', '11/2 Pan'],
    ['か', 'が'],
    ['की', 'का'],
    ['寿司', '刺身'],
    ['борщ', 'щи'],
    ['Taco', 'Tacos'],
  ])('%j and %j are not', (a, b) => {
    expect(normaliseName(a)).not.toBe(normaliseName(b));
  });

  it.each(['', '   ', '---', '!?', '❤️', '\u0301'])('%j has nothing to go by', (text) => {
    expect(normaliseName(text)).toBe('');
  });

  it('is the same done twice, for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(normaliseName(normaliseName(text))).toBe(normaliseName(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not depend on case, outer white space and Unicode form', () => {
    const word = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿ]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const key = normaliseName(words.join(' '));
        expect(normaliseName(` ${words.join(' - ').toUpperCase()} `)).toBe(key);
        expect(normaliseName(words.join('').normalize('NFD').toLowerCase())).toBe(key);
      }),
    );
  });
});

it('a text of signs alone is none that was cut', () => {
  expect(compareTexts('no nuts please', '-'.repeat(30), 'anywhere')).toBe(false);
  expect(compareTexts('Use the back door, please', 'Use the back door, ple', 'within-a-word')).toBe(true);
});

describe('suggest', () => {
  const candidates = ['Taco Bar', 'Taco Bar', 'Taco Cart', 'Pizza Package', '---'].map((name) => ({
    name,
    normalised: normaliseName(name),
  }));

  it('names the nearest first, each once', () => {
    expect(suggest('Taco Barr', candidates, 3)).toEqual(['Taco Bar', 'Taco Cart']);
  });

  it('names the nearest first whatever comes first in the menu, and equally near ones by name', () => {
    const menu = ['Taco Cart', 'Tomato Soup', 'Taco Bat', 'Taco Bay', 'Taco Bar', 'Onion Soup of the Day'];
    for (const names of [menu, menu.toReversed()]) {
      const given = names.map((name) => ({ name, normalised: normaliseName(name) }));
      expect(suggest('Taco Barr', given, 4)).toEqual(['Taco Bar', 'Taco Bat', 'Taco Bay', 'Taco Cart']);
      expect(suggest('Soup', given, 3)).toEqual(['Tomato Soup', 'Onion Soup of the Day']);
      expect(suggest('Oni', given, 3)).toEqual([]);
    }
  });

  it('names one that is part of the other', () => {
    expect(suggest('Deluxe Pizza Package for 40', candidates, 3)).toEqual(['Pizza Package']);
  });

  it('names nothing far away, nothing for a name without letters, and no more than asked for', () => {
    expect(suggest('Lobster', candidates, 3)).toEqual([]);
    expect(suggest('---', candidates, 3)).toEqual([]);
    expect(suggest('Taco Ba', candidates, 0)).toEqual([]);
    expect(suggest('Taco Ba', candidates, 1)).toEqual(['Taco Bar']);
  });
});
