/** What no look from outside can tell, and how to find out. Said also when everything is green. */
export const NEVER_CHECKABLE: readonly { readonly what: string; readonly reason: string }[] = [
  {
    what: 'that the key may change identities',
    reason:
      'only a write would show it: the log warns of a PATCH that is refused, and `list --stuck` names who waits for it',
  },
  {
    what: 'that Kratos runs with this configuration',
    reason: 'it may have been started with other files, and its environment variables win over them',
  },
  {
    what: 'the workflow key',
    reason: 'Jumio tells only when a verification is started; the contract names the key that is enabled',
  },
  {
    what: 'the domain prefix in the Jumio portal',
    reason: 'Jumio tells only when a verification is started: without it, creation pauses and says so',
  },
  {
    what: 'that callbacks from Jumio’s addresses pass your firewall',
    reason:
      'a look from here does not come from there; /jumio/callback needs no other protection than the service’s own',
  },
  {
    what: 'a limit on the size of requests in front of Kratos',
    reason:
      'requests of some 45 KiB make Kratos call the hooks with an empty body. Send a sign-in with a User-Agent of ' +
      '20 KiB: a proxy with a limit answers 4xx itself',
  },
  {
    what: 'that cookies.domain is a registrable domain',
    reason:
      'this needs the list of public suffixes: a.co.uk and b.co.uk share only co.uk, for which browsers keep no cookie',
  },
  {
    what: 'that the ledger is backed up',
    reason: 'it holds the key by which callbacks are recognised: try a restore once',
  },
];
