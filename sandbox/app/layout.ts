import { html } from 'ghtml';

export interface Frame {
  readonly title: string;
  /** Markup of what the person came for. */
  readonly main: string;
  /** Markup for whoever looks behind the scenes; a real application has no such thing. */
  readonly behind: string;
  /** The address of who is signed in. */
  readonly email?: string | undefined;
}

function account(email: string | undefined): string {
  return email === undefined
    ? html`<a href="/login">Sign in</a> <a href="/registration">Sign up</a>`
    : html`<span>${email}</span> <a href="/logout">Sign out</a>`;
}

/** A page of the application, and beside it what just happened. */
export function page({ title, main, behind, email }: Frame): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Harbour</title><link rel="stylesheet" href="/app.css"><link rel="icon" href="data:,"></head>
<body><header><div><a class="brand" href="/">Harbour</a><span class="demo">a bank that does not exist</span>
<nav aria-label="Account">!${account(email)}</nav></div></header>
<div class="columns"><main class="card"><h1>${title}</h1>!${main}</main>
<aside class="card aside" aria-label="Behind the scenes"><h2>Behind the scenes</h2>!${behind}</aside></div></body></html>`;
}
