import type { EventOptions } from '../tripleseat/make-event.js';

/** Who celebrates what, and when: the part of an event that its guests would recognise. */
export type Party = Pick<EventOptions, 'name' | 'account' | 'contact' | 'start' | 'end' | 'guests'>;

/** A line each: event, account, host, last digits of the phone, hours, guests. All of them are invented. */
const BOOK = `
Birch & Plum rehearsal dinner | Birch Family | Hazel Birch | 01 | 18:00-21:30 | 48
Gear & Sprocket team lunch | Gear & Sprocket Ltd | Otto Sprocket | 02 | 11:30-13:30 | 32
Quince silver wedding | Quince Family | Olive Quince | 03 | 17:00-22:00 | 60
Poppy's baby shower | Meadow Family | Poppy Meadow | 04 | 13:00-16:00 | 24
Lantern Society annual dinner | Lantern Society | Wick Lantern | 05 | 19:00-23:00 | 90
Kite Club awards night | Kite Club | Gale Ribbon | 06 | 18:30-22:30 | 70
Fig & Thistle engagement party | Thistle Family | Fern Thistle | 07 | 17:30-21:00 | 40
Teapot Museum patrons' tea | Teapot Museum | Darjeel Potter | 08 | 15:00-17:30 | 36
Marmalade & Sons kick-off | Marmalade & Sons | Clem Marmalade | 09 | 08:30-11:00 | 28
Rowan turns 30 | Rowan Family | Rowan Ash | 10 | 19:00-23:30 | 45
Hush Library donors' evening | Hush Library | Page Turner | 11 | 18:00-20:30 | 50
Windmill Cyclists season opening | Windmill Cyclists | Spoke Miller | 12 | 12:00-15:00 | 38
Juniper graduation lunch | Juniper Family | June Juniper | 13 | 12:30-15:30 | 22
Cobble Street block party | Cobble Street Neighbours | Flint Cobble | 14 | 16:00-20:00 | 80
Puddle & Duck product launch | Puddle & Duck Inc | Drake Puddle | 15 | 17:00-19:30 | 55
Walk-in lunch | Walk-in | Nobody Known | 17 | 12:00-13:00 | 12
Zee's fortieth | O'Neil Family | Zoe O'Neil | 18 | 20:00-23:30 | 42
The long dinner | Long Table Circle | Barty Long | 19 | 18:00-23:00 | 30
Saffron family reunion | Saffron Family | Basil Saffron | 16 | 13:30-18:00 | 64
Bluebell quarterly meeting | Bluebell Software | Bella Byte | 20 | 16:00-19:00 | 40
Maple & Finch wedding breakfast | Finch Family | Robin Finch | 21 | 10:00-13:00 | 72
Sunday Choir coffee hour | Sunday Choir | Aria Alto | 22 | 10:30-12:00 | 40
Copper Kettle tasting | Copper Kettle Guild | Penny Kettle | 23 | 17:30-20:00 | 26
Wren christening lunch | Wren Family | Jenny Wren | 24 | 12:00-15:00 | 34
Tumbleweed farewell party | Tumbleweed Logistics | Dusty Rhodes | 25 | 18:00-22:00 | 44
Acorn School staff supper | Acorn School | Oakley Green | 26 | 18:30-21:00 | 30
Pebble Bay sailing supper | Pebble Bay Sailing Club | Sandy Shore | 27 | 18:00-21:00 | 52
Clover anniversary dinner | Clover Family | Lucky Clover | 28 | 19:00-22:00 | 20
Snowdrop breakfast briefing | Snowdrop Partners | Crystal Frost | 29 | 08:00-10:00 | 18
Heron retirement lunch | Heron Family | Gray Heron | 30 | 12:00-14:00 | 30
Night Owls after-show supper | Night Owls Theatre | Barney Owl | 31 | 22:00-23:30 | 35
Pop-up noodle night | Ramen Circle | Noodle Bowles | 32 | 18:00-21:00 | 25
Mulberry cocktail hour | Mulberry Group | Silk Mulberry | 33 | 17:00-19:00 | 40
Paper Lantern workshop | Paper Lantern Studio | Origa Fold | 34 | 14:00-17:00 | 16
Cricket tea (called off) | Village Cricket Club | Bail Stumps | 35 | 15:30-17:30 | 44
Elderflower wedding reception | Elder Family | Flora Elder | 36 | 16:00-23:00 | 85
Anchor Rowing dinner | Anchor Rowing Club | Cox Anchor | 37 | 18:30-22:00 | 56
Sage & Onion cooking class | Sage & Onion School | Rosemary Sage | 38 | 17:00-20:30 | 24
Gadget Guild hackathon | Gadget Guild | Ada Gadget | 39 | 09:00-20:00 | 75
Peach family birthday | Peach Family | Georgia Peach | 40 | 14:00-18:00 | 33
Starling engagement brunch | Starling Family | Murmur Starling | 41 | 10:30-13:30 | 28
Ferris Fair committee dinner | Ferris Fair | Carousel Ferris | 42 | 18:00-20:30 | 21
Lavender & Lime rehearsal dinner | Lavender Family | Violet Lavender | 43 | 18:00-21:00 | 46
Mosaic Arts gala | Mosaic Arts | Tessera Stone | 44 | 19:00-23:30 | 95
Barley & Hops brewers' lunch | Brewers' Table | Barley Hopps | 45 | 12:00-14:30 | 31
Tandem wedding party | Tandem Family | Abel Tandem | 46 | 17:00-23:00 | 66
Orchard picnic in the park | Orchard Trust | Pippin Orchard | 47 | 12:30-16:30 | 58
Compass Travel reunion | Compass Travel | West North | 48 | 18:00-21:30 | 39
Velvet book club dinner | Velvet Book Club | Vera Velvet | 49 | 19:00-21:30 | 14
Toffee Works open day | Toffee Works | Candy Toffee | 50 | 11:00-16:00 | 77
Nutmeg winter supper | Nutmeg Family | Grace Nutmeg | 51 | 18:00-21:30 | 44
Bolt & Rivet site lunch | Bolt & Rivet Ltd | Ingo Rivet | 52 | 12:00-13:30 | 63
Plover wedding rehearsal | Plover Family | Ringed Plover | 53 | 17:30-21:00 | 37
Tidewater Trust dinner | Tidewater Trust | Eddy Current | 54 | 19:00-22:30 | 82
Primrose turns 80 | Primrose Family | Iris Primrose | 55 | 14:00-17:30 | 29
Harvest Market vendors' night | Harvest Market | Olive Press | 56 | 18:30-22:00 | 68
Lynx Labs demo day | Lynx Labs | Lynn Catt | 57 | 16:30-19:30 | 53
Sparrow naming party | Sparrow Family | Jack Sparrow-Hill | 58 | 11:00-14:00 | 26
`;

const parties: readonly Party[] = BOOK.trim().split('\n').map(toParty);

/** The party of one of the sample events, numbered from 0. */
export function partyOf(number: number): Party {
  const party = parties[number % parties.length];
  if (!party) throw new RangeError(`There is no party ${number}.`);
  return party;
}

function toParty(text: string): Party {
  const [name = '', account = '', host = '', digits = '', hours = '', guests = ''] = text.split(' | ');
  const [first = '', last = ''] = host.split(' ');
  const [start = '', end = ''] = hours.split('-');
  const email = `${first}.${last}@example.com`.toLowerCase().replaceAll("'", '');
  return {
    name,
    account,
    contact: { first, last, phone: `555-01${digits}`, email },
    start,
    end,
    guests: Number(guests),
  };
}
