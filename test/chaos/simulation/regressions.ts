import type { KindName } from './troubles.js';

/** A schedule worth keeping. */
export interface Regression {
  seed: number;
  what: string;
  /** The kinds of trouble that the schedule was made with; absent: none. */
  trouble?: readonly KindName[];
  /** On an account whose lists may lag more than the settling time. */
  slow?: true;
  /** By its seed, changes may be answered without the order; absent: they are answered with it. */
  answers?: true;
}

/** What a seed means depends on all the kinds that it may choose from. */
const OLDER = [
  'late',
  'clocks',
  'reclaim',
  'containers',
  'freeze',
  'set-clock',
  'show',
  'move',
  'hand',
] as const satisfies readonly KindName[];

/**
 * Seeds that have failed once, against the program or against the rules themselves, or that notice a deliberate
 * breakage first. Played by the suite whatever else it plays. A change of `scenarioOf` gives seeds another meaning.
 */
export const REGRESSIONS: readonly Regression[] = [
  { seed: 112, what: 'a claim arrived at an order after it had become visible, and was left in its notes' },
  { seed: 279, what: 'the same with lists that lag' },
  { seed: 1_046, what: 'two orders at five requests a second: the look before showing one had grown old' },
  {
    seed: 16,
    what: 'two runs make a header at once; one of them must give way, and its header must be marked',
  },
  {
    seed: 15_012_743,
    trouble: OLDER,
    what: 'a header that had lost is brought to light by another program, and stands unprinted as the order',
  },
  {
    seed: 15_031_525,
    trouble: ['late'],
    what: 'totals that were written twice in the same words: the second time they land on the finished order',
  },
  { seed: 20, what: 'what lists do not show yet is written again unless the settling time is waited for' },
  { seed: 2, what: 'the answer to a line is lost: sent again at once, it is there twice' },
  { seed: 27, what: 'staff touch an order that is being filled' },
  { seed: 200_075, what: 'staff bring a header out of hiding that was about to lose; lists show that late' },
  { seed: 209_031, what: 'the event moves while its order becomes visible, and reads show that late' },
  { seed: 100_682, what: "another run's final notes bear our time stamp, since the clocks differ" },
  {
    seed: 37,
    trouble: ['late'],
    what: 'a line is carried out long after its answer was lost, and was sent again',
  },
  { seed: 102, trouble: ['late'], what: 'the same with a payment' },
  {
    seed: 13,
    trouble: ['late'],
    what: 'the row that makes an order visible arrives after another run has taken over',
  },
  { seed: 16, trouble: ['late'], what: 'so does the last change of the header' },
  {
    seed: 65,
    trouble: ['clocks'],
    what: 'the next host, whose clock is ahead, does not wait for what a dead run sent off, and writes a line again',
  },
  { seed: 99, trouble: ['clocks'], what: 'the same with a payment' },
  {
    seed: 254,
    trouble: ['reclaim'],
    what: 'a host that died after its claim begins again and takes the claim for ownership: a late line of the first one',
  },
  { seed: 267, trouble: ['reclaim'], what: 'the same, and a line is there twice' },
  {
    seed: 2,
    trouble: ['containers'],
    what: "the claim of a living run is taken for a dead one's: two payments",
  },
  { seed: 1, trouble: ['containers'], what: 'the same, and the finished order is written to' },
  {
    seed: 20,
    trouble: ['freeze'],
    what: 'a run stands still before it shows the order, which another one has shown',
  },
  {
    seed: 188,
    trouble: ['freeze'],
    what: 'a run stands still before a line, and adds it to the finished order',
  },
  { seed: 235, trouble: ['freeze'], what: 'a run stands still before the payment, and pays a second time' },
  {
    seed: 38,
    trouble: ['set-clock'],
    what: 'the clock is set back an hour, and the run waits that long',
  },
  {
    seed: 112,
    trouble: ['set-clock'],
    what: 'after the clock was set back an old sign of ownership counts as fresh',
  },
  {
    seed: 4,
    trouble: ['show'],
    what: 'another program shows a half-filled order: it has neither lines nor payment',
  },
  { seed: 18, trouble: ['show'], what: 'the same, called DRIFT, with the advice to delete it' },
  {
    seed: 23,
    trouble: ['show'],
    what: 'another program shows an order before it is printed: called ALREADY_INJECTED',
  },
  {
    seed: 20,
    trouble: ['move'],
    what: 'an event moves east: a header on which another run is at work is taken for long abandoned',
  },
  {
    seed: 313,
    trouble: ['move'],
    what: 'an event moves west after a crash: CLAIMED_ELSEWHERE for as long as the zones are apart',
  },
  { seed: 199, trouble: ['hand'], what: 'a line that staff have added is deleted' },
  {
    seed: 193,
    trouble: ['hand'],
    what: 'a write leaves long after staff have touched the order',
  },
  { seed: 308_333, what: 'line after line is written, slowly, long after staff have touched the order' },
  { seed: 5_679, what: 'a claim was made on a look that had grown old, and reached a visible order' },
  { seed: 11_456, what: 'an order that staff had opened was told as in service from a list that lagged' },
  {
    seed: 900_335,
    trouble: ['late'],
    what: 'a header that its id did not show yet was taken for deleted, and a second one was made',
  },
  {
    seed: 900_678,
    trouble: ['freeze'],
    what: 'a suspended machine wakes up: the write was held, and then sent on the same old look',
  },
  {
    seed: 900_357,
    trouble: ['show'],
    what: 'an order was shown unfinished, and called right since its money was',
  },
  {
    seed: 900_762,
    trouble: ['hand'],
    what: 'staff added a line while a run waited to take the order over, and it was written to',
  },
  {
    seed: 95,
    trouble: ['person'],
    what: 'the mark of a replaced order is not kept, and its answer lost: its notes went on saying that it was taken away',
  },
  {
    seed: 1_396,
    trouble: ['person'],
    what: 'what had been paid on a replaced order a moment ago was not seen, and stayed beside the payment of the new one',
  },
  {
    seed: 578,
    trouble: ['person'],
    what: 'a header that an interrupted replacement had left was not found where orders are looked up by their uuids',
  },
  {
    seed: 12_870,
    trouble: ['person'],
    what: 'the mark of a replaced order is not kept, and a late claim came back with its notes',
  },
  {
    seed: 50_000_115,
    trouble: ['paid'],
    what: 'the claim of who would add a payment came over the notes of an order that was being replaced: what was paid on it stayed',
  },
  {
    seed: 85_213_388,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a machine was suspended before it showed an order, and its look at the lines counted as fresh',
  },
  {
    seed: 130_031_365,
    what: 'staff opened a header that was just losing, in an account that keeps no deleted mark: with its lines, but without figures, it passed for emptied',
  },
  {
    seed: 130_031_365,
    trouble: ['late'],
    what: 'the same, with requests that are carried out late',
  },
  {
    seed: 140_002_648,
    what: 'an order of this run that no list showed yet was claimed by another: it was forgotten, a second header was made, and a line sent twice',
  },
  {
    seed: 140_005_233,
    slow: true,
    what: 'a payment of an earlier state of the event stayed under totals that were right (the checker knew copies only)',
  },
  {
    seed: 110_014_471,
    slow: true,
    what: 'staff took away an order whose lost line was being waited for, in a sweep of three: the look of the others was not heeded',
  },
  {
    seed: 100_027_118,
    what: 'staff took away an order while the answer to one of its writes was lost, and the look for other events that showed it was not heeded',
  },
  {
    seed: 100_024_436,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a header that was to replace another had just been shown by another program (the checker took its taking away for a decision)',
  },
  {
    seed: 110_022_635,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a sweep that had told of an order went on while a person added a payment to it (the checker looked at the end of the sweep)',
  },
  {
    seed: 340_067_698,
    slow: true,
    what: 'on a slow account a line too many was taken back, and another one; a sweep cannot read lines there, and went by the header (the checker asked for more)',
  },
  {
    seed: 330_083_153,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'two requests in a row hung half a minute each, and another run took the header, which nothing had dated since, away (the checker took that for work)',
  },
  {
    seed: 380_059_857,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'the clock of a machine that slept a minute was set back by that minute, so that nothing showed its sleep (which nobody can do)',
  },
  {
    seed: 380_050_305,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'an order was voided on one host, and another, which made a new one elsewhere, gave its payment back as well',
  },
  {
    seed: 360_014_460,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a run died as it took an order away for another, which its successor dropped before that could land: none was left',
  },
  {
    seed: 360_008_358,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'an order that nobody could see was named as ORPHANED, and a person had it taken away with its payment',
  },
  {
    seed: 320_038_653,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'an order was voided while staff had a hand in an unfinished one: what was paid on it stayed, and the next run said that it took it away',
  },
  {
    seed: 310_052_116,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a host whose clock was a minute behind dated what it made, and another took that for left alone',
  },
  {
    seed: 300_047_838,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'two persons replaced one order on two hosts, which took it from each other without end',
  },
  {
    seed: 300_038_952,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a host whose clock was a minute ahead told of a difference that lists only did not show yet',
  },
  {
    seed: 300_038_257,
    trouble: [...OLDER, 'person', 'paid'],
    what: "a single run told of staff's line on a header that had been deleted, without reading that header",
  },
  {
    seed: 300_030_361,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'after a leap of the clock a list that lagged was believed more than what this run had written, and a line came twice',
  },
  {
    seed: 300_015_554,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'staff deleted the order that a person had made again, and the same run made it once more',
  },
  {
    seed: 300_014_679,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'staff deleted an order just before the old one went for it (the checker asked for what no list showed)',
  },
  {
    seed: 85_236_624,
    trouble: ['clocks'],
    what: "an event was lost, and a dead run's write was carried out just before the last look (the checker asked for what no list showed)",
  },
  {
    seed: 85_215_930,
    trouble: [...OLDER, 'person', 'paid'],
    what: "an order that its uuid had shown was read once more by its id, and that answer, which told of staff's hand, was dropped",
  },
  {
    seed: 80_114_519,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a host had claimed a header and died; its next run took that for its own, and away from who was filling it',
  },
  {
    seed: 70_000_828,
    trouble: ['person'],
    what: 'a mark was not kept, and the notes came back onto an order that staff had touched meanwhile',
  },
  {
    seed: 50_006_839,
    trouble: ['paid'],
    what: 'who added a payment died, the event was paid less again, and a replacement whose mark was not kept called it right',
  },
  {
    seed: 41_092_407,
    trouble: ['hand'],
    what: 'staff added a line long before the order was shown, while lists lagged, and it was called injected',
  },
  {
    seed: 20_014_244,
    trouble: OLDER,
    what: 'the same, while a read hung',
  },
  {
    seed: 31_045_227,
    trouble: ['reclaim'],
    what: 'a register opened a header that was about to lose; a late line came on it, and beside the right order it counted as emptied',
  },
  {
    seed: 921_179,
    trouble: OLDER,
    what: 'an event that was read again had moved to another shop, and its order was finished in the old one',
  },
  {
    seed: 2_020_893,
    trouble: OLDER,
    what: 'staff added a line while the write that shows the order was under way (the checker asked for what no header tells)',
  },
  {
    seed: 2_201_482,
    trouble: OLDER,
    what: 'the clock of a host was set an hour ahead, and what a dead run had just written counted as old',
  },
  {
    seed: 2_202_793,
    trouble: OLDER,
    what: 'a header was dropped where the event is no more, just when another run had claimed it (the checker took that for work)',
  },
  {
    seed: 700_014_215,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a run that voided an order died before it gave back what was paid on it, and the event had moved (the checker did not wait for a run that may do it)',
  },
  {
    seed: 600_059_709,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'staff deleted an order while it was shown, and the one in its place, shown by the same run, was written to again instead of being read back',
  },
  {
    seed: 800_021_818,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'all orders of a shop were read, and one that this showed was answered with 404 by its id, and shown by no list, for two seconds more',
  },
  {
    seed: 920_064_842,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'a machine was suspended for a minute, and what its run wrote after that was dated a minute back, so that lists counted as up to date',
  },
  {
    seed: 820_149_423,
    slow: true,
    what: 'the event was read again because staff had touched its order, had changed, and the next list showed the order as it was before',
  },
  {
    seed: 950_002_843,
    trouble: [...OLDER, 'person', 'paid'],
    what: 'staff touched an order that was finished and not yet visible, and what a dead run had sent showed it after the next one had told so (the checker asked for what nobody could know)',
  },
  {
    seed: 1_060_015_872,
    trouble: [...OLDER, 'person', 'paid'],
    answers: true,
    what: 'a run said of an unfinished order in the shop that the event had left that it holds a payment, and what a dead run had sent took that away a second later (the checker asked for what nobody could know)',
  },
  {
    seed: 1_090_043_581,
    slow: true,
    answers: true,
    what: 'a list that was read for another event showed that staff had touched an unfinished order, and one that did not show the order yet made the run forget it',
  },
  {
    seed: 1_100_032_924,
    trouble: [...OLDER, 'person', 'paid'],
    answers: true,
    what: 'another program showed a printed order in the moment in which a run that had taken it over removed a line, and one that still waited for it called it right by lists from before that',
  },
  {
    seed: 1_150_003_305,
    trouble: [...OLDER, 'person', 'paid'],
    answers: true,
    what: 'a payment that a person had added a moment before did not show in lists yet, and the event had lost it again by then (the checker asked for what nobody could know)',
  },
  {
    seed: 1_190_001_419,
    trouble: [...OLDER, 'person', 'paid'],
    answers: true,
    what: 'a sweep gave an event up after its write was refused, and the next run took the header that it had left, while the sweep went on with others (the checker took that for work)',
  },
];
