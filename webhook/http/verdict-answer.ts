import type { FastifyReply } from 'fastify';
import type { Judgement } from '../verification/judgement.ts';

/** What an API or a proxy is told (docs/decision-endpoints.md). */
export interface VerdictAnswer {
  readonly allow: boolean;
  readonly status: string;
  /** Seconds since the verdict, else since the status last changed; null: not known. */
  readonly status_age: number | null;
  /** The rule that decided: its name, else its place in the policy from 0; null: none could be asked. */
  readonly rule: string | number | null;
  /** Only in shadow mode: the policy would have blocked. */
  readonly would_block?: true;
}

function ageOf({ row }: Judgement, now: number): number | null {
  return typeof row === 'string' ? null : Math.max(0, Math.floor((now - (row.decidedAt ?? row.changedAt)) / 1000));
}

export function verdictAnswer(judgement: Judgement, now: number): VerdictAnswer {
  const { verdict, answer, decision } = judgement;
  return {
    allow: answer === 'allow',
    status: verdict.status,
    status_age: ageOf(judgement, now),
    rule: verdict.rule === null ? null : (verdict.rule.name ?? verdict.rule.index),
    ...(answer === 'allow' && decision !== 'allow' ? { would_block: true } : {}),
  };
}

/** 200 or 403, with the same in headers for proxies that read nothing else. Nothing keeps it. */
export function sendVerdict(reply: FastifyReply, answer: VerdictAnswer): FastifyReply {
  const age = answer.status_age === null ? {} : { 'x-verification-age': String(answer.status_age) };
  const headers = { 'cache-control': 'no-store', 'x-verification-status': answer.status, ...age };
  return reply
    .code(answer.allow ? 200 : 403)
    .headers(headers)
    .send(answer);
}
