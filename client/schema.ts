/* Written by `npm run docs:openapi` from docs/schemas/openapi.json: change that, and not this file. */

export interface Status {
  status: 'none' | 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired';
  waiting_on: 'person' | 'jumio' | 'operator' | 'nobody';
  /**
   * What the person does next.
   */
  next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
  /**
   * Seconds until the next request is useful.
   */
  retry_after: number;
  /**
   * Only beside a decided status.
   */
  attempt?: 'pending' | 'processing' | 'expired';
  /**
   * Only with `later`: the time from which the person may start again.
   */
  until?: string;
  /**
   * Why Jumio rejected, only where the person can act on it.
   */
  code?:
    | 'unreadable'
    | 'face_unreadable'
    | 'document_unusable'
    | 'expired_document'
    | 'unsupported_document'
    | 'not_finished';
  return_to?: string;
  /**
   * This browser has the hand-over cookie of another person.
   */
  somebody_else?: true;
}

export interface StatusAndConsent {
  status: 'none' | 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired';
  waiting_on: 'person' | 'jumio' | 'operator' | 'nobody';
  /**
   * What the person does next.
   */
  next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
  /**
   * Seconds until the next request is useful.
   */
  retry_after: number;
  /**
   * Only beside a decided status.
   */
  attempt?: 'pending' | 'processing' | 'expired';
  /**
   * Only with `later`: the time from which the person may start again.
   */
  until?: string;
  /**
   * Why Jumio rejected, only where the person can act on it.
   */
  code?:
    | 'unreadable'
    | 'face_unreadable'
    | 'document_unusable'
    | 'expired_document'
    | 'unsupported_document'
    | 'not_finished';
  return_to?: string;
  /**
   * This browser has the hand-over cookie of another person.
   */
  somebody_else?: true;
  consent: {
    given: boolean;
    declined?: true;
    text_version: string;
    language: string;
    title: string;
    paragraphs: {
      text: string;
      items?: string[];
    }[];
    privacy_url?: string;
  };
}

export type Link =
  | {
      url: string;
      /**
       * ISO 8601.
       */
      expires_at: string;
    }
  | {
      sdk: {
        token: string;
        data_center?: string;
      };
    }
  | {
      status: 'none' | 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired';
      waiting_on: 'person' | 'jumio' | 'operator' | 'nobody';
      /**
       * What the person does next.
       */
      next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
      /**
       * Seconds until the next request is useful.
       */
      retry_after: number;
      /**
       * Only beside a decided status.
       */
      attempt?: 'pending' | 'processing' | 'expired';
      /**
       * Only with `later`: the time from which the person may start again.
       */
      until?: string;
      /**
       * Why Jumio rejected, only where the person can act on it.
       */
      code?:
        | 'unreadable'
        | 'face_unreadable'
        | 'document_unusable'
        | 'expired_document'
        | 'unsupported_document'
        | 'not_finished';
      return_to?: string;
      /**
       * This browser has the hand-over cookie of another person.
       */
      somebody_else?: true;
    };

export interface OneTimeLink {
  url: string;
  /**
   * ISO 8601.
   */
  expires_at: string;
}

export interface Decision {
  /**
   * By the rules of the policy with `flow: api`, else only `approved`.
   */
  allow: boolean;
  /**
   * Whether the person is verified, whatever the rules allow.
   */
  verified: boolean;
  /**
   * What the gate answers a login of the person now.
   */
  sign_in: 'allow' | 'block' | 'block_with_way_on';
  status: 'none' | 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired' | 'unknown';
  /**
   * Seconds; null: not known.
   */
  status_age: number | null;
  rule: (string | number) | null;
  /**
   * Only in shadow mode.
   */
  would_block?: true;
}

export interface Health {
  status: 'ok' | 'degraded' | 'starting' | 'stopping';
  degraded?: string[];
  gate?: {
    mode: 'enforce' | 'shadow';
    on_failure: 'block' | 'allow';
    policy: string;
  };
  version?: string;
}

export interface Applied {
  version: string;
  /**
   * The hash of the policy.
   */
  policy: string;
  mode: 'enforce' | 'shadow';
  on_failure: 'block' | 'allow';
  /**
   * By variable; empty if it is not set.
   */
  secrets: {
    /**
     * Items: Tells two values apart, and cannot be turned back.
     */
    [k: string]: string[];
  };
  endpoints: {
    name: string;
    types: string[];
    /**
     * Of address, types and secrets together.
     */
    fingerprint: string;
    /**
     * Whether it answered 410, and gets no events; null: not known.
     */
    stopped: boolean | null;
  }[];
}

export interface RecordedTransaction {
  id: string;
  status: 'open' | 'approved' | 'consumed' | 'declined' | 'failed' | 'expired' | 'cancelled';
  /**
   * Where the payer approves: lead the browser there.
   */
  url: string;
  /**
   * ISO 8601.
   */
  expires_at: string;
  /**
   * As recorded, and as the payer sees it.
   *
   * @minItems 1
   * @maxItems 1
   */
  authorization_details: never[];
}

export interface Transaction {
  id: string;
  status: 'open' | 'approved' | 'consumed' | 'declined' | 'failed' | 'expired' | 'cancelled';
  reference?: string;
  /**
   * ISO 8601.
   */
  created_at: string;
  /**
   * Until when it can be approved.
   */
  expires_at: string;
  /**
   * ISO 8601.
   */
  approved_at?: string;
  /**
   * Until when the approval can be consumed.
   */
  consume_by?: string;
}

export interface ConsumedTransaction {
  status: 'consumed';
  /**
   * A JWS of ES256 with the typ `approval+jwt`.
   */
  approval: string;
}

export interface SigningKeys {
  keys: {
    kty: 'EC';
    crv: 'P-256';
    x: string;
    y: string;
    kid: string;
    use: 'sig';
    alg: 'ES256';
  }[];
}

export interface Issuer {
  issuer: string;
  jwks_uri: string;
  /**
   * @minItems 1
   * @maxItems 1
   */
  id_token_signing_alg_values_supported: never[];
}

export interface Problem {
  /**
   * `urn:kratos-jumio:problem:` and the code.
   */
  type: string;
  title: string;
  status: number;
  /**
   * The one word to branch on.
   */
  code: string;
  detail?: string;
  errors?: {
    /**
     * A JSON pointer as a fragment; `#` is the whole body.
     */
    pointer: string;
    expected: string;
  }[];
  request_id?: string;
  /**
   * Only with `consent-needed`.
   */
  consent?: {
    text_version: string;
    language: string;
    title: string;
    paragraphs: {
      text: string;
      items?: string[];
    }[];
    privacy_url?: string;
  };
  /**
   * Only where this person may not go on.
   */
  state?: {
    status: 'none' | 'pending' | 'processing' | 'approved' | 'review' | 'rejected' | 'expired';
    waiting_on: 'person' | 'jumio' | 'operator' | 'nobody';
    /**
     * What the person does next.
     */
    next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
    /**
     * Seconds until the next request is useful.
     */
    retry_after: number;
    /**
     * Only beside a decided status.
     */
    attempt?: 'pending' | 'processing' | 'expired';
    /**
     * Only with `later`: the time from which the person may start again.
     */
    until?: string;
    /**
     * Why Jumio rejected, only where the person can act on it.
     */
    code?:
      | 'unreadable'
      | 'face_unreadable'
      | 'document_unusable'
      | 'expired_document'
      | 'unsupported_document'
      | 'not_finished';
    return_to?: string;
    /**
     * This browser has the hand-over cookie of another person.
     */
    somebody_else?: true;
  };
  /**
   * ISO 8601.
   */
  until?: string;
}

export interface ContinueVerificationBody {
  consent?: {
    text_version: string;
    declined?: boolean;
    given?: unknown;
    language?: unknown;
    title?: unknown;
    paragraphs?: unknown;
    privacy_url?: unknown;
  };
  return_to?: string;
  language?: string;
  want?: 'link' | 'sdk';
}

export interface HandOverBody {
  kratos_identity_id: string;
  return_to?: string;
}

export type DecideBody = {
  [k: string]: unknown;
} & {
  kratos_identity_id?: string;
  subject?: string;
  metadata_public?: unknown;
};

export interface RecordTransactionBody {
  sub: string;
  redirect_uri: string;
  reference?: string;
  expires_in?: number;
  /**
   * @minItems 1
   * @maxItems 1
   */
  authorization_details: never[];
}

export interface ConsumeApprovalBody {
  /**
   * @minItems 1
   * @maxItems 1
   */
  authorization_details: never[];
}

export interface paths {
  '/jumio/status': {
    /** How the verification of the person stands. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Status } };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'no-session' } };
        };
        403: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'second-factor' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        429: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-many-requests' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'kratos-down' | 'ledger-down' } };
        };
      };
    };
  };
  '/jumio/verify': {
    /** The same, and the text that the person must agree to. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': StatusAndConsent } };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'no-session' } };
        };
        403: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'second-factor' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        429: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-many-requests' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'kratos-down' | 'ledger-down' } };
        };
      };
    };
    /** Agree, decline, or go on to Jumio; a body may be left out. */ post: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: { content: { 'application/json': ContinueVerificationBody } };
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Link } };
        202: { headers: Record<string, unknown>; content: { 'application/json': Status } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-body' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'no-session' } };
        };
        403: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'second-factor' | 'foreign-origin' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        409: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem & {
              code:
                | 'consent-needed'
                | 'no-sdk-token'
                | 'approved'
                | 'review'
                | 'rejected'
                | 'too-old'
                | 'processing'
                | 'too-many'
                | 'not-yet'
                | 'stuck';
            };
          };
        };
        413: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-large' } };
        };
        415: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'unsupported-media-type' } };
        };
        429: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-many-requests' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'kratos-down' | 'ledger-down' } };
        };
      };
    };
  };
  '/jumio/handover': {
    /** A one-time link for a person whose session your back end has checked. */ post: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': HandOverBody } };
      responses: {
        201: { headers: Record<string, unknown>; content: { 'application/json': OneTimeLink } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-body' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-identity' } };
        };
        413: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-large' } };
        };
        415: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'unsupported-media-type' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'kratos-down' | 'ledger-down' } };
        };
      };
    };
  };
  '/jumio/decision': {
    /** Whether an identity is verified, and whether an API should serve it. */ post: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': DecideBody } };
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Decision } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-body' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        403: { headers: Record<string, unknown>; content: { 'application/json': Decision } };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-identity' } };
        };
        413: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-large' } };
        };
        415: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'unsupported-media-type' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
      };
    };
  };
  '/jumio/authorize': {
    /** The same for the person of a session, for a proxy. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Decision } };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'no-session' } };
        };
        403: { headers: Record<string, unknown>; content: { 'application/json': Decision } };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        429: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-many-requests' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'kratos-down' } };
        };
      };
    };
  };
  '/health/live': {
    /** Whether the process answers. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': Health } } };
    };
  };
  '/health/alive': {
    /** The same, at the path of the services of Ory. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': Health } } };
    };
  };
  '/health/ready': {
    /** Whether the service serves, and what is degraded. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Health } };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: { headers: Record<string, unknown>; content: { 'application/json': Health } };
      };
    };
  };
  '/health/applied': {
    /** What the process applies, for the commands of the operator; not at the public listener beside HOOKS_PORT. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Applied } };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
      };
    };
  };
  '/transactions': {
    /** Record a payment that its payer is to approve; the same idempotency key gets the same one again (200). */ post: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': RecordTransactionBody } };
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': RecordedTransaction } };
        201: { headers: Record<string, unknown>; content: { 'application/json': RecordedTransaction } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-body' | 'bad-request' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        409: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'idempotency-key' | 'too-many-open' } };
        };
        413: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-large' } };
        };
        415: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'unsupported-media-type' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
    /** The transaction that a signed hint recorded. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Transaction } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-request' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-transaction' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
  };
  '/transactions/{id}': {
    /** How a transaction stands. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Transaction } };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-transaction' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
    /** End a transaction that is not consumed. */ delete: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: Record<string, unknown>; content?: never };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-transaction' } };
        };
        409: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'consumed' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
  };
  '/transactions/{id}/consume': {
    /** Consume the approval just before the payment, naming what is about to be paid; once. */ post: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': ConsumeApprovalBody } };
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ConsumedTransaction } };
        400: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'bad-body' | 'bad-request' } };
        };
        401: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'wrong-secret' } };
        };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' | 'unknown-transaction' } };
        };
        409: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem & { code: 'not-approved' | 'ended' | 'differs' | 'consumed' };
          };
        };
        413: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'too-large' } };
        };
        415: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'unsupported-media-type' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
  };
  '/.well-known/jwks.json': {
    /** The keys that verify approvals. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': SigningKeys } };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
        500: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'internal-error' } };
        };
        503: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'ledger-down' } };
        };
      };
    };
  };
  '/.well-known/openid-configuration': {
    /** The issuer of approvals, and where its keys are. */ get: {
      parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Issuer } };
        404: {
          headers: Record<string, unknown>;
          content: { 'application/problem+json': Problem & { code: 'not-found' } };
        };
      };
    };
  };
}
