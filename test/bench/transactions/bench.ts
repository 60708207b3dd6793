import { closedLoop, fixedRate, median, quantile, type Target } from '../load.ts';
import { measure } from '../processor.ts';
import { compare, startTarget } from '../routes.ts';
import { compared, forEachSide, inTurns, mapped } from '../turns.ts';
import { benchCodes, benchPaymentPage } from './pages.ts';
import { benchStarts } from './processes.ts';
import { type PaymentTargets, paymentTargets } from './requests.ts';
import { WITH_PAYMENTS } from './settings.ts';
import { startUpstreams } from './upstreams.ts';
import { benchVerifying } from './verifying.ts';

/** More approvals than all runs of one measurement consume. */
const APPROVED = process.env.BENCH_APPROVED ?? '100000';

const [FEW, MANY] = ['1000', process.env.BENCH_PAYMENTS ?? '1000000'];

/** Rows of verifications, for the routes beside which payments are measured. */
const ROWS = process.env.BENCH_ROWS ?? '120000';

const RUN_MS = Number(process.env.BENCH_RUN_MS ?? 2_000);

/** Short runs of the large ledger beside the small one; a multiple of the sides and parts of `inTurns`. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 36);

const BESIDE_ROUNDS = 5;

/** Requests a second of the gate, and of payments beside it. */
const [VALIDATE_RATE, PAYMENT_RATE] = [300, 50];

type Print = (line: string) => void;

/** What an application asks, beside the route whose work is like it. */
async function benchApplication(print: Print): Promise<void> {
  const upstreams = await startUpstreams();
  const env = { ...WITH_PAYMENTS, ...upstreams.env, BENCH_APPROVED: APPROVED, BENCH_PAYMENTS: FEW, BENCH_ROWS: ROWS };
  const { child, all, ready } = await startTarget(env);
  const payments = paymentTargets(ready);
  try {
    print(
      `record / callback, 20 connections            ${await compare(child, payments.record, all.callback, 20, 'callback')}  aim 0.8`,
    );
    print(
      `consume / record, 20 connections             ${await compare(child, payments.consume, payments.record, 20, 'record')}  aim 0.7`,
    );
    print(
      `read / bare route, 20 connections            ${await compare(child, payments.read, payments.bare, 20)}  aim 0.45`,
    );
    await benchBeside(print, all.validate, payments);
    const pages = { ready, upstreams, print };
    await benchPaymentPage(pages);
    await benchCodes(pages);
  } finally {
    child.disconnect();
    await upstreams.stop();
  }
}

/** The gate with payments beside it and without, in turns. */
async function benchBeside(print: Print, validate: Target, { record }: PaymentTargets): Promise<void> {
  const p99 = async (): Promise<number> => quantile(await fixedRate(validate, VALIDATE_RATE, 2 * RUN_MS), 0.99);
  const beside = async (): Promise<number> => {
    const [figure] = await Promise.all([p99(), fixedRate(record, PAYMENT_RATE, 2 * RUN_MS)]);
    return figure;
  };
  await p99();
  const ratios: number[] = [];
  const figures = { alone: [] as number[], beside: [] as number[] };
  for (let round = 0; round < BESIDE_ROUNDS; round += 1) {
    const alone = await p99();
    const together = await beside();
    figures.alone.push(alone);
    figures.beside.push(together);
    ratios.push(together / alone);
  }
  print(
    `validate at ${VALIDATE_RATE}/s, p99, ${PAYMENT_RATE} payments/s / none   ${median(ratios).toFixed(2)}  (${median(figures.beside).toFixed(2)} ms / ${median(figures.alone).toFixed(2)} ms)  aim 1.1`,
  );
}

/** The same requests to a ledger with many payments and to one with few. */
async function benchLarge(print: Print): Promise<void> {
  const nobody = { BENCH_KRATOS_URL: 'http://127.0.0.1:9' };
  const env = { ...WITH_PAYMENTS, ...nobody, BENCH_APPROVED: APPROVED, BENCH_ROWS: '1000' };
  const counts = { without: FEW, with: MANY, again: FEW };
  const sides = await forEachSide(counts, (count) => startTarget({ ...env, BENCH_PAYMENTS: count }));
  const targets = mapped(sides, ({ ready }) => paymentTargets(ready));
  try {
    for (const name of ['record', 'consume', 'read'] as const) {
      await forEachSide(targets, (side) => closedLoop(side[name], 20, RUN_MS));
      const runs = await inTurns(ROUNDS, {
        without: () => measure(sides.without.child, targets.without[name], 20, RUN_MS / 8),
        with: () => measure(sides.with.child, targets.with[name], 20, RUN_MS / 8),
        again: () => measure(sides.again.child, targets.again[name], 20, RUN_MS / 8),
      });
      const rate = mapped(runs, (of) => of.map(({ perSecond }) => perSecond));
      const cpu = mapped(runs, (of) => of.map((one) => one.cpu));
      print(`${MANY} payments / ${FEW}, ${name}, 20 connections: requests per second ${compared(rate)}  aim 0.8`);
      print(`  processor time ${compared(cpu)}`);
    }
  } finally {
    mapped(sides, ({ child }) => child.disconnect());
  }
}

/** What payments cost, as ratios of one run. SQLite. */
export async function benchTransactions(print: Print): Promise<void> {
  await benchVerifying(print);
  await benchApplication(print);
  await benchLarge(print);
  await benchStarts(print);
}
